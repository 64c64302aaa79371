package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image/png"
	"io"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// pngHeader reads IHDR. What comes after it may be damaged where Read does not
// mind.
func pngHeader(file []byte) (header, error) {
	const length = 8 + 25                                 // signature and IHDR
	if len(file) >= 16 && string(file[12:16]) == "CgBI" { // stands before IHDR, and changes how IDAT is coded
		return header{}, UnsupportedError("PNG chunk CgBI, of applications for iOS, is not supported")
	}
	if len(file) < length {
		return header{}, io.ErrUnexpectedEOF
	}
	// With a palette image/png would ask for PLTE; the size is the same for gray.
	ihdr := bytes.Clone(file[:length])
	if ihdr[25] == metadata.Indexed {
		ihdr[25] = metadata.Gray
		binary.BigEndian.PutUint32(ihdr[29:], checksum("IHDR", ihdr[16:29]))
	}
	if got := binary.BigEndian.Uint32(file[29:]); got != checksum("IHDR", file[16:29]) {
		return header{}, FormatError("checksum of IHDR")
	}
	return headerOf(png.DecodeConfig(bytes.NewReader(ihdr)))
}

// readPNG reads a PNG file as libpng does: ancillary chunks that have a wrong
// checksum, and tRNS chunks without a meaning, are passed over.
func readPNG(file []byte, p *Picture) error {
	s := pngScan{p: p}
	rest, err := scan(file, s.chunk)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("no IEND chunk: %w", err)
	}
	if err != nil {
		return err
	}
	if p.Image, err = png.Decode(s.essence()); err != nil {
		if p.Image = s.decodeExcess(); p.Image == nil {
			return err
		}
		p.lose(LossDamage, "image data after the last row of the PNG file")
	}
	p.Metadata.Chunks = s.chunks
	p.keepLayout(s.layout)
	s.lose(rest)
	return nil
}

// A pngScan is what is known of a PNG file's chunks.
type pngScan struct {
	p      *Picture
	layout metadata.Layout
	place  metadata.Place
	seen   bool // IHDR
	chunks []metadata.Chunk

	kept        [][]byte // the chunks of which the pixels are made, with their frames
	imageData   [][]byte // the contents of those that are IDAT
	ihdr        []byte   // the contents of IHDR
	colours     int      // in the palette
	transparent bool     // there is a tRNS chunk that counts
	dropped     []string // types of chunks
	frames      int      // of an animation, those that are no IDAT
}

// chunk takes up a chunk.
func (s *pngScan) chunk(c rawChunk) error {
	if s.seen == (c.kind == "IHDR") {
		return FormatError("IHDR is not the first PNG chunk, or not the only one of its kind")
	}
	if c.kind[0] >= 'a' && c.crc != checksum(c.kind, c.data) {
		s.p.lose(LossDamage, "PNG chunk %s, whose checksum is wrong", c.kind)
		return nil
	}
	switch c.kind {
	case "IHDR":
		if len(c.data) != 13 {
			return FormatError("length of IHDR")
		}
		s.seen, s.ihdr = true, c.data
		s.layout = metadata.Layout{Depth: c.data[8], ColourType: c.data[9]}
		s.kept = append(s.kept, c.whole)
	case "PLTE":
		s.place = max(s.place, metadata.BeforeIDAT)
		s.colours = len(c.data) / 3
		if s.layout.ColourType == metadata.Indexed {
			s.kept = append(s.kept, c.whole)
		} else if !slices.Contains(s.dropped, c.kind) {
			s.dropped = append(s.dropped, c.kind) // the palette is only a suggestion
		}
	case "tRNS":
		if s.place == metadata.AfterIDAT || s.transparent || !s.validTransparency(len(c.data)) {
			s.p.lose(LossDamage, "PNG chunk tRNS, which is not valid here")
			break
		}
		s.transparent = true
		s.kept = append(s.kept, c.whole)
	case "IDAT":
		s.place = metadata.AfterIDAT
		s.kept, s.imageData = append(s.kept, c.whole), append(s.imageData, c.data)
	case "IEND":
	case "fcTL":
		if s.place == metadata.AfterIDAT { // before it, this is about the picture itself
			s.frames++
		}
	case "acTL", "fdAT":
	default:
		return s.other(c)
	}
	return nil
}

// validTransparency reports whether a tRNS chunk of n bytes has a meaning here.
func (s *pngScan) validTransparency(n int) bool {
	switch s.layout.ColourType {
	case metadata.Gray:
		return n == 2
	case metadata.RGB:
		return n == 6
	case metadata.Indexed:
		return n > 0 && n <= s.colours
	}
	return false
}

// other takes up a chunk that the pixels do not depend on.
func (s *pngScan) other(c rawChunk) error {
	switch {
	case c.kind[0] < 'a': // critical: the picture cannot be understood without it
		return UnsupportedError("PNG chunk " + c.kind + " is not supported")
	case metadata.Keeps(c.kind):
		if len(s.chunks) == metadata.MaxChunks {
			return LimitError(fmt.Sprintf("more than %d chunks", metadata.MaxChunks))
		}
		s.chunks = append(s.chunks, metadata.Chunk{Type: c.kind, Place: s.place, Data: bytes.Clone(c.data)})
	case !slices.Contains(s.dropped, c.kind):
		s.dropped = append(s.dropped, c.kind)
	}
	return nil
}

// essence returns a PNG file that has nothing but the pixels.
func (s *pngScan) essence() io.Reader {
	parts := []io.Reader{strings.NewReader(pngSignature)}
	for _, c := range s.kept {
		parts = append(parts, bytes.NewReader(c))
	}
	return io.MultiReader(append(parts, bytes.NewReader(appendChunk(nil, "IEND", nil)))...)
}

// lose notes what is not kept; rest is what comes after IEND.
func (s *pngScan) lose(rest []byte) {
	if s.frames > 0 {
		s.p.lose(LossFrames, "%s of an animation", plural(s.frames, "further frame"))
	}
	if s.layout.ColourType != metadata.Indexed {
		for i := range s.chunks {
			if s.chunks[i].Place == metadata.BeforeIDAT {
				s.chunks[i].Place = metadata.BeforePLTE
			}
		}
		if s.transparent { // it becomes an alpha channel
			for _, c := range s.chunks {
				if c.Type == "sBIT" || c.Type == "bKGD" && s.layout.Depth < 8 {
					s.dropped = append(s.dropped, c.Type)
				}
			}
		}
	}
	if len(s.dropped) > 0 {
		s.p.lose(LossMetadata, "PNG chunks %s", strings.Join(s.dropped, ", "))
	}
	s.p.loseTrailing(rest)
}

// loseTrailing notes what comes after the end of the picture within a file.
func (p *Picture) loseTrailing(rest []byte) {
	if len(bytes.Trim(rest, "\x00")) == 0 {
		return
	}
	if format, err := formatOf(rest); err == nil && format != "bmp" {
		p.lose(LossImages, "another picture, of format %s, after the end of this one", format)
		return
	}
	p.lose(LossMetadata, "%s after the end of the picture", plural(len(rest), "byte"))
}
