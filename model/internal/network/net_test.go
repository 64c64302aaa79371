package network

import (
	"math"
	"sync"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
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
	for _, members := range process.Groups {
		want += conv(1, 32, 16) + conv(3, 2*process.Coefficients, 16) + conv(1, 16, 2*len(members))
	}
	if got := net.Cost(3, 1); got != want {
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

// TestFold compares a folded layer with its definition: weights and bias times gains, plus shifts; for every stage, colour
// class and scale, of one network and of experts.
func TestFold(t *testing.T) {
	for _, experts := range []int{1, process.Experts} {
		s := tiny
		s.layers, s.experts = 0, experts
		net, err := Load(s.file(newRand(28), 300))
		if err != nil {
			t.Fatal(err)
		}
		r := newRand(29)
		real := func(t Tensor, i int) float64 { return math.Ldexp(float64(t.Data[i]), -int(t.Frac)) }
		for stage := range process.Stages {
			for class := range process.ColourClasses {
				for q := range process.ScaleEmbeddings {
					e, row := &net.w.experts[0], class*process.StageEmbeddings+max(stage-1, 0)
					if experts > 1 {
						e, row = &net.w.experts[max(stage-1, 0)+min(q, 1)*process.StageEmbeddings], class
					}
					in, sum := make([]int16, inputs), 0.0
					for i := range in {
						in[i] = int16(r.IntN(2001) - 1000)
						sum += math.Abs(float64(in[i]))
					}
					got := oneSite(net.stem(stage, class, q+1, &allChannels), in)
					for o := range s.channels {
						g := (row*process.ScaleEmbeddings+q)*s.channels + o
						gain := 1 + real(e.gain, g)
						want := real(e.stem.bias, o)*gain + real(e.shift, g)
						for i, v := range in {
							want += real(e.stem.weights, (o*9+4)*inputs+i) * gain * math.Ldexp(float64(v), -s.actFrac)
						}
						want = math.Ldexp(want, s.actFrac)
						if math.Abs(float64(got[o])-want) > 1+sum/(1<<13) { // 12 bits of the weights are left
							t.Fatalf("%d experts, stage %d, class %d, scale embedding %d: output %d is %d, want %.2f", experts, stage, class, q, o, got[o], want)
						}
					}
				}
			}
		}
		if net.stem(1, 0, process.ScaleEmbeddings, &allChannels) != net.stem(0, 0, process.ScaleEmbeddings+3, &allChannels) {
			t.Error("the first stage, or a scale coarser than all that have gains, has layers of its own")
		}
	}
}

// TestFoldSaturates: a weight that does not fit even without fraction bits becomes the outermost that does.
func TestFoldSaturates(t *testing.T) {
	weights, gain := zeros(16*2), zeros(16)
	weights.Data[0], weights.Data[2], gain.Data[0], gain.Data[1] = 1<<14, -1<<14, 2, 2
	l := newLayer(1, 2, 16, weights, zeros(16), 9, 9)
	k, err := l.fold(gains{gain, zeros(16)})
	if err != nil {
		t.Fatal(err)
	}
	if got := oneSite(k, []int16{1, 0}); got[0] != 1<<15-1 || got[1] != -1<<15 {
		t.Errorf("weights of ±3·2^14 are %d and %d", got[0], got[1])
	}
}

// TestFoldTogether: goroutines that ask for layers at the same time get the same ones. (go test -race says more.)
func TestFoldTogether(t *testing.T) {
	s := tiny
	s.experts = process.Experts
	net, err := Load(s.file(newRand(33), 300))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var got [4]*[len(process.Groups)]head
	var trunks [4]*kernel.Conv
	for i := range got {
		wg.Go(func() {
			for stage := range process.Stages {
				got[i], trunks[i] = net.heads(stage, 1, 2), net.stem(stage, 1, 2, &allChannels)
			}
		})
	}
	wg.Wait()
	for i := range got {
		if got[i] != got[0] || trunks[i] != trunks[0] {
			t.Error("layers were folded twice")
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
