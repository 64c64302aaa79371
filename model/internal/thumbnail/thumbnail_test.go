package thumbnail

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
)

// randomPrior returns a prior of n components, as wide and as correlated as those of pictures.
func randomPrior(r *rand.Rand, n int) *Prior {
	p := &Prior{make([]Component, n)}
	for k := range p.Components {
		c := &p.Components[k]
		c.Weight = -int16(r.IntN(5 << WeightBits))
		for i := range Values {
			c.Mean[i] = int16(r.IntN(200<<MeanBits) - 100<<MeanBits)
			c.Scale[i] = int16(r.IntN(200) - 40)
			for j := range c.Row(i) {
				c.Row(i)[j] = int16(r.NormFloat64() * .3 * (1 << FactorBits))
			}
		}
	}
	return p
}

// oracle is State in floating point.
type oracle struct {
	prior      *Prior
	weights    []float64 // natural logarithms
	deviations [][Values]float64
	next       int
}

func newOracle(p *Prior) *oracle {
	o := &oracle{prior: p, deviations: make([][Values]float64, len(p.Components))}
	for _, c := range p.Components {
		o.weights = append(o.weights, float64(c.Weight)/(1<<WeightBits)*math.Ln2)
	}
	return o
}

// component returns the mean and the standard deviation of the next value.
func (o *oracle) component(k int) (mean, sigma float64) {
	c := &o.prior.Components[k]
	mean = float64(c.Mean[o.next]) / (1 << MeanBits)
	for j, f := range c.Row(o.next) {
		mean += float64(f) / (1 << FactorBits) * o.deviations[k][j]
	}
	return mean, math.Pi / math.Sqrt(3) * math.Exp2(float64(c.Scale[o.next])/32)
}

// probability returns that of a value, of samples of 8 + depth bits.
func (o *oracle) probability(v int32, depth uint) float64 {
	width := math.Exp2(-float64(depth))
	most, sum, total := slices.Max(o.weights), 0., 0.
	for k, w := range o.weights {
		mean, sigma := o.component(k)
		phi := func(x float64) float64 { return math.Erfc((mean-x)/sigma/math.Sqrt2) / 2 }
		x := float64(v) * width
		sum += math.Exp(w-most) * (phi(x+width/2) - phi(x-width/2))
		total += math.Exp(w - most)
	}
	return sum / total
}

func (o *oracle) know(x float64) {
	for k := range o.weights {
		mean, sigma := o.component(k)
		o.weights[k] -= (x-mean)*(x-mean)/(2*sigma*sigma) + math.Log(sigma)
		o.deviations[k][o.next] = x - float64(o.prior.Components[k].Mean[o.next])/(1<<MeanBits)
	}
	o.next++
}

func (o *oracle) skip() {
	for k := range o.weights {
		mean, _ := o.component(k)
		o.deviations[k][o.next] = mean - float64(o.prior.Components[k].Mean[o.next])/(1<<MeanBits)
	}
	o.next++
}

func never(t *testing.T) func() (int32, bool) {
	return func() (int32, bool) { t.Error("a value is called out of range"); return 0, false }
}

// TestLength draws thumbnails from mixtures and compares the lengths of their codes with the probabilities of the values in floating point.
func TestLength(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 60 {
		p := randomPrior(r, 1+n%6)
		depth := uint(n % 2 * 8)
		s, o := NewState(p, depth), newOracle(p)
		k := r.IntN(len(p.Components))
		var sum, want float64
		for i := range Values {
			if i > 0 && r.IntN(8) == 0 {
				s.Skip()
				o.skip()
				continue
			}
			mean, sigma := o.component(k)
			x := min(max(mean+sigma*r.NormFloat64(), -1000), 1000)
			v := int32(math.Round(math.Ldexp(x, int(depth))))
			if i == 5 {
				s.Know(v)
			} else {
				length := new(logistictest.Length)
				if got, ok := s.Code(length, v, never(t)); got != v || !ok {
					t.Fatalf("%d is coded as %d, %v", v, got, ok)
				}
				sum += float64(*length)
				want -= math.Log2(max(o.probability(v, depth), 1e-30))
			}
			o.know(math.Ldexp(float64(v), -int(depth)))
		}
		if math.Abs(sum-want) > .01*want+.5 {
			t.Errorf("mixture %d, %d components: %.2f bits, want %.2f", n, len(p.Components), sum, want)
		}
	}
}

// TestCode decodes what was encoded, whatever the values, those that no picture has among them.
func TestCode(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 100 {
		p := randomPrior(r, 1+n%MaxComponents)
		depth := uint(n % 2 * 8)
		values := make([]int32, Values)
		for i := range values {
			values[i] = r.Int32N(600<<depth) - 300<<depth
			if r.IntN(6) == 0 {
				values[i] = int32(r.Uint32()) >> (r.IntN(20) + 2)
			}
		}
		run := func(coder logistic.Coder, values []int32) (out []int32) {
			s := NewState(p, depth)
			for _, v := range values {
				got, ok := s.Code(coder, v, func() (int32, bool) {
					hi, _ := coder.Bits(uint32(v)>>16, 16)
					lo, ok := coder.Bits(uint32(v)&0xffff, 16)
					return int32(hi<<16 | lo), ok
				})
				if !ok {
					t.Fatal("a coder ran out")
				}
				out = append(out, got)
			}
			return out
		}
		tape := new(logistictest.Tape)
		run(tape, values)
		replay := tape.Replay(r)
		got := run(replay, make([]int32, Values))
		for i, v := range values {
			if got[i] != v {
				t.Errorf("value %d: %d, want %d", i, got[i], v)
			}
		}
		if tape.Broken || replay.Broken || replay.Next != len(tape.Marks) {
			t.Errorf("the decoder asked for other symbols")
		}
		// A coder that runs out, at any place, ends the coding.
		short := tape.Replay(r)
		short.Marks = short.Marks[:n*len(short.Marks)/100]
		s, complete := NewState(p, depth), true
		for range Values {
			if _, ok := s.Code(short, 0, func() (int32, bool) {
				hi, _ := short.Bits(0, 16)
				lo, ok := short.Bits(0, 16)
				return int32(hi<<16 | lo), ok
			}); !ok {
				complete = false
				break
			}
		}
		if complete {
			t.Error("a thumbnail is complete without all of its symbols")
		}
	}
}

// TestRead reads what Append writes, and refuses what is shorter or out of range.
func TestRead(t *testing.T) {
	p := randomPrior(rand.New(rand.NewPCG(5, 6)), 3)
	file := p.Append(nil)
	q, rest := Read(append(bytes.Clone(file), 1, 2))
	if q == nil || len(q.Components) != 3 || q.Components[2] != p.Components[2] || q.Components[0] != p.Components[0] || !bytes.Equal(rest, []byte{1, 2}) {
		t.Errorf("read as %+v, and %d bytes are left", q, len(rest))
	}
	for n := range file {
		if q, _ := Read(file[:n]); q != nil {
			t.Fatalf("%d of %d bytes are a prior", n, len(file))
		}
	}
	for name, change := range map[string]func(p *Prior){
		"no components":       func(p *Prior) { p.Components = nil },
		"too many components": func(p *Prior) { p.Components = make([]Component, MaxComponents+1) },
		"a weight above 1":    func(p *Prior) { p.Components[1].Weight = 1 },
		"a small scale":       func(p *Prior) { p.Components[1].Scale[3] = logistic.MinScale - 1 },
		"a large scale":       func(p *Prior) { p.Components[1].Scale[3] = logistic.MaxScale + 1 },
	} {
		q, _ := Read(file)
		if change(q); q.Valid() {
			t.Errorf("%s: valid", name)
		}
		if len(q.Components) < 256 {
			if q, _ := Read(q.Append(nil)); q != nil {
				t.Errorf("%s: read", name)
			}
		}
	}
}
