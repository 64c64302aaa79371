package network

import (
	"math/bits"
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

// A layer is one of a network's before gains are folded in.
type layer struct {
	size, in, out int
	weights       Tensor // [out][size][size][in]
	bias          Tensor // [out]
	from, to      uint   // fraction bits of activations before and after the layer

	sum, most []int64 // of the |weights| of every output
}

// newLayer returns a layer. Outputs that the tensors lack are 0.
func newLayer(size, in, out int, weights, bias Tensor, from, to uint) layer {
	n := size * size * in
	l := layer{size, in, out, weights.padded(n * out), bias.padded(out), from, to, make([]int64, out), make([]int64, out)}
	for o := range out {
		sum, most := int64(0), int64(0)
		for _, v := range l.weights.row(o, n).Data {
			a := max(int64(v), -int64(v))
			sum, most = sum+a, max(most, a)
		}
		l.sum[o], l.most[o] = sum, most
	}
	return l
}

// gains are folded into a layer: its outputs are multiplied by 1 + gain, and shift is added to its bias.
type gains struct{ gain, shift Tensor }

// noGains leave a layer as it is.
func noGains(out int) gains { return gains{zeros(out), zeros(out)} }

// of returns 1 + gain of output o, with gain.frac fraction bits.
func (g *gains) of(o int) int64 { return 1<<g.gain.Frac + int64(g.gain.Data[o]) }

// A format is that of a folded layer: fraction bits of its weights, and by how many bits its sums are shifted right.
type format struct{ frac, down uint }

// format returns the format with as many fraction bits as keep the sum of an output inside int32 whatever the input: that
// bound is checked by kernel.NewConv.
func (l *layer) format(g gains) (format, error) {
	var worst, most int64 // largest sum of |weight| of an output, largest |weight|
	for o := range l.out {
		gain := g.of(o)
		gain = max(gain, -gain)
		worst, most = max(worst, l.sum[o]*gain), max(most, l.most[o]*gain)
	}
	frac := l.weights.Frac + g.gain.Frac
	// 32768·sum + |bias| < 2^31 with sum in the final format: leave 1/8 of the range to the bias and rounding.
	final := uint(14)
	for final > 0 && (rescale(worst, frac, final) > 57000 || rescale(most, frac, final) > 32000) {
		final--
	}
	if final+l.from < l.to {
		return format{}, WeightsError("weights too large")
	}
	return format{final, final + l.from - l.to}, nil
}

// foldBias returns the bias of output o.
func (l *layer) foldBias(o int, g gains, f format) int32 {
	v := rescale(int64(l.bias.Data[o])*g.of(o), l.bias.Frac+g.gain.Frac, f.frac+l.from) +
		rescale(int64(g.shift.Data[o]), g.shift.Frac, f.frac+l.from)
	if f.down > 0 {
		v += 1 << (f.down - 1) // the kernel truncates
	}
	return int32(fixed.Clamp(v, -1<<31, 1<<31-1))
}

// fold returns the layer with gains folded in, its weights rounded to int16.
func (l *layer) fold(g gains) (*kernel.Conv, error) { return l.foldNarrow(g, nil) }

// foldNarrow returns the folded layer of fewer input channels, or of as many if fewer is nil. The layer is nil if a weight of
// theirs does not fit.
func (l *layer) foldNarrow(g gains, fewer narrowing) (*kernel.Conv, error) {
	f, err := l.format(g)
	if err != nil {
		return nil, err
	}
	n, frac := l.size*l.size*l.in, l.weights.Frac+g.gain.Frac
	w, b := make([]int16, l.out*n), make([]int32, l.out)
	for o := range l.out {
		gain, row, lost := g.of(o), w[o*n:(o+1)*n], frac-f.frac
		simple := frac > f.frac && f.frac > 0 // then every weight fits
		for i, v := range l.weights.row(o, n).Data {
			if p := int64(v) * gain; simple { // as rescale does it: this is most of folding
				row[i] = int16((p + 1<<(lost-1)) >> lost)
			} else {
				row[i] = int16(fixed.Clamp(rescale(p, frac, f.frac), -1<<15, 1<<15-1))
			}
		}
		b[o] = l.foldBias(o, g, f)
	}
	in := l.in
	if fewer != nil {
		fits := false
		if w, fits = fewer.narrow(w, in); !fits {
			return nil, nil
		}
		in = len(fewer)
	}
	c, err := kernel.NewConv(l.size, in, l.out, w, b, f.down)
	if err != nil {
		return nil, WeightsError(err.Error())
	}
	return c, nil
}

// check returns the error of fold. As a rule a bound shows that there is none: rounding adds at most 1/2 to a |weight|,
// and takes at most 1/2 from what their sum is rounded to. Only where the bound does not, the layer is folded.
func (l *layer) check(g gains) error {
	f, err := l.format(g)
	if err != nil {
		return err
	}
	n, frac := l.size*l.size*l.in, l.weights.Frac+g.gain.Frac
	for o := range l.out {
		gain := g.of(o)
		sum := min(rescale(l.sum[o]*max(gain, -gain), frac, f.frac), 1<<31-1) + int64(n+1)/2
		bias := int64(l.foldBias(o, g, f))
		if sum<<15+max(bias, -bias) > 1<<31-1 {
			_, err := l.fold(g)
			return err
		}
	}
	return nil
}

// A lazy value is made when it is first asked for. Any number of goroutines may ask.
type lazy[T any] struct {
	once  sync.Once
	value T
}

func (l *lazy[T]) get(make func(*T)) *T {
	l.once.Do(func() { make(&l.value) })
	return &l.value
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
