package container

import (
	"fmt"
	"io"
)

// Write writes a file: h, then for each of its segments the payload of the
// same index, which must have the Size in h. It writes nothing unless all of these are valid. Its errors are
// those of [Header.Append], a [FormatError] if payloads do not match h, and those of w.
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
	for i, payload := range payloads {
		if _, err := w.Write(payload); err != nil {
			return err
		}
		sum := h.newChecksum(header, i)
		sum.update(payload)
		if _, err := w.Write(sum.append(nil)); err != nil {
			return err
		}
	}
	return nil
}
