package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

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
func scanPNG(file []byte) (metadata.Layout, []metadata.Chunk, error) {
	var layout metadata.Layout
	var chunks []metadata.Chunk
	place, first := metadata.BeforePLTE, true
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
			layout = metadata.Layout{Depth: c.data[8], ColourType: c.data[9]}
		case c.kind == "PLTE":
			place = max(place, metadata.BeforeIDAT)
		case c.kind == "IDAT":
			place = metadata.AfterIDAT
		case metadata.Keeps(c.kind):
			if c.crc != checksum(c.kind, c.data) {
				return FormatError("checksum of " + c.kind)
			}
			if len(chunks) == metadata.MaxChunks {
				return LimitError(fmt.Sprintf("more than %d chunks", metadata.MaxChunks))
			}
			chunks = append(chunks, metadata.Chunk{Type: c.kind, Place: place, Data: bytes.Clone(c.data)})
		}
		return nil
	})
	if layout.ColourType != metadata.Indexed {
		// The palette is only a suggestion, and is dropped.
		for i := range chunks {
			if chunks[i].Place == metadata.BeforeIDAT {
				chunks[i].Place = metadata.BeforePLTE
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

// isChunkType reports whether s is four ASCII letters.
func isChunkType(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return len(s) == 4
}
