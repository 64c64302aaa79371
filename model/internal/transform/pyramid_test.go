package transform

import (
	"fmt"
	"testing"
)

// slowAnalyse splits all rows, then all columns of both halves, with slowSplit.
func slowAnalyse(l *Lifting, x Plane) (ll Plane, detail [Subbands]Plane) {
	lo, hi := NewPlane((x.W+1)/2, x.H), NewPlane(x.W/2, x.H)
	for y := range x.H {
		s, d := slowSplit(l, x.Row(y))
		copy(lo.Row(y), s)
		copy(hi.Row(y), d)
	}
	columns := func(x Plane) (s, d Plane) {
		s, d = NewPlane(x.W, (x.H+1)/2), NewPlane(x.W, x.H/2)
		for i := range x.W {
			column := make([]int32, x.H)
			for y := range column {
				column[y] = x.Row(y)[i]
			}
			cs, cd := slowSplit(l, column)
			for y, v := range cs {
				s.Row(y)[i] = v
			}
			for y, v := range cd {
				d.Row(y)[i] = v
			}
		}
		return s, d
	}
	ll, detail[LH] = columns(lo)
	detail[HL], detail[HH] = columns(hi)
	return ll, detail
}

var pyramidSizes = func() (sizes [][2]int) {
	for w := 1; w <= 9; w++ {
		for h := 1; h <= 9; h++ {
			sizes = append(sizes, [2]int{w, h})
		}
	}
	return append(sizes, [2]int{33, 17}, [2]int{17, 33}, [2]int{64, 64}, [2]int{1, 100}, [2]int{100, 1}, [2]int{31, 2})
}()

func TestAnalyse(t *testing.T) {
	r := newRand(8)
	for number := range Liftings {
		l := &Liftings[number]
		for _, size := range pyramidSizes {
			x := NewPlane(size[0], size[1])
			for i := range x.Pix {
				x.Pix[i] = r.Int32N(1<<17) - 1<<16
			}
			ll, detail := Analyse(l, x)
			wl, wd := slowAnalyse(l, x)
			if fmt.Sprint(ll, detail) != fmt.Sprint(wl, wd) {
				t.Fatalf("lifting %d, %v: Analyse gives\n%v %v, want\n%v %v", number, size, ll, detail, wl, wd)
			}
			for b := range detail {
				if w, h := SubbandSize(size[0], size[1], b); detail[b].W != w || detail[b].H != h {
					t.Errorf("%v: subband %d is %dx%d, SubbandSize says %dx%d", size, b, detail[b].W, detail[b].H, w, h)
				}
			}
			if y := Synthesize(l, size[0], size[1], ll, detail, 0); fmt.Sprint(x) != fmt.Sprint(y) {
				t.Fatalf("lifting %d, %v: %v came back as %v", number, size, x, y)
			}
		}
	}
}

// TestPyramid takes noise of the largest samples all the way down to one coefficient and back. That one stays
// within a quarter of the range beyond the samples': the two bits that advanceThumbnail adds are plenty.
func TestPyramid(t *testing.T) {
	r := newRand(9)
	for number := range Liftings {
		l := &Liftings[number]
		for _, size := range pyramidSizes {
			w, h := size[0], size[1]
			x := NewPlane(w, h)
			for i := range x.Pix {
				x.Pix[i] = 65535 * r.Int32N(2)
			}
			var detail [][Subbands]Plane
			var sizes [][2]int
			ll := x
			for range Scales(w, h) {
				sizes = append(sizes, [2]int{ll.W, ll.H})
				var d [Subbands]Plane
				ll, d = Analyse(l, ll)
				detail = append(detail, d)
			}
			if ll.W != 1 || ll.H != 1 {
				t.Fatalf("%v: %d scales leave %dx%d", size, Scales(w, h), ll.W, ll.H)
			}
			if v := ll.Pix[0]; v < -1<<15 || v >= 3<<15 {
				t.Errorf("lifting %d, %v: coarsest coefficient %d", number, size, v)
			}
			for i := len(detail) - 1; i >= 0; i-- {
				ll = Synthesize(l, sizes[i][0], sizes[i][1], ll, detail[i], 0)
			}
			if fmt.Sprint(ll) != fmt.Sprint(x) {
				t.Errorf("lifting %d, %v: the image did not come back", number, size)
			}
		}
	}
}

func TestConstantImageHasNoDetails(t *testing.T) {
	for number := range Liftings {
		for _, size := range pyramidSizes {
			for _, v := range []int32{0, 1, -7, 255, 65535} {
				x := NewPlane(size[0], size[1])
				for i := range x.Pix {
					x.Pix[i] = v
				}
				ll, detail := Analyse(&Liftings[number], x)
				for _, a := range ll.Pix {
					if a != v {
						t.Fatalf("lifting %d, %v: the average of %d is %d", number, size, v, a)
					}
				}
				for b := range detail {
					for _, d := range detail[b].Pix {
						if d != 0 {
							t.Fatalf("lifting %d, %v: a constant %d has a detail %d", number, size, v, d)
						}
					}
				}
			}
		}
	}
}

// TestBandSizes checks that a split neither adds nor loses coefficients, and that no subband leaves the sites.
func TestBandSizes(t *testing.T) {
	for w := 1; w <= 40; w++ {
		for h := 1; h <= 40; h++ {
			sites := [2]int{(w + 1) / 2, (h + 1) / 2}
			sum := sites[0] * sites[1]
			for b := range Subbands {
				bw, bh := SubbandSize(w, h, b)
				if bw < 0 || bh < 0 || bw > sites[0] || bh > sites[1] {
					t.Errorf("%dx%d: subband %d is %dx%d", w, h, b, bw, bh)
				}
				sum += bw * bh
			}
			if sum != w*h {
				t.Errorf("%dx%d: %d coefficients", w, h, sum)
			}
		}
	}
}

func TestScalesOf(t *testing.T) {
	for _, c := range []struct{ w, h, want int }{
		{1, 1, 0}, {2, 1, 1}, {1, 2, 1}, {2, 2, 1}, {3, 1, 2}, {4, 4, 2}, {5, 4, 3}, {8, 8, 3}, {9, 8, 4},
		{768, 512, 10}, {1 << 20, 1, 20}, {1<<20 + 1, 3, 21},
	} {
		if got := Scales(c.w, c.h); got != c.want {
			t.Errorf("Scales(%d, %d) = %d, want %d", c.w, c.h, got, c.want)
		}
	}
}

func TestResize(t *testing.T) {
	p := NewPlane(4, 3)
	store := &p.Pix[0]
	p.Resize(2, 5)
	if p.W != 2 || p.H != 5 || len(p.Pix) != 10 || &p.Pix[0] != store {
		t.Error("a smaller plane does not use the storage of the larger")
	}
	p.Resize(5, 5)
	if p.W != 5 || p.H != 5 || len(p.Pix) != 25 {
		t.Errorf("resized to %dx%d with %d values", p.W, p.H, len(p.Pix))
	}
}

// TestEstimate: what is known exactly is merged exactly, and a whole estimate lies between the images of the
// integers around it.
func TestEstimate(t *testing.T) {
	r := newRand(11)
	for number := range Liftings {
		l := &Liftings[number]
		for _, size := range [][2]int{{1, 1}, {2, 1}, {1, 3}, {5, 4}, {16, 9}} {
			x := NewPlane(size[0], size[1])
			for i := range x.Pix {
				x.Pix[i] = r.Int32N(512) - 256
			}
			ll, detail := Analyse(l, x)
			for b := range detail {
				detail[b] = detail[b].Sixteenths()
			}
			if got, want := Synthesize(l, size[0], size[1], ll.Sixteenths(), detail, 4), x.Sixteenths(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("lifting %d, %v: %v came back as %v", number, size, want, got)
			}
		}
	}
	for range 10_000 {
		x, shift := r.Int32N(1<<12)-1<<11, uint(r.IntN(6))
		lo, hi := divide(x>>4, shift, 0)<<4, divide(x>>4+1, shift, 0)<<4
		if want := lo + (hi-lo)/16*(x&15); divide(x, shift, 4) != want {
			t.Fatalf("%d/16 / %d is %d/16, want %d between %d and %d", x, 1<<shift, divide(x, shift, 4), want, lo, hi)
		}
	}
}
