package train

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A solver is a Gorgonia solver whose state can be saved. The state of Gorgonia's own solvers is not accessible, so that a run
// could not be resumed exactly.
type solver interface {
	G.Solver
	state() *solverState
}

// solverState is the state of a solver.
type solverState struct {
	Steps  int
	Rate   float64     // learning rate of the next step
	First  [][]float32 // moving averages of the gradients
	Second [][]float32 // moving averages of their squares
}

// parameter is a parameter and its gradient, as solvers take them.
type parameter struct{ value, grad *tensor.Dense }

func newParameter(p Param) parameter {
	return parameter{dense(p.Value), dense(make([]float32, len(p.Value)))}
}

func (p parameter) Value() G.Value         { return p.value }
func (p parameter) Grad() (G.Value, error) { return p.grad, nil }

// floats returns the elements of a parameter and its gradient.
func floats(p G.ValueGrad) (value, grad []float32, err error) {
	g, err := p.Grad()
	if err != nil {
		return nil, nil, err
	}
	value, ok := p.Value().Data().([]float32)
	grad, ok2 := g.Data().([]float32)
	if !ok || !ok2 || len(value) != len(grad) {
		return nil, nil, fmt.Errorf("train: a parameter is a %T with a gradient of type %T", p.Value().Data(), g.Data())
	}
	return value, grad, nil
}

// adam is the optimizer of Kingma and Ba (2014).
type adam struct {
	beta1, beta2, epsilon float64
	s                     solverState
}

func newAdam() *adam { return &adam{beta1: .9, beta2: .99, epsilon: 1e-8} }

func (a *adam) state() *solverState { return &a.s }

// Step implements gorgonia.Solver.
func (a *adam) Step(params []G.ValueGrad) error {
	s := &a.s
	if s.First == nil {
		s.First, s.Second = make([][]float32, len(params)), make([][]float32, len(params))
	}
	s.Steps++
	correct1, correct2 := 1-math.Pow(a.beta1, float64(s.Steps)), 1-math.Pow(a.beta2, float64(s.Steps))
	rate, root := float32(s.Rate/correct1), float32(1/math.Sqrt(correct2))
	b1, b2, epsilon := float32(a.beta1), float32(a.beta2), float32(a.epsilon)
	for i, p := range params {
		value, grad, err := floats(p)
		if err != nil {
			return err
		}
		if s.First[i] == nil {
			s.First[i], s.Second[i] = make([]float32, len(value)), make([]float32, len(value))
		}
		m, v := s.First[i][:len(value)], s.Second[i][:len(value)]
		for j, g := range grad {
			m[j] = b1*m[j] + (1-b1)*g
			v[j] = b2*v[j] + (1-b2)*g*g
			value[j] -= rate * m[j] / (float32(math.Sqrt(float64(v[j])))*root + epsilon)
		}
	}
	return nil
}

// muon is momentum whose update is made orthogonal by Newton-Schulz iterations (Jordan et al. 2024), scaled to the
// root mean square that an update of Adam's would have (Liu et al. 2025). It is for matrices: every parameter has
// width columns, its outputs.
type muon struct {
	widths []int
	s      solverState
}

func (m *muon) state() *solverState { return &m.s }

// Step implements gorgonia.Solver.
func (m *muon) Step(params []G.ValueGrad) error {
	const momentum = .95
	s := &m.s
	if s.First == nil {
		s.First = make([][]float32, len(params))
	}
	s.Steps++
	for i, p := range params {
		value, grad, err := floats(p)
		if err != nil {
			return err
		}
		if s.First[i] == nil {
			s.First[i] = make([]float32, len(value))
		}
		update := make([]float32, len(value))
		for j, g := range grad {
			s.First[i][j] += (1 - momentum) * (g - s.First[i][j])
			update[j] = g + momentum*(s.First[i][j]-g)
		}
		cols := m.widths[i]
		rows := len(value) / cols
		orthogonalize(update, rows, cols)
		scale := float32(.2 * math.Sqrt(float64(max(rows, cols))) * s.Rate)
		for j, u := range update {
			value[j] -= scale * u
		}
	}
	return nil
}

// orthogonalize brings the singular values of x [rows][cols] close to 1, by five steps of an iteration of fifth
// degree.
func orthogonalize(x []float32, rows, cols int) {
	norm := 0.0
	for _, v := range x {
		norm += float64(v) * float64(v)
	}
	inverse := float32(1 / (math.Sqrt(norm) + 1e-12))
	for i := range x {
		x[i] *= inverse
	}
	n := min(rows, cols) // the smaller side is that of the Gram matrix
	general := func(d []float32, r, c int) blas32.General {
		return blas32.General{Rows: r, Cols: c, Stride: c, Data: d}
	}
	gram, square, next := make([]float32, n*n), make([]float32, n*n), make([]float32, len(x))
	for range 5 {
		y, a, b := general(x, rows, cols), general(gram, n, n), general(square, n, n)
		if rows <= cols {
			blas32.Gemm(blas.NoTrans, blas.Trans, 1, y, y, 0, a)
		} else {
			blas32.Gemm(blas.Trans, blas.NoTrans, 1, y, y, 0, a)
		}
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, a, a, 0, b)
		for i := range gram {
			gram[i] = -4.7750*gram[i] + 2.0315*square[i]
		}
		copy(next, x)
		if rows <= cols {
			blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, a, y, 3.4445, general(next, rows, cols))
		} else {
			blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, y, a, 3.4445, general(next, rows, cols))
		}
		copy(x, next)
	}
}
