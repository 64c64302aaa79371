package codec

import (
	"bytes"
	"fmt"
	"io"

	"github.com/ddpmz/ddpmz/model"
)

// A Cut says where to truncate a file.
type Cut struct {
	// Timestep keeps the reverse steps down to x_t, as Decoder.Timestep does.
	Timestep int

	// Bytes, if positive, is the most bytes to keep.
	Bytes int64

	// Nets are networks that finding the place of a timestep may need, as Decoder.Nets.
	Nets []*model.Net
}

// Truncate copies the prefix of a file from r to w that Cut says, and returns its length. Nothing is coded
// again. The prefix holds the header at least: if Cut.Bytes is less, that is a *LimitError. Limits bound what
// finding the place of a timestep may take.
func Truncate(w io.Writer, r io.Reader, cut Cut, limits Limits) (int64, error) {
	file, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	s, err := (&Decoder{Timestep: cut.Timestep, Nets: cut.Nets, Limits: limits}).Open(bytes.NewReader(file))
	if err != nil {
		return 0, err
	}
	n := s.offsets[0] // the header
	if cut.Timestep > 0 {
		for {
			at, err := s.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return 0, err
			}
			n = at.Bytes
		}
	} else {
		n = min(s.offsets[len(s.offsets)-1], int64(len(file)))
	}
	if cut.Bytes > 0 {
		if cut.Bytes < s.offsets[0] {
			return 0, &LimitError{"bytes (its header)", s.offsets[0], cut.Bytes}
		}
		n = min(n, cut.Bytes)
	}
	if n > int64(len(file)) {
		return 0, FormatError(fmt.Sprintf("prefix of %d bytes in a file of %d", n, len(file)))
	}
	k, err := w.Write(file[:n])
	return int64(k), err
}
