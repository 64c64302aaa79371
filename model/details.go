package model

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Where chroma was upsampled (transform.Colour.Subsampled), it has hardly any details at the finest scale: what upsampling makes
// of the halved samples is what it is, but where samples are clipped and the encoder found no better, or rounding left
// something. So the network is not asked about these details. They count as zeros that both sides know, and what they
// really are is told at the end of each band of the scale's last pass, when its luma is exact and shows where samples are
// clipped: for every site whether it has any, and which.

// planesOf returns how many planes are coded at a scale's sites by the network: of upsampled chroma, none is at scale 1, but
// in the thumbnail.
func (c *Chain) planesOf(s *scale) int {
	if s.number == 1 && s.parent != nil && c.Colour.Subsampled() {
		return 1
	}
	return c.planes
}

const (
	detailPlanes = planes - 1 // that may have details apart

	// maxDetail bounds the magnitude of a detail, as store does.
	maxDetail = 1 << 14

	// unaryDetail is up to where the magnitude of a detail is told one by one.
	unaryDetail = 14
)

// details are those of planes from 1 on, by plane and row of sites: bands of them for every site, or nil if all are zero.
type details [detailPlanes][][]int16

// newDetails returns those of h rows of sites, all zero.
func newDetails(h int) (d details) {
	for p := range d {
		d[p] = make([][]int16, h)
	}
	return d
}

// split has d be the details of plane p at a scale, from where Split leaves them.
func (d *details) split(s *scale, p int, x Plane) {
	for b := range bands {
		w, h := transform.BandSize(s.fw, s.fh, b)
		dx, dy := transform.Offset(b)
		for y := range h {
			row := x.Row(2*y + dy)[dx:]
			for i := range w {
				if v := row[2*i]; v != 0 {
					if d[p-1][y] == nil {
						d[p-1][y] = make([]int16, bands*s.w)
					}
					d[p-1][y][bands*i+b] = int16(fixed.Clamp(v, -maxDetail, maxDetail))
				}
			}
		}
	}
}

// merge writes what is known of the details of planes that are not coded by the network to rows, where Merge expects them, of
// which the first is row y of the image: in Q4 if frac is 4.
func (s *scale) merge(y int, rows *ycc, frac uint) {
	for p := s.planes; p < planes; p++ {
		x := rows[p]
		clear(x.Pix)
		if x.W == 0 || s.details[p-1] == nil {
			continue
		}
		for r := range x.H {
			row := s.details[p-1][(y+r)/2]
			if row == nil {
				continue
			}
			for b := range bands {
				dx, dy := transform.Offset(b)
				if dy != (y+r)&1 {
					continue
				}
				to := x.Row(r)
				for i := dx; i < len(to); i += 2 {
					to[i] = int32(row[bands*(i/2)+b]) << frac
				}
			}
		}
	}
}

// A chance is the adaptive probability that a bit is 1, Q24, and how many bits it was learned from, up to a limit.
type chance struct{ one, count int32 }

const (
	chanceBits  = 24
	chanceLimit = 250
	leastChance = 8 // of 2^logistic.ProbBits
)

// code codes a bit.
func (c *chance) code(coder Coder, d *Distribution, bit bool) (is, ok bool) {
	d.SetBit(uint32(1<<logistic.ProbBits - fixed.Clamp(c.one>>(chanceBits-logistic.ProbBits), leastChance, 1<<logistic.ProbBits-leastChance)))
	v := int32(0)
	if bit {
		v = 1
	}
	v, ok = coder.Symbol(d, v)
	c.count = min(c.count+1, chanceLimit)
	c.one += (v<<chanceBits - c.one) / (c.count + 1)
	return v == 1, ok
}

const (
	clipClasses = 6 // how near to being clipped samples are
	siteAround  = 7 // how many of the four sites coded before, beside and above, have details; those at an edge count twice
)

// detailChances are what is learned of the details of a band.
type detailChances struct {
	site     [clipClasses][siteAround]chance
	some     [bands][clipClasses]chance // a pixel has some
	first    [clipClasses]chance        // of a pixel that has, plane 1 has
	second   chance                     // and then plane 2 has too
	negative [detailPlanes][3]chance
	more     [detailPlanes][unaryDetail]chance // a magnitude is more than 1, 2, ...
}

// start has nothing be learned.
func (c *detailChances) start() {
	even := chance{1 << (chanceBits - 1), 1}
	for i := range c.site {
		for j := range c.site[i] {
			c.site[i][j] = even
		}
		for b := range c.some {
			c.some[b][i] = even
		}
		c.first[i] = even
	}
	c.second = even
	for p := range detailPlanes {
		for i := range c.negative[p] {
			c.negative[p][i] = even
		}
		for i := range c.more[p] {
			c.more[p][i] = even
		}
	}
}

// clipClass tells how near to being clipped a sample is, of its distance to that.
func clipClass(distance int32) int {
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

// codeDetails codes the details of chroma of the band, of which luma is exact. What it finds counts if it comes to the end.
func (b *band) codeDetails(coder Coder) bool {
	c, s := b.c, b.s
	b.details.start()
	around := make([]bool, s.w+2) // of the row above, from before its first site on; overwritten by the row's own
	var found details
	if s.truthDetails[0] == nil {
		found = newDetails(b.y1 - b.y0)
	} else {
		for p := range found {
			found[p] = s.truthDetails[p][b.y0:b.y1]
		}
	}
	decoded := s.truthDetails[0] == nil
	var classes [bands][]uint8
	for i := range classes {
		classes[i] = make([]uint8, s.w)
	}
	d := c.tables.Distribution()
	var near sitesNear
	for y := b.y0; y < b.y1; y++ {
		near.classes(b, y, &classes)
		left, aboveLeft := 0, 0
		for x := range s.w {
			n := 2*left + aboveLeft
			class := uint8(0)
			exists := false
			for k := range bands {
				w, h := transform.BandSize(s.fw, s.fh, k)
				if x < w && y < h {
					class = max(class, classes[k][x])
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
			var v [detailPlanes][bands]int16
			has := false
			for p := range found {
				if row := found[p][y-b.y0]; row != nil {
					v[p] = [bands]int16(row[bands*x:])
					has = has || v[p] != [bands]int16{}
				}
			}
			is, ok := b.details.site[class][n].code(coder, &d, has)
			if !ok {
				return false
			}
			if !is {
				continue
			}
			left, around[x+1] = 1, true
			if !b.codeSite(coder, &d, x, y, &v, &classes) {
				return false
			}
			if decoded {
				for p := range found {
					if v[p] == [bands]int16{} {
						continue
					}
					row := &found[p][y-b.y0]
					if *row == nil {
						*row = make([]int16, bands*s.w)
					}
					copy((*row)[bands*x:], v[p][:])
				}
			}
		}
	}
	for p := range found {
		copy(s.details[p][b.y0:b.y1], found[p])
	}
	return true
}

// codeSite codes the details of a site that has some.
func (b *band) codeSite(coder Coder, d *Distribution, x, y int, v *[detailPlanes][bands]int16, classes *[bands][]uint8) bool {
	c := &b.details
	last := bands - 1 // the last one there is
	exists := func(k int) bool {
		w, h := transform.BandSize(b.s.fw, b.s.fh, k)
		return x < w && y < h
	}
	for !exists(last) {
		last--
	}
	any := false
	for k := range bands {
		if !exists(k) {
			continue
		}
		class := classes[k][x]
		some, ok := true, true
		if k < last || any {
			some, ok = c.some[k][class].code(coder, d, v[0][k] != 0 || v[1][k] != 0)
		}
		if !ok {
			return false
		}
		if !some {
			continue
		}
		any = true
		first, ok := c.first[class].code(coder, d, v[0][k] != 0)
		if !ok {
			return false
		}
		second := true
		if first {
			if second, ok = c.second.code(coder, d, v[1][k] != 0); !ok {
				return false
			}
		}
		sign := 0
		if first {
			if v[0][k], ok = c.value(coder, d, 0, 0, v[0][k]); !ok {
				return false
			}
			sign = 1
			if v[0][k] < 0 {
				sign = 2
			}
		}
		if second {
			if v[1][k], ok = c.value(coder, d, 1, sign, v[1][k]); !ok {
				return false
			}
		}
	}
	return true
}

// value codes a detail that is not zero.
func (c *detailChances) value(coder Coder, d *Distribution, p, sign int, v int16) (int16, bool) {
	negative, ok := c.negative[p][sign].code(coder, d, v < 0)
	if !ok {
		return 0, false
	}
	m := max(int32(v), -int32(v))
	n := int32(1)
	for {
		if n > unaryDetail {
			r, ok := logistic.CodeDistance(coder, m-n)
			if !ok {
				return 0, false
			}
			n = min(n+r, maxDetail)
			break
		}
		more, ok := c.more[p][n-1].code(coder, d, m > n)
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

// sitesNear is the scratch for what is predicted of a row of sites.
type sitesNear struct {
	ll     [planes][2][]int32
	detail [bands][]int32
	sample [planes][]int32
	clock  []uint8
	dither []uint16
}

// classes notes how near to being clipped the pixels of a row of sites are that have details, if chroma has none: of luma as
// its details and the mean of the coarser samples around say, nearly.
func (n *sitesNear) classes(b *band, y int, to *[bands][]uint8) {
	s, w := b.s, b.s.w
	for p := range n.ll {
		for r := range n.ll[p] {
			n.ll[p][r] = storage.Resize(n.ll[p][r], w, w)
			b.parent.image.Load(n.ll[p][r], p, min(y+r, s.h-1))
		}
		n.sample[p] = storage.Resize(n.sample[p], w, w)
	}
	n.clock, n.dither = storage.Resize(n.clock, w, w), storage.Resize(n.dither, w, w)
	for k := range bands {
		n.detail[k] = storage.Resize(n.detail[k], w, w)
		s.cells[k].LoadCells(n.detail[k], n.clock, y*w, (y+1)*w)
		b.dither[k].Load(n.dither, (y-b.top)*w)
		for x, u := range n.dither {
			n.detail[k][x] -= int32(u)
		}
	}
	for k := range bands {
		dx, dy := transform.Offset(k)
		for p := range n.sample {
			above, below := n.ll[p][0], n.ll[p][dy]
			for x := range w {
				r := min(x+dx, w-1)
				v := (above[x] + above[r] + below[x] + below[r] + 2) >> 2
				if p == 0 {
					v += n.detail[k][x]
				}
				n.sample[p][x] = v
			}
		}
		b.c.Colour.Distance(n.sample[0], n.sample[1], n.sample[2])
		for x, v := range n.sample[0] {
			to[k][x] = uint8(clipClass(v))
		}
	}
}
