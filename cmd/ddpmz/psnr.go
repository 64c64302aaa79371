package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
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
		if p := psnrOf(m, original); p >= db {
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
		if p := psnrOf(m, original); p >= db {
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

// best returns which of two files has the better picture of that in a whole one, by PSNR; the shorter file if they are alike. A file without
// a picture is the worse one.
func best(ctx context.Context, whole []byte, files [2][]byte, d codec.Decoder) (int, error) {
	original, err := d.DecodeContext(ctx, bytes.NewReader(whole))
	if err != nil {
		return 0, err
	}
	quality := [2]float64{math.Inf(-1), math.Inf(-1)}
	for i, file := range files {
		m, err := d.DecodeContext(ctx, bytes.NewReader(file))
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err == nil {
			quality[i] = psnrOf(m, original)
		}
	}
	if quality[1] > quality[0] || quality[1] == quality[0] && len(files[1]) < len(files[0]) {
		return 1, nil
	}
	return 0, nil
}

// psnrOf compares two pictures of one type and size, over the samples of all colours as they are stored: it is +Inf if they are the same.
// Alpha does not count, which prefixes have exactly.
func psnrOf(a, b image.Image) float64 {
	p, width, colours := samplesOf(a)
	q, _, _ := samplesOf(b)
	sum, n, full := 0.0, 0, float64(int(1)<<(8*width)-1)
	for i := 0; i+width <= len(p) && i+width <= len(q); i += width {
		if colours > 1 && i/width%4 == 3 {
			continue
		}
		x, y := int(p[i]), int(q[i])
		if width == 2 {
			x, y = x<<8|int(p[i+1]), y<<8|int(q[i+1])
		}
		sum += float64((x - y) * (x - y))
		n++
	}
	return metrics.PSNR(sum / float64(n) * 255 * 255 / (full * full))
}

// samplesOf returns the samples of a picture that a decoder has made, how many bytes each has, and how many colours there are: after three, a
// fourth sample is alpha. Those of a palette are of its colours.
func samplesOf(m image.Image) (pix []byte, width, colours int) {
	switch m := m.(type) {
	case *image.Gray:
		return m.Pix, 1, 1
	case *image.Gray16:
		return m.Pix, 2, 1
	case *image.RGBA:
		return m.Pix, 1, 3
	case *image.NRGBA:
		return m.Pix, 1, 3
	case *image.RGBA64:
		return m.Pix, 2, 3
	case *image.NRGBA64:
		return m.Pix, 2, 3
	}
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, a := m.At(x, y).RGBA()
			pix = append(pix, byte(r>>8), byte(g>>8), byte(bl>>8), byte(a>>8))
		}
	}
	return pix, 1, 3
}
