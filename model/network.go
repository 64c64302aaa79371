package model

import (
	"crypto/sha256"
	"math/bits"
	"runtime"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Net is the denoiser ε_θ: a convolutional network that runs at the resolution of one scale, the same for
// all. Its trunk reads everything known about the scale's sites; a head per group of coordinates adds what
// has become known since and gives ε and log σ. A Net is read-only and may be shared.
//
// Per site and reverse step it costs, in multiply-accumulates, 9·36·C + 9·C²·layers + 4·C·H + 4·9·18·H plus
// the outputs: see Cost.
type Net struct {
	identity [sha256.Size]byte
	size     int
	lifting  *transform.Lifting
	tau      int32 // τ in scale steps
	w        *weights
	features *featureTables

	trunks [looks][conditions]trunk
	heads  [looks][len(groups)]head
}

// trunk is the trunk's layers with the gains of a stage and a scale folded in.
type trunk struct {
	convs []*kernel.Conv // the stem, then the blocks, which add what they read
}

// head is one group's layers with the gains of a stage folded in.
type head struct {
	site *kernel.Conv         // 1x1: the trunk's share of the hidden units
	near [phases]*kernel.Conv // 3x3 over the present cells, added to the site term, then ReLU
	out  *kernel.Conv         // 1x1: ε of every coordinate of the group, then log2 σ, Q10; padded to 16
}

// Identity returns the SHA-256 of the weights file.
func (n *Net) Identity() [sha256.Size]byte { return n.identity }

// WeightsSize returns the size of the weights file in bytes.
func (n *Net) WeightsSize() int { return n.size }

// Tau returns the threshold τ of skipping that the weights were tuned with, as log2 in 1/32.
func (n *Net) Tau() int8 { return int8(n.tau) }

// Cost returns the multiply-accumulates of one site and reverse step.
func (n *Net) Cost() int {
	c, h := n.w.channels, n.w.hidden
	cost := 9*inputs*c + 9*c*c*n.w.layers + len(groups)*h*c + len(groups)*9*2*coordinates*h
	for _, g := range groups {
		cost += 2 * len(g) * h
	}
	return cost
}

// reach returns how many rows around a site the trunk looks at.
func (n *Net) reach() int { return 1 + n.w.layers }

// fold prepares the layers for every condition.
func (n *Net) fold() error {
	errs := make([]error, looks)
	parallel(runtime.GOMAXPROCS(0), looks, looks*1<<20, func(_, from, to int) {
		for s := from; s < to; s++ {
			errs[s] = n.foldLook(s)
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// foldLook prepares the layers of a look.
func (n *Net) foldLook(s int) error {
	w := n.w
	c, h, act := w.channels, w.hidden, w.actFrac
	gainOf := func(t tensor, i, n int) []int64 { // 1 + gain, with t.frac fractional bits
		g := make([]int64, n)
		for j := range g {
			g[j] = 1<<t.frac + int64(t.data[i*n+j])
		}
		return g
	}
	for q := range conditions {
		t := &n.trunks[s][q]
		layer := func(size, in, l int, k, bias tensor) (*kernel.Conv, error) {
			i := (l*looks+s)*conditions + q
			return fold(size, in, k, bias, w.gain.frac, gainOf(w.gain, i, c), tensor{w.shift.frac, w.shift.data[i*c : (i+1)*c]}, act, act)
		}
		stem, err := layer(3, inputs, 0, w.stem, w.stemBias)
		if err != nil {
			return err
		}
		t.convs = append(t.convs, stem)
		for l := range w.layers {
			b, err := layer(3, c, l+1, w.block[l], w.blockBias[l])
			if err != nil {
				return err
			}
			t.convs = append(t.convs, b)
		}
	}
	none := tensor{0, make([]int16, len(groups)*h)}
	site, err := fold(1, c, w.site, w.siteBias, w.headGain.frac, gainOf(w.headGain, s, len(groups)*h), none, act, act)
	if err != nil {
		return err
	}
	for g := range groups {
		hd := &n.heads[s][g]
		hd.site = site.Outputs(g*h, h)
		none := tensor{0, make([]int16, h)}
		for p := range phases {
			i := (s*len(groups)+g)*phases + p
			shift := tensor{w.headShift.frac, w.headShift.data[i*h : (i+1)*h]}
			hd.near[p], err = fold(3, 2*coordinates, w.near[g], none, w.headGain.frac, gainOf(w.headGain, s*len(groups)+g, h), shift, act, act)
			if err != nil {
				return err
			}
		}
		k := tensor{w.out[g].frac, make([]int16, 16*h)} // padded to the kernel's 16 outputs
		copy(k.data, w.out[g].data)
		b := tensor{w.outBias[g].frac, make([]int16, 16)}
		copy(b.data, w.outBias[g].data)
		ones := make([]int64, 16)
		for i := range ones {
			ones[i] = 1
		}
		if hd.out, err = fold(1, h, k, b, 0, ones, tensor{0, make([]int16, 16)}, act, outBits); err != nil {
			return err
		}
	}
	return nil
}

// fold multiplies the weights and bias of a layer by a gain per output channel (gainFrac fractional bits),
// adds shift to the bias, and rounds the weights to int16 with as many fractional bits as keep the sum of a
// channel inside int32 whatever the input: that bound is checked by kernel.NewConv. Activations have inFrac
// fractional bits before and outFrac after the layer.
func fold(size, in int, k, bias tensor, gainFrac uint, gain []int64, shift tensor, inFrac, outFrac uint) (*kernel.Conv, error) {
	out := len(gain)
	n := size * size * in
	var worst, most int64 // largest sum of |weight| of an output, largest |weight|; k.frac+gainFrac bits
	for o, g := range gain {
		sum := int64(0)
		for _, v := range k.data[o*n : (o+1)*n] {
			p := int64(v) * g
			sum += max(p, -p)
			most = max(most, p, -p)
		}
		worst = max(worst, sum)
	}
	frac := k.frac + gainFrac
	// 32768·sum + |bias| < 2^31 with sum in the final format: leave 1/8 of the range to the bias and rounding.
	final := uint(14)
	for final > 0 && (rescale(worst, frac, final) > 57000 || rescale(most, frac, final) > 32000) {
		final--
	}
	if final+inFrac < outFrac {
		return nil, WeightsError("weights too large")
	}
	down := final + inFrac - outFrac
	w, b := make([]int16, out*n), make([]int32, out)
	for o, g := range gain {
		row, lost := w[o*n:(o+1)*n], frac-final
		for i, v := range k.data[o*n : (o+1)*n] {
			if p := int64(v) * g; frac > final { // as rescale does it: this is most of loading
				row[i] = int16((p + 1<<(lost-1)) >> lost)
			} else {
				row[i] = int16(rescale(p, frac, final))
			}
		}
		v := rescale(int64(bias.data[o])*g, bias.frac+gainFrac, final+inFrac) + rescale(int64(shift.data[o]), shift.frac, final+inFrac)
		if down > 0 {
			v += 1 << (down - 1) // the kernel truncates
		}
		b[o] = int32(clamp(v, -1<<31, 1<<31-1))
	}
	c, err := kernel.NewConv(size, in, out, w, b, down)
	if err != nil {
		return nil, WeightsError(err.Error())
	}
	return c, nil
}

// rescale rounds v from one number of fractional bits to another.
func rescale(v int64, from, to uint) int64 {
	if to >= from {
		if bits.Len64(uint64(max(v, -v)))+int(to-from) > 62 {
			if v < 0 {
				return -1 << 62
			}
			return 1 << 62
		}
		return v << (to - from)
	}
	return (v + 1<<(from-to-1)) >> (from - to)
}
