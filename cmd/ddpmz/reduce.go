package main

import (
	"bytes"
	"fmt"
	"image"
	"io"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"github.com/ddpmz/ddpmz/codec"
)

// sizeFlags say how large a decoded picture is made. No flag is its own size.
type sizeFlags struct {
	reduce int
	fit    box
}

// A box is the value of a flag that says what a picture has to fit into.
type box struct{ w, h int }

func (b *box) Set(text string) error {
	w, h, ok := strings.Cut(strings.ToLower(text), "x")
	if !ok {
		h = w
	}
	var err1, err2 error
	b.w, err1 = strconv.Atoi(w)
	b.h, err2 = strconv.Atoi(h)
	if err1 != nil || err2 != nil || b.w < 1 || b.h < 1 {
		return fmt.Errorf("a width and a height in pixels are needed, such as 512x512, or one number for both")
	}
	return nil
}

func (b *box) String() string {
	if b.w == 0 {
		return ""
	}
	return fmt.Sprintf("%dx%d", b.w, b.h)
}

func (f *sizeFlags) flags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "reduce", Destination: &f.reduce, DefaultText: "0",
			Usage: fmt.Sprintf("make a picture of 1/2^`N` of each side, N from 0 to %d, which takes as much less time", codec.MaxReduce)},
		&cli.GenericFlag{Name: "fit", Value: &f.fit, DefaultText: "its own size",
			Usage: "make the picture small enough for `WxH` pixels, in its own proportions; it is never made larger"},
	}
}

func (f *sizeFlags) check(c *cli.Context) error {
	switch {
	case c.IsSet("reduce") && c.IsSet("fit"):
		return usagef("--reduce and --fit both say how large the picture is: give one")
	case f.reduce < 0 || f.reduce > codec.MaxReduce:
		return usagef("--reduce takes a number from 0 to %d", codec.MaxReduce)
	}
	return nil
}

// within returns the size of a w x h picture that fits into the box.
func (b box) within(w, h int) (int, int) {
	switch {
	case w <= b.w && h <= b.h:
		return w, h
	case int64(w)*int64(b.h) >= int64(h)*int64(b.w): // the width decides
		return b.w, int(max(1, (2*int64(h)*int64(b.w)+int64(w))/(2*int64(w))))
	}
	return int(max(1, (2*int64(w)*int64(b.h)+int64(h))/(2*int64(h)))), b.h
}

// reduction returns by how much the decoder should reduce the picture of a file, and for --fit the size that it has in the end, and that of
// the image: the reduced picture is the smallest that is not smaller. src is as it was.
func (f *sizeFlags) reduction(src *source) (n int, size, whole image.Point, err error) {
	if f.fit == (box{}) {
		return f.reduce, size, whole, nil
	}
	var read bytes.Buffer
	c, err := codec.DecodeConfig(io.TeeReader(src, &read))
	src.unread(read.Bytes())
	if err != nil {
		return 0, size, whole, err
	}
	size.X, size.Y = f.fit.within(c.Width, c.Height)
	for n < codec.MaxReduce && (c.Width-1)>>(n+1)+1 >= size.X && (c.Height-1)>>(n+1)+1 >= size.Y {
		n++
	}
	return n, size, image.Pt(c.Width, c.Height), nil
}

// A grid says where the samples of a reduced picture lie in the image: the middle of the first one, in pixels, and how far apart they are.
type grid struct {
	x, y  float64
	apart float64
	whole image.Point // the size of the image
}

// gridOf returns the grid of a stream's picture, reduced by 2^n. As a rule, samples of the low band of a wavelet lie nearly half a pixel of
// their own further to the top left than the middle of the pixels that they stand for. Where there is alpha, that counts.
func gridOf(s *codec.Stream, m image.Image, n int, whole image.Point) grid {
	apart := float64(int(1) << n)
	g := grid{apart / 2, apart / 2, apart, whole}
	opaque, is := m.(interface{ Opaque() bool })
	if first, ok := s.LowBand(); ok && (!is || opaque.Opaque()) {
		g.x, g.y = float64(first.X)+.5, float64(first.Y)+.5
	}
	return g
}

// resize returns a picture in another size, in which everything is where it is in the image.
func resize(m image.Image, size image.Point, g grid) image.Image {
	along := func(first float64, whole, size int) (scale, shift float64) {
		ratio := float64(size) / float64(whole)
		return g.apart * ratio, (first - g.apart/2) * ratio
	}
	var at f64.Aff3
	at[0], at[2] = along(g.x, g.whole.X, size.X)
	at[4], at[5] = along(g.y, g.whole.Y, size.Y)
	if m.Bounds().Size() == size && at == (f64.Aff3{0: 1, 4: 1}) {
		return m
	}
	r := image.Rectangle{Max: size}
	var to draw.Image
	switch m.(type) {
	case *image.Gray:
		to = image.NewGray(r)
	case *image.Gray16:
		to = image.NewGray16(r)
	case *image.RGBA:
		to = image.NewRGBA(r)
	case *image.RGBA64:
		to = image.NewRGBA64(r)
	case *image.NRGBA64:
		to = image.NewNRGBA64(r)
	default: // straight alpha, or a palette
		to = image.NewNRGBA(r)
	}
	if g.apart == 1 {
		draw.CatmullRom.Scale(to, r, m, m.Bounds(), draw.Src, nil)
	} else {
		draw.CatmullRom.Transform(to, at, m, m.Bounds(), draw.Src, nil)
	}
	return to
}
