package stored

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

// predict is the slow, plain form of the filters, after the text of the PNG
// specification.
func predict(f filter, cur, up []byte, i, bpp int) byte {
	at := func(row []byte, i int) int {
		if i < 0 {
			return 0
		}
		return int(row[i])
	}
	a, b, c := at(cur, i-bpp), at(up, i), at(up, i-bpp)
	switch f {
	case filterSub:
		return byte(a)
	case filterUp:
		return byte(b)
	case filterAverage:
		return byte((a + b) / 2)
	case filterPaeth:
		p := a + b - c
		abs := func(v int) int { return max(v, -v) }
		switch {
		case abs(p-a) <= abs(p-b) && abs(p-a) <= abs(p-c):
			return byte(a)
		case abs(p-b) <= abs(p-c):
			return byte(b)
		}
		return byte(c)
	}
	return 0
}

func TestFilters(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for bpp := 1; bpp <= 8; bpp++ {
		for n := range 20 { // rows shorter than a pixel too, which packed ones can be
			cur, up := make([]byte, n), make([]byte, n)
			for i := range n {
				cur[i], up[i] = byte(rng.Uint32()), byte(rng.Uint32())
			}
			for f := range filter(numFilters) {
				got := make([]byte, n)
				applyFilter(f, got, cur, up, bpp)
				for i := range n {
					if want := cur[i] - predict(f, cur, up, i, bpp); got[i] != want {
						t.Fatalf("filter %d, %d bytes a pixel, byte %d of %d: %d, want %d", f, bpp, i, n, got[i], want)
					}
				}
				undoFilter(f, got, up, bpp)
				if !bytes.Equal(got, cur) {
					t.Fatalf("filter %d, %d bytes a pixel, %d bytes: does not come back", f, bpp, n)
				}
			}
		}
	}
}

func TestPaeth(t *testing.T) {
	for left := range 256 {
		for up := range 256 {
			for corner := 0; corner < 256; corner += 5 {
				l, u, c := byte(left), byte(up), byte(corner)
				if got, want := paeth(l, u, c), predict(filterPaeth, []byte{l, 0}, []byte{c, u}, 1, 1); got != want {
					t.Fatalf("paeth(%d, %d, %d) = %d, want %d", l, u, c, got, want)
				}
			}
		}
	}
}

func TestLog2(t *testing.T) {
	for n := 1; n < 100_000; n += 1 + n/50 {
		if got, want := float64(log2(n))/(1<<16), math.Log2(float64(n)); math.Abs(got-want) > 0.01 {
			t.Errorf("log2(%d) = %.4f, want %.4f", n, got, want)
		}
	}
}
