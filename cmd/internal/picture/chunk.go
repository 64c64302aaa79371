package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// A rawChunk is any chunk of a PNG file, as it stands there.
type rawChunk struct {
	kind  string
	data  []byte
	crc   uint32
	whole []byte // with length, type and checksum
}

// scan calls yield for each chunk of a PNG file up to and with IEND, and returns
// what comes after that. The data are parts of file. A file that ends before IEND
// is io.ErrUnexpectedEOF.
func scan(file []byte, yield func(rawChunk) error) (rest []byte, err error) {
	rest, ok := bytes.CutPrefix(file, []byte(pngSignature))
	if !ok {
		return nil, FormatError("no PNG signature")
	}
	for {
		if len(rest) < 8 {
			return nil, io.ErrUnexpectedEOF
		}
		n, kind := binary.BigEndian.Uint32(rest), string(rest[4:8])
		if n > 1<<31-1 {
			return nil, FormatError("length of a PNG chunk")
		}
		if !isChunkType(kind) {
			return nil, FormatError(fmt.Sprintf("type of a PNG chunk: %q", kind))
		}
		whole := rest
		rest = rest[8:]
		if int64(len(rest)) < int64(n)+4 {
			return nil, io.ErrUnexpectedEOF
		}
		if err := yield(rawChunk{kind, rest[:n], binary.BigEndian.Uint32(rest[n:]), whole[:12+n]}); err != nil {
			return nil, err
		}
		rest = rest[n+4:]
		if kind == "IEND" {
			return rest, nil
		}
	}
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
