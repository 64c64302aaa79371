package adapt

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// A State is what has been learned from an image for the steps of a stage. The zero value has learned nothing.
type State struct {
	Coefficients [process.Coefficients]Coefficient
	LastLayers   [len(process.Groups)]LayerState
}

// Average sets s to the average of what the bands of a pass have learned, at least one.
func (s *State) Average(bands []State) {
	if len(bands) == 1 {
		*s = bands[0]
		return
	}
	for i := range s.Coefficients {
		s.Coefficients[i].average(bands, i)
	}
	layers := make([]*LayerState, len(bands))
	for g := range s.LastLayers {
		for b := range bands {
			layers[b] = &bands[b].LastLayers[g]
		}
		s.LastLayers[g].average(layers)
	}
}

const (
	scoreContexts = 12
	scaleContexts = 32
	taps          = 8

	// maxOffset bounds an offset: scale steps, Q16.
	maxOffset = 4 * logistic.ScaleSteps << 16
)

// The edges of a scale. A site at two of them counts as at the first.
const (
	top = iota
	bottom
	left
	right
	edges
)

// A Coefficient is what has been learned for one coefficient of all sites.
type Coefficient struct {
	whole   offset                // for all sites
	around  [scoreContexts]offset // by the mean score of the sites around
	coarser [scoreContexts]offset // by the score at the next coarser scale
	scales  [scaleContexts]offset // by the predicted scale
	edge    [edges]offset         // for the sites at an edge
	weight  [taps]int64           // of the filter over residuals, Q32
}

// average sets c to the averages of the offsets and weights that bands have learned for coefficient i. The count of an offset is
// the largest of the bands'. The first band alone has sites at the top, and the last alone has sites at the bottom.
func (c *Coefficient) average(bands []State, i int) {
	n := int64(len(bands))
	mean := func(of func(*Coefficient) *offset) {
		sum, count := int64(0), int32(0)
		for b := range bands {
			o := of(&bands[b].Coefficients[i])
			sum += int64(o.value)
			count = max(count, o.count)
		}
		*of(c) = offset{int32(sum / n), count}
	}
	mean(func(c *Coefficient) *offset { return &c.whole })
	for j := range scoreContexts {
		mean(func(c *Coefficient) *offset { return &c.around[j] })
		mean(func(c *Coefficient) *offset { return &c.coarser[j] })
	}
	for j := range scaleContexts {
		mean(func(c *Coefficient) *offset { return &c.scales[j] })
	}
	c.edge[top], c.edge[bottom] = bands[0].Coefficients[i].edge[top], bands[n-1].Coefficients[i].edge[bottom]
	for j := left; j < edges; j++ {
		mean(func(c *Coefficient) *offset { return &c.edge[j] })
	}
	for j := range taps {
		sum := int64(0)
		for b := range bands {
			sum += bands[b].Coefficients[i].weight[j]
		}
		c.weight[j] = sum / n
	}
}

// An offset is added to the predicted scale. value is in scale steps, Q16. count is the number of cells that it was learned from,
// up to a limit, so that it goes on to follow the image.
type offset struct{ value, count int32 }

// The step of an offset for a score, in scale steps, is rate/2^16 · score / (count+30).
const (
	offsetRate  = 700
	wholeLimit  = 50  // of the count of the offset for all sites
	offsetLimit = 150 // of the counts of the others
	edgeRate    = 4000
	edgeLimit   = 60
)

// An offsetStep is what a score, within leastScore and mostScore, calls for from offsets with a rate and a limit of their counts.
type offsetStep struct {
	call, limit int32 // score · rate, and the limit
	settled     int32 // the step of an offset whose count is at the limit, as most are
}

func newOffsetStep(score, rate, limit int32) offsetStep {
	return offsetStep{score * rate, limit, quotient(score*rate, limit+30)}
}

// learn moves the offset.
func (o *offset) learn(s offsetStep) {
	by := s.settled
	if o.count < s.limit {
		o.count++
		by = quotient(s.call, o.count+30)
	}
	o.value = fixed.Clamp(o.value+by, -maxOffset, maxOffset)
}

// leastScore and mostScore bound the scores that offsets learn from.
const (
	leastScore = -1 << 10
	mostScore  = 6 << 10
)

// reciprocals hold 2^40/d, rounded up, for quotient.
var reciprocals = func() (r [256]int64) {
	for d := int64(1); d < int64(len(r)); d++ {
		r[d] = 1<<40/d + 1
	}
	return
}()

// quotient returns n/d, rounded towards 0, for 0 < d < 256 and |n| up to 2^22 d. It multiplies by a reciprocal, which takes less
// time than dividing: the reciprocal is too large by at most 2^-40, so n times it is too large by less than 1/d.
func quotient(n, d int32) int32 { return int32(int64(n)*reciprocals[uint8(d)]>>40) - n>>31 }
