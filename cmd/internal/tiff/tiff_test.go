package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/image/ccitt"
	xtiff "golang.org/x/image/tiff"
)

// TestFaxCodes checks that no code of a table begins another, and that those of
// runs leave room for the end-of-line code only.
func TestFaxCodes(t *testing.T) {
	for name, codes := range map[string]string{
		"white": whiteRuns + " " + whiteLongRuns + " " + longestRuns,
		"black": blackRuns + " " + blackLongRuns + " " + longestRuns,
		"modes": modes,
	} {
		list := strings.Fields(codes)
		if want := map[string]int{"white": 64 + 27 + 13, "black": 64 + 27 + 13, "modes": 9}[name]; len(list) != want {
			t.Errorf("%s: %d codes, want %d", name, len(list), want)
		}
		for i, a := range list {
			for j, b := range list {
				if i != j && strings.HasPrefix(b, a) {
					t.Errorf("%s: code %d, %s, begins code %d, %s", name, i, a, j, b)
				}
			}
			if strings.HasPrefix("00000000000", a) {
				t.Errorf("%s: code %s is zeros", name, a)
			}
		}
	}
}

// faxWriter is a slow encoder of T.4 and T.6, by the words of the recommendations.
type faxWriter struct{ bits strings.Builder }

func (w *faxWriter) run(colour, n int) {
	codes := [2][2][]string{{strings.Fields(whiteRuns), strings.Fields(whiteLongRuns)}, {strings.Fields(blackRuns), strings.Fields(blackLongRuns)}}[colour]
	longest := strings.Fields(longestRuns)
	for ; n > 2560; n -= 2560 {
		w.bits.WriteString(longest[12])
	}
	if n >= 1792 {
		w.bits.WriteString(longest[(n-1792)/64])
		n %= 64
	} else if n >= 64 {
		w.bits.WriteString(codes[1][n/64-1])
		n %= 64
	}
	w.bits.WriteString(codes[0][n])
}

// next returns the first pixel from x on that begins a run of another colour than
// the pixel before it; before the row all is white.
func next(row []byte, x int, colour byte) int {
	for x < len(row) && row[x] == colour {
		x++
	}
	return x
}

func (w *faxWriter) oneDimensional(row []byte) {
	for x, colour := 0, byte(0); x < len(row); colour ^= 1 {
		end := next(row, x, colour)
		w.run(int(colour), end-x)
		x = end
	}
}

func (w *faxWriter) twoDimensional(above, row []byte) {
	codes := strings.Fields(modes)
	a0, colour := -1, byte(0)
	at := func(row []byte, x int) byte {
		if x < 0 {
			return 0
		}
		return row[x]
	}
	for a0 < len(row) {
		a1 := next(row, max(a0, 0), colour)
		b1 := a0 + 1 // the first change above, right of a0, to the other colour
		for b1 < len(above) && !(above[b1] != colour && at(above, b1-1) == colour) {
			b1++
		}
		b2 := b1
		if b1 < len(above) {
			b2 = next(above, b1, above[b1])
		}
		switch d := a1 - b1; {
		case b2 < a1:
			w.bits.WriteString(codes[modePass])
			a0 = b2
		case d >= -3 && d <= 3:
			w.bits.WriteString(codes[modeVertical+d])
			a0, colour = a1, colour^1
		default:
			a2 := next(row, a1, colour^1)
			w.bits.WriteString(codes[modeHorizontal])
			w.run(int(colour), a1-max(a0, 0))
			w.run(int(colour^1), a2-a1)
			a0 = a2
		}
	}
}

// bytes returns the code, padded with zeros.
func (w *faxWriter) bytes() []byte {
	var out []byte
	for i, c := range w.bits.String() {
		if i%8 == 0 {
			out = append(out, 0)
		}
		out[i/8] |= byte(c-'0') << (7 - i%8)
	}
	return out
}

// TestFax codes random pictures in all modes, decodes them, and compares with
// golang.org/x/image/ccitt where that knows the mode.
func TestFax(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, width := range []int{1, 7, 8, 64, 200, 1729, 6000} {
		const height = 12
		rows := make([][]byte, height)
		want := make([]byte, (width+7)/8*height)
		for y := range rows {
			rows[y] = make([]byte, width)
			if y > 0 && rng.IntN(4) > 0 {
				copy(rows[y], rows[y-1])
			}
			for range rng.IntN(6) { // some runs are changed
				x := rng.IntN(width)
				for i := x; i < min(width, x+1+rng.IntN(width)/(1+rng.IntN(60))); i++ {
					rows[y][i] ^= 1
				}
			}
			for x, v := range rows[y] {
				want[y*((width+7)/8)+x/8] |= v << (7 - x%8)
			}
		}
		const endOfLine = "000000000001"
		var t6, oneD, twoD, aligned faxWriter
		above := make([]byte, width)
		for y, row := range rows {
			t6.twoDimensional(above, row)
			oneD.bits.WriteString(strings.Repeat("0", y%3) + endOfLine)
			oneD.oneDimensional(row)
			if y%4 == 0 {
				twoD.bits.WriteString(endOfLine + "1")
				twoD.oneDimensional(row)
			} else {
				twoD.bits.WriteString(endOfLine + "0")
				twoD.twoDimensional(above, row)
			}
			for aligned.bits.Len()%8 > 0 {
				aligned.bits.WriteByte('0')
			}
			aligned.oneDimensional(row)
			above = row
		}
		for _, test := range []struct {
			name string
			code []byte
			mode faxMode
		}{{"T.6", t6.bytes(), faxMode{t6: true}}, {"T.4", oneD.bytes(), faxMode{}}, {"T.4 2-D", twoD.bytes(), faxMode{twoD: true}}, {"aligned", aligned.bytes(), faxMode{aligned: true}}} {
			got, err := decodeFax(test.code, width, height, test.mode)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, width %d: %v; equal: %t", test.name, width, err, bytes.Equal(got, want))
			}
			for n := range len(test.code) - 1 {
				if _, err := decodeFax(test.code[:n], width, height, test.mode); err == nil {
					t.Errorf("%s, width %d: no error for %d of %d bytes", test.name, width, n, len(test.code))
					break
				}
			}
		}
		oracle, err := io.ReadAll(ccitt.NewReader(bytes.NewReader(t6.bytes()), ccitt.MSB, ccitt.Group4, width, height, &ccitt.Options{Invert: true}))
		if err != nil || !bytes.Equal(oracle, want) {
			t.Errorf("width %d: golang.org/x/image/ccitt reads the test's own code otherwise: %v", width, err)
		}
	}
}

func picture(set interface {
	image.Image
	Set(x, y int, c color.Color)
}) image.Image {
	b := set.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			set.Set(x, y, color.NRGBA64{uint16(x * 3001), uint16(y * 5003), uint16(x * y * 77), uint16(65535 - x*2000)})
		}
	}
	return set
}

// TestEncode reads what Encode writes, with this package and with
// golang.org/x/image/tiff.
func TestEncode(t *testing.T) {
	b := image.Rect(3, 4, 24, 19)
	indexed := image.NewPaletted(b, color.Palette{color.RGBA{1, 2, 3, 255}, color.RGBA{255, 0, 9, 255}, color.RGBA{7, 7, 7, 255}})
	for i := range indexed.Pix {
		indexed.Pix[i] = uint8(i % 3)
	}
	black := image.NewGray(b)
	for i := range black.Pix {
		black.Pix[i] = uint8(i*i%2) * 255
	}
	for _, test := range []struct {
		img  image.Image
		bits int
		x    bool // golang.org/x/image/tiff reads it too
	}{
		{picture(image.NewGray(b)), 0, true}, {picture(image.NewGray(b)), 4, true}, {black, 1, true}, {black, 2, false},
		{picture(image.NewGray16(b)), 0, true}, {picture(image.NewRGBA(b)), 0, true}, {picture(image.NewNRGBA(b)), 0, true},
		{picture(image.NewRGBA64(b)), 0, true}, {picture(image.NewNRGBA64(b)), 0, true}, {indexed, 0, true}, {indexed, 2, false}, {indexed, 1, true},
	} {
		var out bytes.Buffer
		if err := Encode(&out, test.img, Options{Bits: test.bits}); err != nil {
			t.Fatal(err)
		}
		c, err := Read(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Page.Decode()
		if err != nil {
			t.Fatal(err)
		}
		if reflect.TypeOf(got) != reflect.TypeOf(test.img) {
			t.Errorf("a %T became a %T", test.img, got)
		}
		images := []image.Image{got}
		if test.x {
			m, err := xtiff.Decode(&out)
			if err != nil {
				t.Errorf("%T of %d bits: %v", test.img, test.bits, err)
				continue
			}
			images = append(images, m)
		}
		for i, m := range images {
			for y := range b.Dy() {
				for x := range b.Dx() {
					if have, want := m.At(x, y), test.img.At(b.Min.X+x, b.Min.Y+y); color.NRGBA64Model.Convert(have) != color.NRGBA64Model.Convert(want) {
						t.Fatalf("%T of %d bits, reader %d: %v at %d, %d, want %v", test.img, test.bits, i, have, x, y, want)
					}
				}
			}
		}
	}
	if err := Encode(io.Discard, image.NewGray(image.Rectangle{}), Options{}); !errors.As(err, new(UnsupportedError)) {
		t.Errorf("a picture without pixels: %v", err)
	}
}

// TestRefusals changes a field of a good file to what is not read, which must be
// named.
func TestRefusals(t *testing.T) {
	var out bytes.Buffer
	if err := Encode(&out, picture(image.NewRGBA64(image.Rect(0, 0, 9, 5))), Options{}); err != nil {
		t.Fatal(err)
	}
	tree, err := ReadTree(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		tag   uint16
		value uint32
		want  string
	}{
		{TagSampleFormat, 3, "floating-point"}, {TagSampleFormat, 2, "signed"}, {TagSampleFormat, 5, "complex"},
		{TagCompression, 34887, "LERC"}, {TagCompression, 6, "old-style JPEG"}, {TagCompression, 7, "16-bit JPEG"}, {TagCompression, 12345, "12345"},
		{TagPhotometricInterpretation, 32803, "colour filter array"}, {TagPhotometricInterpretation, 8, "L*a*b*"}, {TagPhotometricInterpretation, 6, "YCbCr"},
		{TagPredictor, 3, "floating-point"}, {TagPredictor, 9, "predictor 9"}, {TagBitsPerSample, 32, "32 bits"}, {TagSamplesPerPixel, 1, "1 samples"}, {TagImageWidth, 0, "0 x 5"},
	} {
		changed := tree.Select(func(tag uint16) bool { return tag != test.tag })
		changed.add(test.tag, Short, test.value)
		file, err := changed.Append(bytes.Clone(out.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		binary.LittleEndian.PutUint32(file[4:], uint32(out.Len()+out.Len()%2))
		if _, err := Read(file); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("tag %d of %d: %v, want %q", test.tag, test.value, err, test.want)
		}
	}
}

// TestTree checks that directories come through Marshal, in either byte order.
func TestTree(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		two := make([]byte, 4)
		order.PutUint16(two, 1)
		order.PutUint16(two[2:], 2)
		leaf := &Tree{Directory: Directory{Order: order, Fields: []Field{{36867, ASCII, 5, []byte("2024\x00")}, {40000, Short, 2, two}}}, Children: map[uint16]*Tree{}}
		tree := &Tree{Directory: Directory{Order: order, Fields: []Field{{TagArtist, ASCII, 3, []byte("me\x00")}}}, Children: map[uint16]*Tree{TagEXIF: leaf}}
		b, err := tree.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadTree(b)
		if err != nil || !reflect.DeepEqual(got, tree) {
			t.Errorf("%v: %+v and %v, want %+v", order, got, err, tree)
		}
		if err := got.Reorder(binary.BigEndian); err != nil {
			t.Fatal(err)
		}
		if v := got.Children[TagEXIF].Uints(40000); !reflect.DeepEqual(v, []uint64{1, 2}) {
			t.Errorf("%v reordered: %v", order, v)
		}
	}
}

// FuzzRead feeds arbitrary files to the reader; those that are read must be of the
// size that they say.
func FuzzRead(f *testing.F) {
	for _, m := range []image.Image{picture(image.NewRGBA(image.Rect(0, 0, 5, 3))), image.NewGray16(image.Rect(0, 0, 3, 3)),
		image.NewPaletted(image.Rect(0, 0, 9, 2), color.Palette{color.Black, color.White})} {
		var out bytes.Buffer
		if err := Encode(&out, m, Options{Bits: 1}); err != nil {
			f.Fatal(err)
		}
		f.Add(out.Bytes())
	}
	f.Add([]byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x01\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if tree, err := ReadTree(file); err == nil {
			if _, err := tree.Marshal(); err != nil && !errors.As(err, new(UnsupportedError)) {
				t.Error(err)
			}
		}
		c, err := Read(file)
		if err != nil || int64(c.Page.Width)*int64(c.Page.Height) > 1<<16 {
			return
		}
		if m, err := c.Page.Decode(); err == nil && (m.Bounds() != image.Rect(0, 0, c.Page.Width, c.Page.Height) || reflect.TypeOf(m.ColorModel()) != reflect.TypeOf(c.Page.ColorModel())) {
			t.Errorf("%v of %v for a page of %d x %d", m.ColorModel(), m.Bounds(), c.Page.Width, c.Page.Height)
		}
	})
}

// FuzzFax decodes arbitrary codes.
func FuzzFax(f *testing.F) {
	f.Add([]byte{0x26, 0xa0, 0x12}, uint16(20), byte(1))
	f.Add([]byte{0x00, 0x1c, 0x80}, uint16(9), byte(2))
	f.Fuzz(func(t *testing.T, in []byte, width uint16, mode byte) {
		decodeFax(in, 1+int(width), 4, faxMode{t6: mode&1 != 0, twoD: mode&2 != 0, aligned: mode&4 != 0})
	})
}
