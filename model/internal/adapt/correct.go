package adapt

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

const (
	// maxCorrection bounds the correction of the mean, in scales, Q16.
	maxCorrection = 4 << 16

	// maxOutput bounds what the last layer adds to the mean, in scales, and twice what it adds to the scale, in octaves; in
	// the format of the heads' outputs.
	maxOutput = 4 << process.OutputBits
)

// A Row is a row of sites of a coefficient, with the records around it. Slices are by site.
type Row struct {
	Y, W, H   int  // number of the row; size of the scale in sites
	Outer     bool // the row is the first or the last of the scale
	ExtraBits int  // bits by which the coefficient is deeper than those of 8-bit samples

	// Records of the coefficient from Border rows above the row to Border rows below, and of the two Related coefficients in
	// the row, with Border sites more on either side; of the coefficient in the row at the same place of the next coarser scale,
	// a site for every two. They are zeros where there are none.
	Around  [2*Border + 1][]Record
	Related [2][]Record
	Coarser []Record

	Learned *Coefficient
	Tables  *logistic.Tables
	Off     bool // corrections leave mean and scale as they are
}

// Predictions are what the network predicts for a coefficient at some sites of a row, with what the records around say, apart from the
// record of the site two before each in the row: see Gather.
type Predictions struct {
	Mean  [Interval]int64 // Q6
	Scale [Interval]int32

	scores   [Interval]int32    // the sum of counted scores
	residual [5][Interval]int32 // sums of residuals, Q4, of sites at the same distance
}

// Gather sets prediction j of p to what the records around site x say. It leaves out the site two before x in the row: that has not been
// coded yet when Gather is called for several sites of a phase in advance.
func (r *Row) Gather(p *Predictions, j, x int) {
	t := &r.Around
	n, m, s := (*[3]Record)(t[1][x+1:]), (*[5]Record)(t[2][x:]), (*[3]Record)(t[3][x+1:])
	above, below := t[0][x+Border], t[4][x+Border]
	p.scores[j] = int32(above.countedScore() + n[0].countedScore() + n[1].countedScore() + n[2].countedScore() + m[1].countedScore() +
		m[2].countedScore() + m[3].countedScore() + m[4].countedScore() + s[0].countedScore() + s[1].countedScore() +
		s[2].countedScore() + below.countedScore())
	f := &p.residual
	f[0][j] = int32(m[1].residual() + m[3].residual())
	f[1][j] = int32(n[1].residual() + s[1].residual())
	f[2][j] = int32(n[0].residual() + s[2].residual())
	f[3][j] = int32(n[2].residual() + s[0].residual())
	f[4][j] = int32(above.residual())
}

// A Correction is a corrected prediction, with what it was made from, so that Learn can learn from how it did.
type Correction struct {
	Mean  int64 // Q6, after CorrectMean
	Scale int32 // after CorrectScale

	predictedMean  int64
	predictedScale int32

	around, coarser, level uint8 // the offsets that it is by
	edge                   int8  // or -1

	residual [taps]int64 // Q4

	near [3]Record // of the site two before in the row, and of the related coefficients
}

// CorrectScale corrects the scale of prediction j, which is of site x of the row, into c. layer is the output of the last layer for the
// scale's correction, in octaves. The mean is left to CorrectMean, which many coefficients do without, since they are not coded.
func (r *Row) CorrectScale(c *Correction, p *Predictions, j, x int, layer int16) {
	a, scale := r.Learned, p.Scale[j]
	c.near = [3]Record{r.Around[2][x], r.Related[0][x+Border], r.Related[1][x+Border]}
	sum := uint32(p.scores[j]) + c.near[0].countedScore() + 2*(c.near[1].countedScore()+c.near[2].countedScore())
	around := uint8(0)
	if count := int32(sum >> 15); count > 0 {
		v := quotient((int32(sum&(1<<15-1))-16*count)*8, count+1) // mean score, shrunk towards 0, Q7
		around = uint8(fixed.Clamp(1+(v+96)>>4, 1, scoreContexts-1))
	}
	coarser := coarserContexts[uint8(r.Coarser[x/2]&0x7f|r.Coarser[x/2]>>8&0x80)]
	extra := int32(r.ExtraBits)
	level := uint8(fixed.Clamp((scale-extra*logistic.ScaleSteps+144)>>4, 0, scaleContexts-1)) // half an octave each
	c.around, c.coarser, c.level, c.edge = around, coarser, level, -1
	offset := a.whole.value + a.around[around].value + a.coarser[coarser].value + a.scales[level].value +
		int32(fixed.Clamp(layer, -maxOutput/2, maxOutput/2))<<(16-process.OutputBits)*logistic.ScaleSteps
	if r.Outer || x == 0 || x == r.W-1 {
		c.edge = int8(edgeOf(r.Y, x, r.H, r.W))
		offset += a.edge[c.edge].value
	}
	c.predictedScale = scale
	c.Scale = fixed.Clamp(scale+(offset+1<<15)>>16, logistic.MinScale, logistic.MaxScale+extra*logistic.ScaleSteps)
	if r.Off {
		c.Scale = scale
	}
}

// CorrectMean corrects the mean of prediction j, into c, after CorrectScale. layer is the output of the last layer for the mean's
// correction, in scales.
func (r *Row) CorrectMean(c *Correction, p *Predictions, j int, layer int16) {
	f, w := &c.residual, &r.Learned.weight // one by one: loads that are wider than the stores shortly before them are slow
	f[0] = int64(p.residual[0][j])
	f[1] = int64(p.residual[1][j])
	f[2] = int64(p.residual[2][j])
	f[3] = int64(p.residual[3][j])
	f[4] = c.near[0].residual()
	f[5] = int64(p.residual[4][j])
	f[6] = c.near[1].residual()
	f[7] = c.near[2].residual()
	shift := f[0]*(w[0]>>16) + f[1]*(w[1]>>16) + f[2]*(w[2]>>16) + f[3]*(w[3]>>16) +
		f[4]*(w[4]>>16) + f[5]*(w[5]>>16) + f[6]*(w[6]>>16) + f[7]*(w[7]>>16)
	shift = fixed.Clamp(shift>>4+int64(fixed.Clamp(layer, -maxOutput, maxOutput))<<(16-process.OutputBits), -maxCorrection, maxCorrection) // Q16
	c.predictedMean = p.Mean[j]
	c.Mean = p.Mean[j] + r.Tables.TimesScale(shift, c.predictedScale)>>10
	if r.Off {
		c.Mean = p.Mean[j]
	}
}

// edgeOf returns which edge of a scale of h x w sites site (y, x) is at, or -1.
func edgeOf(y, x, h, w int) int {
	switch {
	case y == 0:
		return top
	case y == h-1:
		return bottom
	case x == 0:
		return left
	case x == w-1:
		return right
	}
	return -1
}

// coarserContexts are the contexts of offsets by the score of a record at the coarser scale, plus 128 if there is a record.
var coarserContexts = func() (t [256]uint8) {
	for i := range 128 {
		t[128+i] = uint8(fixed.Clamp(1+i>>2, 1, scoreContexts-1))
	}
	return
}()

// Learn has the offsets and weights that made the correction follow what the coded cell says about it. It returns the cell's record, and
// the gradient of what was learned from, for LastLayer.
func (r *Row) Learn(c *Correction, o logistic.Observation) (Record, Gradient) {
	a, bounded := r.Learned, fixed.Clamp(o.LogScale, leastScore, mostScore)
	score := int32(bounded)
	a.whole.learn(newOffsetStep(score, offsetRate, wholeLimit))
	step := newOffsetStep(score, offsetRate, offsetLimit)
	a.around[c.around].learn(step)
	a.coarser[c.coarser].learn(step)
	a.scales[c.level].learn(step)
	if c.edge >= 0 {
		a.edge[c.edge].learn(newOffsetStep(score, edgeRate, edgeLimit))
	}
	m, e := r.Tables.InverseScale(c.predictedScale)
	residual := fixed.Clamp((o.Posterior-c.predictedMean)*m>>(uint(22+e)&63), -60, 60) // Q4
	f, w := &c.residual, &a.weight                                                     // one by one: loops over so few take more time
	power := 2000 + f[0]*f[0] + f[1]*f[1] + f[2]*f[2] + f[3]*f[3] + f[4]*f[4] + f[5]*f[5] + f[6]*f[6] + f[7]*f[7]
	along := o.Mean * 7 / 4 / power
	w[0] += f[0] * along
	w[1] += f[1] * along
	w[2] += f[2] * along
	w[3] += f[3] * along
	w[4] += f[4] * along
	w[5] += f[5] * along
	w[6] += f[6] * along
	w[7] += f[7] * along
	return newRecord(o.LogScale, residual), newGradient(o.Mean>>(31-8), bounded>>4)
}
