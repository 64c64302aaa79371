package model

import (
	"slices"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

// The last layer of a head is tuned to the image while it is coded: every mean and every scale gets a correction that is
// linear in the head's hidden units, around their running means. Its weights follow the same gradients of the log-likelihood
// as the other corrections (adapt.go), each normalized by the power of its unit. They sit in outputs of the layer that
// the network leaves free, so that a correction costs nothing but learning it.

const (
	maxMembers = 3   // of a group
	maxHidden  = 240 // units of a head

	// tunedOutput is the output of a head from which on its corrections are: of the means, in scales, then of the
	// logarithms of the scales, in octaves, each of maxMembers; Q10.
	tunedOutput = 2 * maxMembers
	tuned       = 2 * maxMembers

	// tuneSites is how many sites of a row have their outputs computed at a time, and how many have to be learned
	// from before the weights follow.
	tuneSites = 64

	// Steps, in units of 1/(units · power + 1): 0.03 for means, 0.012 for scales.
	meanStep  = 125829 // Q22
	scaleStep = 201327 // Q24

	centreBits = 6 // by which a centre is finer than a unit
	centreRate = 3 // log2 of the steps after which centre and power have forgotten all but 1/e
)

// A tuning is what has been learned for a head's last layer, in the steps of a stage.
type tuning struct {
	weight [tuned][maxHidden]int32 // Q24, of units as numbers
	centre [maxHidden]int32        // running mean of the units; centreBits more than they have
	power  [maxHidden]int32        // running mean of (unit - centre)², with twice the fractional bits of a unit
	begun  bool                    // something has been learned
}

// average sets t to what the bands of a pass have learned, on average: a weight counts as 0 in bands that have learned
// nothing, where centres and powers are not known.
func (t *tuning) average(bands []*tuning) {
	begun := slices.DeleteFunc(slices.Clone(bands), func(b *tuning) bool { return !b.begun })
	if len(begun) == 0 {
		return
	}
	mean := func(bands []*tuning, of func(*tuning) *int32) {
		sum := int64(0)
		for _, b := range bands {
			sum += int64(*of(b))
		}
		*of(t) = int32(sum / int64(len(bands)))
	}
	for j := range maxHidden {
		for o := range t.weight {
			mean(bands, func(b *tuning) *int32 { return &b.weight[o][j] })
		}
		mean(begun, func(b *tuning) *int32 { return &b.centre[j] })
		mean(begun, func(b *tuning) *int32 { return &b.power[j] })
	}
	t.begun = true
}

// A tuner tunes a head's last layer while a band is coded.
type tuner struct {
	*tuning
	layer      *kernel.Conv // the last layer, as it is tuned now
	members    int
	units      int
	unitBits   uint // fractional bits of a unit
	weightBits uint // and of the layer's weights

	// What has been seen since the last step.
	sites   int
	means   [maxMembers][maxHidden]int32 // sums of slope times unit, by member, of the mean
	scales  [maxMembers][maxHidden]int32 // and of the scale
	slope   [maxMembers]int64            // sums of slopes: of the mean + 2^32 · of the scale
	sampled int                          // sites that the next two are of
	sum     [maxHidden]int32             // of the units,
	squares [maxHidden]int64             // and of their squares
}

// begin has the tuner go on with what t knows of the last layer of a head of a number of members.
func (r *tuner) begin(t *tuning, layer *kernel.Conv, members int, unitBits uint) {
	r.tuning, r.layer, r.members, r.units, r.unitBits = t, layer.Clone(), members, layer.In(), unitBits
	r.weightBits = layer.Shift() + outBits - unitBits
	r.forget()
	if t.begun {
		r.set()
	}
}

// forget forgets what has been seen.
func (r *tuner) forget() {
	r.sites, r.sampled, r.slope = 0, 0, [maxMembers]int64{}
	for o := range r.means {
		clear(r.means[o][:r.units])
		clear(r.scales[o][:r.units])
	}
	clear(r.sum[:r.units])
	clear(r.squares[:r.units])
}

// A slope is the gradient of the log-likelihood of a coordinate: by its mean, Q8, in units of the scale, less than 1 in
// magnitude; and 2^32 times that by the logarithm of the scale, Q6, -1 to 6. Of at most 2·tuneSites sites, sums of either
// times a unit are below 2^31.
type slope int64

func newSlope(mean, scale int64) slope { return slope(mean + scale<<32) }

// split returns the sums packed in s.
func split(s int64) (mean, scale int64) {
	mean = int64(int32(s))
	return mean, (s - mean) >> 32
}

// see takes note of the slopes of a site's members, 0 of those that have not advanced, and of the site's units.
func (r *tuner) see(units []int16, slopes *[maxMembers]slope) {
	for m, s := range slopes {
		if s == 0 {
			continue
		}
		r.slope[m] += int64(s)
		mean, scale := split(int64(s))
		kernel.AddProducts(r.means[m][:], r.scales[m][:], units, int16(mean), int16(scale))
	}
	if r.sites&3 == 0 { // the power of the units does not change from site to site
		kernel.AddSquares(r.sum[:], r.squares[:], units)
		r.sampled++
	}
	r.sites++
}

// step has the weights follow what has been seen.
func (r *tuner) step() {
	var allMean, allScale [maxMembers]int64
	for m, s := range r.slope {
		allMean[m], allScale[m] = split(s)
	}
	for j := range r.units {
		mean := r.sum[j] << centreBits / int32(r.sampled)
		if !r.begun {
			r.centre[j] = mean
		}
		c := int64(r.centre[j])
		power := int32(fixed.Clamp(r.squares[j]/int64(r.sampled)+(c*c-2*c*int64(mean))>>(2*centreBits), 0, 1<<30))
		if !r.begun {
			r.power[j] = power
		}
		rate := 1 << (r.unitBits + 30) / (int64(r.units)*int64(r.power[j]) + 1<<(2*r.unitBits)) // Q20
		follow := func(w *int32, slope, all, step int64) {
			*w = int32(fixed.Clamp(int64(*w)+(slope-all*c>>centreBits)*(step*rate>>20)>>16, -1<<30, 1<<30))
		}
		for m := range r.members {
			follow(&r.weight[m][j], int64(r.means[m][j]), allMean[m], meanStep)
			follow(&r.weight[maxMembers+m][j], int64(r.scales[m][j]), allScale[m], scaleStep)
		}
		r.centre[j] += (mean - r.centre[j] + 1<<centreRate>>1) >> centreRate
		r.power[j] += (power - r.power[j]) >> centreRate
	}
	r.begun = true
	r.forget()
	r.set()
}

// set puts the weights into the layer. Where its sum could leave int32 they are halved.
func (r *tuner) set() {
	var w [maxHidden]int16
	down := 24 - r.weightBits
	half := int32(1) << r.layer.Shift() >> 1 // the kernel truncates
	for o := range r.weight {
		if o%maxMembers >= r.members {
			continue
		}
		for {
			centre := int64(0)
			for j := range r.units {
				w[j] = fixed.Sat16((r.weight[o][j] + 1<<down>>1) >> down)
				centre += int64(w[j]) * int64(r.centre[j])
			}
			bias := fixed.Clamp(int64(half)-centre>>centreBits, -1<<31+1, 1<<31-1)
			if r.layer.SetOutput(tunedOutput+o, w[:r.units], int32(bias)) == nil {
				break
			}
			for j := range r.units {
				r.weight[o][j] /= 2
			}
		}
	}
}
