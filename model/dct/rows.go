package dct

import (
	"encoding/binary"

	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
)

// A row of a phase is every second coefficient of a frequency in a row of blocks. None of them is predicted from another one of the
// phase. So all of a row are predicted, and found to be skipped or not, before the first is coded.

// groupBlocks is how many blocks a group of predictions spans.
const groupBlocks = 2 * dctkernel.Lanes

// A row has the predictions of a row of a phase, in groups, and for each group a bit for every coefficient that has something to code,
// from the lowest on.
type row struct {
	predicted []dctkernel.Predictions
	coded     []uint8
}

func newRow(im *Image) row {
	groups := im.widest()/groupBlocks + 1
	return row{make([]dctkernel.Predictions, groups), make([]uint8, groups)}
}

// lookAt predicts a row of n coefficients, from at on, for clock k, and skips those that are expected to be 0 there. The rest of it is in b.row.
func (b *band) lookAt(plane, f, phase, at, n int, k uint8) {
	c := b.components[plane]
	p := &c.predictors[f][phase]
	if f == 0 {
		b.lookAtDC(c, p, at, n)
		return
	}
	groups := (n + dctkernel.Lanes - 1) / dctkernel.Lanes
	if !p.Many() || b.observe != nil {
		for g := range groups {
			b.lookAtGroup(c, at, n, g, k, func(at, lane int) {
				if b.observe != nil && c.values[at] == 0 {
					b.observe(&Decision{b, plane, f, phase, at - f*c.size})
				}
				p.At(&b.row.predicted[g], lane, c.magnitudes, c.values, at)
			})
		}
		return
	}
	for g := 0; g < groups; g++ {
		first := g
		for g < groups && anyAwake(c.clocks[at+g*groupBlocks:], k) {
			g++
		}
		if g > first {
			from := at + first*groupBlocks
			p.Predict(b.row.predicted[first:g], c.magnitudes, c.values, from)
			if full := min(g, n/dctkernel.Lanes); full > first {
				dctkernel.Skip(b.row.coded[first:full], b.row.predicted[first:full], c.clocks[from:], k)
			}
			if g*dctkernel.Lanes > n {
				b.lookAtGroup(c, at, n, g-1, k, func(int, int) {})
			}
		}
		if g < groups {
			b.row.coded[g] = 0
		}
	}
}

// lookAtDC predicts a row of DCs, all of which are coded.
func (b *band) lookAtDC(c *component, p *dctkernel.Predictor, at, n int) {
	groups := (n + dctkernel.Lanes - 1) / dctkernel.Lanes
	p.PredictValues(b.row.predicted[:groups], c.values, at)
	for g := range groups {
		b.row.coded[g] = uint8(1<<min(n-g*dctkernel.Lanes, dctkernel.Lanes) - 1)
	}
}

// lookAtGroup is lookAt of a group of the row, coefficient by coefficient, which predict is called for.
func (b *band) lookAtGroup(c *component, at, n, g int, k uint8, predict func(at, lane int)) {
	b.row.coded[g] = 0
	for lane := range min(n-g*dctkernel.Lanes, dctkernel.Lanes) {
		at := at + g*groupBlocks + 2*lane
		if !dctkernel.Awake(c.clocks[at], k) {
			continue
		}
		predict(at, lane)
		if c.clocks[at] >= never {
			p := &b.row.predicted[g]
			if clock, yes := dctkernel.Skips(k, p.All[lane], p.Value[lane]); yes {
				c.clocks[at] = clock
				continue
			}
		}
		b.row.coded[g] |= 1 << lane
	}
}

// anyAwake reports whether any coefficient of a group is awake, whose clocks are every second one from the first on.
func anyAwake(clocks []uint8, k uint8) bool {
	const ones = 0x0001000100010001 // in 16 bits each
	clocks = clocks[:groupBlocks]
	carries := ones * (256 - uint64(k)) // into the ninth bit, where a clock is at least k
	u := (binary.LittleEndian.Uint64(clocks)&(255*ones) ^ never*ones) + carries
	v := (binary.LittleEndian.Uint64(clocks[8:])&(255*ones) ^ never*ones) + carries
	return (u|v)&(256*ones) != 0
}
