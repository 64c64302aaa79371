package model

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// A row is where a coordinate's row of sites is found, or what is known of it: slices are by site.
type row struct {
	i, y   int // the coordinate, and the row of the scale
	h, w   int // of the scale
	deep   int
	to     uint8 // the clock that the pass brings it to
	cells  storage.Array
	truth  []int32 // nil in a decoder
	dither storage.DitherRows

	texture  []uint32 // see bases
	activity []uint16

	// Traces, from traceBorder before the first site on, and zeros where there are none: of the coordinate, from
	// traceBorder rows above to as many below; of those related to it; of the parent's row, by every second site.
	around [2*traceBorder + 1][]trace
	other  [2][]trace
	above  []trace
	own    []trace // the coordinate's, from the first site on

	contexts     *contexts
	tables       *logistic.Tables
	outer        bool // the first or the last row
	networkAlone bool
}

// row has r be row y of coordinate i.
func (b *band) row(r *row, i, y int) {
	c, s := b.c, b.s
	w, stride := s.w, s.w+2*traceBorder
	*r = row{i: i, y: y, h: s.h, w: w, deep: c.deepOf(i / bands), contexts: &b.learned.contexts[i], tables: c.tables,
		outer: y == 0 || y == s.h-1, networkAlone: c.NetworkAlone}
	r.to = target(b.stage, i, r.deep)
	r.cells, r.dither = s.cells[i].Part(y*w, w), b.dither[i].Part((y-b.top)*w, w)
	if t := &s.truth[i]; !t.Empty() {
		b.truth[i] = storage.Resize(b.truth[i], w, w)
		r.truth = b.truth[i]
		t.LoadRow(r.truth, y)
	}
	r.texture, r.activity = b.texture[i/bands][(y-b.y0)*w:][:w], b.activity[i][(y-b.y0)*w:][:w]
	at := (y - b.y0) * stride
	for k := range r.around {
		r.around[k] = b.traces[i][at+k*stride:][:stride]
	}
	r.own = r.around[traceBorder][traceBorder:][:w]
	for k, j := range related[i] {
		r.other[k] = b.noTraces
		if j >= 0 {
			r.other[k] = b.traces[j][at+traceBorder*stride:][:stride]
		}
	}
	r.above = b.noTraces
	if p := b.parent; p.w > 0 {
		r.above = p.traces[i][y/2*p.w:][:p.w]
	}
}

// predict turns the outputs ε and log2 σ of a head for the coordinate at site x of the row, of which the cell a at clock k
// is known, into the belief about it: the mean is the cell's centre + ε · width (eq. 11), if width is what the cell and
// its surroundings allow.
func (at *row) predict(x int, a int32, u uint16, k uint8, epsilon, logScale int16) (mean int64, scale int32) {
	logBase, meanBase := bases(at.texture[x], uint32(at.activity[x]), k, at.deep)
	mean = int64(storage.CentreQ6(a, u, k)) + int64(epsilon)*int64(meanBase)>>(uint(16-at.deep)&63)
	scale = fixed.Clamp((int32(logScale)<<(16-outBits)+logBase+1<<10)>>11, logistic.MinScale, logistic.MaxScale) + int32(at.deep)*logistic.ScaleSteps
	return mean, scale
}

// A belief is what is thought of a coordinate, before corrections, of which the cell a at clock k is known, with dither u; and
// what the traces around tell, but for that of the coordinate before it in the phase's row: see adapt.go.
type belief struct {
	mean     int64 // Q6
	scale    int32
	a        int32
	seen     uint32   // sums of scores and of how many they are
	residual [5]int16 // Q4, of neighbours as far away as each other
	u        uint16
	k        uint8
}

// believe predicts what is asked of the row at every second site from x on: member m of a group of so many, with outputs of a
// head. That needs nothing of what is learned meanwhile, and is done for some sites at once, since it would else have to wait
// for the coding of each.
func (at *row) believe(beliefs []belief, x int, asked []uint16, output *kernel.Tensor, m, members int) {
	for j := range beliefs {
		sx := x + 2*j
		if asked != nil && asked[sx]>>at.i&1 == 0 {
			continue
		}
		p, o := &beliefs[j], output.Site(0, j)
		p.a, p.k = at.cells.Cell(sx)
		p.u = at.dither.At(sx)
		if p.k > 0 {
			p.mean, p.scale = at.predict(sx, p.a, p.u, p.k, o[m], o[members+m])
			at.look(p, sx)
		}
	}
}

// advance codes the next cells of a group's coordinates at the sites of a phase, in the rows that b.hidden has from
// row y0 of the phase on, and notes in estimates, unless it is nil, what they are now thought to be.
func (b *band) advance(g, phase, y0 int, coder Coder, estimates *storage.Image) bool {
	c, s, stage := b.c, b.s, b.stage
	members, origin := groups[g], phaseOrigin[phase]
	d := c.tables.Distribution()
	final := stage == stages-1
	exact := final && coder != nil           // so that values are noted as they are, estimates in Q4
	least := c.tau - logistic.DeviationSteps // scale, for cells of width 1, to advance
	clocks := b.seen.clock - b.seen.cell
	mask := maskOf(members)
	var rows [maxMembers]row
	var r correction
	begun := -1 // what rows are of
	for y := range b.hidden.H {
		sy := b.y0 + 2*(y0+y) + origin[0]
		cells := b.cells.Row(sy)
		var asked []uint16
		if !b.everyone {
			asked = b.asked[(sy-b.y0)*s.w:][:s.w]
		}
		for x0 := 0; x0 < b.hidden.W; x0 += tuneSites {
			from, to := x0, min(x0+tuneSites, b.hidden.W)
			if !b.everyone {
				for from < to && asked[2*from+origin[1]]&mask == 0 {
					from++
				}
				for from < to && asked[2*(to-1)+origin[1]]&mask == 0 {
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
					b.row(at, i, sy)
				}
				at.believe(b.beliefs[m][:to-from], 2*from+origin[1], asked, &b.output, m, len(members))
			}
			begun = sy
			for x := from; x < to; x++ {
				sx := 2*x + origin[1]
				ask := mask
				if !b.everyone {
					if ask &= asked[sx]; ask == 0 {
						continue
					}
				}
				o := b.output.Site(0, x-from)
				var slopes [maxMembers]slope
				news := b.news
				for m, i := range members {
					if ask>>i&1 == 0 {
						continue
					}
					at, p := &rows[m], &b.beliefs[m][x-from]
					a, u, k := p.a, p.u, p.k
					known := false // r.posterior is
					if k > 0 {
						at.correctScale(&r, p, sx, o[tunedOutput+maxMembers+m])
						advances := coder != nil && at.to < k && (final || r.scale >= int32(at.to)*logistic.ScaleSteps+least)
						if advances || estimates != nil {
							at.correctMean(&r, p, o[tunedOutput+m])
						}
						if advances {
							truth := int32(u)
							if at.truth != nil {
								truth += at.truth[sx]
							}
							raw := d.Set(r.mean, r.scale, a, u, k, at.to)
							next, ok := logistic.CodeCell(coder, &d, raw, truth)
							if !ok {
								return false
							}
							at.own[sx] = r.learn(c.tables, d.Observe(next, k, at.to))
							slopes[m], known = r.slope(), true
							a, k = next, at.to
							b.setCell(at, sx, a, k)
							f := cells[sx*b.seen.cells:]
							f[i], f[clocks+i] = c.net.features.cell(a, u, k, at.deep)
						}
					}
					switch {
					case estimates == nil:
					case exact:
						estimates.SetCoefficient(i, sx, sy, a-int32(u))
					case k == 0:
						estimates.SetCoefficient(i, sx, sy, (a-int32(u))<<4)
					default:
						if !known {
							r.posterior = c.tables.TruncatedMean(r.mean, r.scale, a, u, k)
						}
						estimates.SetCoefficient(i, sx, sy, int32((r.posterior+2)>>2))
					}
				}
				if b.news > news {
					b.tuner.see(b.hidden.Site(y, x), &slopes)
				}
			}
			if b.tuner.sites >= tuneSites {
				b.tuner.step()
			}
		}
	}
	return true
}
