package model

import (
	"slices"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

// The last layer of a head is tuned to the image while it is coded: every mean and every scale gets a correction that is
// linear in the head's hidden units, around their running mean. Its weights follow the same gradients of the log-likelihood
// as the other corrections (adapt.go), normalized by the power of the units. They sit in outputs of the layer that
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

	// Steps in units of 1/power: 0.03 for means, 0.012 for scales.
	meanStep  = 125829 // Q22
	scaleStep = 201327 // Q24

	centreBits = 6 // by which a centre is finer than a unit
	centreRate = 3 // log2 of the steps after which a centre has half forgotten
)

// A tuning is what has been learned for a head's last layer, in the steps of a stage.
type tuning struct {
	weight [tuned][maxHidden]int32 // Q24, of units as numbers
	centre [maxHidden]int32        // running mean of the units; centreBits more than they have
	power  int64                   // of the units around it, summed; 0: nothing has been learned
}

// average sets t to the mean of what the bands of a pass have learned, of those that have.
func (t *tuning) average(bands []*tuning) {
	bands = slices.DeleteFunc(slices.Clone(bands), func(b *tuning) bool { return b.power == 0 })
	n := int64(len(bands))
	if n == 0 {
		return
	}
	mean := func(of func(*tuning) *int32) {
		sum := int64(0)
		for _, b := range bands {
			sum += int64(*of(b))
		}
		*of(t) = int32(sum / n)
	}
	power := int64(0)
	for _, b := range bands {
		power += b.power
	}
	for o := range t.weight {
		for j := range maxHidden {
			mean(func(b *tuning) *int32 { return &b.weight[o][j] })
		}
	}
	for j := range maxHidden {
		mean(func(b *tuning) *int32 { return &b.centre[j] })
	}
	t.power = power / n
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
	slopes  [tuned][maxHidden]int32 // sums of slope times unit
	slope   [tuned]int32            // sums of slopes
	sampled int                     // sites that the next two are of
	sum     [maxHidden]int32        // of the units
	squares int64                   // and of their squares
}

// begin has the tuner go on with what t knows of the last layer of a head of a number of members.
func (r *tuner) begin(t *tuning, layer *kernel.Conv, members int, unitBits uint) {
	r.tuning, r.layer, r.members, r.units, r.unitBits = t, layer.Clone(), members, layer.In(), unitBits
	r.weightBits = layer.Shift() + outBits - unitBits
	r.forget()
	if t.power > 0 {
		r.set()
	}
}

// forget forgets what has been seen.
func (r *tuner) forget() {
	r.sites, r.sampled, r.squares, r.slope = 0, 0, 0, [tuned]int32{}
	for o := range r.slopes {
		clear(r.slopes[o][:r.units])
	}
	clear(r.sum[:r.units])
}

// see takes note of the slopes of the log-likelihood at a site, by the means of the members of the group (Q8, in units
// of the scale, below 1 in magnitude) and by the logarithms of their scales (Q6, -1 to 6), and of the site's units.
func (r *tuner) see(units []int16, slopes *[tuned]int32) {
	for o, s := range slopes {
		if s == 0 {
			continue
		}
		r.slope[o] += s
		sums := r.slopes[o][:len(units)]
		for j, v := range units {
			sums[j] += s * int32(v) // of at most 2·tuneSites sites: below 2^31
		}
	}
	if r.sites&3 == 0 { // the power of the units does not change from site to site
		sum, squares := r.sum[:len(units)], int64(0)
		for j, v := range units {
			sum[j] += int32(v)
			squares += int64(v) * int64(v)
		}
		r.squares += squares
		r.sampled++
	}
	r.sites++
}

// step has the weights follow what has been seen.
func (r *tuner) step() {
	first := r.power == 0
	power := r.squares / int64(r.sampled) // around the old centre
	for j := range r.units {
		mean := r.sum[j] << centreBits / int32(r.sampled)
		if first {
			r.centre[j] = mean
		}
		c := int64(r.centre[j])
		power += (c*c - 2*c*int64(mean)) >> (2 * centreBits)
	}
	power = max(power, 1)
	if first {
		r.power = power
	}
	by := r.power + 1<<(2*r.unitBits)
	for o := range r.slopes {
		rate := int64(meanStep)
		if o >= maxMembers {
			rate = scaleStep
		}
		if o%maxMembers >= r.members {
			continue
		}
		rate = rate << (r.unitBits + 10) / by
		for j := range r.units {
			slope := int64(r.slopes[o][j]) - int64(r.slope[o])*int64(r.centre[j])>>centreBits
			r.weight[o][j] = int32(clamp(int64(r.weight[o][j])+slope*rate>>16, -1<<30, 1<<30))
		}
	}
	for j := range r.units {
		r.centre[j] += (r.sum[j]<<centreBits/int32(r.sampled) - r.centre[j] + 1<<centreRate>>1) >> centreRate
	}
	r.power = max(r.power+(power-r.power)>>centreRate, 1)
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
				w[j] = sat16((r.weight[o][j] + 1<<down>>1) >> down)
				centre += int64(w[j]) * int64(r.centre[j])
			}
			bias := clamp(int64(half)-centre>>centreBits, -1<<31+1, 1<<31-1)
			if r.layer.SetOutput(tunedOutput+o, w[:r.units], int32(bias)) == nil {
				break
			}
			for j := range r.units {
				r.weight[o][j] /= 2
			}
		}
	}
}
