package codec

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// EncodeBy models a picture by a colour transform, turned over or not (bit 0: left to right, bit 1: upside down), whether or not an encoder
// would choose these. Planes that the transform does not come back from are an error.
func EncodeBy(t testing.TB, m image.Image, colour model.Colour, turned uint8) []byte {
	t.Helper()
	net, err := zoo.ByName("")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := newPixelReader(m)
	if err != nil {
		t.Fatal(err)
	}
	e := Encoder{Options{Mode: Modelled}}
	side, err := e.side(context.Background(), rows)
	if err != nil {
		t.Fatal(err)
	}
	c := newModelCoder(net, rows, e.Options)
	c.colour = colour
	f, err := c.codeOriented(context.Background(), side, c.picture.colour, orientation(turned), nil, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := container.Write(&b, &f.header, f.payloads); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// EncodeDecompressed codes a part of the picture that a decoder makes of a JPEG file, by its coefficients; by is the first byte of a
// frame, and says which decoder; change may make some of it others than a decoder would. It returns the picture and the file. Of pictures of 16 bits a
// sample, it changes luma here and there instead.
func EncodeDecompressed(t testing.TB, original []byte, part image.Rectangle, by byte, change func(m *image.RGBA)) (image.Image, []byte) {
	t.Helper()
	f, err := jpeg.Parse(original, jpeg.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := pixels.LayoutOf(f)
	if err != nil {
		t.Fatal(err)
	}
	l.Repeats = by != 0
	l.Decoder, _ = madeBy(by).decoder()
	whole, err := l.Image(pixels.BlocksOf(f), 0)
	if err != nil {
		t.Fatal(err)
	}
	var m draw.Image = image.NewRGBA(image.Rectangle{Max: part.Size()})
	if wide := madeBy(by)&byWide != 0; wide {
		m = wideOf(t, l, f, part)
	} else {
		draw.Draw(m, m.Bounds(), whole, part.Min, draw.Src)
		change(m.(*image.RGBA))
	}
	rows, err := newPixelReader(m)
	if err != nil {
		t.Fatal(err)
	}
	picture := rows.info
	if picture.depth == 16 {
		picture.format, picture.depth = formatRGB|formatWide, 8
	}
	layout, err := newDecompressedLayout(f, part.Min.X, part.Min.Y, madeBy(by), picture)
	if err != nil {
		t.Fatal(err)
	}
	truth := rows.bytePlanes()
	if rows.depth == 16 {
		if truth, err = layout.lumaAndChroma(rows); err != nil || truth == nil {
			t.Fatal("no luma and chroma", err)
		}
	}
	ctx := context.Background()
	side, err := (&Encoder{}).side(ctx, rows)
	if err != nil {
		t.Fatal(err)
	}
	id := jpegNet.Identity()
	coded := side.begin()
	coded.header.Modelled, coded.header.Model, coded.header.Params = true, [8]byte(id[:8]), []byte{0}
	coded.header.Format, coded.header.Depth = uint8(picture.format), uint8(picture.depth)
	coded.add(container.Frame, 0, layout.appendFrame(nil))
	process := &decompressedProcess{chain: dct.NewChain(jpegNet, &layout.coefficients), layout: layout, truth: truth}
	passes := layout.passes()
	if err := coded.addPasses(ctx, process, passes, 0, newWork(passes, layout.work, nil), nil, nil); err != nil {
		t.Fatal(err)
	}
	side.end(coded)
	var b bytes.Buffer
	if err := container.Write(&b, &coded.header, coded.payloads); err != nil {
		t.Fatal(err)
	}
	return m, b.Bytes()
}

// wideOf returns a part of the picture of 16 bits a sample that Go makes of a JPEG file, whose luma is another in a pixel of 97.
func wideOf(t testing.TB, l *pixels.Layout, f *jpeg.File, part image.Rectangle) *image.RGBA64 {
	t.Helper()
	planes, err := l.Samples(pixels.BlocksOf(f))
	if err != nil {
		t.Fatal(err)
	}
	m := image.NewRGBA64(image.Rectangle{Max: part.Size()})
	for y := range part.Dy() {
		for x := range part.Dx() {
			at := (part.Min.Y+y)*l.Width + part.Min.X + x
			luma := planes[0][at]
			if at%97 == 0 {
				luma ^= 1
			}
			c := pixels.WideOfGo(luma, planes[1][at], planes[2][at])
			m.SetRGBA64(x, y, color.RGBA64{R: c[0], G: c[1], B: c[2], A: 1<<16 - 1})
		}
	}
	return m
}
