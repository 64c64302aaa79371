package sparse

import (
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

const (
	clipClasses  = 6 // see ClipClass
	siteContexts = 7 // how many of the four sites coded before, beside and above, have details; those at an edge count twice

	// unaryMagnitude is the largest magnitude that is coded in unary; what is more is coded as a distance.
	unaryMagnitude = 14
)

// ClipClass returns the class of a pixel whose samples are at least so far from being clipped, in grey levels; a negative distance
// is of samples beyond their range. Classes are from 0, far from it, to 5.
func ClipClass(distance int32) uint8 {
	switch {
	case distance > 31:
		return 0
	case distance > 11:
		return 1
	case distance > 3:
		return 2
	case distance >= 0:
		return 3
	case distance >= -8:
		return 4
	}
	return 5
}

// A Band says what a band's details are coded with.
type Band struct {
	Coder  logistic.Coder
	Tables *logistic.Tables

	W, H   int // the size of the planes that the details are of
	Y0, Y1 int // the band's rows of sites

	Subbands [transform.Subbands]bool // which of them have details

	// Classes writes the clip classes of row y of sites: by subband, and site, those of the pixels at the places of the coefficients.
	Classes func(y int, to *[transform.Subbands][]uint8)
}

// Code codes the details of the band's rows and returns them: those of truth in an encoder; in a decoder, where truth has no
// rows, those that it decodes. It returns false if the coder does.
func (b *Band) Code(truth Details) (Details, bool) {
	c := coding{coder: b.Coder, w: b.W, h: b.H, subbands: b.Subbands, d: b.Tables.Distribution()}
	c.begin()
	found, decoder := truth, truth.Empty()
	if decoder {
		found = New(b.Y1 - b.Y0)
	}
	sites := (b.W + 1) / 2
	for k := range c.classes {
		c.classes[k] = make([]uint8, sites)
	}
	around := make([]bool, sites+2) // which sites of the row above have details, from the site before the first on; the row's own overwrite them
	for y := b.Y0; y < b.Y1; y++ {
		b.Classes(y, &c.classes)
		left, aboveLeft := 0, 0
		for x := range sites {
			n := 2*left + aboveLeft
			class := uint8(0)
			exists := false
			for k := range subbands {
				if c.exists(x, y, k) {
					class = max(class, c.classes[k][x])
					exists = true
				}
			}
			if around[x+1] {
				n += 2
				aboveLeft = 1
			} else {
				aboveLeft = 0
			}
			if around[x+2] {
				n++
			}
			left = 0
			around[x+1] = false
			if !exists {
				continue
			}
			var v site
			some := false
			for p := range found {
				if row := found[p][y-b.Y0]; row != nil {
					v[p] = [subbands]int16(row[subbands*x:])
					some = some || v[p] != [subbands]int16{}
				}
			}
			some, ok := c.bit(&c.site[class][n], some)
			if !ok {
				return Details{}, false
			}
			if !some {
				continue
			}
			left, around[x+1] = 1, true
			if !c.codeSite(x, y, &v) {
				return Details{}, false
			}
			if decoder {
				for p := range found {
					if v[p] == [subbands]int16{} {
						continue
					}
					row := &found[p][y-b.Y0]
					if *row == nil {
						*row = make([]int16, subbands*sites)
					}
					copy((*row)[subbands*x:], v[p][:])
				}
			}
		}
	}
	return found, true
}

// A site is the details of a site, by plane from 1 on, and subband.
type site [Planes][subbands]int16

// A coding is the state of coding a band: probabilities that have been learned in it, by context.
type coding struct {
	coder    logistic.Coder
	d        logistic.Distribution
	w, h     int            // of the planes
	subbands [subbands]bool // that have details
	classes  [subbands][]uint8

	site     [clipClasses][siteContexts]probability // a site has details
	pixel    [subbands][clipClasses]probability     // the pixel of a subband has details, where the site has
	first    [clipClasses]probability               // plane 1 has one, where the pixel has
	second   probability                            // plane 2 has one too, where plane 1 has
	negative [Planes][3]probability                 // by the sign in the plane before: none, positive, negative
	more     [Planes][unaryMagnitude]probability    // the magnitude is more than 1, 2, ...
}

// begin sets all probabilities to even.
func (c *coding) begin() {
	for i := range c.site {
		for j := range c.site[i] {
			c.site[i][j] = even
		}
		for b := range c.pixel {
			c.pixel[b][i] = even
		}
		c.first[i] = even
	}
	c.second = even
	for p := range c.negative {
		for i := range c.negative[p] {
			c.negative[p][i] = even
		}
		for i := range c.more[p] {
			c.more[p][i] = even
		}
	}
}

// bit codes a bit.
func (c *coding) bit(p *probability, bit bool) (is, ok bool) { return p.code(c.coder, &c.d, bit) }

// exists reports whether there may be a detail of subband k at site x of row y.
func (c *coding) exists(x, y, k int) bool {
	w, h := transform.SubbandSize(c.w, c.h, k)
	return x < w && y < h && c.subbands[k]
}

// codeSite codes the details of a site that has some.
func (c *coding) codeSite(x, y int, v *site) (ok bool) {
	last := subbands - 1 // the last subband that has a coefficient here
	for !c.exists(x, y, last) {
		last--
	}
	any := false
	for k := range subbands {
		if !c.exists(x, y, k) {
			continue
		}
		class := c.classes[k][x]
		some := true // in the last subband, if there were none before
		if k < last || any {
			if some, ok = c.bit(&c.pixel[k][class], v[0][k] != 0 || v[1][k] != 0); !ok {
				return false
			}
		}
		if !some {
			continue
		}
		any = true
		first, ok := c.bit(&c.first[class], v[0][k] != 0)
		if !ok {
			return false
		}
		second := true
		if first {
			if second, ok = c.bit(&c.second, v[1][k] != 0); !ok {
				return false
			}
		}
		sign := 0
		if first {
			if v[0][k], ok = c.value(0, 0, v[0][k]); !ok {
				return false
			}
			sign = 1
			if v[0][k] < 0 {
				sign = 2
			}
		}
		if second {
			if v[1][k], ok = c.value(1, sign, v[1][k]); !ok {
				return false
			}
		}
	}
	return true
}

// value codes a coefficient other than zero: its sign, and its magnitude.
func (c *coding) value(p, sign int, v int16) (int16, bool) {
	negative, ok := c.bit(&c.negative[p][sign], v < 0)
	if !ok {
		return 0, false
	}
	m := max(int32(v), -int32(v))
	n := int32(1)
	for {
		if n > unaryMagnitude {
			r, ok := logistic.CodeDistance(c.coder, m-n)
			if !ok {
				return 0, false
			}
			n = min(n+r, maxMagnitude)
			break
		}
		more, ok := c.bit(&c.more[p][n-1], m > n)
		if !ok {
			return 0, false
		}
		if !more {
			break
		}
		n++
	}
	if negative {
		n = -n
	}
	return int16(n), true
}
