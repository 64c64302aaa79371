package model

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// stores are the two kinds of store, with the bits by which samples are deeper than 8 and the bound of their cells.
var stores = []struct {
	deep  uint
	bound float64
}{{0, 1 << 14}, {8, 1 << 30}}

// kept returns what a store keeps of a cell, computed as one would on paper.
func kept(a int32, k uint8, bound float64) (cell int32, clock uint8, number float64) {
	if k == unknown {
		return 0, unknown, 0
	}
	width := math.Ldexp(1, int(k))
	n := math.Floor(min(max(float64(a), -bound), bound-1) / width)
	return int32(n * width), k, (2*n + 1) * width
}

// TestStore: a store keeps cells and clocks, in the integers that its comment says; cells that do not fit become the
// outermost that do, at their clock.
func TestStore(t *testing.T) {
	r := newRand(50)
	for _, kind := range stores {
		clocks := []uint8{unknown}
		for k := range topClock + kind.deep + 1 {
			clocks = append(clocks, uint8(k))
		}
		b := int32(kind.bound)
		values := []int32{math.MinInt32, -b - 1, -b, -b + 1, -129, -1, 0, 1, 128, b - 129, b - 1, b, math.MaxInt32}
		for range 300 {
			values = append(values, int32(r.Uint32())>>r.IntN(32))
		}
		const from = 3 // sites before, that nobody shall touch
		s := newStore(from+len(values)+from, kind.deep)
		cell, clock := make([]int32, len(values)), make([]uint8, len(values))
		for _, k := range clocks {
			for j := range clock {
				clock[j] = k
			}
			s.save(values, clock, from)
			s.load(cell, clock, from, from+len(values))
			for j, a := range values {
				wantCell, wantClock, number := kept(a, k, kind.bound)
				if cell[j] != wantCell || clock[j] != wantClock || float64(s.at(from+j)) != number {
					t.Fatalf("%d bits deeper, cell %d at clock %d: %d at %d, stored as %d", kind.deep, a, k, cell[j], clock[j], s.at(from+j))
				}
			}
		}
		for j := range from {
			if s.at(j) != 0 || s.at(from+len(values)+j) != 0 {
				t.Fatal("a site outside was touched")
			}
		}
		for _, k := range clocks {
			for j, a := range values {
				s.setCell(from+j, a, k)
				cell, clock := s.cell(from + j)
				if wantCell, wantClock, number := kept(a, k, kind.bound); cell != wantCell || clock != wantClock || float64(s.at(from+j)) != number {
					t.Fatalf("%d bits deeper, cell %d at clock %d by itself: %d at %d, stored as %d", kind.deep, a, k, cell, clock, s.at(from+j))
				}
			}
		}
		var part store
		for _, n := range []int{9, 5} {
			part.resize(n, n, &s)
			part.copy(n-5, &s, from+1, from+6)
			for j := range 5 {
				if part.at(n-5+j) != s.at(from+1+j) {
					t.Fatal("a copy differs")
				}
				part.set(n-5+j, 5)
			}
		}
		if _, _, number := kept(values[1], clocks[len(clocks)-1], kind.bound); float64(s.at(from+1)) != number {
			t.Fatal("a copy shares memory")
		}
	}
}

// TestValues: a store keeps values that fit; of the others, two bytes keep the outermost.
func TestValues(t *testing.T) {
	r := newRand(54)
	for _, kind := range stores {
		lo, hi := int32(math.MinInt32), int32(math.MaxInt32)
		if kind.deep == 0 {
			lo, hi = math.MinInt16, math.MaxInt16
		}
		values := []int32{lo, hi, math.MinInt32, math.MaxInt32, math.MinInt16 - 1, math.MaxInt16 + 1, 0, -1}
		for range 300 {
			values = append(values, int32(r.Uint32())>>r.IntN(32))
		}
		s, back := newStore(1+len(values), kind.deep), make([]int32, len(values))
		s.setValues(values, 1)
		s.values(back, 1)
		for j, v := range values {
			if want := min(max(v, lo), hi); back[j] != want || s.at(1+j) != want {
				t.Fatalf("%d bits deeper, %d comes back as %d and %d", kind.deep, v, back[j], s.at(1+j))
			}
			s.setValue(0, v)
			if s.at(0) != back[j] {
				t.Fatalf("%d bits deeper, %d by itself comes back as %d", kind.deep, v, s.at(0))
			}
		}
	}
}

// TestStoreNests: what is stored of a cell at a coarser clock is the coarser cell of what is stored at a finer one,
// even where cells do not fit.
func TestStoreNests(t *testing.T) {
	r := newRand(51)
	for _, kind := range stores {
		s := newStore(1, kind.deep)
		stored := func(a int32, k uint8) int32 {
			cell := []int32{a}
			s.save(cell, []uint8{k}, 0)
			s.load(cell, []uint8{0}, 0, 1)
			return cell[0]
		}
		for range 5000 {
			a := int32(r.Uint32()) >> r.IntN(32)
			fine := uint8(r.IntN(int(topClock + kind.deep + 1)))
			coarse := fine + uint8(r.IntN(int(topClock+kind.deep+1-uint(fine))))
			if x := stored(a, fine); x>>coarse<<coarse != stored(a, coarse) {
				t.Fatalf("%d bits deeper, %d: %d at clock %d, %d at clock %d", kind.deep, a, x, fine, stored(a, coarse), coarse)
			}
		}
	}
}

// TestStoreFits: no image has a cell that does not fit. A coefficient is at most the largest sample times the sum of
// the magnitudes of its weights, which the responses to impulses give; transforms are separable, so the sums of two
// dimensions multiply. Chroma samples reach as far as luma's, with a sign.
func TestStoreFits(t *testing.T) {
	const n, impulse = 128, 1 << 16
	for i, lifting := range transform.Liftings {
		var low, high [8]float64 // by scale, of one dimension
		sums := map[[3]int]float64{}
		for at := range n {
			x := NewPlane(n, 1)
			x.Pix[at] = impulse
			for l := range transform.Scales(n, 1) {
				var d [bands]Plane
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
			for _, kind := range stores {
				const rounding = 16 // of all the liftings
				samples := math.Ldexp(1, int(8+kind.deep)) - 1
				largest := samples*high[l]*max(high[l], low[l]) + rounding
				if cells := largest + math.Ldexp(1, int(topClock+kind.deep)); cells > kind.bound {
					t.Errorf("lifting %d, scale %d: cells up to %.0f do not fit %.0f", i, l+1, cells, kind.bound)
				} else if kind.deep == 0 {
					t.Logf("lifting %d, scale %d: cells up to %.0f", i, l+1, cells)
				}
			}
		}
	}
}

// TestPackedClock: the clock of a packed cell is the number of its lowest one.
func TestPackedClock(t *testing.T) {
	if k := packedClock(0); k != unknown {
		t.Errorf("0 is at clock %d", k)
	}
	r := newRand(95)
	for k := range uint8(32) {
		for range 100 {
			if v := int32((2*r.Uint32() + 1) << k); packedClock(v) != k {
				t.Fatalf("%d is at clock %d, want %d", v, packedClock(v), k)
			}
		}
	}
}
