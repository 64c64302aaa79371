package model

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Follower is a Coder that takes a Chain where its image says, and codes nothing.
type Follower struct{}

func (Follower) Symbol(_ *Distribution, s int32) (int32, bool) { return s, true }
func (Follower) Bits(v uint32, _ uint) (uint32, bool)          { return v, true }
func (Follower) Bit(b, _ uint32) (uint32, bool)                { return b, true }

// SetMixture gives a chain, in place of an image, the mixture of the states of two others after a level: weight parts of b's among of, and
// a's for the rest (the paper's Figure 8). The two have images of the chain's geometry and colours, and have not been run. All have the
// same dithers, so the cells of a coefficient that both states know are of one grid: the mixture is the cell whose number is the
// mean of theirs. Taken beyond the level, the chain would come to the middles of these cells.
func (c *Chain) SetMixture(a, b *Chain, level, weight, of int) {
	mean := func(x, y int32) int32 { // rounded half up
		sum := int64(x)*int64(of-weight) + int64(y)*int64(weight)
		return int32(floor(2*sum+int64(of), int64(2*of)))
	}
	for p := range c.planes {
		c.top[p] = mean(a.top[p], b.top[p])
	}
	for l := 1; l < len(c.scales); l++ {
		s := &c.scales[l]
		dither := storage.Dither{Scale: l, ImageWidth: s.fw, ImageHeight: s.fh, Planes: c.planes, Mask: s.mask}
		u, x, y, mixed := make([]uint16, s.w), make([]int32, s.w), make([]int32, s.w), make([]int32, 2*s.w)
		for i := range transform.Subbands * c.planes {
			k := c.clockAt(l, i, level)
			t := storage.NewTrueValues(s.w, s.h)
			for row := range s.h {
				dither.Rows(u, i, row, row+1)
				a.scales[l].truth[i].LoadRow(x, row)
				b.scales[l].truth[i].LoadRow(y, row)
				for j, d := range u {
					n := mean((x[j]+int32(d))>>k, (y[j]+int32(d))>>k)
					mixed[2*j] = n<<k + 1<<k>>1 - int32(d)
				}
				t.SetRow(row, mixed, s.w)
			}
			s.truth[i] = t
		}
	}
}

// floor returns x/y, y > 0, rounded down.
func floor(x, y int64) int64 {
	q := x / y
	if q*y > x {
		q--
	}
	return q
}

// clockAt returns the clock that coefficient i of scale l has after a level, unless it has skipped.
func (c *Chain) clockAt(l, i, level int) uint8 {
	stage := process.Stages - 1 - level + process.Lead(l)
	if l == len(c.scales)-1 || stage >= process.Stages-1 {
		return 0
	}
	return target(max(stage, 0), i, c.extraBits(i/transform.Subbands))
}
