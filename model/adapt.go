package model

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
)

// The network learned its beliefs from other images. How far to trust them on this one shows as coding goes
// on, so every belief is corrected before it is used, by what the cells coded so far have shown. Encoder and
// decoder have seen the same cells.
//
// The scale is corrected by how well it did nearby. The score of a coded cell is the derivative of its
// log-likelihood by the logarithm of the scale: it averages zero where the scale is right, and more where the
// scale was too small. Offsets to the scale are learned, stochastically following the score, for every
// coordinate and stage as a whole, by the mean score of the sites around, by the score of the coarser scale
// there, and by the scale itself. Sites at an edge have one more, which learns faster: where a scanner or a careless
// cut has left a line of something else, no site is like those inside, and all of that edge are alike.
//
// The mean is corrected by a filter over the residuals of the sites around and of the coordinates of the same
// site that are already known: planes of colour above all are correlated differently in every image. Its weights
// follow the gradient of the log-likelihood too, normalized by the power of the residuals as in the least-mean-squares
// filter (Widrow, Hoff 1960). That filter would follow the distance from the mean to the middle of the cell, of which
// most is known beforehand where a cell is halved; the gradient averages zero there too if the mean is right.

// A trace is what coding a cell has shown, for the corrections of those to come. Zero says that there is none.
// Bits 0 to 6: the score in Q4 plus 16. Bits 7 to 14: the residual of the mean in units of the scale, Q4, signed.
// Bit 15: 1.
type trace uint16

func newTrace(score, residual int64) trace {
	return trace(fixed.Clamp((score+32)>>6, -16, 100)+16) | trace(uint8(fixed.Clamp(residual, -60, 60)))<<7 | 1<<15
}

func (t trace) residual() int64 { return int64(int16(t<<1) >> 8) }

// seen returns the score and the flag at bit 15, in which up to 17 traces add up without overflow of either.
func (t trace) seen() uint32 { return uint32(t & (1<<15 | 0x7f)) }

// traceBorder is how many sites of no trace surround those of a scale, so that no edge needs a case.
const traceBorder = 2

// related lists, by coordinate, those of the same site that are coded before and tell most about it.
var related = [coordinates][2]int{{-1, -1}, {0, -1}, {0, 1}, {0, -1}, {1, -1}, {2, -1}, {3, 0}, {4, 1}, {5, 2}}

const (
	scoreContexts = 12
	edges         = 4 // top, bottom, left, right
	scaleContexts = 32
	taps          = 8

	// maxCorrection bounds the correction of the mean, in units of the scale, Q16.
	maxCorrection = 4 << 16

	// maxTuned bounds what the tuned layer adds to the mean, in scales, and twice what it adds to the scale, in octaves,
	// both Q10.
	maxTuned = 4 << outBits

	// maxOffset bounds what an offset adds to the scale, in scale steps, Q16.
	maxOffset = 4 * logistic.ScaleSteps << 16
)

// An offset to the scale, in scale steps as Q16, and how often it has been learned from, up to a limit that
// lets it follow the image's changes.
type offset struct{ value, count int32 }

func (o *offset) learn(score int64, rate, limit int32) {
	o.count = min(o.count+1, limit)
	o.value = fixed.Clamp(o.value+quotient(int32(fixed.Clamp(score, -1<<10, 6<<10))*rate, o.count+30), -maxOffset, maxOffset)
}

// reciprocals hold 2^40/d, rounded up, for quotient.
var reciprocals = func() (r [256]int64) {
	for d := int64(1); d < int64(len(r)); d++ {
		r[d] = 1<<40/d + 1
	}
	return
}()

// quotient returns n/d, towards 0, for 0 < d < 256 and |n| up to 2^22 d, in less time than dividing takes: with a reciprocal
// that is too large by at most 2^-40, n times it is too large by less than 1/d.
func quotient(n, d int32) int32 { return int32(int64(n)*reciprocals[uint8(d)]>>40) - n>>31 }

// How offsets learn: how much from a score, at first and in the long run.
const (
	offsetRate, wholeLimit, offsetLimit = 700, 50, 150
	edgeRate, edgeLimit                 = 4000, 60
)

// lessons are what has been learned from one image for the steps of a stage.
type lessons struct {
	contexts stageContexts
	tunings  [len(groups)]tuning
}

// average sets l to what the bands of a pass have learned, on average.
func (l *lessons) average(bands []lessons) {
	if len(bands) == 1 {
		*l = bands[0]
		return
	}
	contexts, tunings := make([]*stageContexts, len(bands)), make([]*tuning, len(bands))
	for b := range bands {
		contexts[b] = &bands[b].contexts
	}
	l.contexts.average(contexts)
	for g := range l.tunings {
		for b := range bands {
			tunings[b] = &bands[b].tunings[g]
		}
		l.tunings[g].average(tunings)
	}
}

// stageContexts are those of every coordinate.
type stageContexts [coordinates]contexts

// contexts are the offsets and the filter.
type contexts struct {
	whole  offset
	around [scoreContexts]offset
	above  [scoreContexts]offset
	scales [scaleContexts]offset
	edge   [edges]offset
	weight [taps]int64 // of the residuals, Q32
}

// average sets a to what the bands of a pass have learned: the means of their offsets and weights. An offset has
// been learned as often as in the band that did so most. Those of the top and of the bottom are of the band that is there.
func (a *stageContexts) average(bands []*stageContexts) {
	n := int64(len(bands))
	mean := func(of func(*stageContexts) *offset) {
		sum, count := int64(0), int32(0)
		for b := range bands {
			o := of(bands[b])
			sum += int64(o.value)
			count = max(count, o.count)
		}
		*of(a) = offset{int32(sum / n), count}
	}
	for i := range a {
		mean(func(c *stageContexts) *offset { return &c[i].whole })
		for j := range scoreContexts {
			mean(func(c *stageContexts) *offset { return &c[i].around[j] })
			mean(func(c *stageContexts) *offset { return &c[i].above[j] })
		}
		for j := range scaleContexts {
			mean(func(c *stageContexts) *offset { return &c[i].scales[j] })
		}
		a[i].edge[0], a[i].edge[1] = bands[0][i].edge[0], bands[n-1][i].edge[1]
		for j := 2; j < edges; j++ {
			mean(func(c *stageContexts) *offset { return &c[i].edge[j] })
		}
		for j := range taps {
			sum := int64(0)
			for b := range bands {
				sum += bands[b][i].weight[j]
			}
			a[i].weight[j] = sum / n
		}
	}
}

// A correction is a corrected belief, and what it was made of, so that it can be learned from.
type correction struct {
	mean    int64 // Q6
	scale   int32
	before  int64 // the mean as the network had it
	network int32 // and the scale

	offsets  [4]*offset
	edge     *offset // or nil
	weight   *[taps]int64
	residual [taps]int64 // Q4

	near            [3]trace // of the site before in the phase's row, and of the related ones
	gradient, score int64    // what learn has found: slopes of the log-likelihood, Q31 and Q10,
	posterior       int64    // and the mean of what is known now, Q6
}

// look notes what the traces around site x of the row tell, but for that two sites before it.
func (at *row) look(b *belief, x int) {
	t := &at.around
	n, m, p := (*[3]trace)(t[1][x+1:]), (*[5]trace)(t[2][x:]), (*[3]trace)(t[3][x+1:])
	above, below := t[0][x+traceBorder], t[4][x+traceBorder]
	b.seen = above.seen() + n[0].seen() + n[1].seen() + n[2].seen() + m[1].seen() + m[2].seen() + m[3].seen() +
		m[4].seen() + p[0].seen() + p[1].seen() + p[2].seen() + below.seen()
	f := &b.residual
	f[0] = int16(m[1].residual() + m[3].residual())
	f[1] = int16(n[1].residual() + p[1].residual())
	f[2] = int16(n[0].residual() + p[2].residual())
	f[3] = int16(n[2].residual() + p[0].residual())
	f[4] = int16(above.residual())
}

// correctScale corrects the scale that is believed of the coordinate at site x of the row, into r: by what the last layer,
// tuned, says of it, Q10 (tune.go), and by what is learned here. The mean is left to correctMean: many coordinates do not
// advance, and have no need of it.
func (at *row) correctScale(r *correction, b *belief, x int, tunedScale int16) {
	a, scale := at.contexts, b.scale
	r.near = [3]trace{at.around[2][x], at.other[0][x+traceBorder], at.other[1][x+traceBorder]}
	sum := b.seen + r.near[0].seen() + 2*(r.near[1].seen()+r.near[2].seen())
	around, above := 0, 0
	if count := int32(sum >> 15); count > 0 {
		v := quotient((int32(sum&(1<<15-1))-16*count)*8, count+1) // mean score, shrunk, Q7
		around = int(fixed.Clamp(1+(v+96)>>4, 1, scoreContexts-1))
	}
	if t := at.above[x/2]; t != 0 {
		above = int(fixed.Clamp(1+(int32(t&0x7f))>>2, 1, scoreContexts-1))
	}
	// Bins of half an octave, whatever the depth.
	deep := int32(at.deep)
	level := fixed.Clamp((scale-deep*logistic.ScaleSteps+144)>>4, 0, scaleContexts-1)
	byAround, byAbove, byScale := &a.around[around], &a.above[above], &a.scales[level]
	r.offsets[0], r.offsets[1], r.offsets[2], r.offsets[3], r.edge = &a.whole, byAround, byAbove, byScale, nil
	offset := a.whole.value + byAround.value + byAbove.value + byScale.value +
		int32(fixed.Clamp(tunedScale, -maxTuned/2, maxTuned/2))<<(16-outBits)*logistic.ScaleSteps
	if at.outer || x == 0 || x == at.w-1 {
		r.edge = &a.edge[edgeOf(at.y, x, at.h, at.w)]
		offset += r.edge.value
	}
	r.network, r.weight = scale, &a.weight
	r.scale = fixed.Clamp(scale+(offset+1<<15)>>16, logistic.MinScale, logistic.MaxScale+deep*logistic.ScaleSteps)
	if at.networkAlone {
		r.scale = scale
	}
}

// correctMean corrects the mean that goes with what correctScale has corrected.
func (at *row) correctMean(r *correction, b *belief, tunedMean int16) {
	f, w := &r.residual, r.weight // one by one: what is read soon in other pieces than it was written in takes long
	f[0] = int64(b.residual[0])
	f[1] = int64(b.residual[1])
	f[2] = int64(b.residual[2])
	f[3] = int64(b.residual[3])
	f[4] = r.near[0].residual()
	f[5] = int64(b.residual[4])
	f[6] = r.near[1].residual()
	f[7] = r.near[2].residual()
	shift := f[0]*(w[0]>>16) + f[1]*(w[1]>>16) + f[2]*(w[2]>>16) + f[3]*(w[3]>>16) +
		f[4]*(w[4]>>16) + f[5]*(w[5]>>16) + f[6]*(w[6]>>16) + f[7]*(w[7]>>16)
	shift = fixed.Clamp(shift>>4+int64(fixed.Clamp(tunedMean, -maxTuned, maxTuned))<<(16-outBits), -maxCorrection, maxCorrection) // Q16
	r.before = b.mean
	r.mean = b.mean + at.tables.TimesScale(shift, r.network)>>10
	if at.networkAlone {
		r.mean = b.mean
	}
}

// edgeOf returns which edge of a scale of h x w sites site (y, x) is at, the first of them, or -1.
func edgeOf(y, x, h, w int) int {
	switch {
	case y == 0:
		return 0
	case y == h-1:
		return 1
	case x == 0:
		return 2
	case x == w-1:
		return 3
	}
	return -1
}

// learn takes note of what coding a cell has shown, and returns the trace.
func (r *correction) learn(t *logistic.Tables, o logistic.Observation) trace {
	score, gradient := o.LogScale, o.Mean
	r.score, r.gradient, r.posterior = score, gradient, o.Posterior
	r.offsets[0].learn(score, offsetRate, wholeLimit)
	r.offsets[1].learn(score, offsetRate, offsetLimit)
	r.offsets[2].learn(score, offsetRate, offsetLimit)
	r.offsets[3].learn(score, offsetRate, offsetLimit)
	if r.edge != nil {
		r.edge.learn(score, edgeRate, edgeLimit)
	}
	m, e := t.InverseScale(r.network)
	residual := fixed.Clamp((r.posterior-r.before)*m>>(uint(22+e)&63), -60, 60) // Q4
	power := int64(2000)
	f, w := &r.residual, r.weight
	for j := range f {
		power += f[j] * f[j]
	}
	step := gradient * 7 / 4 / power
	for j := range f {
		w[j] += f[j] * step
	}
	return newTrace(score, residual)
}

// slope returns what learn has found, for the tuner.
func (r *correction) slope() slope {
	return newSlope(r.gradient>>(31-8), fixed.Clamp(r.score, -1<<10, 6<<10)>>4)
}
