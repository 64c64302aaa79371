package codec_test

import (
	"bytes"
	"image"
	"io"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// TestStoredMemory: no samples or planes of the picture are allocated where a stored file is made, and nothing but the picture, reduced or
// not, and its alpha, where it is decoded: of opaque 8-bit colours that are 4 bytes a pixel. So whole processes stay below 12 bytes a pixel, the
// picture included. It does not run in parallel, since it counts what others allocate.
func TestStoredMemory(t *testing.T) {
	bounds := image.Rect(0, 0, 1600, 1200)
	pixels := bounds.Dx() * bounds.Dy()
	opaque, straight, wide := image.NewRGBA(bounds), image.NewNRGBA(bounds), image.NewNRGBA64(bounds)
	for i := range pixels { // rectangles
		x, y := i%bounds.Dx(), i/bounds.Dx()
		c := [4]byte{255, 255, 255, 255}
		if y%20 < 12 && x%30 < 17 {
			c = [4]byte{byte(x / 30 * 7), byte(y / 20 * 5), 90, 128}
		}
		copy(opaque.Pix[4*i:], c[:3])
		opaque.Pix[4*i+3] = 255
		copy(straight.Pix[4*i:], c[:])
		for j, v := range c {
			wide.Pix[8*i+2*j], wide.Pix[8*i+2*j+1] = v, 255-v
		}
	}
	const tables = 5 << 20 // of a coder, and its symbols
	o := &codec.Options{Mode: codec.Stored}
	for _, test := range []struct {
		m     image.Image
		bytes int // a pixel: of the picture, and of its alpha
	}{{opaque, 4}, {straight, 4 + 2}, {wide, 8 + 2}} {
		file := encode(t, test.m, o)
		n := allocated(func() {
			if _, err := codec.Decode(bytes.NewReader(file)); err != nil {
				t.Fatal(err)
			}
		})
		if n > uint64(test.bytes*pixels+tables+4*len(file)) {
			t.Errorf("%T: decoding allocates %d bytes, %.1f a pixel", test.m, n, float64(n)/float64(pixels))
		}
		n = allocated(func() {
			if _, err := (&codec.Decoder{Reduce: 3}).Decode(bytes.NewReader(file)); err != nil {
				t.Fatal(err)
			}
		})
		if alpha := test.bytes % 4; n > uint64(alpha*pixels+test.bytes*pixels/64+tables+4*len(file)) {
			t.Errorf("%T: decoding an eighth allocates %d bytes, %.1f a pixel", test.m, n, float64(n)/float64(pixels))
		}
		if test.m != image.Image(opaque) { // alpha is tried in two ways, each with tables of its own
			continue
		}
		if n := allocated(func() { codec.Encode(io.Discard, test.m, o) }); n > uint64(3*tables+4*len(file)) {
			t.Errorf("%T: encoding allocates %d bytes, %.1f a pixel", test.m, n, float64(n)/float64(pixels))
		}
	}
}
