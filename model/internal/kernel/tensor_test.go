package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPart: a layer of a part's rows is that of the whole's rows, whose neighbours it sees as its border.
func TestPart(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0xdd))
	const h, w, in, out = 7, 5, 4, 16
	weights := make([]int16, out*9*in)
	for i := range weights {
		weights[i] = int16(r.IntN(201) - 100)
	}
	c, err := NewConv(3, in, out, weights, make([]int32, out), 6)
	if err != nil {
		t.Fatal(err)
	}
	src, want, got := NewTensor(h, w, in), NewTensor(h, w, out), NewTensor(h, w, out)
	for y := range h {
		for i := range src.Row(y) {
			src.Row(y)[i] = int16(r.IntN(2001) - 1000)
		}
	}
	c.Rows(want, View{T: src}, View{}, View{}, false, 0, h)
	for y := 0; y < h; y += 3 {
		end := min(y+3, h)
		c.Rows(got.Part(y, end), View{T: src.Part(y, end)}, View{}, View{}, false, 0, end-y)
	}
	if !slices.Equal(got.data, want.data) {
		t.Error("parts differ from the whole")
	}
}

// TestScroll: rows move up, and the border stays zero.
func TestScroll(t *testing.T) {
	const h, w, c = 6, 3, 2
	for n := 1; n < h; n++ {
		x := NewTensor(h, w, c)
		for y := range h {
			for i := range x.Row(y) {
				x.Row(y)[i] = int16(100*y + i + 1)
			}
		}
		x.Scroll(n)
		for y := range h - n {
			for i, v := range x.Row(y) {
				if want := int16(100*(y+n) + i + 1); v != want {
					t.Fatalf("scrolled by %d, row %d holds %d, want %d", n, y, v, want)
				}
			}
		}
		for y := -1; y <= h; y++ {
			for _, at := range []int{-1, w} {
				i := x.index(y, at)
				if x.data[i]|x.data[i+1] != 0 {
					t.Fatalf("scrolled by %d, the border of row %d is not zero", n, y)
				}
			}
		}
	}
}
