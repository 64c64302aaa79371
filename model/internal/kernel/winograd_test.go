//go:build (amd64 || (js && wasmsimd)) && !noasm

package kernel

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"unsafe"
)

// eachWinograd calls test for the implementations under test.
func eachWinograd(t *testing.T, test func(t *testing.T, impl *implementation)) {
	t.Helper()
	if len(implementations()) == 1 {
		t.Skip("no assembly runs here")
	}
	found := 0
	for _, impl := range implementations() {
		if impl.pair != nil {
			found++
			t.Run(impl.name, func(t *testing.T) { test(t, &impl) })
		}
	}
	if found == 0 {
		t.Fatal("no implementation computes pairs of rows")
	}
}

// anyFilter returns a filter that runs here.
func anyFilter(t *testing.T) *filter {
	t.Helper()
	for _, impl := range implementations() {
		if f := filters[impl.name]; f != nil {
			return f
		}
	}
	t.Skip("no assembly runs here")
	return nil
}

// inner draws the activations of which Winograd's kernels are exact, their extremes among them.
func inner(r *rand.Rand) int16 {
	return [...]int16{-8192, 8191, int16(r.IntN(16384) - 8192), int16(r.IntN(256))}[r.IntN(4)]
}

// exactWeights fills in weights that have U, as large as they may be: for each output four times
// the bias and 32768 times the sum of the weights add up to almost 2^31-1.
func exactWeights(r *rand.Rand, l *layer) {
	n := 9 * l.in
	l.weights, l.bias = make([]int16, l.out*n), make([]int32, l.out)
	for o := range l.out {
		left, sign := 65535, r.IntN(3)
		for _, i := range r.Perm(n) {
			v := min(r.IntN(min(7200, 4*65535/n)), left) // nine add up to 32767 at most for 8 channels and more, and mostly for 6
			left -= v
			if sign == 0 || sign == 1 && r.IntN(2) == 0 {
				v = -v
			}
			l.weights[o*n+i] = int16(v)
		}
		l.bias[o] = int32((1<<31 - 1 - (65535-left)<<15) / 4)
		if r.IntN(2) == 0 {
			l.bias[o] = -l.bias[o]
		}
	}
}

// newLayer makes c of a layer.
func newLayer(t *testing.T, l *layer) *Conv {
	t.Helper()
	c, err := newConv(l.size, l.in, l.out, l.weights, l.bias, l.shift, everyLayout)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWinograd compares with the oracle where U is exact, and activations are in their range, are so but for one, or
// are anything.
func TestWinograd(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 1))
	var used int
	for i, in := range []int{4, 6, 8, 10, 16, 18, 20, 28, 32, 36, 48, 64} {
		for _, w := range []int{5, 6, 7, 8, 9, 11, 12, 13, 23, 24, 25, 26, 27, 49, 50, 75} {
			l := &layer{size: 3, in: in, out: 16 + 16*r.IntN(2), h: 1 + r.IntN(5), w: w, relu: r.IntN(2) == 0}
			l.shift = uint([]int{0, 13, 16, 29, 30, 31}[r.IntN(6)])
			kind := []values{inner, func(*rand.Rand) int16 { return 8191 }, func(*rand.Rand) int16 { return -8192 }, kinds["any"]}[r.IntN(4)]
			l.src.T = randomTensor(r, l.h, w, in, kind)
			if r.IntN(2) == 0 {
				site := l.src.T.Site(r.IntN(l.h), r.IntN(w))
				site[r.IntN(in)] = []int16{-8193, 8192}[r.IntN(2)]
			}
			if r.IntN(2) == 0 {
				l.pre = View{T: randomTensor(r, 2*l.h, 2*w, l.out+3, kinds["any"]), Step: 2, Y: r.IntN(2), X: r.IntN(2), Channel: r.IntN(4)}
			}
			if r.IntN(2) == 0 {
				l.post = View{T: randomTensor(r, l.h, w, l.out, kinds["any"])}
			}
			exactWeights(r, l)
			check(t, l)
			if c := newLayer(t, l); c.anyTransformed() {
				used++
			} else if i > 1 {
				t.Errorf("%d channels: no U", in)
			}
		}
	}
	t.Logf("%d layers have U", used)
}

// TestWinogradExtremes has sums, and 4 y with them, reach their bounds.
func TestWinogradExtremes(t *testing.T) {
	for _, negative := range []bool{false, true} {
		for _, shift := range []uint{0, 16, 31} {
			l := &layer{size: 3, in: 8, out: 16, h: 4, w: 14, shift: shift}
			l.weights, l.bias = make([]int16, l.out*72), make([]int32, l.out)
			for o := range l.out {
				w := l.weights[o*72 : (o+1)*72]
				for i := range w {
					w[i] = 65535 / 72
				}
				w[36+o%4] += 65535 % 72
				l.bias[o] = -8191 // 4 (8191 + 65535 * 8192) is 2^31 - 4
				if negative {
					for i := range w {
						w[i] = -w[i]
					}
					l.bias[o] = 8191
				}
			}
			l.src.T = randomTensor(nil, l.h, l.w, l.in, func(*rand.Rand) int16 { return -8192 })
			check(t, l)
			if !newLayer(t, l).anyTransformed() {
				t.Error("no U")
			}
		}
	}
}

// usesWinograd reports whether a layer's outputs come from U: whether they change if all of U does.
func usesWinograd(t *testing.T, impl *implementation, l *layer) bool {
	t.Helper()
	c := newLayer(t, l)
	run := func() *Tensor {
		dst := NewTensor(l.h, l.w, l.out)
		c.rows(impl, dst, l.src, l.pre, l.post, l.relu, 0, l.h, 0, l.w)
		return dst
	}
	want := run()
	for b := range c.asm {
		if p := c.asm[b].transformed(); p != nil {
			for i := range p.u {
				p.u[i]++
			}
		}
	}
	return !slices.Equal(run().data, want.data)
}

// plain returns a layer that is computed by way of U.
func plain(in, h, w int) *layer {
	r := rand.New(rand.NewPCG(42, 1))
	l := stem(in, 16)(r, h, w, kinds["small"])
	l.relu = false
	exactWeights(r, l)
	return l
}

// TestWinogradUsed tests that U is used where it is to be, and nowhere else: an activation that is beyond the range by one
// has the direct kernels compute the outputs, wherever it is.
func TestWinogradUsed(t *testing.T) { eachWinograd(t, testWinogradUsed) }

func testWinogradUsed(t *testing.T, impl *implementation) {
	leastSites := filters[impl.name].leastSites
	for name, test := range map[string]struct {
		l    *layer
		want bool
	}{
		"as it is":     {plain(20, 2, 24), true},
		"least":        {plain(8, 2, leastSites), true},
		"narrow":       {plain(8, 2, leastSites-1), false},
		"few channels": {plain(leastIn-2, 2, 24), false},
		"one row":      {plain(20, 1, 24), false},
		"two steps": {func() *layer {
			l := plain(20, 8, 32)
			l.src.Step, l.h, l.w = 2, 4, 16
			return l
		}(), false},
	} {
		if got := usesWinograd(t, impl, test.l); got != test.want {
			t.Errorf("%s: used is %v", name, got)
		}
	}
	l := plain(20, 2, leastSites)
	for _, v := range []int16{-16385, -16384, -8193, -8192, 8191, 8192, 16383, 16384, 32767, -32768} {
		for y := range l.h {
			for x := range l.w {
				for i := range l.in {
					site := l.src.T.Site(y, x)
					was := site[i]
					site[i] = v
					if got, want := usesWinograd(t, impl, l), v >= -8192 && v <= 8191; got != want {
						t.Fatalf("%d at site %d, %d, channel %d: used is %v", v, y, x, i, got)
					}
					if i%7 == 0 {
						check(t, l)
					}
					site[i] = was
				}
			}
		}
	}
}

// TestWinogradBlock walks up to the bounds on weights and biases and one step over them.
func TestWinogradBlock(t *testing.T) {
	for i, test := range []struct {
		w    [9]int16 // of one pair's second channel
		bias int32
		ok   bool
	}{
		{[9]int16{8191}, 0, true},
		{[9]int16{8192}, 0, false},
		{[9]int16{-8192}, 0, true},
		{[9]int16{-8193}, 0, false},
		{[9]int16{8: 8191}, 0, true},
		{[9]int16{8: 8192}, 0, false},
		{[9]int16{1: 16383}, 0, true},
		{[9]int16{1: 16384}, 0, false},
		{[9]int16{5: -16383}, 0, true},
		{[9]int16{5: -16384}, 0, false}, // minus twice that is an element too
		{[9]int16{4: 32767}, 0, true},
		{[9]int16{4: -32768}, 0, false}, // and here minus once
		{[9]int16{1, 1, 1, 1, 32759, 1, 1, 1, 1}, 0, true},
		{[9]int16{1, 1, 1, 1, 32760, 1, 1, 1, 1}, 0, false},
		{[9]int16{4: 32767}, 1<<28 + 8191, true}, // 4 * bias + 32768 * 32767 is 2^31 - 4
		{[9]int16{4: 32767}, 1<<28 + 8192, false},
		{[9]int16{4: 32767}, -1<<28 - 8191, true},
		{[9]int16{4: 32767}, -1<<28 - 8192, false},
		{[9]int16{}, 1<<29 - 1, true},
		{[9]int16{}, 1 << 29, false},
		{[9]int16{}, -1 << 29, false},
	} {
		const in, o = 8, 21
		w, bias := make([]int16, 32*9*in), make([]int32, 32)
		for tap, v := range test.w {
			w[(o*9+tap)*in+5] = v
		}
		bias[o] = test.bias
		c, err := newConv(3, in, 32, w, bias, 3, everyLayout)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.asm[o/block].transformed() != nil; got != test.ok {
			t.Errorf("%d: %v, bias %d: U is exact: %v", i, test.w, test.bias, got)
		}
		if c.asm[0].transformed() == nil {
			t.Errorf("%d: no U for a block of zeros", i)
		}
		// One block has U and the other may not: both are right.
		r := rand.New(rand.NewPCG(43, uint64(i)))
		check(t, &layer{size: 3, in: in, out: 32, h: 2, w: 6, weights: w, bias: bias, shift: 3, src: View{T: randomTensor(r, 2, 6, in, inner)}})
	}
}

// TestWinogradSetOutput: after outputs are set, they are computed from what they were set to, by c and what shares its weights,
// and not by its clones.
func TestWinogradSetOutput(t *testing.T) { eachWinograd(t, testWinogradSetOutput) }

func testWinogradSetOutput(t *testing.T, impl *implementation) {
	l := plain(20, 2, 24)
	c := newLayer(t, l)
	run := func(c *Conv) []int16 {
		dst := NewTensor(l.h, l.w, l.out)
		c.rows(impl, dst, l.src, l.pre, l.post, l.relu, 0, l.h, 0, l.w)
		return dst.data
	}
	before, clone, part := run(c), c.Clone(), c.Outputs(0, 16)
	w := l.weights[7*180 : 8*180]
	for i := range w {
		w[i] = int16(i)
	}
	if err := c.SetOutput(7, w, 99); err != nil {
		t.Fatal(err)
	}
	l.bias[7] = 99
	want := run(newLayer(t, l))
	if slices.Equal(want, before) || !slices.Equal(run(c), want) || !slices.Equal(run(part), want) || !slices.Equal(run(clone), before) {
		t.Error("outputs are not those of the weights")
	}
}

// TestWinogradAtOnce has a layer used first by several at the same time.
func TestWinogradAtOnce(t *testing.T) { eachWinograd(t, testWinogradAtOnce) }

func testWinogradAtOnce(t *testing.T, impl *implementation) {
	l := plain(32, 16, 50)
	want := oracle(l)
	c, dst := newLayer(t, l), NewTensor(l.h, l.w, l.out)
	var wait sync.WaitGroup
	for y := 0; y < l.h; y += 4 {
		wait.Go(func() { c.rows(impl, dst, l.src, l.pre, l.post, l.relu, y, y+4, 0, l.w) })
	}
	wait.Wait()
	for i, w := range want {
		if got := dst.Site(i/l.w, i%l.w); !slices.Equal(got, w) {
			t.Fatalf("site %d: %d, want %d", i, got, w)
		}
	}
}

// TestWinogradAllocates tests that nothing is allocated call by call. (With the race detector, a sync.Pool drops a quarter of what is put
// there. That is one in two allocations a pair of rows, which AllocsPerRun rounds down.)
func TestWinogradAllocates(t *testing.T) { eachWinograd(t, testWinogradAllocates) }

func testWinogradAllocates(t *testing.T, impl *implementation) {
	for _, in := range []int{20, 32} {
		l := plain(in, 2, 50)
		c, dst := newLayer(t, l), NewTensor(l.h, l.w, l.out)
		if n := testing.AllocsPerRun(200, func() { c.rows(impl, dst, l.src, l.pre, l.post, l.relu, 0, 2, 0, l.w) }); n != 0 {
			t.Errorf("%d channels: %v allocations", in, n)
		}
	}
}

// TestScratchBytes: that is what a scratch takes, and no less.
func TestScratchBytes(t *testing.T) {
	for _, in := range []int{6, 16, 20, 48} {
		s, l := new(scratch), plain(in, 2, 2*tilesAtOnce)
		c := newLayer(t, l)
		r := row{sites: 2 * tilesAtOnce}
		r.src, r.srcStride = l.src.row(0, 0, 1)
		r.srcRow = l.src.rowStride()
		s.transform(anyFilter(t), c, r)
		got, want := int64(unsafe.Sizeof(*s))+2*int64(cap(s.v)), ScratchBytes(in)
		if got > want || got < want-100 {
			t.Errorf("%d channels: %d bytes, %d foreseen", in, got, want)
		}
	}
}
