package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"testing"
)

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// use makes an implementation the best one for the duration of a test.
func use(t testing.TB, k *kernels) {
	old := best
	best = k
	t.Cleanup(func() { best = old })
}

// near checks got against an oracle in float64, within what rounding n sums of float32 can do.
func near(t *testing.T, got float32, want float64, n int, what ...any) {
	t.Helper()
	if math.Abs(float64(got)-want) > 1e-6*float64(n)+1e-5*math.Abs(want) {
		t.Fatalf("%v: %v, want %v", what, got, want)
	}
}

// a problem is a 3x3 or 1x1 layer over a bordered tensor, at every step-th site.
type problem struct{ size, in, out, h, w, step int }

var problems = []problem{
	{3, 36, 32, 5, 7, 1}, {3, 32, 32, 4, 13, 1}, {3, 18, 48, 3, 6, 2}, {3, 2, 16, 1, 1, 1}, {3, 18, 48, 2, 1, 2},
	{1, 32, 48, 3, 8, 2}, {1, 48, 16, 4, 15, 1}, {3, 16, 64, 3, 15, 1}, {1, 34, 80, 12, 17, 1}, {1, 30, 112, 2, 7, 2}, {1, 16, 48, 5, 11, 1}, {1, 192, 32, 2, 25, 1},
}

// TestApply compares every implementation with the definition, in float64.
func TestApply(t *testing.T) {
	for _, k := range implementations {
		use(t, k)
		for n, p := range problems {
			r := rand.New(rand.NewPCG(1, uint64(n)))
			l, pad := Layer{p.size, p.size * p.in, p.out}, p.size/2
			row := (p.w*p.step + 2*pad) * p.in
			src := random(r, row*(p.h*p.step+2*pad))
			weights, bias := random(r, l.Size()), random(r, p.out)
			pre, post := random(r, p.h*p.w*p.out), random(r, p.h*p.w*p.out)
			for options := range 16 {
				b := bias
				if options&1 == 0 {
					b = nil
				}
				e := Epilogue{ReLU: options&2 != 0}
				out := Grid{make([]float32, p.h*p.w*p.out), p.w * p.out, p.out}
				if options&4 != 0 {
					e.Pre = Grid{pre, p.w * p.out, p.out}
				}
				if options&8 != 0 {
					e.Post = Grid{post, p.w * p.out, p.out}
				}
				l.Apply(out, Grid{src, p.step * row, p.step * p.in}, row, p.h, p.w, weights, b, e)
				for y := range p.h {
					for x := range p.w {
						for o := range p.out {
							at := (y*p.w+x)*p.out + o
							sum := 0.0
							if b != nil {
								sum = float64(b[o])
							}
							for ky := range p.size {
								for kx := range p.size {
									for i := range p.in {
										sum += float64(src[(y*p.step+ky)*row+(x*p.step+kx)*p.in+i]) * float64(weights[((ky*p.size+kx)*p.in+i)*p.out+o])
									}
								}
							}
							if options&4 != 0 {
								sum += float64(pre[at])
							}
							if e.ReLU {
								sum = max(sum, 0)
							}
							if options&8 != 0 {
								sum += float64(post[at])
							}
							near(t, out.Data[at], sum, l.Rows*l.Taps, k.name, p, options, y, x, o)
						}
					}
				}
			}
		}
	}
}

// TestGradients: Apply is linear in the weights and in the source, so for any gradient g of its output
// <g, Apply(src, w)> = <Gradient(src, g), w>, which in w is the definition of the gradient; and the same with the
// transposed layer and src.
func TestGradients(t *testing.T) {
	for _, k := range implementations {
		use(t, k)
		for n, p := range problems {
			r := rand.New(rand.NewPCG(2, uint64(n)))
			l, pad := Layer{p.size, p.size * p.in, p.out}, p.size/2
			row := (p.w*p.step + 2*pad) * p.in
			src := random(r, row*(p.h*p.step+2*pad))
			at := Grid{src, p.step * row, p.step * p.in}
			weights := random(r, l.Size())
			g, out := random(r, p.h*p.w*p.out), make([]float32, p.h*p.w*p.out)
			grid := func(x []float32) Grid { return Grid{x, p.w * p.out, p.out} }
			l.Apply(grid(out), at, row, p.h, p.w, weights, nil, Epilogue{})
			sum := random(r, l.Size()) // what is there is added to
			before := dot(sum, weights)
			l.Gradient(sum, at, row, grid(g), p.h, p.w)
			if a, b := dot(g, out), dot(sum, weights)-before; math.Abs(a-b) > 1e-4*(math.Abs(a)+float64(l.Size())/100) {
				t.Errorf("%s %v: weights: %v, want %v", k.name, p, b, a)
			}
			bias := make([]float32, p.out)
			l.BiasGradient(bias, grid(g), p.h, p.w)
			for o := range bias {
				want := 0.0
				for i := o; i < len(g); i += p.out {
					want += float64(g[i])
				}
				near(t, bias[o], want, p.h*p.w, "bias", p)
			}
			if p.step != 1 || p.in%block != 0 {
				continue
			}
			turned := make([]float32, l.Size())
			l.Transpose(turned, weights, p.size)
			padded := make([]float32, (p.h+2*pad)*(p.w+2*pad)*p.out)
			for y := range p.h {
				copy(padded[((y+pad)*(p.w+2*pad)+pad)*p.out:], g[y*p.w*p.out:(y+1)*p.w*p.out])
			}
			// Only sites inside the border have a gradient that the trainer wants: so let the source be 0 outside.
			for i := range src {
				if y, x := i/row, i%row/p.in; y < pad || y >= p.h+pad || x < pad || x >= p.w+pad {
					src[i] = 0
				}
			}
			l.Apply(grid(out), at, row, p.h, p.w, weights, nil, Epilogue{})
			dx := make([]float32, p.h*p.w*p.in)
			gradRow := (p.w + 2*pad) * p.out
			Layer{p.size, p.size * p.out, p.in}.Apply(Grid{dx, p.w * p.in, p.in}, Grid{padded, gradRow, p.out}, gradRow, p.h, p.w, turned, nil, Epilogue{})
			b := 0.0
			for y := range p.h {
				b += dot(dx[y*p.w*p.in:(y+1)*p.w*p.in], src[(y+pad)*row+pad*p.in:])
			}
			if a := dot(g, out); math.Abs(a-b) > 1e-4*(math.Abs(a)+float64(l.Size())/100) {
				t.Errorf("%s %v: source: %v, want %v", k.name, p, b, a)
			}
		}
	}
}

func dot(a, b []float32) (sum float64) {
	for i, v := range a {
		sum += float64(v) * float64(b[i])
	}
	return sum
}

func TestMask(t *testing.T) {
	for _, k := range implementations {
		use(t, k)
		r := rand.New(rand.NewPCG(3, 0))
		for n := range 40 {
			y, x, g, dst := random(r, n), random(r, n), random(r, n), make([]float32, n)
			if n > 2 {
				y[1] = x[1]
			}
			Mask(dst, y, x, g)
			for i := range dst {
				if want := g[i]; y[i] > x[i] && dst[i] != want || y[i] <= x[i] && dst[i] != 0 {
					t.Fatalf("%s: %v > %v, %v becomes %v", k.name, y[i], x[i], g[i], dst[i])
				}
			}
			Mask(dst, y, nil, g)
			for i := range dst {
				if (dst[i] == g[i]) != (y[i] > 0) {
					t.Fatalf("%s: %v, %v becomes %v", k.name, y[i], g[i], dst[i])
				}
			}
		}
	}
}

// TestRefuses: what does not fit stops before the assembly touches memory that is not the caller's.
func TestRefuses(t *testing.T) {
	l := Conv1(16, 16)
	x := make([]float32, 1000)
	good := Grid{x, 160, 16}
	for name, f := range map[string]func(){
		"source too short":   func() { l.Apply(good, Grid{x[:639], 160, 16}, 0, 4, 10, x[:256], nil, Epilogue{}) },
		"output too short":   func() { l.Apply(Grid{x[:639], 160, 16}, good, 0, 4, 10, x[:256], nil, Epilogue{}) },
		"post too short":     func() { l.Apply(good, good, 0, 4, 10, x[:256], nil, Epilogue{Post: Grid{x[:9], 160, 16}}) },
		"too few weights":    func() { l.Apply(good, good, 0, 4, 10, x[:255], nil, Epilogue{}) },
		"too short a bias":   func() { l.Apply(good, good, 0, 4, 10, x[:256], x[:2:2], Epilogue{}) },
		"odd taps":           func() { Layer{1, 15, 16}.Apply(good, good, 0, 1, 1, x[:240], nil, Epilogue{}) },
		"negative stride":    func() { l.Apply(good, Grid{x, -160, 16}, 0, 4, 10, x[:256], nil, Epilogue{}) },
		"gradient too short": func() { l.Gradient(make([]float32, 256), good, 0, Grid{x[:100], 160, 16}, 4, 10) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			f()
		}()
	}
}

// TestGeneratedRegisters reads the assembly: in that for AVX2, a vector register above 15, one of 512 bits or a mask
// needs AVX-512, for which nothing checks before it runs. That for AVX-512 needs no more than what is checked: of its
// instructions all are in AVX-512F.
func TestGeneratedRegisters(t *testing.T) {
	read := func(name string) []byte {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	text := read("tiles_amd64.s")
	if !regexp.MustCompile(`\bY14\b`).Match(text) {
		t.Error("no Y14: is this the assembly?")
	}
	if found := regexp.MustCompile(`\b([XY](1[6-9]|[23][0-9])|Z[0-9]+|K[0-7])\b`).FindAll(text, -1); found != nil {
		t.Errorf("%q", found)
	}
	text = read("tiles512_amd64.s")
	if !regexp.MustCompile(`\bZ2[0-9]\b`).Match(text) {
		t.Error("no Z20 to Z29: is this the assembly?")
	}
	if found := regexp.MustCompile(`\b[XY][0-9]+\b`).FindAll(text, -1); found != nil {
		t.Errorf("%q: shorter vectors need AVX-512VL", found)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t(V[A-Z0-9.]+)`).FindAllSubmatch(text, -1) {
		switch string(m[1]) {
		case "VMOVUPS", "VMOVAPS", "VBROADCASTSS", "VFMADD231PS", "VFMADD231PS.BCST", "VADDPS", "VMAXPS", "VZEROUPPER":
		default:
			t.Errorf("%s: is it in AVX-512F?", m[1])
		}
	}
}

// BenchmarkConv measures the three products of training for the default network's layers at 64x64 sites.
func BenchmarkConv(b *testing.B) {
	for _, k := range implementations {
		for _, p := range []problem{{3, 36, 32, 64, 64, 1}, {3, 32, 32, 64, 64, 1}, {3, 18, 48, 32, 32, 2}, {1, 32, 48, 32, 32, 2}, {1, 48, 16, 32, 32, 1}} {
			l, pad := Layer{p.size, p.size * p.in, p.out}, p.size/2
			row := (p.w*p.step + 2*pad) * p.in
			r := rand.New(rand.NewPCG(4, 0))
			src := Grid{random(r, row*(p.h*p.step+2*pad)), p.step * row, p.step * p.in}
			weights, sum := random(r, l.Size()), make([]float32, l.Size())
			out := Grid{random(r, p.h*p.w*p.out), p.w * p.out, p.out}
			run := func(name string, f func()) {
				b.Run(fmt.Sprintf("%s/%s/%dx%dx%d-%d", k.name, name, p.size, p.size, p.in, p.out), func(b *testing.B) {
					use(b, k)
					for b.Loop() {
						f()
					}
					b.ReportMetric(float64(2*l.Size()*p.h*p.w)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
			run("apply", func() { l.Apply(out, src, row, p.h, p.w, weights, nil, Epilogue{ReLU: true}) })
			run("gradient", func() { l.Gradient(sum, src, row, out, p.h, p.w) })
		}
	}
}
