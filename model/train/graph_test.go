package train

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"
	"weak"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// texture returns an image with edges, gradients and noise.
func texture(w, h int, r *rand.Rand) (rgb planes) {
	for p := range rgb {
		rgb[p] = transform.NewPlane(w, h)
		for i := range rgb[p].Pix {
			x, y := i%w, i/w
			v := 120 + 60*math.Sin(float64(x)/5+float64(p)/3)*math.Cos(float64(y)/7) + 5*r.NormFloat64()
			if x > w/2 {
				v += 20
			}
			rgb[p].Pix[i] = int32(min(max(v, 0), 255))
		}
	}
	return rgb
}

// ycocg returns R, G, B as luma and chroma.
func ycocg(x planes) planes {
	transform.YCoCg.Forward(x[0].Pix, x[1].Pix, x[2].Pix)
	return x
}

// zeroGradients returns what a graph may add its gradients to.
func zeroGradients(n *Net) [][]float32 {
	g := make([][]float32, len(n.Params))
	for i, p := range n.Params {
		g[i] = make([]float32, len(p.Value))
	}
	return g
}

// lossOracle is the loss of the step that q has just taken, computed from the definition, in float64, site by site, with
// the parameters of an expert.
// Which coefficients advanced is taken from q, as it is for the gradient: it has no derivative.
func lossOracle(net *Net, params map[string][]float64, q *graph, before [coefficients][]uint8) float64 {
	z := net.size(q.at.expert)
	w, h, c, hidden := q.w, q.h, z.Channels, z.Hidden
	gains, cond := q.at.row, q.at.scale
	at := func(x []float32, channels, y, xx, i int) float64 { // a bordered tensor
		return float64(x[((y+1)*(w+2)+xx+1)*channels+i])
	}
	layer := func(number int, kernel, bias []float64, in int, src func(y, x, i int) float64) [][]float64 {
		row := ((number*process.GainRows(net.Experts)+gains)*process.ScaleEmbeddings + cond) * c
		out := make([][]float64, w*h)
		for j := range out {
			out[j] = make([]float64, c)
			for o := range c {
				gain := 1 + params["gain"][row+o]
				sum := bias[o]*gain + params["shift"][row+o]
				for ky := range 3 {
					for kx := range 3 {
						for i := range in {
							sum += src(j/w+ky-1, j%w+kx-1, i) * kernel[((ky*3+kx)*in+i)*c+o] * gain
						}
					}
				}
				out[j][o] = max(sum, 0)
			}
		}
		return out
	}
	x := layer(0, params["stem"], params["stem bias"], inputs, func(y, x, i int) float64 { return at(q.features, inputs, y, x, i) })
	for l := range z.Layers {
		in := x
		x = layer(l+1, params[fmt.Sprint("block ", l)], params[fmt.Sprint("block bias ", l)], c, func(y, x, i int) float64 {
			if y < 0 || x < 0 || y >= h || x >= w {
				return 0
			}
			return in[y*w+x][i]
		})
		for j := range x {
			for i := range x[j] {
				x[j][i] += in[j][i]
			}
		}
	}
	cells := make([]float64, (w+2)*(h+2)*cellInputs)
	show := func(i, j int, k uint8) {
		f := cells[((j/w+1)*(w+2)+j%w+1)*cellInputs:]
		cl := cellOf(q.s.v[i][j], q.s.u[i][j], k)
		f[i], f[coefficients+i] = float64(compress(int32(2*cl.centre()))), float64(precision(k))
	}
	for i := range coefficients {
		for j, k := range before[i] {
			show(i, j, k)
		}
	}
	loss := 0.0
	for g := range q.groups {
		members := process.Groups[g]
		name := func(s string) []float64 { return params[fmt.Sprint(s, " ", g)] }
		for p, origin := range process.PhaseOrigin {
			for y := origin[0]; y < h; y += 2 {
				for xx := origin[1]; xx < w; xx += 2 {
					j := y*w + xx
					out := append([]float64(nil), name("out bias")...)
					for u := range hidden {
						gain := 1 + params["head gain"][(gains*groups+g)*hidden+u]
						sum := name("site bias")[u]*gain + params["head shift"][((gains*groups+g)*phases+p)*hidden+u]
						for i, v := range x[j] {
							sum += v * name("site")[i*hidden+u] * gain
						}
						for ky := range 3 {
							for t := range 3 * cellInputs {
								sum += cells[((y+ky)*(w+2)+xx)*cellInputs+t] * name("near")[(ky*3*cellInputs+t)*hidden+u] * gain
							}
						}
						for o := range out {
							out[o] += max(sum, 0) * name("out")[u*outputs+o]
						}
					}
					for m, i := range members {
						if before[i][j] == 0 {
							continue
						}
						cl := cellOf(q.s.v[i][j], q.s.u[i][j], before[i][j])
						mean := float64(cl.centre()) + out[m]*float64(q.meanBase[i][j])
						scale := min(max(out[len(members)+m]+float64(q.logBase[i][j]), minLogScale), maxLogScale)
						to, weight := q.target[i][j], float64(q.weight)
						if !q.moved[i][j] {
							to, weight = 0, float64(q.side)
						}
						loss += weight * lengthOracle(net.Family, mean, scale, cl, cellOf(q.s.v[i][j], q.s.u[i][j], to))
					}
				}
			}
			for _, i := range members {
				for j := range q.moved[i] {
					if q.moved[i][j] && j/w%2 == origin[0] && j%w%2 == origin[1] {
						show(i, j, q.target[i][j])
					}
				}
			}
		}
	}
	return loss
}

// TestGradient compares the gradient of every parameter array, as Gorgonia and the operations of this package put it
// together in float32, with central differences of the definition in float64. It covers every operation.
func TestGradient(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	r := rand.New(rand.NewPCG(5, 5))
	sizes := [process.Experts]model.ExpertSize{{Channels: 32, Layers: 1, Hidden: 16}, {Channels: 16, Layers: 3, Hidden: 32}}
	for i, test := range []struct {
		experts, w, h, present, stage int
		family                        process.Family
	}{
		{1, 8, 6, 3, 4, process.Logistic}, {1, 5, 7, 3, 6, process.Gaussian}, {1, 5, 4, 1, 5, process.Logistic}, {1, 2, 2, 3, 3, process.Logistic},
		{process.Experts, 6, 5, 3, 2, process.Gaussian}, {process.Experts, 5, 4, 1, 6, process.Logistic},
	} {
		if i != 2 && i != 4 && os.Getenv("DDPMZ_LONG") != "1" {
			continue
		}
		shape := Shape{Channels: 16, Layers: 2, Hidden: 16, Experts: test.experts, Family: test.family}
		if test.experts > 1 {
			shape.Sizes = sizes
		}
		net, err := NewNet(shape, 5)
		if err != nil {
			t.Fatal(err)
		}
		perturb(net)
		c := newChain(ycocg(texture(test.w, test.h, r)), 1, test.present, transform.YCoCg, &transform.Liftings[0], false, r)
		q, err := newGraph(net, 0, 1, c.scales[1].w, c.scales[1].h, test.present, true)
		if err != nil {
			t.Fatal(err)
		}
		for stage := range stages {
			if z := net.size(min(process.StageEmbedding(stage), test.experts-1)); z != net.size(q.at.expert) {
				if q, err = newGraph(net, process.StageEmbedding(stage), 1, c.scales[1].w, c.scales[1].h, test.present, true); err != nil {
					t.Fatal(err)
				}
			}
			q.weight, q.side = .7, .1
			var before [coefficients][]uint8
			for i := range before {
				before[i] = append([]uint8(nil), c.scales[1].k[i]...)
			}
			q.into = zeroGradients(net)
			if err := c.advance(q, 1, stage, .3); err != nil {
				t.Fatal(err)
			}
			if stage != test.stage {
				continue
			}
			expert := min(stage-1, test.experts-1)
			params := map[string][]float64{}
			for name := range net.index[expert] {
				for _, v := range net.value(expert, name) {
					params[name] = append(params[name], float64(v))
				}
			}
			for i, p := range net.Params {
				if net.expertOf(i) != expert && (slices.Max(q.into[i]) != 0 || slices.Min(q.into[i]) != 0) {
					t.Errorf("stage %d: %s has a gradient", stage, p.Name)
				}
			}
			for _, name := range slices.Sorted(maps.Keys(net.index[expert])) {
				k, p := net.index[expert][name], net.param(expert, name)
				if test.experts > 1 && k%3 > 0 && os.Getenv("DDPMZ_LONG") != "1" {
					continue
				}
				i := net.first[expert] + k
				largest, at := float32(0), 0
				for j, v := range q.into[i] {
					if a := max(v, -v); a > largest {
						largest, at = a, j
					}
				}
				for _, j := range []int{at, r.IntN(len(p.Value))}[k%2 : k%2+1] { // the largest, or any
					x := params[name]
					const d = 1e-6
					old := x[j]
					x[j] = old + d
					up := lossOracle(net, params, q, before)
					x[j] = old - d
					down := lossOracle(net, params, q, before)
					x[j] = old
					got, want := float64(q.into[i][j]), (up-down)/(2*d)
					if math.Abs(got-want) > 1e-3*(.1+math.Abs(want)+float64(largest)) {
						t.Errorf("%dx%d, stage %d, %s[%d]: gradient %v, want %v", test.w, test.h, stage, p.Name, j, got, want)
					}
				}
			}
		}
	}
}

// TestGraphIsFreed: a graph that is used no more takes no memory.
func TestGraphIsFreed(t *testing.T) {
	net, err := NewNet(Shape{Channels: 16, Layers: 1, Hidden: 16}, 1)
	if err != nil {
		t.Fatal(err)
	}
	q, err := newGraph(net, 0, 1, 4, 4, 3, true)
	if err != nil {
		t.Fatal(err)
	}
	w := weak.Make(q)
	if runtime.KeepAlive(q); w.Value() == nil {
		t.Fatal("it was freed while it was in use")
	}
	q = nil
	for range 3 {
		runtime.GC()
	}
	if w.Value() != nil {
		t.Error("it was not freed")
	}
}

// TestGraphsAgree tests that a graph for training and one without gradients have the same outputs.
func TestGraphsAgree(t *testing.T) {
	net := zooNet(t)
	var results [2][]float32
	for i := range results {
		r := rand.New(rand.NewPCG(6, 6))
		c := newChain(ycocg(texture(20, 22, r)), 1, 3, transform.YCoCg, &transform.Liftings[0], false, r)
		q, err := newGraph(net, 0, 1, 10, 11, 3, i == 1)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			q.into, q.weight = zeroGradients(net), 1
		}
		for stage := range stages {
			if err := c.advance(q, 1, stage, .4); err != nil {
				t.Fatal(err)
			}
			for j := range coefficients {
				results[i] = append(append(results[i], c.scales[1].mean[j]...), c.scales[1].logScale[j]...)
			}
		}
	}
	for j, v := range results[0] {
		if v != results[1][j] {
			t.Fatalf("element %d: %v, and when training %v", j, v, results[1][j])
		}
	}
}
