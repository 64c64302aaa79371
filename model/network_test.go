package model

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

// TestCost counts the products of a site, layer by layer.
func TestCost(t *testing.T) {
	s := shape{channels: 32, layers: 2, hidden: 16, actFrac: 10}
	net, err := Load(s.file(newRand(32), 300))
	if err != nil {
		t.Fatal(err)
	}
	conv := func(size, in, out int) int { return size * size * in * out }
	want := conv(3, inputs, 32) + 2*conv(3, 32, 32) // trunk
	for _, members := range groups {
		want += conv(1, 32, 16) + conv(3, 2*coordinates, 16) + conv(1, 16, 2*len(members))
	}
	if got := net.Cost(); got != want {
		t.Errorf("cost %d, want %d", got, want)
	}
}

func TestRescale(t *testing.T) {
	r := newRand(27)
	for range 10_000 {
		v, from, to := r.Int64N(1<<40)-1<<39, uint(r.UintN(49)), uint(r.UintN(27))
		got := rescale(v, from, to)
		want := math.Floor(math.Ldexp(float64(v), int(to)-int(from)) + .5)
		if want = min(max(want, -1<<62), 1<<62); float64(got) != want && math.Abs(want) < 1<<52 {
			t.Fatalf("rescale(%d, %d, %d) = %d, want %v", v, from, to, got, want)
		}
	}
	for _, v := range []int64{1 << 50, 1 << 61} { // saturates
		if rescale(v, 0, 40) != 1<<62 || rescale(-v, 0, 40) != -1<<62 {
			t.Errorf("rescale(±%d, 0, 40) = %d, %d", v, rescale(v, 0, 40), rescale(-v, 0, 40))
		}
	}
}

// TestFold compares a folded layer with its definition: weights and bias times gains, plus shifts.
func TestFold(t *testing.T) {
	s := tiny
	s.layers = 0
	net, err := Load(s.file(newRand(28), 300))
	if err != nil {
		t.Fatal(err)
	}
	w, r := net.w, newRand(29)
	real := func(t tensor, i int) float64 { return math.Ldexp(float64(t.data[i]), -int(t.frac)) }
	for look := range looks {
		for q := range conditions {
			in, sum := make([]int16, inputs), 0.0
			for i := range in {
				in[i] = int16(r.IntN(2001) - 1000)
				sum += math.Abs(float64(in[i]))
			}
			got := oneSite(net.trunks[look][q].convs[0], in)
			for o := range s.channels {
				g := (look*conditions+q)*s.channels + o
				gain := 1 + real(w.gain, g)
				want := real(w.stemBias, o)*gain + real(w.shift, g)
				for i, v := range in {
					want += real(w.stem, (o*9+4)*inputs+i) * gain * math.Ldexp(float64(v), -s.actFrac)
				}
				want = math.Ldexp(want, s.actFrac)
				if math.Abs(float64(got[o])-want) > 1+sum/(1<<13) { // 12 bits of the weights are left
					t.Fatalf("look %d, condition %d: output %d is %d, want %.2f", look, q, o, got[o], want)
				}
			}
		}
	}
}

// oneSite returns what a layer makes of a single site with nothing around it.
func oneSite(k *kernel.Conv, in []int16) []int16 {
	src, dst := kernel.NewTensor(1, 1, k.In()), kernel.NewTensor(1, 1, k.Out())
	copy(src.Site(0, 0), in)
	k.Rows(dst, kernel.View{T: src}, kernel.View{}, kernel.View{}, false, 0, 1)
	return dst.Site(0, 0)
}
