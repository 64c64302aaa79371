package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAddProducts compares all implementations, with the greatest numbers too, and checks that they stay within their slices.
func TestAddProducts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	number := func() int16 {
		if r.IntN(4) == 0 {
			return []int16{-1 << 15, -1, 0, 1, 1<<15 - 1}[r.IntN(5)]
		}
		return int16(r.Uint32())
	}
	for n := 0; n <= 240; n += block {
		for range 20 {
			x := make([]int16, n)
			for j := range x {
				x[j] = number()
			}
			p, q := number(), number()
			a, b := make([]int32, n+1), make([]int32, n+2)
			for j := range b {
				a[min(j, n)], b[j] = int32(r.Uint32()), int32(r.Uint32())
			}
			wantA, wantB := slices.Clone(a), slices.Clone(b)
			for j, v := range x {
				wantA[j], wantB[j] = int32(int64(a[j])+int64(p)*int64(v)), int32(int64(b[j])+int64(q)*int64(v))
			}
			for _, i := range implementations() {
				gotA, gotB := slices.Clone(a), slices.Clone(b)
				i.add(gotA[:n], gotB[:n], x, []int32{0}, []int32{int32(uint16(p))}, []int32{int32(uint16(q))})
				if !slices.Equal(gotA, wantA) || !slices.Equal(gotB, wantB) {
					t.Fatalf("%s: %d elements times %d and %d: %v and %v, want %v and %v", i.name, n, p, q, gotA, gotB, wantA, wantB)
				}
			}
		}
	}
}

// TestAddSquares does the same for AddSquares.
func TestAddSquares(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := 0; n <= 240; n += block {
		for range 20 {
			x := make([]int16, n)
			for j := range x {
				x[j] = []int16{-1 << 15, -1, 0, 1<<15 - 1, int16(r.Uint32()), int16(r.Uint32())}[r.IntN(6)]
			}
			sum, squares := make([]int32, n+1), make([]int64, n+1)
			for j := range sum {
				sum[j], squares[j] = int32(r.Uint32()), r.Int64()>>8
			}
			wantSum, wantSquares := slices.Clone(sum), slices.Clone(squares)
			for j, v := range x {
				wantSum[j], wantSquares[j] = int32(int64(sum[j])+int64(v)), squares[j]+int64(v)*int64(v)
			}
			for _, i := range implementations() {
				gotSum, gotSquares := slices.Clone(sum), slices.Clone(squares)
				i.squares(gotSum[:n], gotSquares[:n], x, []int32{0})
				if !slices.Equal(gotSum, wantSum) || !slices.Equal(gotSquares, wantSquares) {
					t.Fatalf("%s: %d elements: %v and %v, want %v and %v", i.name, n, gotSum, gotSquares, wantSum, wantSquares)
				}
			}
		}
	}
}

// TestOfSites compares the sums over many sites with those of one after the other.
func TestOfSites(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for n := 0; n <= 240; n += block {
		for count := 1; count < 9; count++ {
			x := make([]int16, 10*(n+block))
			for j := range x {
				x[j] = []int16{-1 << 15, 1<<15 - 1, int16(r.Uint32())}[r.IntN(3)]
			}
			sites, p, q := make([]int32, count), make([]int32, count), make([]int32, count)
			for k := range sites {
				sites[k], p[k], q[k] = int32(r.IntN(9*(n+block))), r.Int32N(1<<16), r.Int32N(1<<16)
			}
			a, b, sum, squares := make([]int32, n), make([]int32, n), make([]int32, n), make([]int64, n)
			for j := range a {
				a[j], b[j], sum[j], squares[j] = int32(r.Uint32()), int32(r.Uint32()), int32(r.Uint32()), r.Int64()>>8
			}
			wantA, wantB, wantSum, wantSquares := slices.Clone(a), slices.Clone(b), slices.Clone(sum), slices.Clone(squares)
			for k, s := range sites {
				addPortable(wantA, wantB, x[s:][:n], int16(p[k]), int16(q[k]))
				squaresPortable(wantSum, wantSquares, x[s:][:n])
			}
			for _, i := range implementations() {
				gotA, gotB, gotSum, gotSquares := slices.Clone(a), slices.Clone(b), slices.Clone(sum), slices.Clone(squares)
				i.add(gotA, gotB, x, sites, p, q)
				i.squares(gotSum, gotSquares, x, sites)
				if !slices.Equal(gotA, wantA) || !slices.Equal(gotB, wantB) || !slices.Equal(gotSum, wantSum) || !slices.Equal(gotSquares, wantSquares) {
					t.Fatalf("%s: %d units of %d sites differ", i.name, n, count)
				}
			}
		}
	}
}

func BenchmarkAddProducts(b *testing.B) {
	x, sums := make([]int16, 48), make([]int32, 96)
	sites, p, q := []int32{0}, []int32{3}, []int32{1<<16 - 5}
	for _, i := range implementations() {
		b.Run(i.name, func(b *testing.B) {
			for b.Loop() {
				i.add(sums[:48], sums[48:], x, sites, p, q)
			}
		})
	}
}
