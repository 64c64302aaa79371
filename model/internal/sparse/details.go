package sparse

import (
	"slices"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

const (
	// Planes is how many planes may have sparse details: all but the first.
	Planes = process.Planes - 1

	subbands = transform.Subbands

	// maxMagnitude bounds the magnitude of a coefficient, as storage.Array does.
	maxMagnitude = 1 << 14
)

// Details are the detail coefficients of the planes from 1 on, at rows of sites: by plane and row, transform.Subbands of them for
// every site, or nil for a row of zeros. The zero value has no rows.
type Details [Planes][][]int16

// New returns details of a number of rows, which are zeros.
func New(rows int) (d Details) {
	for p := range d {
		d[p] = make([][]int16, rows)
	}
	return d
}

// Empty reports whether d has no rows.
func (d *Details) Empty() bool { return d[0] == nil }

// Rows returns rows [y0,y1), which share their storage with d.
func (d *Details) Rows(y0, y1 int) (part Details) {
	for p := range d {
		part[p] = d[p][y0:y1]
	}
	return part
}

// Clone returns details that change independently of d. The coefficients of a row, which are replaced and never changed, are
// shared.
func (d *Details) Clone() (c Details) {
	for p := range d {
		c[p] = slices.Clone(d[p])
	}
	return c
}

// Take sets the details of plane p >= 1, which have to be zeros before, to the coefficients of some subbands that
// transform.Wavelet.Split has left in x.
func (d *Details) Take(p int, x transform.Plane, of [subbands]bool) {
	sites := (x.W + 1) / 2
	for b, is := range of {
		if !is {
			continue
		}
		w, h := transform.SubbandSize(x.W, x.H, b)
		dx, dy := transform.Offset(b)
		for y := range h {
			row := x.Row(2*y + dy)[dx:]
			for i := range w {
				if v := row[2*i]; v != 0 {
					if d[p-1][y] == nil {
						d[p-1][y] = make([]int16, subbands*sites)
					}
					d[p-1][y][subbands*i+b] = int16(fixed.Clamp(v, -maxMagnitude, maxMagnitude))
				}
			}
		}
	}
}

// Put adds the details of plane p >= 1, shifted up by frac bits, to x where transform.Wavelet.Merge expects them. x is rows of the
// plane, of which the first is row y. Details without rows are zeros.
func (d *Details) Put(p int, x transform.Plane, y int, frac uint) {
	if x.W == 0 || d[p-1] == nil {
		return
	}
	for r := range x.H {
		row := d[p-1][(y+r)/2]
		if row == nil {
			continue
		}
		for b := range subbands {
			dx, dy := transform.Offset(b)
			if dy != (y+r)&1 {
				continue
			}
			to := x.Row(r)
			for i := dx; i < len(to); i += 2 {
				to[i] += int32(row[subbands*(i/2)+b]) << frac
			}
		}
	}
}
