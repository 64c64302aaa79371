package bmp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
	"strings"
	"testing"

	xbmp "golang.org/x/image/bmp"
)

// A file is what the header says of a bitmap; bytes makes one.
type file struct {
	size, width, height, bits, method int
	masks                             []uint32
	palette                           []byte // as it stands in the file
	gap                               int    // bytes before the pixels
	pixels                            []byte
}

func (f file) bytes() []byte {
	order := binary.LittleEndian
	h := make([]byte, f.size)
	order.PutUint32(h, uint32(f.size))
	if f.size == coreHeader {
		order.PutUint16(h[4:], uint16(f.width))
		order.PutUint16(h[6:], uint16(f.height))
		order.PutUint16(h[8:], 1)
		order.PutUint16(h[10:], uint16(f.bits))
	} else {
		order.PutUint32(h[4:], uint32(f.width))
		order.PutUint32(h[8:], uint32(int32(f.height)))
		order.PutUint16(h[12:], 1)
		order.PutUint16(h[14:], uint16(f.bits))
		if f.size >= 20 {
			order.PutUint32(h[16:], uint32(f.method))
		}
		if f.size >= 36 {
			order.PutUint32(h[32:], uint32(len(f.palette)/4))
		}
	}
	for i, m := range f.masks {
		if at := infoHeader + 4*i; at < f.size {
			order.PutUint32(h[at:], m)
		} else {
			h = order.AppendUint32(h, m)
		}
	}
	h = append(append(h, f.palette...), make([]byte, f.gap)...)
	out := make([]byte, fileHeader)
	copy(out, "BM")
	order.PutUint32(out[10:], uint32(fileHeader+len(h)))
	return append(append(out, h...), f.pixels...)
}

// TestDecode reads small files of every variant.
func TestDecode(t *testing.T) {
	black, red, blue := color.RGBA{0, 0, 0, 255}, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}
	palette := []byte{0, 0, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0} // black, red, blue
	small := []byte{0, 0, 0, 0, 0, 255, 255, 0, 0}            // the same, three bytes each
	rows := []byte{1, 2, 0, 0, 0, 1, 0, 0}                    // red, blue; black, red
	square := []color.Color{black, red, red, blue}            // what they show, bottom-up
	for _, test := range []struct {
		name string
		file file
		want []color.Color
	}{
		{"8 bits", file{40, 2, 2, 8, 0, nil, palette, 0, rows}, square},
		{"top-down", file{40, 2, -2, 8, 0, nil, palette, 0, rows}, []color.Color{red, blue, black, red}},
		{"a gap before the pixels", file{40, 2, 2, 8, 0, nil, palette, 6, rows}, square},
		{"OS/2 1.x", file{12, 2, 2, 8, 0, nil, append(small, make([]byte, 253*3)...), 0, rows}, square},
		{"OS/2 1.x, short palette", file{12, 2, 2, 8, 0, nil, small, 0, rows}, square},
		{"OS/2 2.x, 16 bytes", file{16, 2, 2, 8, 0, nil, palette, 0, rows}, square},
		{"OS/2 2.x, 64 bytes", file{64, 2, 2, 8, 0, nil, palette, 0, rows}, square},
		{"version 4", file{108, 2, 2, 8, 0, nil, palette, 0, rows}, square},
		{"version 5", file{124, 2, 2, 8, 0, nil, palette, 0, rows}, square},
		{"index beyond the palette", file{40, 2, 1, 8, 0, nil, palette, 0, []byte{1, 3, 0, 0}}, []color.Color{red, black}},
		{"4 bits", file{40, 3, 1, 4, 0, nil, palette, 0, []byte{0x12, 0x00, 0, 0}}, []color.Color{red, blue, black}},
		{"2 bits", file{40, 3, 1, 2, 0, nil, palette, 0, []byte{0x60, 0, 0, 0}}, []color.Color{red, blue, black}},
		{"1 bit", file{40, 3, 1, 1, 0, nil, palette[:8], 0, []byte{0xa0, 0, 0, 0}}, []color.Color{red, black, red}},
		{"RLE8", file{40, 4, 2, 8, 1, nil, palette, 0, []byte{0, 3, 1, 2, 0, 0, 1, 1, 0, 0, 2, 2, 0, 1}}, []color.Color{blue, blue, black, black, red, blue, black, red}},
		{"RLE8 that skips", file{40, 4, 2, 8, 1, nil, palette, 0, []byte{1, 1, 0, 2, 2, 1, 1, 2, 0, 1}}, []color.Color{black, black, black, blue, red, black, black, black}},
		{"RLE8 with a padded row", file{40, 3, 2, 8, 1, nil, palette, 0, []byte{4, 1, 0, 0, 4, 2, 0, 0}}, []color.Color{blue, blue, blue, red, red, red}},
		{"RLE4", file{40, 5, 1, 4, 2, nil, palette, 0, []byte{3, 0x12, 0, 3, 0x21, 0x00, 0, 1}}, []color.Color{red, blue, red, blue, red}},
		{"24 bits", file{40, 1, 1, 24, 0, nil, nil, 0, []byte{3, 2, 1, 0}}, []color.Color{color.RGBA{1, 2, 3, 255}}},
		{"32 bits", file{40, 1, 1, 32, 0, nil, nil, 0, []byte{3, 2, 1, 0}}, []color.Color{color.RGBA{1, 2, 3, 255}}},
		{"32 bits with alpha", file{40, 2, 1, 32, 0, nil, nil, 0, []byte{3, 2, 1, 0, 6, 5, 4, 9}}, []color.Color{color.NRGBA{1, 2, 3, 0}, color.NRGBA{4, 5, 6, 9}}},
		{"32 bits, version 4, no masks", file{108, 1, 1, 32, 0, nil, nil, 0, []byte{3, 2, 1, 9}}, []color.Color{color.RGBA{1, 2, 3, 255}}},
		{"32 bits by masks", file{40, 1, 1, 32, 3, []uint32{0xff, 0xff00, 0xff0000}, nil, 0, []byte{1, 2, 3, 9}}, []color.Color{color.RGBA{1, 2, 3, 255}}},
		{"32 bits by four masks", file{56, 1, 1, 32, 3, []uint32{0xff, 0xff00, 0xff0000, 0xff000000}, nil, 0, []byte{1, 2, 3, 9}}, []color.Color{color.NRGBA{1, 2, 3, 9}}},
		{"alpha masks after version 3", file{40, 1, 1, 32, 6, []uint32{0xff, 0xff00, 0xff0000, 0xff000000}, nil, 0, []byte{1, 2, 3, 9}}, []color.Color{color.NRGBA{1, 2, 3, 9}}},
		{"three masks, version 2", file{52, 1, 1, 32, 3, []uint32{0xff, 0xff00, 0xff0000}, nil, 0, []byte{1, 2, 3, 9}}, []color.Color{color.RGBA{1, 2, 3, 255}}},
		{"10 bits", file{40, 1, 1, 32, 3, []uint32{0x3ff, 0xffc00, 0x3ff00000}, nil, 0, []byte{0xff, 0x03, 0x00, 0x20}}, []color.Color{color.RGBA64{0xffff, 0, 0x8020, 0xffff}}},
		{"555", file{40, 2, 1, 16, 0, nil, nil, 0, []byte{0x00, 0x7c, 0x03, 0x00}}, []color.Color{red, color.RGBA{0, 0, 24, 255}}},
		{"565", file{40, 1, 1, 16, 3, []uint32{0xf800, 0x7e0, 0x1f}, nil, 0, []byte{0xe1, 0x07, 0, 0}}, []color.Color{color.RGBA{0, 255, 8, 255}}},
		{"1555", file{56, 2, 1, 16, 3, []uint32{0x7c00, 0x3e0, 0x1f, 0x8000}, nil, 0, []byte{0x00, 0xfc, 0x00, 0x7c}}, []color.Color{color.NRGBA{255, 0, 0, 255}, color.NRGBA{255, 0, 0, 0}}},
		{"4444", file{56, 1, 1, 16, 3, []uint32{0xf00, 0xf0, 0xf, 0xf000}, nil, 0, []byte{0x21, 0x3f, 0, 0}}, []color.Color{color.NRGBA{255, 34, 17, 51}}},
	} {
		in := test.file.bytes()
		m, h, err := Decode(in)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := m.Bounds(); got != image.Rect(0, 0, h.Width, h.Height) || got.Dx()*got.Dy() != len(test.want) {
			t.Errorf("%s: bounds are %v", test.name, got)
			continue
		}
		for i, want := range test.want {
			if got := m.At(i%h.Width, i/h.Width); got != want {
				t.Errorf("%s: pixel %d is %v, want %v", test.name, i, got, want)
			}
		}
		for n := range len(in) - 4 { // the last row may lack its padding, and RLE its end
			if _, _, err := Decode(in[:n]); err == nil {
				t.Errorf("%s: no error for %d of %d bytes", test.name, n, len(in))
				break
			}
		}
	}
}

// TestRLECounts: pixels that the codes leave out are counted, and indices beyond a row, but for those that pad it.
func TestRLECounts(t *testing.T) {
	palette := make([]byte, 3*4)
	for _, test := range []struct {
		name             string
		file             file
		skipped, outside int
	}{
		{"all pixels", file{40, 4, 2, 8, 1, nil, palette, 0, []byte{4, 1, 0, 0, 4, 2, 0, 1}}, 0, 0},
		{"a move", file{40, 4, 2, 8, 1, nil, palette, 0, []byte{1, 1, 0, 2, 2, 1, 1, 2, 0, 1}}, 6, 0},
		{"a move beyond the end of the row", file{40, 4, 1, 8, 1, nil, palette, 0, []byte{1, 1, 0, 2, 9, 0, 1, 2, 0, 1}}, 3, 1},
		{"a row that ends early", file{40, 4, 2, 8, 1, nil, palette, 0, []byte{3, 1, 0, 0, 4, 2, 0, 1}}, 1, 0},
		{"a picture that ends early", file{40, 4, 2, 8, 1, nil, palette, 0, []byte{4, 1, 0, 1}}, 4, 0},
		{"padding of RLE8", file{40, 3, 1, 8, 1, nil, palette, 0, []byte{4, 1, 0, 1}}, 0, 0},
		{"padding of RLE4", file{40, 3, 1, 4, 2, nil, palette, 0, []byte{8, 0x11, 0, 1}}, 0, 0},
		{"a run too long", file{40, 3, 2, 8, 1, nil, palette, 0, []byte{9, 1, 0, 0, 3, 1, 0, 1}}, 0, 5},
		{"indices too many", file{40, 3, 1, 4, 2, nil, palette, 0, []byte{3, 0x11, 0, 8, 0x11, 0x11, 0x11, 0x11, 0, 1}}, 0, 3},
	} {
		_, h, err := Decode(test.file.bytes())
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		} else if h.Skipped != test.skipped || h.Outside != test.outside {
			t.Errorf("%s: %d pixels left out, %d beyond rows; want %d, %d", test.name, h.Skipped, h.Outside, test.skipped, test.outside)
		}
	}
}

func TestRefusals(t *testing.T) {
	for want, f := range map[string]file{
		"JPEG in a bitmap":     {40, 1, 1, 24, 4, nil, nil, 0, nil},
		"PNG in a bitmap":      {40, 1, 1, 24, 5, nil, nil, 0, nil},
		"Huffman":              {64, 1, 1, 1, 3, nil, nil, 0, nil},
		"RLE24":                {64, 1, 1, 24, 4, nil, nil, 0, nil},
		"64-bit pixels":        {40, 1, 1, 64, 0, nil, nil, 0, nil},
		"compression method 9": {40, 1, 1, 8, 9, nil, nil, 0, nil},
		"header of 13 bytes":   {13, 0, 0, 0, 0, nil, nil, 0, nil},
	} {
		in := make([]byte, 200)
		if f.size != 13 {
			in = f.bytes()
		} else {
			copy(in, "BM")
			in[14] = 13
		}
		var unsupported UnsupportedError
		if _, err := ReadHeader(in); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an UnsupportedError with %q", err, want)
		}
	}
	for name, f := range map[string]file{
		"3 bits":           {40, 1, 1, 3, 0, nil, nil, 0, nil},
		"no width":         {40, 0, 1, 8, 0, nil, nil, 0, nil},
		"negative width":   {40, -1, 1, 8, 0, nil, nil, 0, nil},
		"RLE8 of 4 bits":   {40, 1, 1, 4, 1, nil, nil, 0, nil},
		"mask with a hole": {40, 1, 1, 32, 3, []uint32{5, 0xff00, 0xff0000}, nil, 0, nil},
		"mask too high":    {40, 1, 1, 16, 3, []uint32{0x10000, 0x7e0, 0x1f}, nil, 0, nil},
	} {
		var malformed FormatError
		if _, err := ReadHeader(f.bytes()); !errors.As(err, &malformed) {
			t.Errorf("%s: %v, want a FormatError", name, err)
		}
	}
}

// TestEncode reads what Encode writes, with this package and, where there is no
// transparency, with golang.org/x/image/bmp.
func TestEncode(t *testing.T) {
	b := image.Rect(2, 3, 9, 8)
	paint := func(m interface {
		image.Image
		Set(x, y int, c color.Color)
	}, alpha bool) image.Image {
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				c := color.NRGBA{uint8(30 * x), uint8(25 * y), uint8(x * y), 255}
				if alpha {
					c.A = uint8(20 * x)
				}
				m.Set(x, y, c)
			}
		}
		return m
	}
	palette := color.Palette{}
	for i := range 20 {
		palette = append(palette, color.RGBA{uint8(i), uint8(i * i), 9, 255})
	}
	for _, colours := range []int{1, 2, 3, 16, 17, 20} {
		m := image.NewPaletted(b, palette[:colours])
		for i := range m.Pix {
			m.Pix[i] = uint8(i % colours)
		}
		checkEncode(t, m, true)
	}
	checkEncode(t, paint(image.NewGray(b), false), true)
	checkEncode(t, paint(image.NewRGBA(b), false), true)
	checkEncode(t, paint(image.NewNRGBA(b), true), false)
	transparent := image.NewPaletted(b, color.Palette{color.NRGBA{1, 2, 3, 4}, color.NRGBA{5, 6, 7, 255}})
	checkEncode(t, transparent, false)
}

func checkEncode(t *testing.T, m image.Image, x bool) {
	t.Helper()
	var out bytes.Buffer
	profile := []byte("profile")
	if x {
		profile = nil // golang.org/x/image/bmp knows version 3 best
	}
	if err := Encode(&out, m, Options{XPerMetre: 5, YPerMetre: 6, Profile: profile}); err != nil {
		t.Fatal(err)
	}
	got, h, err := Decode(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if h.XPerMetre != 5 || h.YPerMetre != 6 || !bytes.Equal(h.Profile, profile) {
		t.Errorf("%+v", h)
	}
	images := []image.Image{got}
	if x && h.Bits >= 8 {
		other, err := xbmp.Decode(&out)
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, other)
	}
	b := m.Bounds()
	for i, have := range images {
		for y := range b.Dy() {
			for x := range b.Dx() {
				if have, want := straight(have.At(x, y)), straight(m.At(b.Min.X+x, b.Min.Y+y)); have != want {
					t.Fatalf("%T, reader %d: %v at %d, %d, want %v", m, i, have, x, y, want)
				}
			}
		}
	}
}

// FuzzDecode feeds arbitrary files to the reader. What it reads must be of the size
// and colour model that it says.
func FuzzDecode(f *testing.F) {
	f.Add(file{40, 2, 2, 8, 0, nil, make([]byte, 12), 0, make([]byte, 8)}.bytes())
	f.Add(file{40, 4, 2, 8, 1, nil, make([]byte, 12), 0, []byte{0, 3, 1, 2, 0, 0, 1, 1, 0, 2, 1, 0, 2, 2, 0, 1}}.bytes())
	f.Add(file{40, 5, 1, 4, 2, nil, make([]byte, 12), 0, []byte{3, 0x12, 0, 3, 0x21, 0x00, 0, 1}}.bytes())
	f.Add(file{56, 1, 1, 16, 3, []uint32{0xf00, 0xf0, 0xf, 0xf000}, nil, 0, make([]byte, 4)}.bytes())
	f.Add(file{12, 1, 1, 24, 0, nil, nil, 0, make([]byte, 4)}.bytes())
	f.Fuzz(func(t *testing.T, in []byte) {
		h, err := ReadHeader(in)
		if err != nil || int64(h.Width)*int64(h.Height) > 1<<16 {
			return
		}
		m, h, err := Decode(in)
		if err != nil {
			return
		}
		if m.Bounds() != image.Rect(0, 0, h.Width, h.Height) {
			t.Errorf("%v for %d x %d", m.Bounds(), h.Width, h.Height)
		}
		if err := Encode(io.Discard, m, Options{}); err != nil {
			t.Error(err)
		}
	})
}
