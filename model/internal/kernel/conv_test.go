package kernel

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// layer is one call of Rows with all that the oracle needs beside it.
type layer struct {
	size, in, out  int
	weights        []int16
	bias           []int32
	shift          uint
	src, pre, post View
	relu           bool
	h, w           int // sites of dst
}

// oracle computes a layer from the formula in Rows' comment, in 64 bits.
func oracle(l *layer) [][]int16 {
	sat := func(v int64) int64 { return max(-32768, min(v, 32767)) }
	at := func(v View, y, x, dy, dx, c int) int64 {
		step := max(v.Step, 1)
		y, x = y*step+v.Y+dy, x*step+v.X+dx
		if y < 0 || y >= v.T.H || x < 0 || x >= v.T.W {
			return 0
		}
		return int64(v.T.Site(y, x)[v.Channel+c])
	}
	pad := l.size / 2
	var sites [][]int16
	for y := range l.h {
		for x := range l.w {
			site := make([]int16, l.out)
			for o := range site {
				v := int64(l.bias[o])
				i := o * l.size * l.size * l.in
				for ky := range l.size {
					for kx := range l.size {
						for c := range l.in {
							v += int64(l.weights[i]) * at(l.src, y, x, ky-pad, kx-pad, c)
							i++
						}
					}
				}
				v = sat(v >> l.shift)
				if l.pre.T != nil {
					v = sat(v + at(l.pre, y, x, 0, 0, o))
				}
				if l.relu {
					v = max(v, 0)
				}
				if l.post.T != nil {
					v = sat(v + at(l.post, y, x, 0, 0, o))
				}
				site[o] = int16(v)
			}
			sites = append(sites, site)
		}
	}
	return sites
}

const everyLayout = layoutPortable | layoutAssembly

// values draws a number for a tensor.
type values func(r *rand.Rand) int16

var kinds = map[string]values{
	"small":   func(r *rand.Rand) int16 { return int16(r.IntN(255) - 127) },
	"any":     func(r *rand.Rand) int16 { return int16(r.Uint32()) },
	"lowest":  func(*rand.Rand) int16 { return -32768 },
	"highest": func(*rand.Rand) int16 { return 32767 },
	"extreme": func(r *rand.Rand) int16 { return [...]int16{-32768, 32767}[r.IntN(2)] },
}

// randomTensor returns a tensor in storage that held something else before,
// which Reset has to clear from the border.
func randomTensor(r *rand.Rand, h, w, c int, v values) *Tensor {
	t := NewTensor(h+1, w+2, c)
	for i := range t.data {
		t.data[i] = 999
	}
	t.Reset(h, w, c)
	for y := range h {
		row := t.Row(y)
		for i := range row {
			row[i] = v(r)
		}
	}
	return t
}

// randomWeights fills in weights that use the range NewConv allows to the full:
// for each output they and the bias add up to 2^31-1.
func randomWeights(r *rand.Rand, l *layer) {
	n := l.size * l.size * l.in
	l.weights, l.bias = make([]int16, l.out*n), make([]int32, l.out)
	for o := range l.out {
		left := int64(1<<31-1) >> 15 // of the sum of |w|
		w := l.weights[o*n : (o+1)*n]
		sign := r.IntN(3)
		for _, i := range r.Perm(n) {
			v := min(r.Int64N(4*65535/int64(n)), left, 32768)
			if r.IntN(40) == 0 { // a few large ones
				v = min(left, 32768)
			}
			left -= v
			if v == 32768 || sign == 0 || sign == 1 && r.IntN(2) == 0 {
				v = -v
			}
			w[i] = int16(v)
		}
		l.bias[o] = int32(left<<15 + 1<<15 - 1)
		if r.IntN(2) == 0 {
			l.bias[o] = -l.bias[o]
		}
	}
}

// check compares every kernel with the oracle.
func check(t *testing.T, l *layer) {
	t.Helper()
	c, err := newConv(l.size, l.in, l.out, l.weights, l.bias, l.shift, everyLayout)
	if err != nil {
		t.Fatal(err)
	}
	want := oracle(l)
	for _, kernel := range implementations() {
		dst := NewTensor(l.h, l.w, l.out)
		c.rows(&kernel, dst, l.src, l.pre, l.post, l.relu, 0, l.h, 0, l.w)
		for i, w := range want {
			y, x := i/l.w, i%l.w
			if got := dst.Site(y, x); !slices.Equal(got, w) {
				t.Fatalf("%s, site %d, %d of %d x %d:\n got %d\nwant %d", kernel.name, y, x, l.h, l.w, got, w)
			}
		}
		checkBorder(t, dst)
	}
}

// checkBorder tests that the sites around the plane are zero.
func checkBorder(t *testing.T, p *Tensor) {
	t.Helper()
	for y := -1; y <= p.H; y++ {
		for x := -1; x <= p.W; x++ {
			if y >= 0 && y < p.H && x >= 0 && x < p.W {
				continue
			}
			for _, v := range p.Site(y, x) {
				if v != 0 {
					t.Fatalf("border at %d, %d holds %d", y, x, v)
				}
			}
		}
	}
}

// TestSizes runs both kernel sizes over all small planes, whole and in phases,
// and over long rows, which the assembly cuts into tiles.
func TestSizes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for h := 1; h <= 9; h++ {
		for w := 1; w <= 13; w++ {
			testSize(t, r, h, w)
		}
	}
	for w := 14; w <= 80; w++ {
		testSize(t, r, 1, w)
	}
}

func testSize(t *testing.T, r *rand.Rand, h, w int) {
	t.Helper()
	for _, v := range []View{{Step: 0}, {Step: 1}, {Step: 2}, {Step: 2, X: 1}, {Step: 2, Y: 1}, {Step: 2, Y: 1, X: 1}} {
		step := max(v.Step, 1)
		l := &layer{size: 1 + 2*r.IntN(2), in: 2 + 2*r.IntN(3), out: 16 + 16*r.IntN(2), relu: r.IntN(2) == 0}
		l.shift = uint(10 + r.IntN(10))
		l.h, l.w = (h-v.Y+step-1)/step, (w-v.X+step-1)/step
		l.src = v
		l.src.T = randomTensor(r, h, w, l.in, kinds["any"])
		if l.size == 1 && r.IntN(2) == 0 {
			l.src.Channel = 5
			l.src.T = randomTensor(r, h, w, l.in+7, kinds["any"])
		}
		if r.IntN(2) == 0 {
			l.pre = v
			l.pre.Channel = 3
			l.pre.T = randomTensor(r, h, w, l.out+4, kinds["any"])
		}
		if r.IntN(2) == 0 {
			l.post = View{T: randomTensor(r, l.h, l.w, l.out, kinds["any"])}
		}
		randomWeights(r, l)
		check(t, l)
	}
}

// TestUses runs the layers of the network, and some wider ones, on every kind
// of numbers.
func TestUses(t *testing.T) {
	for name, use := range uses {
		for kind, v := range kinds {
			t.Run(name+"/"+kind, func(t *testing.T) {
				r := rand.New(rand.NewPCG(3, 4))
				for _, shift := range []uint{0, 15, 16, 31} {
					l := use(r, 3+r.IntN(2), 7+r.IntN(8), v)
					l.shift = shift
					check(t, l)
				}
			})
		}
	}
}

// uses are the kinds of layer that the network has, the default one's and some
// wider. Each returns one over a plane of h x w sites; near, whose destination is
// a phase of the plane, over twice as many.
var uses = map[string]func(r *rand.Rand, h, w int, v values) *layer{
	"stem 3x3 36-32":  stem(36, 32),
	"stem 3x3 20-32":  stem(20, 32),
	"block 3x3 32-32": residual(32),
	"block 3x3 48-48": residual(48),
	"block 3x3 64-64": residual(64),
	"site 1x1 32-192": linear(32, 192),
	"near 3x3 18-48":  near(18, 48),
	"near 3x3 20-32":  near(20, 32),
	"out 1x1 48-16":   linear(48, 16),
}

func stem(in, out int) func(r *rand.Rand, h, w int, v values) *layer {
	return func(r *rand.Rand, h, w int, v values) *layer {
		l := &layer{size: 3, in: in, out: out, h: h, w: w, relu: true}
		l.src.T = randomTensor(r, h, w, in, v)
		randomWeights(r, l)
		return l
	}
}

func residual(n int) func(r *rand.Rand, h, w int, v values) *layer {
	return func(r *rand.Rand, h, w int, v values) *layer {
		l := stem(n, n)(r, h, w, v)
		l.post = l.src
		return l
	}
}

func linear(in, out int) func(r *rand.Rand, h, w int, v values) *layer {
	return func(r *rand.Rand, h, w int, v values) *layer {
		l := &layer{size: 1, in: in, out: out, h: h, w: w}
		l.src.T = randomTensor(r, h, w, in, v)
		randomWeights(r, l)
		return l
	}
}

// near is a layer at every second site of every second row, added to some
// channels of another tensor's there.
func near(in, out int) func(r *rand.Rand, h, w int, v values) *layer {
	return func(r *rand.Rand, h, w int, v values) *layer {
		l := &layer{size: 3, in: in, out: out, h: h, w: w, relu: true}
		l.src = View{T: randomTensor(r, 2*h, 2*w, in, v), Step: 2, Y: 0, X: 1}
		l.pre = l.src
		l.pre.Channel = out
		l.pre.T = randomTensor(r, 2*h, 2*w, 4*out, v)
		randomWeights(r, l)
		return l
	}
}

// TestOnlyItsRows tests that Rows and Span write the sites of their arguments and no others,
// and that rows computed at the same time come out the same.
func TestOnlyItsRows(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	l := uses["block 3x3 32-32"](r, 9, 11, kinds["small"])
	c, err := newConv(l.size, l.in, l.out, l.weights, l.bias, 16, everyLayout)
	if err != nil {
		t.Fatal(err)
	}
	whole := NewTensor(l.h, l.w, l.out)
	c.Rows(whole, l.src, l.pre, l.post, l.relu, 0, l.h)
	for _, kernel := range implementations() {
		part := randomTensor(r, l.h, l.w, l.out, func(*rand.Rand) int16 { return -999 })
		var wait sync.WaitGroup
		for _, y := range []int{2, 3, 5} {
			wait.Go(func() { c.rows(&kernel, part, l.src, l.pre, l.post, l.relu, y, y+1, 0, l.w) })
		}
		for _, x := range [][2]int{{1, 8}, {9, 11}} { // of two rows
			wait.Go(func() { c.rows(&kernel, part, l.src, l.pre, l.post, l.relu, 6, 8, x[0], x[1]) })
		}
		wait.Wait()
		for y := range l.h {
			want := whole.Row(y)
			if y != 2 && y != 3 && y != 5 {
				want = slices.Repeat([]int16{-999}, len(want))
			}
			if y == 6 || y == 7 {
				for _, x := range []int{1, 2, 3, 4, 5, 6, 7, 9, 10} {
					copy(want[x*l.out:][:l.out], whole.Site(y, x))
				}
			}
			if !slices.Equal(part.Row(y), want) {
				t.Errorf("%s: row %d differs", kernel.name, y)
			}
		}
		checkBorder(t, part)
	}
}

// TestOutputs tests that some outputs computed alone are those of the whole.
func TestOutputs(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, name := range []string{"block 3x3 64-64", "site 1x1 32-192"} {
		l := uses[name](r, 5, 9, kinds["any"])
		c, err := newConv(l.size, l.in, l.out, l.weights, l.bias, 15, everyLayout)
		if err != nil {
			t.Fatal(err)
		}
		for _, kernel := range implementations() {
			whole, part := NewTensor(l.h, l.w, l.out), NewTensor(l.h, l.w, 32)
			c.rows(&kernel, whole, l.src, View{}, View{}, l.relu, 0, l.h, 0, l.w)
			for from := 0; from+32 <= l.out; from += 16 {
				p := c.Outputs(from, 32)
				if p.In() != l.in || p.Out() != 32 {
					t.Fatalf("%d to %d channels", p.In(), p.Out())
				}
				p.rows(&kernel, part, l.src, View{}, View{}, l.relu, 0, l.h, 0, l.w)
				for y := range l.h {
					for x := range l.w {
						if got, want := part.Site(y, x), whole.Site(y, x)[from:from+32]; !slices.Equal(got, want) {
							t.Fatalf("%s, %s from %d, site %d, %d:\n got %d\nwant %d", kernel.name, name, from, y, x, got, want)
						}
					}
				}
			}
		}
	}
}

func TestNewConvErrors(t *testing.T) {
	for _, c := range []struct {
		size, in, out, weights, biases int
		shift                          uint
		want                           error
	}{
		{3, 2, 16, 288, 16, 31, nil},
		{1, 2, 16, 32, 16, 0, nil},
		{2, 2, 16, 128, 16, 0, ErrShape},
		{5, 2, 16, 800, 16, 0, ErrShape},
		{3, 3, 16, 432, 16, 0, ErrShape},
		{3, 0, 16, 0, 16, 0, ErrShape},
		{3, -2, 16, 288, 16, 0, ErrShape},
		{3, 2, 24, 432, 24, 0, ErrShape},
		{3, 2, 0, 0, 0, 0, ErrShape},
		{3, 2, 16, 288, 16, 32, ErrShape},
		{3, 2, 16, 287, 16, 0, ErrShape},
		{3, 2, 16, 288, 15, 0, ErrShape},
		{3, 2, 16, 0, 16, 0, ErrShape},
	} {
		_, err := NewConv(c.size, c.in, c.out, make([]int16, c.weights), make([]int32, c.biases), c.shift)
		if !errors.Is(err, c.want) {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

// TestRange walks up to the bound on the sum and one step over it.
func TestRange(t *testing.T) {
	for _, c := range []struct {
		w0, w1 int16
		bias   int32
		ok     bool
	}{
		{32767, 32767, 65535, true},
		{32767, 32767, -65536, false},
		{-32768, 32767, 32767, true},
		{-32768, 32767, 32768, false},
		{-32768, 32767, -32767, true},
		{-32768, 32767, -32768, false},
		{-32768, -32768, 0, false},
		{0, 0, 1<<31 - 1, true},
		{0, 0, -1 << 31, false},
	} {
		w, bias := make([]int16, 32), make([]int32, 16)
		w[14], w[15], bias[7] = c.w0, c.w1, c.bias
		if _, err := NewConv(1, 2, 16, w, bias, 0); c.ok != (err == nil) || !c.ok && !errors.Is(err, ErrRange) {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

// TestMisuse tests that shapes which do not fit never reach a kernel.
func TestMisuse(t *testing.T) {
	c, err := NewConv(3, 4, 32, make([]int16, 32*9*4), make([]int32, 32), 0)
	if err != nil {
		t.Fatal(err)
	}
	d, s := NewTensor(4, 4, 32), View{T: NewTensor(4, 4, 4)}
	p := func(h, w, c int) View { return View{T: NewTensor(h, w, c)} }
	for i, f := range []func(){
		func() { c.Rows(NewTensor(4, 4, 16), s, View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, s, View{}, View{}, false, 0, 5) },
		func() { c.Rows(d, s, View{}, View{}, false, -1, 4) },
		func() { c.Rows(d, View{}, View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, p(3, 4, 4), View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, p(4, 3, 4), View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, p(4, 4, 2), View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, p(4, 4, 6), View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, View{T: s.T, X: 1}, View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, View{T: s.T, Y: -1}, View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, View{T: s.T, Step: 2}, View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, View{T: s.T, Step: -1}, View{}, View{}, false, 0, 4) },
		func() { c.Rows(d, s, p(4, 4, 16), View{}, false, 0, 4) },
		func() { c.Rows(d, s, View{T: d, Channel: 1}, View{}, false, 0, 4) },
		func() { c.Rows(d, s, View{}, p(3, 4, 32), false, 0, 4) },
	} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.HasPrefix(err.Error(), "kernel: ") {
					t.Errorf("%d: got %v", i, err)
				}
			}()
			f()
		}()
	}
}

func TestEmpty(t *testing.T) {
	c, err := NewConv(3, 2, 16, make([]int16, 16*9*2), make([]int32, 16), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range [][2]int{{0, 0}, {0, 3}, {3, 0}} {
		h, w := s[0], s[1]
		c.Rows(NewTensor(h, w, 16), View{T: NewTensor(h, w, 2)}, View{}, View{}, true, 0, h)
	}
}

// TestSetOutput: outputs that are set compute what a layer made with these weights would, in every implementation; a
// clone's change nothing in what it is a copy of, and those that are refused nothing at all.
func TestSetOutput(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 1))
	for _, impl := range implementations() {
		for range 20 {
			l := linear(16, 32)(r, 1, 5, kinds["any"])
			before, err := newConv(l.size, l.in, l.out, l.weights, l.bias, l.shift, everyLayout)
			if err != nil {
				t.Fatal(err)
			}
			run := func(c *Conv) *Tensor {
				dst := NewTensor(l.h, l.w, l.out)
				c.rows(&impl, dst, l.src, l.pre, l.post, l.relu, 0, l.h, 0, l.w)
				return dst
			}
			was := run(before)
			c := before.Clone()
			changed := *l
			changed.weights, changed.bias = slices.Clone(l.weights), slices.Clone(l.bias)
			for range 1 + r.IntN(l.out) {
				o := r.IntN(l.out)
				w := changed.weights[o*l.in : (o+1)*l.in]
				for i := range w {
					w[i] = int16(r.IntN(4001) - 2000)
				}
				changed.bias[o] = int32(r.IntN(1<<20) - 1<<19)
				if err := c.SetOutput(o, w, changed.bias[o]); err != nil {
					t.Fatal(err)
				}
			}
			large := make([]int16, l.in)
			for i := range large {
				large[i] = -32768
			}
			for _, err := range []error{c.SetOutput(l.out-1, large, 0), c.SetOutput(0, make([]int16, l.in), -1<<31)} {
				if !errors.Is(err, ErrRange) {
					t.Errorf("an output that could overflow: %v", err)
				}
			}
			for _, err := range []error{c.SetOutput(l.out, large, 0), c.SetOutput(-1, large, 0), c.SetOutput(0, large[1:], 0)} {
				if !errors.Is(err, ErrShape) {
					t.Errorf("an output that is none: %v", err)
				}
			}
			want, got := oracle(&changed), run(c)
			for x := range l.w {
				if !slices.Equal(got.Site(0, x), want[x]) {
					t.Fatalf("%s: site %d is %v, want %v", impl.name, x, got.Site(0, x), want[x])
				}
			}
			for x, now := range [...]*Tensor{run(before)} {
				if !slices.Equal(now.Row(0), was.Row(0)) {
					t.Fatalf("%s: setting a clone's outputs changed the original (%d)", impl.name, x)
				}
			}
		}
	}
}
