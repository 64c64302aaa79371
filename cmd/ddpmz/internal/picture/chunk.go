package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// A Place is where a chunk stands in a PNG file. Its value is stored.
type Place uint8

const (
	BeforePLTE Place = iota // or, without a palette, before the first IDAT
	BeforeIDAT              // after PLTE
	AfterIDAT
	numPlaces
)

// A Chunk is an ancillary chunk of a PNG file.
type Chunk struct {
	Type  string // four ASCII letters
	Place Place
	Data  []byte
}

// A Layout is how a PNG file stores its samples. The zero Layout stands for the
// one that image/png would choose.
type Layout struct {
	Depth      uint8 // bits a sample or index
	ColourType uint8 // one of the constants below
}

// PNG's colour types.
const (
	typeGray      = 0
	typeRGB       = 2
	typeIndexed   = 3
	typeGrayAlpha = 4
	typeRGBA      = 6
)

// survivors are the chunks that this program keeps although PNG does not mark
// them safe to copy: neither the pixels, nor the palette, nor the depth change
// under them. Writing checks the two for which that may be untrue, sBIT and
// bKGD.
var survivors = map[string]bool{
	"cHRM": true, "gAMA": true, "iCCP": true, "sBIT": true, "sRGB": true, "cICP": true,
	"mDCV": true, "cLLI": true, "bKGD": true, "sPLT": true, "tIME": true,
	"pCAL": true, "sCAL": true, "sTER": true,
}

// keeps reports whether chunks of the type are carried along: ancillary ones
// that are safe to copy, and survivors.
func keeps(chunkType string) bool {
	return isAncillary(chunkType) && (isLower(chunkType[3]) || survivors[chunkType])
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

func isAncillary(chunkType string) bool { return isLower(chunkType[0]) }

// isChunkType reports whether s is four ASCII letters.
func isChunkType(s string) bool {
	if len(s) != 4 {
		return false
	}
	for i := range 4 {
		if !isLower(s[i] | 0x20) {
			return false
		}
	}
	return true
}

// A rawChunk is any chunk of a PNG file, as it stands there.
type rawChunk struct {
	kind string
	data []byte
	crc  uint32
}

// scan calls yield for each chunk of a PNG file up to and with IEND. The data
// are parts of file. A file that ends before IEND is io.ErrUnexpectedEOF.
func scan(file []byte, yield func(rawChunk) error) error {
	rest, ok := bytes.CutPrefix(file, []byte(pngSignature))
	if !ok {
		return FormatError("no PNG signature")
	}
	for {
		if len(rest) < 8 {
			return io.ErrUnexpectedEOF
		}
		n, kind := binary.BigEndian.Uint32(rest), string(rest[4:8])
		if n > 1<<31-1 {
			return FormatError("length of a PNG chunk")
		}
		if !isChunkType(kind) {
			return FormatError(fmt.Sprintf("type of a PNG chunk: %q", kind))
		}
		rest = rest[8:]
		if int64(len(rest)) < int64(n)+4 {
			return io.ErrUnexpectedEOF
		}
		if err := yield(rawChunk{kind, rest[:n], binary.BigEndian.Uint32(rest[n:])}); err != nil {
			return err
		}
		if kind == "IEND" {
			return nil
		}
		rest = rest[n+4:]
	}
}

// scanPNG returns the layout of a PNG file and the chunks that are kept, as
// copies. It checks their checksums and no others.
func scanPNG(file []byte) (Layout, []Chunk, error) {
	var layout Layout
	var chunks []Chunk
	place, first := BeforePLTE, true
	err := scan(file, func(c rawChunk) error {
		if first != (c.kind == "IHDR") {
			return FormatError("IHDR is not the first PNG chunk, or not the only one of its kind")
		}
		first = false
		switch {
		case c.kind == "IHDR":
			if len(c.data) != 13 {
				return FormatError("length of IHDR")
			}
			layout = Layout{Depth: c.data[8], ColourType: c.data[9]}
		case c.kind == "PLTE":
			place = max(place, BeforeIDAT)
		case c.kind == "IDAT":
			place = AfterIDAT
		case keeps(c.kind):
			if c.crc != checksum(c.kind, c.data) {
				return FormatError("checksum of " + c.kind)
			}
			if len(chunks) == MaxChunks {
				return errTooManyChunks
			}
			chunks = append(chunks, Chunk{c.kind, place, bytes.Clone(c.data)})
		}
		return nil
	})
	if layout.ColourType != typeIndexed {
		// The palette is only a suggestion, and is dropped.
		for i := range chunks {
			if chunks[i].Place == BeforeIDAT {
				chunks[i].Place = BeforePLTE
			}
		}
	}
	return layout, chunks, err
}

// checksum returns the CRC of a chunk.
func checksum(kind string, data []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE([]byte(kind)), crc32.IEEETable, data)
}

// appendChunk appends a chunk with its length and checksum.
func appendChunk(dst []byte, kind string, data []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(data)))
	dst = append(dst, kind...)
	dst = append(dst, data...)
	return binary.BigEndian.AppendUint32(dst, checksum(kind, data))
}
