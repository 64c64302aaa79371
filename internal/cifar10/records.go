// Package cifar10 reads the images of CIFAR-10, in its binary layout.
package cifar10

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
)

const (
	// Side is the width and height of an image.
	Side = 32

	pixels = Side * Side
	record = 1 + 3*pixels // label; red, green and blue planes, each row by row
	labels = 10
)

// A FormatError says why a file does not consist of CIFAR-10 records.
type FormatError string

func (e FormatError) Error() string { return "cifar10: not CIFAR-10 records: " + string(e) }

// Read reads images in CIFAR-10's binary layout from r: count of them, or all if count is 0. A count beyond the
// end is an error that wraps io.ErrUnexpectedEOF.
func Read(r io.Reader, count int) (list []*image.RGBA, err error) {
	in := bufio.NewReader(r)
	b := make([]byte, record)
	for count == 0 || len(list) < count {
		switch _, err := io.ReadFull(in, b); {
		case err == io.EOF && count > 0:
			return nil, fmt.Errorf("cifar10: %d images instead of %d: %w", len(list), count, io.ErrUnexpectedEOF)
		case err == io.EOF && len(list) > 0:
			return list, nil
		case errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF:
			return nil, FormatError(fmt.Sprintf("the length is no multiple of %d", record))
		case err != nil:
			return nil, err
		}
		if b[0] >= labels {
			return nil, FormatError(fmt.Sprintf("record %d has the label %d", len(list), b[0]))
		}
		m := image.NewRGBA(image.Rect(0, 0, Side, Side))
		for i := range pixels {
			copy(m.Pix[4*i:], []byte{b[1+i], b[1+pixels+i], b[1+2*pixels+i], 0xff})
		}
		list = append(list, m)
	}
	return list, nil
}
