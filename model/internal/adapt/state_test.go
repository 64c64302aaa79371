package adapt

import (
	"math/big"
	"testing"
)

// TestQuotient compares with division, at the limits too.
func TestQuotient(t *testing.T) {
	r := newRand(23)
	for d := int32(1); d < 256; d++ {
		limit := int32(min(int64(d)<<22, 1<<31-1))
		for k := range int32(400) {
			n := []int32{k, k * d, k*d - 1, limit - k, r.Int32N(limit)}[k%5]
			if k&8 != 0 {
				n = -n
			}
			if got := quotient(n, d); got != n/d {
				t.Fatalf("%d/%d: %d", n, d, got)
			}
		}
	}
}

// TestAverage: what bands have learned is averaged, towards zero; one band's is kept as it is.
func TestAverage(t *testing.T) {
	r := newRand(53)
	type numbers struct{ values, counts []int64 }
	list := func(s *State) (n numbers) {
		offsets := func(list []offset) {
			for _, o := range list {
				n.values, n.counts = append(n.values, int64(o.value)), append(n.counts, int64(o.count))
			}
		}
		for i := range s.Coefficients {
			c := &s.Coefficients[i]
			offsets([]offset{c.whole})
			offsets(c.around[:])
			offsets(c.coarser[:])
			offsets(c.scales[:])
			offsets(c.edge[left:])
		}
		for i := range s.Coefficients {
			n.values = append(n.values, s.Coefficients[i].weight[:]...)
		}
		return n
	}
	for _, n := range []int{1, 2, 3, 7} {
		bands := make([]State, n)
		for b := range bands {
			random := func(list []offset) {
				for j := range list {
					list[j] = offset{int32(r.IntN(2*maxOffset+1) - maxOffset), int32(r.IntN(151))}
				}
			}
			for i := range bands[b].Coefficients {
				c := &bands[b].Coefficients[i]
				whole := make([]offset, 1)
				random(whole)
				c.whole = whole[0]
				random(c.around[:])
				random(c.coarser[:])
				random(c.scales[:])
				random(c.edge[:])
				for j := range c.weight {
					c.weight[j] = r.Int64N(1<<41) - 1<<40
				}
			}
		}
		var got State
		got.Average(bands)
		for i := range got.Coefficients {
			edge := got.Coefficients[i].edge
			if edge[top] != bands[0].Coefficients[i].edge[top] || edge[bottom] != bands[n-1].Coefficients[i].edge[bottom] {
				t.Fatalf("%d bands: the edges are not of the bands at them", n)
			}
		}
		have, learned := list(&got), make([]numbers, n)
		for b := range bands {
			learned[b] = list(&bands[b])
		}
		for j, v := range have.values {
			sum := new(big.Int)
			for b := range learned {
				sum.Add(sum, big.NewInt(learned[b].values[j]))
			}
			if want := sum.Quo(sum, big.NewInt(int64(n))).Int64(); v != want {
				t.Fatalf("%d bands: the average is %d, want %d", n, v, want)
			}
		}
		for j, v := range have.counts {
			want := int64(0)
			for b := range learned {
				want = max(want, learned[b].counts[j])
			}
			if v != want {
				t.Fatalf("%d bands: the count is %d, want %d", n, v, want)
			}
		}
		if n == 1 && got != bands[0] {
			t.Error("what a single band has learned is not kept")
		}
	}
}
