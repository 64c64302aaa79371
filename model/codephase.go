package model

import (
	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// codePhase codes the next cells of group g's coefficients at the sites of a phase, in the rows of which b.inference holds the hidden
// units; y0 is the first of them, as a row of the phase. A coefficient is coded if its standard deviation is at least τ times the
// width of its next cell. With estimates, the mean of every coefficient, given what is known then, is stored there; without a
// coder, nothing is coded. codePhase returns false if the coder does.
func (b *band) codePhase(g, phase, y0 int, coder Coder, estimates *storage.Image) bool {
	c := b.c
	members, origin := process.Groups[g], process.PhaseOrigin[phase]
	extraBits := c.extraBits(members[0] / transform.Subbands)
	mask := network.MaskBits(members) &^ b.s.absent
	distribution := c.tables.Distribution()
	p := phaseCoder{
		band: b, coder: coder, first: members[0], mask: mask, distribution: &distribution,
		least: c.tau - logistic.DeviationSteps, estimates: estimates != nil, final: b.stage == process.Stages-1,
	}
	p.halves, _ = coder.(logistic.HalfCoder)
	if p.exact = p.final && coder != nil; !p.exact {
		p.exactBits = 4
	}
	hidden := &b.inference.Hidden
	begun := -1 // the row of the scale that rows are set to
	for y := range hidden.H {
		sy := b.y0 + 2*(y0+y) + origin[0]
		cells, active := b.inference.CellRow(sy, extraBits), b.inference.Mask.Row(sy)
		for x0 := 0; x0 < hidden.W; x0 += adapt.Interval {
			from, to := x0, min(x0+adapt.Interval, hidden.W)
			if active != nil {
				for from < to && active[2*from+origin[1]]&mask == 0 {
					from++
				}
				for from < to && active[2*(to-1)+origin[1]]&mask == 0 {
					to--
				}
				if from == to {
					continue
				}
			}
			b.runOutputs(y, from, to-from)
			x, n := 2*from+origin[1], to-from
			for m, i := range members {
				at := &p.rows[m]
				if begun != sy {
					b.beginRow(at, i, sy)
					if estimates != nil {
						at.estimates = estimates.Coefficients(i, sy)
					}
				}
				at.predictSites(&b.predictions[m], x, n, active, &b.output, m, len(members))
			}
			begun = sy
			if !p.codeSites(from, x, n, active, &cells) {
				return false
			}
			b.lastLayer.Take(hidden.Row(y))
			if b.lastLayer.Due() {
				b.lastLayer.Step()
			}
		}
	}
	return true
}

// A phaseCoder codes the coefficients of a group at sites of a phase.
type phaseCoder struct {
	*band
	coder     Coder // nil: nothing is coded
	halves    logistic.HalfCoder
	first     int    // the first coefficient of the group
	mask      uint16 // the coefficients
	least     int32  // the least scale that is coded, for a cell of width 1
	final     bool   // all coefficients are coded
	estimates bool   // are made
	exact     bool   // estimates are exact values, not in Q4
	exactBits uint8  // fractional bits of estimates

	rows       [process.MaxGroup]coefficientRow
	correction adapt.Correction

	distribution *logistic.Distribution // by itself: what a Coder is given is allocated on the heap
}

// codeSites codes coefficients at n sites, every second one of a row from x on, of which the first is site from of the phase's row. They are
// those in active, if there is such a mask for the row. codeSites returns false if the coder does.
func (p *phaseCoder) codeSites(from, x, n int, active []uint16, cells *network.CellRow) bool {
	outputs, r, tables := p.output.Row(0), &p.correction, p.c.tables
	for j := range n {
		sx, wanted := x+2*j, p.mask
		if active != nil {
			wanted &= active[sx]
		}
		if wanted >>= p.first; wanted == 0 {
			continue
		}
		o := (*[network.HeadOutputs]int16)(outputs[j*network.HeadOutputs:])
		var gradients [process.MaxGroup]adapt.Gradient
		learned := false
		for m := 0; wanted != 0; m, wanted = m+1, wanted>>1 {
			if wanted&1 == 0 {
				continue
			}
			at, q := &p.rows[m], &p.predictions[m]
			a, u, k := q.a[j], uint16(q.u[j]), uint8(q.k[j])
			if k == 0 {
				if p.estimates {
					at.setEstimate(sx, (a-int32(u))<<p.exactBits)
				}
				continue
			}
			at.CorrectScale(r, &q.Predictions, j, sx, o[adapt.ScaleOutput+m])
			if p.coder == nil || at.to >= k || !p.final && r.Scale < int32(at.to)*logistic.ScaleSteps+p.least {
				if p.estimates {
					at.CorrectMean(r, &q.Predictions, j, o[adapt.MeanOutput+m])
					at.setEstimate(sx, int32((tables.TruncatedMean(r.Mean, r.Scale, a, u, k)+2)>>2))
				}
				continue
			}
			at.CorrectMean(r, &q.Predictions, j, o[adapt.MeanOutput+m])
			truth := int32(u)
			if at.truth.Known() {
				truth += at.truth.At(sx)
			}
			var next int32
			var o logistic.Observation
			var ok bool
			if p.halves != nil && tables.Halves(r.Scale, k, at.to) {
				next, o, ok = tables.CodeHalf(p.halves, r.Mean, r.Scale, a, u, at.to, truth)
			} else {
				d := p.distribution
				raw := d.Set(r.Mean, r.Scale, a, u, k, at.to)
				if next, ok = logistic.CodeCell(p.coder, d, raw, truth); ok {
					o = d.Observe(next, k, at.to)
				}
			}
			if !ok {
				return false
			}
			at.own[sx], gradients[m] = at.Learn(r, o)
			learned = true
			p.setCell(at, sx, next, at.to)
			cells.Set(at.i, sx, next, u, at.to)
			if p.estimates {
				v := int32((o.Posterior + 2) >> 2)
				if p.exact {
					v = next - int32(u)
				}
				at.setEstimate(sx, v)
			}
		}
		if learned {
			p.lastLayer.Note(from+j, &gradients)
		}
	}
	return true
}
