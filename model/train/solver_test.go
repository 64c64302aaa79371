package train

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// TestAdam compares with Gorgonia's own solver, step by step.
func TestAdam(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	own, other := newParameter(Param{Value: make([]float32, 50)}), newParameter(Param{Value: make([]float32, 50)})
	for i := range 50 {
		v := float32(r.NormFloat64())
		own.value.Data().([]float32)[i], other.value.Data().([]float32)[i] = v, v
	}
	a := newAdam()
	a.s.Rate = .01
	oracle := G.NewAdamSolver(G.WithLearnRate(.01), G.WithBeta1(.9), G.WithBeta2(.99), G.WithEps(1e-8))
	for step := range 30 {
		for i := range 50 {
			g := float32(r.NormFloat64() * math.Exp2(float64(i%10)-5))
			own.grad.Data().([]float32)[i], other.grad.Data().([]float32)[i] = g, g
		}
		if err := a.Step([]G.ValueGrad{own}); err != nil {
			t.Fatal(err)
		}
		if err := oracle.Step([]G.ValueGrad{other}); err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			if x, y := own.value.Data().([]float32)[i], other.value.Data().([]float32)[i]; math.Abs(float64(x-y)) > 1e-5 {
				t.Fatalf("step %d, element %d: %v, Gorgonia has %v", step, i, x, y)
			}
		}
	}
}

// TestOrthogonalize: rows (or columns, if there are more rows) become nearly orthogonal and of nearly the same
// length. The iteration is made for speed: it leaves singular values between 0.6 and 1.3.
func TestOrthogonalize(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, size := range [][2]int{{16, 48}, {60, 16}, {20, 20}} {
		rows, cols := size[0], size[1]
		x := make([]float32, rows*cols)
		for i := range x {
			x[i] = float32(r.NormFloat64() * math.Exp2(float64(i%3)))
		}
		orthogonalize(x, rows, cols)
		n := min(rows, cols)
		at := func(i, k int) float64 {
			if rows <= cols {
				return float64(x[i*cols+k])
			}
			return float64(x[k*cols+i])
		}
		for i := range n {
			for j := range i + 1 {
				sum := 0.0
				for k := range max(rows, cols) {
					sum += at(i, k) * at(j, k)
				}
				if i == j && (sum < .1 || sum > 1.8) || i != j && math.Abs(sum) > .6 {
					t.Errorf("%v: product of %d and %d is %v", size, i, j, sum)
				}
			}
		}
	}
}
