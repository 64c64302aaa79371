package storage

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// arrays are the two kinds of Array, with the extra bits of depth of samples and the bound of their cells.
var arrays = []struct {
	extraBits uint
	bound     float64
}{{0, 1 << 14}, {8, 1 << 30}}

// kept returns what an array keeps of a cell, computed as one would on paper.
func kept(a int32, k uint8, bound float64) (cell int32, clock uint8, number float64) {
	if k == process.Unknown {
		return 0, process.Unknown, 0
	}
	width := math.Ldexp(1, int(k))
	n := math.Floor(min(max(float64(a), -bound), bound-1) / width)
	return int32(n * width), k, (2*n + 1) * width
}

// TestCells: an array keeps cells and clocks, in the integers that its comment says; cells that do not fit become the
// outermost that do, at their clock.
func TestCells(t *testing.T) {
	r := newRand(50)
	for _, kind := range arrays {
		clocks := []uint8{process.Unknown}
		for k := range process.TopClock + kind.extraBits + 1 {
			clocks = append(clocks, uint8(k))
		}
		b := int32(kind.bound)
		values := []int32{math.MinInt32, -b - 1, -b, -b + 1, -129, -1, 0, 1, 128, b - 129, b - 1, b, math.MaxInt32}
		for range 300 {
			values = append(values, int32(r.Uint32())>>r.IntN(32))
		}
		const from = 3 // sites before, that nobody shall touch
		s := NewArray(from+len(values)+from, kind.extraBits)
		cell, clock := make([]int32, len(values)), make([]uint8, len(values))
		for _, k := range clocks {
			for j := range clock {
				clock[j] = k
			}
			s.SetCells(values, clock, from)
			s.LoadCells(cell, clock, from, from+len(values))
			for j, a := range values {
				wantCell, wantClock, number := kept(a, k, kind.bound)
				if cell[j] != wantCell || clock[j] != wantClock || float64(s.At(from+j)) != number {
					t.Fatalf("%d bits deeper, cell %d at clock %d: %d at %d, stored as %d", kind.extraBits, a, k, cell[j], clock[j], s.At(from+j))
				}
			}
		}
		for j := range from {
			if s.At(j) != 0 || s.At(from+len(values)+j) != 0 {
				t.Fatal("a site outside was touched")
			}
		}
		for _, k := range clocks {
			for j, a := range values {
				s.SetCell(from+j, a, k)
				cell, clock := s.Cell(from + j)
				if wantCell, wantClock, number := kept(a, k, kind.bound); cell != wantCell || clock != wantClock || float64(s.At(from+j)) != number {
					t.Fatalf("%d bits deeper, cell %d at clock %d by itself: %d at %d, stored as %d", kind.extraBits, a, k, cell, clock, s.At(from+j))
				}
			}
		}
		var part Array
		for _, n := range []int{9, 5} {
			part.Resize(n, n, &s)
			part.Copy(n-5, &s, from+1, from+6)
			for j := range 5 {
				if part.At(n-5+j) != s.At(from+1+j) {
					t.Fatal("a copy differs")
				}
				part.Set(n-5+j, 5)
			}
		}
		if _, _, number := kept(values[1], clocks[len(clocks)-1], kind.bound); float64(s.At(from+1)) != number {
			t.Fatal("a copy shares memory")
		}
	}
}

// TestValues: an array keeps values that fit; of the others, two bytes keep the outermost.
func TestValues(t *testing.T) {
	r := newRand(54)
	for _, kind := range arrays {
		lo, hi := int32(math.MinInt32), int32(math.MaxInt32)
		if kind.extraBits == 0 {
			lo, hi = math.MinInt16, math.MaxInt16
		}
		values := []int32{lo, hi, math.MinInt32, math.MaxInt32, math.MinInt16 - 1, math.MaxInt16 + 1, 0, -1}
		for range 300 {
			values = append(values, int32(r.Uint32())>>r.IntN(32))
		}
		s, back := NewArray(1+len(values), kind.extraBits), make([]int32, len(values))
		s.SetAll(values, 1)
		s.Load(back, 1)
		for j, v := range values {
			if want := min(max(v, lo), hi); back[j] != want || s.At(1+j) != want {
				t.Fatalf("%d bits deeper, %d comes back as %d and %d", kind.extraBits, v, back[j], s.At(1+j))
			}
			s.Set(0, v)
			if s.At(0) != back[j] {
				t.Fatalf("%d bits deeper, %d by itself comes back as %d", kind.extraBits, v, s.At(0))
			}
		}
	}
}

// TestCellsNestInArray: what is stored of a cell at a coarser clock is the coarser cell of what is stored at a finer one,
// even where cells do not fit.
func TestCellsNestInArray(t *testing.T) {
	r := newRand(51)
	for _, kind := range arrays {
		s := NewArray(1, kind.extraBits)
		stored := func(a int32, k uint8) int32 {
			cell := []int32{a}
			s.SetCells(cell, []uint8{k}, 0)
			s.LoadCells(cell, []uint8{0}, 0, 1)
			return cell[0]
		}
		for range 5000 {
			a := int32(r.Uint32()) >> r.IntN(32)
			fine := uint8(r.IntN(int(process.TopClock + kind.extraBits + 1)))
			coarse := fine + uint8(r.IntN(int(process.TopClock+kind.extraBits+1-uint(fine))))
			if x := stored(a, fine); x>>coarse<<coarse != stored(a, coarse) {
				t.Fatalf("%d bits deeper, %d: %d at clock %d, %d at clock %d", kind.extraBits, a, x, fine, stored(a, coarse), coarse)
			}
		}
	}
}

// TestCellsFit: no image has a cell that does not fit. A coefficient is at most the largest sample times the sum of
// the magnitudes of its weights, which the responses to impulses give; transforms are separable, so the sums of two
// dimensions multiply. Chroma samples reach as far as luma's, with a sign.
func TestCellsFit(t *testing.T) {
	const n, impulse = 128, 1 << 16
	for i, lifting := range transform.Liftings {
		var low, high [8]float64 // by scale, of one dimension
		sums := map[[3]int]float64{}
		for at := range n {
			x := transform.NewPlane(n, 1)
			x.Pix[at] = impulse
			for l := range transform.Scales(n, 1) {
				var d [transform.Subbands]transform.Plane
				x, d = transform.Analyse(&lifting, x)
				for j, v := range x.Pix {
					sums[[3]int{l, 0, j}] += math.Abs(float64(v)) / impulse
				}
				for j, v := range d[0].Pix {
					sums[[3]int{l, 1, j}] += math.Abs(float64(v)) / impulse
				}
			}
		}
		for key, sum := range sums {
			by := &low
			if key[1] == 1 {
				by = &high
			}
			by[key[0]] = max(by[key[0]], sum)
		}
		for l := range transform.Scales(n, 1) {
			for _, kind := range arrays {
				const rounding = 16 // of all the liftings
				samples := math.Ldexp(1, int(8+kind.extraBits)) - 1
				largest := samples*high[l]*max(high[l], low[l]) + rounding
				if cells := largest + math.Ldexp(1, int(process.TopClock+kind.extraBits)); cells > kind.bound {
					t.Errorf("lifting %d, scale %d: cells up to %.0f do not fit %.0f", i, l+1, cells, kind.bound)
				} else if kind.extraBits == 0 {
					t.Logf("lifting %d, scale %d: cells up to %.0f", i, l+1, cells)
				}
			}
		}
	}
}

// TestPackedClock: the clock of a packed cell is the number of its lowest one.
func TestPackedClock(t *testing.T) {
	if k := PackedClock(0); k != process.Unknown {
		t.Errorf("0 is at clock %d", k)
	}
	r := newRand(95)
	for k := range uint8(32) {
		for range 100 {
			if v := int32((2*r.Uint32() + 1) << k); PackedClock(v) != k {
				t.Fatalf("%d is at clock %d, want %d", v, PackedClock(v), k)
			}
		}
	}
}
