package storage

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestDitherGolden holds the first dithers of some rows. Do not change them: they are part of the format, and
// every file depends on them.
func TestDitherGolden(t *testing.T) {
	for _, c := range []struct {
		scale, coefficient, y int
		want                  [9]uint16
	}{
		{1, 0, 0, [9]uint16{0x8351, 0xf374, 0x01c5, 0xc5a2, 0xd88e, 0x78bd, 0xa3fe, 0x3c08, 0x51ef}},
		{1, 0, 1, [9]uint16{0x1062, 0xbd0b, 0xe98b, 0xe12c, 0xe9a2, 0x9756, 0x1594, 0xee9b, 0x3ce7}},
		{1, 1, 0, [9]uint16{0xd2f5, 0x9ad2, 0x7f69, 0x9987, 0xbfed, 0x4d76, 0xf449, 0xda3b, 0xff4c}},
		{2, 0, 0, [9]uint16{0x9972, 0x5498, 0x4f58, 0x8dab, 0x9953, 0x87e0, 0x067c, 0xae08, 0xc04c}},
		{3, 8, 1234, [9]uint16{0x32ef, 0x0571, 0x690f, 0x14cf, 0xa659, 0x7d74, 0x84da, 0xd70c, 0x0f3c}},
	} {
		var row [9]uint16
		fillDither(row[:], new(rand.ChaCha8), c.scale, c.coefficient, c.y, 0xffff)
		if row != c.want {
			t.Errorf("scale %d coefficient %d row %d: %#04x, want %#04x", c.scale, c.coefficient, c.y, row, c.want)
		}
	}
}

// TestDitherPrefix: a row's dithers do not depend on its length.
func TestDitherPrefix(t *testing.T) {
	long := make([]uint16, 70)
	fillDither(long, new(rand.ChaCha8), 4, 5, 6, 0xffff)
	for n := range long {
		short := make([]uint16, n)
		fillDither(short, new(rand.ChaCha8), 4, 5, 6, 0xffff)
		if !slices.Equal(short, long[:n]) {
			t.Fatalf("a row of %d is not the beginning of a row of %d", n, len(long))
		}
	}
}

// TestDitherLooksRandom checks that dithers are uniform, and those of neighbouring sites, rows, coefficients
// and scales uncorrelated. The bounds are five standard deviations of what true randomness gives.
func TestDitherLooksRandom(t *testing.T) {
	const rows, n = 64, 256
	all := func(scale, coefficient, dy, dx int) []float64 {
		var v []float64
		row := make([]uint16, n+dx)
		for y := range rows {
			fillDither(row, new(rand.ChaCha8), scale, coefficient, y+dy, 0xffff)
			for _, u := range row[dx:] {
				v = append(v, (float64(u)+.5)/(1<<process.DitherBits)-.5)
			}
		}
		return v
	}
	first := all(1, 0, 0, 0)

	// Uniformity: the 16 bits one by one, and 64 bins by their chi square.
	for bit := range process.DitherBits {
		ones := 0
		row := make([]uint16, n)
		for y := range rows {
			fillDither(row, new(rand.ChaCha8), 1, 0, y, 0xffff)
			for _, u := range row {
				ones += int(u >> bit & 1)
			}
		}
		if d := math.Abs(float64(ones) - rows*n/2); d > 5*math.Sqrt(rows*n)/2 {
			t.Errorf("bit %d is set %d times of %d", bit, ones, rows*n)
		}
	}
	const bins = 64
	var count [bins]float64
	for _, v := range first {
		count[int((v+.5)*bins)]++
	}
	chi := 0.0
	for _, c := range count {
		chi += (c - rows*n/bins) * (c - rows*n/bins) / (rows * n / bins)
	}
	if d := math.Abs(chi - (bins - 1)); d > 5*math.Sqrt(2*(bins-1)) {
		t.Errorf("chi square of %d bins is %.1f", bins, chi)
	}

	for name, other := range map[string][]float64{
		"the next site":         all(1, 0, 0, 1),
		"the next row":          all(1, 0, 1, 0),
		"the next coefficient":  all(1, 1, 0, 0),
		"the next plane":        all(1, 3, 0, 0),
		"the next scale":        all(2, 0, 0, 0),
		"the fourth site after": all(1, 0, 0, 4), // as far as one draw of the generator reaches
	} {
		sum := 0.0
		for i, v := range first {
			sum += v * other[i]
		}
		if r := 12 * sum / (rows * n); math.Abs(r) > 5/math.Sqrt(rows*n) {
			t.Errorf("correlation with %s is %.4f", name, r)
		}
	}
}
