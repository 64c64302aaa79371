package model

import (
	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/network"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A coefficientRow is a row of sites of one coefficient in a pass. Slices are by site.
type coefficientRow struct {
	adapt.Row
	i      int   // the coefficient
	to     uint8 // the clock that the pass brings it to
	cells  storage.Array
	truth  storage.TrueRow // not known in a decoder
	dither storage.DitherRows
	own    []adapt.Record

	texture  []uint32 // see network.Bases
	activity []uint16

	estimates storage.Array // that of site x is element 2x, if there is one; not set where none are stored
}

// setEstimate stores the estimate of the coefficient at site x.
func (r *coefficientRow) setEstimate(x int, v int32) {
	if x *= 2; x < r.estimates.Len() {
		r.estimates.Set(x, v)
	}
}

// beginRow sets r to row y of coefficient i.
func (b *band) beginRow(r *coefficientRow, i, y int) {
	c, s := b.c, b.s
	w, stride := s.w, s.w+2*adapt.Border
	*r = coefficientRow{i: i, Row: adapt.Row{Y: y, W: w, H: s.h, Outer: y == 0 || y == s.h-1, ExtraBits: c.extraBits(i / transform.Subbands),
		Learned: &b.learned.Coefficients[i], Tables: c.tables, Off: c.NetworkAlone}}
	r.to = target(b.stage, i, r.ExtraBits)
	r.cells, r.dither = s.cells[i].Part(y*w, w), b.dither[i].Part((y-b.top)*w, w)
	if t := &s.truth[i]; !t.Empty() {
		r.truth = t.Row(y)
	}
	r.texture, r.activity = b.inference.Textures(i/transform.Subbands, y), b.inference.Activities(i, y)
	at := (y - b.y0) * stride
	for k := range r.Around {
		r.Around[k] = b.records[i][at+k*stride:][:stride]
	}
	r.own = r.Around[adapt.Border][adapt.Border:][:w]
	for k, j := range adapt.Related[i] {
		r.Related[k] = b.noRecords
		if j >= 0 {
			r.Related[k] = b.records[j][at+adapt.Border*stride:][:stride]
		}
	}
	r.Coarser = b.noRecords
	if p := b.parent; p.w > 0 {
		r.Coarser = p.records[i][y/2*p.w:][:p.w]
	}
}

// predict returns the mean, Q6, and the scale of the distribution that is predicted for the coefficient at site x of the row, of
// which cell a at clock k is known, from the outputs ε and log2 σ of a head. The mean is the centre of the cell + ε · width (eq. 11),
// with a width that depends on the cell and on what is around it: see network.Bases.
func (r *coefficientRow) predict(x int, a int32, u uint16, k uint8, epsilon, logScale int16) (mean int64, scale int32) {
	logBase, meanBase := network.Bases(r.texture[x], uint32(r.activity[x]), k, r.ExtraBits)
	mean = int64(storage.CentreQ6(a, u, k)) + int64(epsilon)*int64(meanBase)>>(uint(16-r.ExtraBits)&63)
	scale = fixed.Clamp((int32(logScale)<<(16-process.OutputBits)+logBase+1<<10)>>11, logistic.MinScale, logistic.MaxScale) + int32(r.ExtraBits)*logistic.ScaleSteps
	return mean, scale
}

// predictions are what is predicted for a coefficient at some sites of a row, of which cell a at clock k is known, with dither u, before
// corrections.
type predictions struct {
	adapt.Predictions
	a, u, k [adapt.Interval]int32
}

// predictors predict coefficients of 8-bit samples, by their extra bits and 1.
var predictors = [...]*network.Predictor{
	network.NewPredictor(-1, logistic.MinScale, logistic.MaxScale, -logistic.ScaleSteps),
	network.NewPredictor(0, logistic.MinScale, logistic.MaxScale, 0),
}

// predictSites predicts the coefficient at n sites, every second one of the row from x on: at all of them, or at those in the active-site
// mask, if there is one. It is member m of a group with so many members, for which a head has given outputs. Predictions do not depend on
// what is learned meanwhile; they are made for several sites at once because each would otherwise wait for the coding of the one before it.
func (r *coefficientRow) predictSites(to *predictions, x, n int, active []uint16, output *kernel.Tensor, m, members int) {
	done := 0
	if r.cells.Wide == nil && r.dither.Wide == nil {
		done = predictors[1+r.ExtraBits].PredictAll(network.Predicted{Mean: to.Mean[:], Scale: to.Scale[:], Cell: to.a[:], U: to.u[:], Clocks: to.k[:]},
			network.Place{Cells: r.cells.Narrow, Dither: r.dither.Narrow, Texture: r.texture, Activity: r.activity}, x, n, output, m, members)
	}
	gathered := r.GatherAll(&to.Predictions, x, n)
	for j := min(done, gathered); j < n; j++ {
		sx := x + 2*j
		if active != nil && active[sx]>>r.i&1 == 0 {
			continue
		}
		if j >= done {
			a, k := r.cells.Cell(sx)
			u := r.dither.At(sx)
			to.a[j], to.u[j], to.k[j] = a, int32(u), int32(k)
			if k > 0 {
				o := output.Site(0, j)
				to.Mean[j], to.Scale[j] = r.predict(sx, a, u, k, o[m], o[members+m])
			}
		}
		if j >= gathered && to.k[j] > 0 {
			r.Gather(&to.Predictions, j, sx)
		}
	}
}
