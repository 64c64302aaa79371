package train

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// An op is an operation for Gorgonia, on vectors of float32. It is for one node only, because it owns its output, which it
// computes in place whenever the graph runs. Elements of the output that run does not write keep their values, at first 0.
type op struct {
	name string
	out  *tensor.Dense // nil if the output is a number
	data []float32     // out's elements
	args []bool        // for every input, whether it is a vector (or else a number)
	run  func(out []float32, in [][]float32)

	number func(in [][]float32) float32 // used instead of run if the output is a number

	// diff returns the nodes of the gradients with respect to the inputs, nil for those that have none.
	diff func(in G.Nodes, out, grad *G.Node) (G.Nodes, error)
	wrt  []bool // which inputs have a gradient; nil: none
}

// dense returns a vector with the elements x, which it does not copy.
func dense(x []float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x))
}

// newOp returns an operation on as many vectors as inputs says, whose output is a vector of size numbers.
func newOp(name string, inputs, size int, run func(out []float32, in [][]float32)) *op {
	data := make([]float32, size)
	o := &op{name: name, data: data, out: dense(data), run: run, args: make([]bool, inputs)}
	for i := range o.args {
		o.args[i] = true
	}
	return o
}

// with sets the derivative of o, and returns o.
func (o *op) with(wrt []bool, diff func(in G.Nodes, out, grad *G.Node) (G.Nodes, error)) *op {
	o.wrt, o.diff = wrt, diff
	return o
}

func (o *op) Arity() int { return len(o.args) }

func (o *op) Type() hm.Type {
	vector := G.TensorType{Dims: 1, Of: tensor.Float32}
	var t []hm.Type
	for _, v := range o.args {
		if v {
			t = append(t, vector)
		} else {
			t = append(t, tensor.Float32)
		}
	}
	if o.out == nil {
		return hm.NewFnType(append(t, tensor.Float32)...)
	}
	return hm.NewFnType(append(t, vector)...)
}

func (o *op) InferShape(...G.DimSizer) (tensor.Shape, error) {
	if o.out == nil {
		return tensor.ScalarShape(), nil
	}
	return o.out.Shape().Clone(), nil
}

func (o *op) Do(values ...G.Value) (G.Value, error) {
	in := make([][]float32, len(values))
	for i, v := range values {
		switch d := v.Data().(type) {
		case []float32:
			in[i] = d
		case float32:
			in[i] = []float32{d}
		default:
			return nil, fmt.Errorf("train: %s: input %d is a %T", o.name, i, d)
		}
	}
	if o.out == nil {
		return G.NewF32(o.number(in)), nil
	}
	o.run(o.data, in)
	return o.out, nil
}

func (o *op) DiffWRT(inputs int) []bool {
	if o.wrt == nil {
		return make([]bool, inputs)
	}
	return o.wrt
}

func (o *op) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) { return o.diff(in, out, grad) }

func (o *op) ReturnsPtr() bool      { return true }
func (o *op) CallsExtern() bool     { return false }
func (o *op) OverwritesInput() int  { return -1 }
func (o *op) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s %p", o.name, o) } // no two operations are equal
func (o *op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}
func (o *op) String() string { return o.name }

// all returns a list of n times true.
func all(n int) []bool {
	b := make([]bool, n)
	for i := range b {
		b[i] = true
	}
	return b
}

// applyAll applies operations, each to its own inputs. An entry without an operation stays nil.
func applyAll(list ...application) (G.Nodes, error) {
	nodes := make(G.Nodes, len(list))
	for i, a := range list {
		if a.op == nil {
			continue
		}
		n, err := G.ApplyOp(a.op, a.to...)
		if err != nil {
			return nil, err
		}
		nodes[i] = n
	}
	return nodes, nil
}

type application struct {
	op *op
	to G.Nodes
}

func (o *op) of(to ...*G.Node) application { return application{o, to} }

// add returns the operation that adds two vectors.
func add(n int) *op {
	o := newOp("add", 2, n, func(out []float32, in [][]float32) {
		for i, v := range in[0] {
			out[i] = v + in[1][i]
		}
	})
	return o.with(all(2), func(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) { return G.Nodes{grad, grad}, nil })
}
