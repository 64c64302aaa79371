package train

import (
	"fmt"
	"runtime"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// A graph is Gorgonia's graph of the network at the w x h sites of a scale, with the gradients of its parameters if it is
// for training. It is used for every step of that size by an expert of one size. It is not safe for concurrent use, but several graphs of the same
// network may run at the same time.
type graph struct {
	*batch
	net    *Net
	at     gainIndex
	params G.Nodes // the parameters of the expert that the current step uses
	vm     G.VM
	into   [][]float32 // the gradients of the net's parameters, to which a run adds

	activations [][]float32 // the values that the integer network rounds to int16
}

// newGraph builds the graph of a network's experts of the size of the given one, for at most n images at a time, of 1 or 3 planes. It
// uses the parameters of net, not copies of them.
func newGraph(net *Net, expert, n, w, h, planes int, training bool) (*graph, error) {
	q := &graph{batch: newBatch(n, w, h, planes), net: net, at: gainIndex{expert: expert}}
	q.activations = append(q.activations, q.batch.features)
	g := G.NewGraph()
	vector := func(name string, data []float32) *G.Node {
		return G.NewVector(g, tensor.Float32, G.WithShape(len(data)), G.WithName(name), G.WithValue(dense(data)))
	}
	for _, p := range net.expert(q.at.expert) {
		q.params = append(q.params, vector(p.Name, p.Value))
	}
	var err error
	apply := func(o *op, to ...*G.Node) *G.Node {
		if err != nil {
			return nil
		}
		var n *G.Node
		n, err = G.ApplyOp(o, to...)
		return n
	}
	param := func(format string, a ...any) *G.Node { return q.params[net.index[expert][fmt.Sprintf(format, a...)]] }
	size := func(n *G.Node) int { return n.Shape()[0] }

	z := net.size(expert)
	c, hidden := z.Channels, z.Hidden
	// layer returns a layer of the trunk with the gains folded in.
	layer := func(number int, x, kernel, bias *G.Node, in int, residual bool) *G.Node {
		row := func() int {
			return (number*process.GainRows(net.Experts)+q.at.row)*process.ScaleEmbeddings + q.at.scale
		}
		gain, shift := param("gain"), param("shift")
		k := apply(foldKernel(size(kernel), c, size(gain), row), kernel, gain)
		b := apply(foldKernel(c, c, size(gain), row), bias, gain)
		b = apply(add(c), b, apply(foldShift(c, size(shift), row), shift))
		o := trunkLayer(q.batch, in, c, residual)
		q.activations = append(q.activations, o.data)
		return apply(o, x, k, b)
	}
	x := layer(0, vector("features", q.batch.features), param("stem"), param("stem bias"), inputs, false)
	for i := range z.Layers {
		x = layer(i+1, x, param("block %d", i), param("block bias %d", i), c, true)
	}
	var outs G.Nodes
	for i := range q.groups {
		row := func() int { return q.at.row*groups + i }
		gain, shift := param("head gain"), param("head shift")
		fold := func(n *G.Node) *G.Node { return apply(foldKernel(size(n), hidden, size(gain), row), n, gain) }
		site, siteBias, near := fold(param("site %d", i)), fold(param("site bias %d", i)), fold(param("near %d", i))
		shifts := apply(foldShift(phases*hidden, size(shift), row), shift)
		head, units := headOp(q.batch, i, c, hidden)
		q.activations = append(q.activations, units)
		in := G.Nodes{x, site, siteBias, near, shifts, param("out %d", i), param("out bias %d", i)}
		if i > 0 {
			in = append(in, outs[i-1])
		}
		outs = append(outs, apply(head, in...))
	}
	if training {
		loss := apply(lossOp(q.batch), outs...)
		if err != nil {
			return nil, err
		}
		var used G.Nodes // the parameters without those of heads that gray images do not use
		var index []int
		for i, p := range q.params {
			if q.groups == groups || !net.isHeadOf(expert, i, q.groups) {
				used, index = append(used, p), append(index, i)
			}
		}
		grads, err := G.Grad(loss, used...)
		if err != nil {
			return nil, err
		}
		for j, d := range grads { // reading a gradient from Gorgonia would copy it; an operation gets it without a copy
			sink := newOp("sink", 1, 1, func(_ []float32, in [][]float32) {
				accumulate(q.into[net.first[q.at.expert]+index[j]], in[0])
			})
			if _, err := G.ApplyOp(sink, d); err != nil {
				return nil, err
			}
		}
	}
	if err != nil {
		return nil, err
	}
	q.vm = G.NewTapeMachine(g)
	// The machine reaches itself through the operations, and what has a finalizer and reaches itself is never freed. The finalizer has
	// something to do on GPUs only.
	runtime.SetFinalizer(q.vm, nil)
	return q, nil
}

// isHeadOf reports whether parameter i of an expert belongs to the head of a group from first on.
func (n *Net) isHeadOf(expert, i, first int) bool {
	for g := first; g < groups; g++ {
		for _, class := range []string{"site", "site bias", "near", "out", "out bias"} {
			if i == n.index[expert][fmt.Sprint(class, " ", g)] {
				return true
			}
		}
	}
	return false
}

// accumulate adds x to sum.
func accumulate(sum, x []float32) {
	x = x[:len(sum)]
	for i, v := range x {
		sum[i] += v
	}
}

// run computes the step that begin has prepared, and adds the gradients to q.into.
func (q *graph) run() error {
	expert, row := process.ExpertIndex(q.net.Experts, q.s.number, q.stage, q.s.class)
	if expert != q.at.expert {
		for i, p := range q.net.expert(expert) {
			if err := G.Let(q.params[i], dense(p.Value)); err != nil {
				return fmt.Errorf("train: %w", err)
			}
		}
	}
	q.at = gainIndex{expert, row, process.ScaleEmbedding(q.s.number)}
	defer q.vm.Reset()
	if err := q.vm.RunAll(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	for _, s := range q.steps {
		s.finish()
	}
	return nil
}
