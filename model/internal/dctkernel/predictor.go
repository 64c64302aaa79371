package dctkernel

// Lanes is how many coefficients are predicted together: every second one of a row.
const Lanes = 8

// Slack is how many elements there must be, in the arrays that predictions look at, behind the last one that they need.
const Slack = 2 * Lanes

// A Tap is a magnitude that a prediction looks at: so many elements on from the coefficient's own, with its weights, Q14: of the
// prediction from all taps, and of that from a part of them.
type Tap struct{ From, All, Part int32 }

// A ValueTap is a value that a prediction looks at, with its weight, Q14.
type ValueTap struct{ From, Weight int32 }

// tapBits is the precision of the weights of taps.
const tapBits = 14

// A Predictor predicts a coefficient by linear predictions.
type Predictor struct {
	own, others []Tap
	value       []ValueTap
	many        bool // the sums of what assembly predicts fit into its registers
}

// NewPredictor returns a predictor of magnitudes from taps of a coefficient's own block and of others, and of values.
func NewPredictor(own, others []Tap, value []ValueTap) Predictor {
	return Predictor{own, others, value, accelerated && fit(own, others, value)}
}

// fit reports whether sums of magnitudes fit into 32 bits, and those of values, once shifted, too.
func fit(own, others []Tap, value []ValueTap) bool {
	var all, values int64
	magnitude := func(x int32) int64 { return max(int64(x), -int64(x)) }
	for _, taps := range [][]Tap{own, others} {
		part := int64(0)
		for _, t := range taps {
			all += magnitude(t.All)
			part += magnitude(t.Part)
		}
		if part > 1<<15-1 {
			return false
		}
	}
	for _, t := range value {
		values += magnitude(t.Weight)
	}
	return all <= 1<<15-1 && values < 1<<28
}

// Predictions are those of Lanes coefficients: of their magnitudes, from all taps, from those of the own block, and from those of
// others, Q4, at least 0; and of their values, Q3. Large ones are limited, the magnitudes to at least mostMagnitude, and the values to at
// least mostValue on either side.
type Predictions struct{ All, Own, Others, Value [Lanes]int32 }

const (
	mostMagnitude = 1 << 24
	mostValue     = 1 << 29
)

// Many reports whether Predict predicts Lanes coefficients in little more time than At predicts one.
func (p *Predictor) Many() bool { return p.many }

// Predict sets dst to the predictions of the coefficients at, at+2, and so on.
func (p *Predictor) Predict(dst []Predictions, magnitudes []uint16, values []int16, at int) {
	if p.many {
		predictAssembly(dst, magnitudes[at:], values[at:], p.own, p.others, p.value)
		return
	}
	for i := range dst {
		for lane := range Lanes {
			p.At(&dst[i], lane, magnitudes, values, at+2*(Lanes*i+lane))
		}
	}
}

// PredictValues sets the values of dst, and nothing else that matters, to the predictions of the coefficients at, at+2, and so on.
func (p *Predictor) PredictValues(dst []Predictions, values []int16, at int) {
	if p.many {
		predictAssembly(dst, nil, values[at:], nil, nil, p.value)
		return
	}
	for i := range dst {
		for lane := range Lanes {
			dst[i].Value[lane] = p.valueAt(values, at+2*(Lanes*i+lane))
		}
	}
}

// At sets one of dst to the predictions of coefficient at.
func (p *Predictor) At(dst *Predictions, lane int, magnitudes []uint16, values []int16, at int) {
	var all, own, others int64
	for i := range p.own {
		t := &p.own[i]
		m := int64(magnitudes[at+int(t.From)])
		all += m * int64(t.All)
		own += m * int64(t.Part)
	}
	for i := range p.others {
		t := &p.others[i]
		m := int64(magnitudes[at+int(t.From)])
		all += m * int64(t.All)
		others += m * int64(t.Part)
	}
	limit := func(sum int64) int32 { return int32(min(max(sum>>tapBits, 0), mostMagnitude)) }
	dst.All[lane], dst.Own[lane], dst.Others[lane] = limit(all), limit(own), limit(others)
	dst.Value[lane] = p.valueAt(values, at)
}

func (p *Predictor) valueAt(values []int16, at int) int32 {
	sum := int64(0)
	for i := range p.value {
		t := &p.value[i]
		sum += int64(values[at+int(t.From)]) * int64(t.Weight)
	}
	return int32(min(max(sum>>tapBits, -mostValue), mostValue))
}
