package codec

import (
	"bytes"
	"errors"
	"io"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A Cut says where to truncate a file.
type Cut struct {
	// Timestep keeps the reverse steps down to x_t, as Decoder.Timestep does.
	Timestep int

	// Bytes, if positive, is the most bytes that the result has, and the most of the file that it holds.
	Bytes int64

	// Prefix, if positive, keeps what so many bytes of the file hold. The result may be some bytes longer, which say where it ends.
	Prefix int64

	// Nets are networks that finding the place of a timestep may need, as Decoder.Nets.
	Nets []*model.Net
}

// Truncate writes to w a file that holds the beginning of the file in r, up to where Cut says, and returns its length. Nothing is
// coded again, but the header says that the file ends there on purpose, so that it is whole as it is; see Stream.EndsEarly. The
// result has a header at least: if Cut.Bytes is less, that is a *LimitError. What is kept is checked: damage in it is a
// *CorruptSegmentError. If the file in r ends inside it, the result is a prefix of that file, and no more whole than that.
//
// Limits bound what finding the place of a timestep may take. Truncate reads little more of r than it keeps, and holds it in
// memory.
func Truncate(w io.Writer, r io.Reader, cut Cut, limits Limits) (int64, error) {
	var read bytes.Buffer // what has been read of r
	in := io.TeeReader(r, &read)
	limit := int64(1<<63 - 1)
	place := limit // where the result ends in r, at most
	if cut.Bytes > 0 {
		limit, place = cut.Bytes, cut.Bytes
	}
	if cut.Prefix > 0 {
		place = min(place, cut.Prefix)
	}
	if cut.Timestep > 0 {
		s, err := (&Decoder{Timestep: cut.Timestep, Nets: cut.Nets, Limits: limits}).Open(in)
		if err != nil {
			return 0, err
		}
		at, err := s.Last()
		if err != nil {
			return 0, err
		}
		place = min(place, at.Bytes)
		in = io.MultiReader(bytes.NewReader(bytes.Clone(read.Bytes())), in)
		read.Reset()
		in = io.TeeReader(in, &read)
	}
	file, err := container.NewReader(in)
	if err != nil {
		return 0, framing(err)
	}
	h, err := cutHeader(file.Header(), place, limit)
	if err != nil {
		return 0, err
	}
	payloads, err := readPayloads(file, h)
	if errors.Is(err, io.EOF) {
		n := min(int64(read.Len()), place)
		k, err := w.Write(read.Bytes()[:n])
		return int64(k), err
	}
	if err != nil {
		return 0, framing(err)
	}
	o, err := h.Offsets()
	if err != nil {
		return 0, err
	}
	return o[len(o)-1], container.Write(w, h, payloads)
}

// cutHeader returns the header of a file that holds what the first bytes of another do, as many as place says, and that has at
// most limit bytes.
func cutHeader(h *container.Header, place, limit int64) (*container.Header, error) {
	o, err := h.Offsets()
	if err != nil {
		return nil, err
	}
	index := len(h.Segments) - 1
	for index >= 0 && o[index] >= place {
		index--
	}
	cut := h
	switch {
	case index < 0:
		cut = h.EndAfter(-1, 0)
	case place < o[index+1]:
		cut = h.EndAfter(index, min(container.Held(place-o[index]), h.Present()[index]))
	default:
		cut = h.EndAfter(index, h.Present()[index])
	}
	if p, err := cut.Offsets(); err == nil && p[len(p)-1] >= o[len(o)-1] {
		cut = h // which takes no more than to say where it would end
	}
	cut, err = cut.Shorten(limit)
	var over container.LimitError
	if errors.As(err, &over) {
		return nil, &LimitError{"bytes (its header)", o[0], limit}
	}
	return cut, err
}

// readPayloads reads what a file holds that has the header h and ends no later than the one that is read. The error is io.EOF if
// that ends before.
func readPayloads(file *container.Reader, h *container.Header) (payloads [][]byte, err error) {
	present := h.Present()
	for len(payloads) < len(present) {
		i := len(payloads)
		if present[i] == 0 && i == len(present)-1 {
			return append(payloads, nil), nil
		}
		c, err := file.ReadSome()
		if err != nil {
			return nil, err
		}
		if c.Index == i && uint64(c.Verified) >= present[i] && (c.Complete || c.Ends || present[i] > 0) {
			payloads = append(payloads, c.Payload[:present[i]])
			if !c.Complete && !c.Ends { // the rest of the segment is not wanted, nor are those after it
				return payloads, nil
			}
		}
	}
	return payloads, nil
}
