package stored

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// newRaster returns a raster of zeros.
func newRaster(width, height, channels, depth int) *Raster {
	return &Raster{Width: width, Height: height, Channels: channels, Depth: depth,
		Samples: make([]uint16, width*height*channels)}
}

// like returns a raster of r's shape whose samples are all wrong.
func like(r *Raster) *Raster {
	c := *r
	c.Samples = make([]uint16, len(r.Samples))
	for i, v := range r.Samples {
		c.Samples[i] = ^v
	}
	return &c
}

// The pictures that the tests draw.
const (
	flat     = "flat"
	gradient = "gradient"
	noise    = "noise"
	glyphs   = "glyphs" // a few shapes again and again, as in a screenshot
)

var kinds = []string{flat, gradient, noise, glyphs}

// draw fills a new raster with a picture of the given kind.
func draw(kind string, width, height, channels, depth int) *Raster {
	r := newRaster(width, height, channels, depth)
	rng := rand.New(rand.NewPCG(1, 2))
	mask := uint16(1<<depth - 1)
	for y := range height {
		for x := range width {
			for c := range channels {
				var v int
				switch kind {
				case flat:
					v = 12345
				case gradient:
					v = x + 2*y + 5*c
				case noise:
					v = int(rng.Uint32())
				case glyphs:
					v = (x % 8) * (y % 8) / 9 * (x / 8 % 3) * 77
				}
				r.Samples[(y*width+x)*channels+c] = uint16(v) & mask
			}
		}
	}
	return r
}

func TestPackRow(t *testing.T) {
	for _, test := range []struct {
		depth   int
		samples []uint16
		packed  []byte
	}{
		{1, []uint16{1, 0, 1, 1, 0, 0, 0, 1, 1}, []byte{0b10110001, 0b10000000}},
		{2, []uint16{3, 0, 1, 2, 1}, []byte{0b11000110, 0b01000000}},
		{4, []uint16{0xa, 0xb, 0xc}, []byte{0xab, 0xc0}},
		{8, []uint16{1, 255}, []byte{1, 255}},
		{16, []uint16{0x1234, 0xfffe}, []byte{0x12, 0x34, 0xff, 0xfe}},
	} {
		packed := slices.Repeat([]byte{0xee}, len(test.packed))
		packRow(packed, test.samples, test.depth)
		if !slices.Equal(packed, test.packed) {
			t.Errorf("depth %d: packed to %x, want %x", test.depth, packed, test.packed)
		}
		samples := make([]uint16, len(test.samples))
		unpackRow(samples, packed, test.depth)
		if !slices.Equal(samples, test.samples) {
			t.Errorf("depth %d: unpacked to %v, want %v", test.depth, samples, test.samples)
		}
	}
}

// TestBadRasters checks that a caller's mistakes are reported as such, by both
// functions, and that none of them panics.
func TestBadRasters(t *testing.T) {
	good := func() *Raster { return newRaster(3, 2, 1, 8) }
	bad := map[string]*Raster{"nil": nil}
	for name, spoil := range map[string]func(*Raster){
		"negative width": func(r *Raster) { r.Width = -3; r.Height = -2 },
		"no channels":    func(r *Raster) { r.Channels = 0 },
		"two channels":   func(r *Raster) { r.Channels = 2 },
		"depth 3":        func(r *Raster) { r.Depth = 3 },
		"few samples":    func(r *Raster) { r.Samples = r.Samples[1:] },
		"many samples":   func(r *Raster) { r.Samples = append(r.Samples, 0) },
		"too wide":       func(r *Raster) { r.Width = 1<<31 - 1 },
		"too large":      func(r *Raster) { r.Width, r.Height = 1<<29, 1<<29 },
	} {
		r := good()
		spoil(r)
		bad[name] = r
	}
	for name, r := range bad {
		var want RasterError
		if _, err := Encode(r); !errors.As(err, &want) {
			t.Errorf("%s: Encode returned %v, want a RasterError", name, err)
		}
		if _, err := Decode(nil, false, r); !errors.As(err, &want) {
			t.Errorf("%s: Decode returned %v, want a RasterError", name, err)
		}
	}
	r := good()
	r.Samples[4] = 256
	var want RasterError
	if _, err := Encode(r); !errors.As(err, &want) {
		t.Errorf("sample over the depth: Encode returned %v, want a RasterError", err)
	}
}
