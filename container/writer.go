package container

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// Write writes a file: h, then for each of its segments the payload of the
// same index, which must be of the Size that h says. It fails as
// [Header.Append] does, or as w does; it writes nothing before all is checked.
func Write(w io.Writer, h *Header, payloads [][]byte) error {
	if len(payloads) != len(h.Segments) {
		return FormatError(fmt.Sprintf("%d payloads for %d segments", len(payloads), len(h.Segments)))
	}
	for i, s := range h.Segments {
		if uint64(len(payloads[i])) != s.Size {
			return FormatError(fmt.Sprintf("segment %d has %d bytes, the table says %d", i, len(payloads[i]), s.Size))
		}
	}
	header, err := h.Append(nil)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	headerCRC := binary.LittleEndian.Uint32(header[len(header)-checksumSize:])
	for i, payload := range payloads {
		if _, err := w.Write(payload); err != nil {
			return err
		}
		crc := crc32.Update(segmentSeed(headerCRC, i), castagnoli, payload)
		if _, err := w.Write(binary.LittleEndian.AppendUint32(nil, crc)); err != nil {
			return err
		}
	}
	return nil
}
