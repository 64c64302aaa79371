package adapt

import (
	"math/bits"
	"slices"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

const (
	// MeanOutput and ScaleOutput are the first outputs of a head's last layer that correct the means of the group's coefficients,
	// in scales, and their scales, in octaves: process.MaxGroup of them each, in the format of the heads' outputs. The outputs
	// before them are the network's own.
	MeanOutput  = 2 * process.MaxGroup
	ScaleOutput = 3 * process.MaxGroup

	corrections = 2 * process.MaxGroup

	// Interval is how many sites have to be added for a step. That is also how many sites of a row have their outputs computed
	// at a time.
	Interval = 64

	maxUnits = 240 // of a head

	// Steps, in units of 1/(units · power + 1): 0.03 for means, 0.012 for scales.
	meanStep  = 125829 // Q22
	scaleStep = 201327 // Q24

	centreBits = 6 // fractional bits that a centre has more than a unit
	centreRate = 3 // log2 of the number of steps after which centre and power have forgotten all but 1/e
)

// A LayerState is what has been learned for the last layer of a head, in the steps of a stage.
type LayerState struct {
	weight [corrections][maxUnits]int32 // Q24
	centre [maxUnits]int32              // running mean of the units, with centreBits more fractional bits than they have
	power  [maxUnits]int32              // running mean of (unit - centre)², with twice the fractional bits of a unit
	begun  bool                         // something has been learned
}

// average sets s to the averages of what bands have learned. Those that have learned nothing count with weights of 0, and do
// not count for centres and powers, which they do not know.
func (s *LayerState) average(bands []*LayerState) {
	begun := slices.DeleteFunc(slices.Clone(bands), func(b *LayerState) bool { return !b.begun })
	if len(begun) == 0 {
		return
	}
	mean := func(bands []*LayerState, of func(*LayerState) *int32) {
		sum := int64(0)
		for _, b := range bands {
			sum += int64(*of(b))
		}
		*of(s) = int32(sum / int64(len(bands)))
	}
	for j := range maxUnits {
		for o := range s.weight {
			mean(bands, func(b *LayerState) *int32 { return &b.weight[o][j] })
		}
		mean(begun, func(b *LayerState) *int32 { return &b.centre[j] })
		mean(begun, func(b *LayerState) *int32 { return &b.power[j] })
	}
	s.begun = true
}

// A LastLayer is the last layer of a head, 1x1, as it is adapted to the image while a band is coded. Every mean and every scale
// gets a correction that is linear in the head's hidden units, less their running means. The weights of that follow the gradient
// of the log-likelihood, each step normalized by the power of its unit. They are put into outputs of the layer that the network
// leaves free, so that a correction costs no more than learning it.
type LastLayer struct {
	*LayerState
	Layer      *kernel.Conv // with the corrections as they are now
	members    int
	units      int
	unitBits   uint // fractional bits of a unit
	weightBits uint // fractional bits of the layer's weights

	// What was noted since the last Take: where the units of sites begin among those of their row, and gradients, by site.
	noted, sampling int
	places, samples [Interval]int32
	meanBy, scaleBy [process.MaxGroup][Interval]int32

	// What has been added since the last step.
	sites    int
	means    [process.MaxGroup][maxUnits]int32 // by member, sums of the gradient by the mean times the units
	scales   [process.MaxGroup][maxUnits]int32 // by member, sums of the gradient by the scale times the units
	gradient [process.MaxGroup]int64           // by member, sums of gradients
	sampled  int                               // the number of sites that the next two are sums of
	sum      [maxUnits]int32                   // of the units
	squares  [maxUnits]int64                   // of their squares

	rates, before [maxUnits]int64 // scratch for Step
}

// Begin has the last layer of a head, for a number of members of a group, go on with what s has learned. The hidden units have
// unitBits fractional bits.
func (l *LastLayer) Begin(s *LayerState, layer *kernel.Conv, members int, unitBits uint) {
	l.LayerState, l.Layer, l.members, l.units, l.unitBits = s, layer.Clone(), members, layer.In(), unitBits
	l.weightBits = layer.Shift() + process.OutputBits - unitBits
	l.clear()
	if s.begun {
		l.set()
	}
}

// clear empties the sums.
func (l *LastLayer) clear() {
	l.sites, l.sampled, l.noted, l.sampling, l.gradient = 0, 0, 0, 0, [process.MaxGroup]int64{}
	for o := range l.means {
		clear(l.means[o][:l.units])
		clear(l.scales[o][:l.units])
	}
	clear(l.sum[:l.units])
	clear(l.squares[:l.units])
}

// A Gradient is the gradient of a coefficient's log-likelihood: by its mean, measured in scales, Q8, less than 1 in magnitude;
// plus 2^32 times that by the logarithm of its scale, Q6, from -1 to 6. Of at most 2·Interval sites, sums of either, and of either
// times a unit, are below 2^31.
type Gradient int64

func newGradient(mean, scale int64) Gradient { return Gradient(mean + scale<<32) }

// split returns the two sums in a sum of gradients.
func split(s int64) (mean, scale int64) {
	mean = int64(int32(s))
	return mean, (s - mean) >> 32
}

// Note takes in a site: its place among those of a row, and the gradients of the group's members, 0 for those that are not coded. At most
// Interval sites are noted until Take.
func (l *LastLayer) Note(site int, gradients *[process.MaxGroup]Gradient) {
	n, at := l.noted, int32(site*l.units)
	l.noted++
	l.places[n] = at
	for m := range l.members {
		s := gradients[m]
		l.gradient[m] += int64(s)
		mean, scale := split(int64(s))
		l.meanBy[m][n], l.scaleBy[m][n] = int32(uint16(mean)), int32(uint16(scale))
	}
	if l.sites&3 == 0 { // the power of the units does not change from site to site
		l.samples[l.sampling] = at
		l.sampling++
	}
	l.sites++
}

// Take adds what was noted, with the hidden units of the row's sites.
func (l *LastLayer) Take(units []int16) {
	places := l.places[:l.noted]
	for m := range l.members {
		kernel.AddProducts(l.means[m][:l.units], l.scales[m][:l.units], units, places, l.meanBy[m][:len(places)], l.scaleBy[m][:len(places)])
	}
	kernel.AddSquares(l.sum[:l.units], l.squares[:l.units], units, l.samples[:l.sampling])
	l.sampled += l.sampling
	l.noted, l.sampling = 0, 0
}

// Due reports whether so many sites have been added since the last step that it is time for the next.
func (l *LastLayer) Due() bool { return l.sites >= Interval }

// Step moves the weights along the gradients that have been added, and puts them into the layer.
func (l *LastLayer) Step() {
	var allMean, allScale [process.MaxGroup]int64
	for m, s := range l.gradient {
		allMean[m], allScale[m] = split(s)
	}
	n := l.units
	rates, before := l.rates[:n], l.before[:n]
	centres, powers, sums, squares := l.centre[:n], l.power[:n], l.sum[:n], l.squares[:n]
	sampled := bySamples(l.sampled)
	for j := range centres {
		mean := int32(sampled.mean(int64(sums[j]) << centreBits))
		if !l.begun {
			centres[j] = mean
		}
		c := int64(centres[j])
		power := int32(fixed.Clamp(sampled.mean(squares[j])+(c*c-2*c*int64(mean))>>(2*centreBits), 0, 1<<30))
		if !l.begun {
			powers[j] = power
		}
		before[j] = c
		rates[j] = 1 << (l.unitBits + 30) / (int64(n)*int64(powers[j]) + 1<<(2*l.unitBits)) // Q20
		centres[j] += (mean - centres[j] + 1<<centreRate>>1) >> centreRate
		powers[j] += (power - powers[j]) >> centreRate
	}
	follow := func(weights, gradients []int32, all, step int64) {
		weights, gradients = weights[:n], gradients[:n]
		for j, w := range weights {
			weights[j] = int32(fixed.Clamp(int64(w)+(int64(gradients[j])-all*before[j]>>centreBits)*(step*rates[j]>>20)>>16, -1<<30, 1<<30))
		}
	}
	for m := range l.members {
		follow(l.weight[m][:], l.means[m][:], allMean[m], meanStep)
		follow(l.weight[process.MaxGroup+m][:], l.scales[m][:], allScale[m], scaleStep)
	}
	l.begun = true
	l.clear()
	l.set()
}

// A samples divides by a number of samples.
type samples struct {
	n     int64
	shift uint8
	power bool // n is 2^shift
}

func bySamples(n int) samples {
	return samples{int64(n), uint8(bits.TrailingZeros(uint(n))), n&(n-1) == 0}
}

// mean returns sum/n, rounded towards 0. As a rule no sum is negative, and n is a power of 2.
func (s samples) mean(sum int64) int64 {
	if s.power && sum >= 0 {
		return sum >> (s.shift & 63)
	}
	return sum / s.n
}

// set puts the weights into the layer. If the sums of an output could leave int32 with them, they are halved.
func (l *LastLayer) set() {
	var w [maxUnits]int16
	down := (24 - l.weightBits) & 31
	half := int32(1) << l.Layer.Shift() >> 1 // the kernel rounds down
	for o := range l.weight {
		if o%process.MaxGroup >= l.members {
			continue
		}
		for {
			centre := roundWeights(w[:l.units], l.weight[o][:l.units], l.centre[:l.units], down)
			bias := fixed.Clamp(int64(half)-centre>>centreBits, -1<<31+1, 1<<31-1)
			if l.Layer.SetOutput(MeanOutput+o, w[:l.units], int32(bias)) == nil {
				break
			}
			for j := range l.units {
				l.weight[o][j] /= 2
			}
		}
	}
}

// roundWeights writes weights, shifted right by down bits and rounded, to w, and returns the sum of their products with centres.
func roundWeights(w []int16, weight, centre []int32, down uint) int64 {
	if dot, ok := wideRound(w, weight, centre, down); ok {
		return dot
	}
	return roundPortable(w, weight, centre, down)
}

func roundPortable(w []int16, weight, centre []int32, down uint) (dot int64) {
	weight, centre = weight[:len(w)], centre[:len(w)]
	half := int32(1) << (down & 31) >> 1
	for j, v := range weight {
		v := fixed.Sat16((v + half) >> (down & 31))
		w[j] = v
		dot += int64(v) * int64(centre[j])
	}
	return dot
}
