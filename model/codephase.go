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
	c, stage := b.c, b.stage
	members, origin := process.Groups[g], process.PhaseOrigin[phase]
	d := c.tables.Distribution()
	halves, _ := coder.(logistic.HalfCoder)
	final := stage == process.Stages-1
	exact := final && coder != nil           // estimates are exact values, not in Q4
	least := c.tau - logistic.DeviationSteps // the least scale that is coded, for a cell of width 1
	mask := network.MaskBits(members) &^ b.s.absent
	var rows [process.MaxGroup]coefficientRow
	var r adapt.Correction
	hidden := &b.inference.Hidden
	begun := -1 // the row of the scale that rows are set to
	for y := range hidden.H {
		sy := b.y0 + 2*(y0+y) + origin[0]
		cells, active := b.inference.CellRow(sy, c.extraBits(members[0]/transform.Subbands)), b.inference.Mask.Row(sy)
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
			for m, i := range members {
				at := &rows[m]
				if begun != sy {
					b.beginRow(at, i, sy)
					if estimates != nil {
						at.estimates = estimates.Coefficients(i, sy)
					}
				}
				at.predictSites(&b.predictions[m], 2*from+origin[1], to-from, active, &b.output, m, len(members))
			}
			begun = sy
			for x := from; x < to; x++ {
				sx := 2*x + origin[1]
				wanted := mask
				if active != nil {
					if wanted &= active[sx]; wanted == 0 {
						continue
					}
				}
				o := b.output.Site(0, x-from)
				var gradients [process.MaxGroup]adapt.Gradient
				before := b.advanced
				for m, i := range members {
					if wanted>>i&1 == 0 {
						continue
					}
					at, p, j := &rows[m], &b.predictions[m], x-from
					a, u, k := p.a[j], uint16(p.u[j]), uint8(p.k[j])
					known := false // r.Posterior is of this coefficient
					if k > 0 {
						at.CorrectScale(&r, &p.Predictions, j, sx, o[adapt.ScaleOutput+m])
						coded := coder != nil && at.to < k && (final || r.Scale >= int32(at.to)*logistic.ScaleSteps+least)
						if coded || estimates != nil {
							at.CorrectMean(&r, &p.Predictions, j, o[adapt.MeanOutput+m])
						}
						if coded {
							truth := int32(u)
							if at.truth.Known() {
								truth += at.truth.At(sx)
							}
							var next int32
							var o logistic.Observation
							var ok bool
							if halves != nil && c.tables.Halves(r.Scale, k, at.to) {
								next, o, ok = c.tables.CodeHalf(halves, r.Mean, r.Scale, a, u, at.to, truth)
							} else {
								raw := d.Set(r.Mean, r.Scale, a, u, k, at.to)
								if next, ok = logistic.CodeCell(coder, &d, raw, truth); ok {
									o = d.Observe(next, k, at.to)
								}
							}
							if !ok {
								return false
							}
							at.own[sx] = at.Learn(&r, o)
							gradients[m], known = r.Gradient(), true
							a, k = next, at.to
							b.setCell(at, sx, a, k)
							cells.Set(i, sx, a, u, k)
						}
					}
					switch {
					case estimates == nil:
					case exact:
						at.setEstimate(sx, a-int32(u))
					case k == 0:
						at.setEstimate(sx, (a-int32(u))<<4)
					default:
						if !known {
							r.Posterior = c.tables.TruncatedMean(r.Mean, r.Scale, a, u, k)
						}
						at.setEstimate(sx, int32((r.Posterior+2)>>2))
					}
				}
				if b.advanced > before {
					b.lastLayer.Note(x, &gradients)
				}
			}
			b.lastLayer.Take(hidden.Row(y))
			if b.lastLayer.Due() {
				b.lastLayer.Step()
			}
		}
	}
	return true
}
