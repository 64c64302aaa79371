package main

import (
	"bytes"
	"context"
	"errors"
	"math"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/codec"
)

// psnrShare is how near the prefix that shortest returns is to the shortest that is good enough, as a part of its length.
const psnrShare = 100

// shortest returns the length of a prefix of a file whose picture has a PSNR of at least db, and the PSNR that it has. It is at most a
// part in psnrShare, or 16 bytes, longer than needed, as far as longer prefixes are better. The file has to hold all of its image, which
// is what pictures are compared with.
func shortest(ctx context.Context, file []byte, d codec.Decoder, db float64) (length int64, psnr float64, err error) {
	d.Timestep, d.Reduce = 0, 0
	s, err := d.OpenContext(ctx, bytes.NewReader(file))
	if err != nil {
		return 0, 0, err
	}
	whole, err := s.Last()
	if err != nil {
		return 0, 0, err
	}
	if !whole.Exact {
		return 0, 0, errors.New("--psnr compares with the image itself, and the file does not hold all of it")
	}
	original, err := s.Image()
	if err != nil {
		return 0, 0, err
	}
	d.Progress = nil
	// The first level that is good enough, and the last that is not.
	if s, err = d.OpenContext(ctx, bytes.NewReader(file)); err != nil {
		return 0, 0, err
	}
	low, high, psnr := int64(0), whole.Bytes, math.Inf(1)
	for {
		at, err := s.Next()
		if err != nil {
			return 0, 0, err // the last level would have been good enough
		}
		m, err := s.Image()
		if err != nil {
			return 0, 0, err
		}
		if p := coding.PSNR(m, original); p >= db {
			high, psnr = at.Bytes, p
			break
		}
		low = at.Bytes
	}
	for high-low > max(16, high/psnrShare) {
		middle := low + (high-low)/2
		m, err := d.DecodeContext(ctx, bytes.NewReader(file[:middle]))
		if err != nil {
			return 0, 0, err
		}
		if p := coding.PSNR(m, original); p >= db {
			high, psnr = middle, p
		} else {
			low = middle
		}
	}
	if math.IsInf(psnr, 1) {
		high = int64(len(file)) // with the metadata that may follow the picture
	}
	return high, psnr, nil
}
