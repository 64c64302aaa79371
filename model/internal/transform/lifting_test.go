package transform

import (
	"fmt"
	"testing"
)

// slowSplit is the definition of a lifting step by step: extend the signal on both sides by mirroring it at
// its first and last sample, evaluate the taps at every position, divide, and round half up.
func slowSplit(l *Lifting, x []int32) (s, d []int32) {
	const margin = 8
	n := len(x)
	if n == 1 { // no neighbour to predict from
		return []int32{x[0]}, nil
	}
	extend := func(x []int32) []int32 {
		e := make([]int32, n+2*margin)
		copy(e[margin:], x)
		for i := 1; i <= margin; i++ { // what is copied may be a copy itself
			e[margin-i] = e[margin-i+2*min(i, n-1)]
		}
		for i := 1; i <= margin; i++ {
			e[margin+n-1+i] = e[margin+n-1+i-2*min(i, n-1)]
		}
		return e
	}
	step := func(e []int32, p int, taps [4]int32, shift uint) int32 {
		den := int64(1) << shift
		sum := den / 2
		for j, t := range taps {
			sum += int64(t) * int64(e[p+margin-3+2*j])
		}
		q := sum / den
		if sum%den < 0 {
			q--
		}
		return int32(q)
	}
	y := append([]int32(nil), x...) // in place: averages at even positions, details at odd ones
	e := extend(y)
	for p := 1; p < n; p += 2 {
		y[p] -= step(e, p, l.predict, l.predictShift)
	}
	e = extend(y)
	for p := 0; p < n; p += 2 {
		y[p] += step(e, p, l.update, l.updateShift)
	}
	for p, v := range y {
		if p%2 == 0 {
			s = append(s, v)
		} else {
			d = append(d, v)
		}
	}
	return s, d
}

func TestMirror(t *testing.T) {
	for n := 2; n <= 9; n++ {
		for p := -20; p <= 20; p++ {
			// Walk there, turning at the ends.
			q, step := 0, 1
			for i := p; i != 0; {
				if q+step < 0 || q+step >= n {
					step = -step
				}
				q += step
				if i > 0 {
					i--
				} else {
					i++
				}
			}
			if got := mirror(p, n); got != q {
				t.Errorf("mirror(%d, %d) = %d, want %d", p, n, got, q)
			}
			if (mirror(p, n)-p)%2 != 0 {
				t.Errorf("mirror(%d, %d) changes parity", p, n)
			}
		}
	}
}

func TestLifting(t *testing.T) {
	r := newRand(6)
	for number := range Liftings {
		l := &Liftings[number]
		for n := 1; n <= 40; n++ {
			for range 20 {
				x := make([]int32, n)
				for i := range x {
					x[i] = r.Int32N(1<<17) - 1<<16
				}
				s, d := make([]int32, (n+1)/2), make([]int32, n/2)
				l.split(x, s, d)
				ws, wd := slowSplit(l, x)
				if fmt.Sprint(s) != fmt.Sprint(ws) || fmt.Sprint(d) != fmt.Sprint(wd) {
					t.Fatalf("lifting %d splits %v\ninto %v %v\nwant %v %v", number, x, s, d, ws, wd)
				}
				y := make([]int32, n)
				l.merge(y, s, d, 0)
				if fmt.Sprint(x) != fmt.Sprint(y) {
					t.Fatalf("lifting %d: %v came back as %v", number, x, y)
				}
			}
		}
	}
}

// TestRowsAsColumns checks that the vertical steps are the horizontal ones, turned.
func TestRowsAsColumns(t *testing.T) {
	r := newRand(7)
	for number := range Liftings {
		l := &Liftings[number]
		for h := 1; h <= 20; h++ {
			const w = 3
			x := NewPlane(w, h)
			for i := range x.Pix {
				x.Pix[i] = r.Int32N(1<<17) - 1<<16
			}
			column := func(p Plane, x, from, step int) (c []int32) {
				for y := from; y < p.H; y += step {
					c = append(c, p.Row(y)[x])
				}
				return c
			}
			y := x.Clone()
			l.splitColumns(y)
			for i := range w {
				ws, wd := slowSplit(l, column(x, i, 0, 1))
				if s, d := column(y, i, 0, 2), column(y, i, 1, 2); fmt.Sprint(s) != fmt.Sprint(ws) || fmt.Sprint(d) != fmt.Sprint(wd) {
					t.Fatalf("lifting %d: column %v splits into %v %v, want %v %v", number, column(x, i, 0, 1), s, d, ws, wd)
				}
			}
			l.mergeColumns(y, 0)
			if fmt.Sprint(x) != fmt.Sprint(y) {
				t.Fatalf("lifting %d: %v came back as %v", number, x, y)
			}
		}
	}
}

// TestVanishingMoments checks what the predict steps are for: details of smooth signals vanish. 5/3 predicts
// straight lines, the four-tap prediction cubic curves, of integers without any rounding.
func TestVanishingMoments(t *testing.T) {
	for number, degree := range []int{1, 3, 3} {
		l := &Liftings[number]
		for power := 0; power <= degree; power++ {
			const n = 32
			x, s, d := make([]int32, n), make([]int32, n/2), make([]int32, n/2)
			for i := range x {
				x[i] = 5
				for range power {
					x[i] *= int32(i - 9)
				}
			}
			l.split(x, s, d)
			for i := 1; i < n/2-2; i++ { // away from the mirrors
				if d[i] != 0 {
					t.Errorf("lifting %d: detail %d of a curve of degree %d is %d", number, i, power, d[i])
				}
			}
		}
	}
}

// TestTallColumns: columns whose rows are taken in pieces, side by side, are split as rows are.
func TestTallColumns(t *testing.T) {
	r := newRand(8)
	for number := range Liftings {
		l := &Liftings[number]
		for _, h := range []int{31, 32, 33, 34, 64, 65, 97, 200} {
			x := randomPlane(r, 2, h, 500)
			var column []int32
			for y := range h {
				column = append(column, x.Row(y)[1])
			}
			s, d := slowSplit(l, column)
			l.splitColumns(x)
			for y := range h {
				want := append(append([]int32(nil), s...), d...)[y/2+y%2*len(s)]
				if got := x.Row(y)[1]; got != want {
					t.Fatalf("lifting %d, %d rows: row %d is %d, not %d", number, h, y, got, want)
				}
			}
		}
	}
}
