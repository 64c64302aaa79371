package codec

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/ddpmz/ddpmz/bitstream"
)

// A pass of several bands is a segment of its own: the lengths of all streams but the last, then the streams, band
// by band. Passes of one band share the stream of their segment.

// joinBands makes such a payload.
func joinBands(streams [][]byte) []byte {
	most := 0
	for _, s := range streams {
		most += binary.MaxVarintLen64 + len(s)
	}
	w := bitstream.Writer{Buf: make([]byte, 0, most)}
	for _, s := range streams[:len(streams)-1] {
		w.Uvarint(uint64(len(s)))
	}
	for _, s := range streams {
		w.Bytes(s)
	}
	return w.Buf
}

// splitBands has decoders read the streams of a payload of which the first bytes are there, size bytes in all.
// Where it is cut, decoders find less or nothing.
func splitBands(decoders []*symbolDecoder, payload []byte, size uint64) error {
	r := bitstream.NewReader(payload)
	lengths := make([]uint64, len(decoders))
	rest := size
	for i := range lengths[:len(lengths)-1] {
		lengths[i] = r.Uvarint(rest)
		rest -= lengths[i]
	}
	head := uint64(r.Offset())
	if err := r.Err(); err != nil {
		if uint64(len(payload)) == size {
			return fmt.Errorf("lengths of bands: %w", err)
		}
		for _, d := range decoders {
			if err := d.reset(nil, 8, 0); err != nil { // there is more than nothing: that is not here
				return err
			}
		}
		return nil
	}
	if head > rest {
		return errors.New("bands longer than their segment")
	}
	lengths[len(lengths)-1] = rest - head
	payload = payload[head:]
	for i, d := range decoders {
		n := min(lengths[i], uint64(len(payload)))
		if err := d.reset(payload[:n], int(lengths[i]), int64(head)); err != nil {
			return err
		}
		head += lengths[i]
		payload = payload[n:]
	}
	return nil
}
