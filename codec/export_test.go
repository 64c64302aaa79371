package codec

import (
	"bytes"
	"context"
	"image"
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
// frame, and says which decoder; change may make some of it others than a decoder would. It returns the picture and the file.
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
	m := image.NewRGBA(image.Rectangle{Max: part.Size()})
	draw.Draw(m, m.Rect, whole, part.Min, draw.Src)
	change(m)
	rows, err := newPixelReader(m)
	if err != nil {
		t.Fatal(err)
	}
	layout, err := newDecompressedLayout(f, part.Min.X, part.Min.Y, madeBy(by), rows.info)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	side, err := (&Encoder{}).side(ctx, rows)
	if err != nil {
		t.Fatal(err)
	}
	id := jpegNet.Identity()
	coded := side.begin()
	coded.header.Modelled, coded.header.Model, coded.header.Params = true, [8]byte(id[:8]), []byte{0}
	coded.add(container.Frame, 0, layout.appendFrame(nil))
	process := &decompressedProcess{chain: dct.NewChain(jpegNet, &layout.coefficients), layout: layout, truth: rows.bytePlanes()}
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
