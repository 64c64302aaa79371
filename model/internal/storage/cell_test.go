package storage

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// cellOf is the forward process (eq. 4): v+u without its low k bits.
func cellOf(v int32, u uint16, k uint8) int32 { return (v + int32(u)) >> k << k }

func TestCellsNest(t *testing.T) {
	r := newRand(4)
	for range 10_000 {
		v, u := r.Int32N(1<<18)-1<<17, uint16(r.UintN(1<<process.DitherBits))
		for k := uint8(0); k <= process.DitherBits; k++ {
			a := cellOf(v, u, k)
			if lo := a - int32(u); v < lo || v >= lo+1<<k {
				t.Fatalf("v %d dither %d: cell %d of clock %d does not hold it", v, u, a, k)
			}
			if next := cellOf(v, u, k+1); next != a>>(k+1)<<(k+1) {
				t.Fatalf("v %d dither %d: the cell at clock %d is no function of that at %d", v, u, k+1, k)
			}
		}
		if a := cellOf(v, u, 0); a-int32(u) != v {
			t.Fatalf("v %d dither %d: the cell at clock 0 is %d", v, u, a-int32(u))
		}
	}
}

func TestCentre(t *testing.T) {
	r := newRand(5)
	for range 2000 {
		v, u, k := r.Int32N(1<<18)-1<<17, uint16(r.UintN(1<<process.DitherBits)), uint8(r.UintN(10))
		a, sum := cellOf(v, u, k), int64(0)
		for w := range int64(1 << k) { // the values in the cell
			sum += int64(a) - int64(u) + w
		}
		if got := int64(CentreQ6(a, u, k)); got<<k != sum<<6 {
			t.Fatalf("centre of cell %d, dither %d, clock %d is %d/64", a, u, k, got)
		}
	}
	if got := CentreQ6(12345, 77, process.Unknown); got != 0 {
		t.Errorf("centre of an process.Unknown coefficient is %d/64", got)
	}
}

// TestCellsAreDiffusion checks what makes hiding low bits a diffusion: whatever v, over all dithers the
// centre is v plus noise of the same uniform distribution, of mean 0 and variance (4^k-1)/12.
func TestCellsAreDiffusion(t *testing.T) {
	for _, k := range []uint8{1, 2, 5, 8} {
		for _, v := range []int32{0, 1, -1, 77, -300, 65535} {
			count := map[int32]int{} // by the noise, Q6
			sum, squares := int64(0), int64(0)
			for u := range 1 << process.DitherBits {
				e := CentreQ6(cellOf(v, uint16(u), k), uint16(u), k) - v<<6
				count[e]++
				sum += int64(e)
				squares += int64(e) * int64(e)
			}
			if len(count) != 1<<k {
				t.Errorf("v %d clock %d: %d noises, want %d", v, k, len(count), 1<<k)
			}
			for e, n := range count {
				if n != 1<<(process.DitherBits-k) {
					t.Errorf("v %d clock %d: noise %d/64 comes %d times", v, k, e, n)
				}
			}
			want := (math.Exp2(float64(2*k)) - 1) / 12
			if got := float64(squares) / (1 << (process.DitherBits + 12)); sum != 0 || got != want {
				t.Errorf("v %d clock %d: noise sums to %d and has variance %v, want %v", v, k, sum, got, want)
			}
		}
	}
}
