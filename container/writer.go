package container

import (
	"fmt"
	"io"
)

// Write writes a file: h, then for each of its segments the payload of the
// same index, which must have the Size in h; the last one, if the file ends early, has the size Kept. It writes nothing unless
// all of these are valid. Its errors are those of [Header.Append], a [FormatError] if payloads do not match h, and those of w.
func Write(w io.Writer, h *Header, payloads [][]byte) error {
	header, err := h.Append(nil)
	if err != nil {
		return err
	}
	if len(payloads) != len(h.Segments) {
		return FormatError(fmt.Sprintf("%d payloads for %d segments", len(payloads), len(h.Segments)))
	}
	for i, p := range payloads {
		if n := h.present(i); uint64(len(p)) != n {
			return FormatError(fmt.Sprintf("segment %d has %d bytes, the table says %d", i, len(p), n))
		}
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for i, payload := range payloads {
		if err := h.writeBlocks(w, header, i, payload); err != nil {
			return err
		}
	}
	return nil
}

// writeBlocks writes the blocks of segment index, each with its checksum.
func (h *Header) writeBlocks(w io.Writer, header []byte, index int, payload []byte) error {
	for b := range int(blocks(uint64(len(payload)))) {
		block := payload[b*BlockSize : min(len(payload), (b+1)*BlockSize)]
		if _, err := w.Write(block); err != nil {
			return err
		}
		sum := h.newChecksum(header, index, b)
		sum.update(block)
		if _, err := w.Write(sum.append(nil)); err != nil {
			return err
		}
	}
	return nil
}
