package train

// A batch is the steps that a graph computes at once: the same step of several images of one size. Otherwise, small images would
// take more time for folding weights and adding up their gradients than for convolutions.
//
// Tensors have the images one after another, each with its border if it has one.
type batch struct {
	*step                 // the first step
	room, steps []*step   // all steps that buffers have room for; those of the current run
	features    []float32 // the features of all steps; step.features are parts of it
}

func newBatch(n, w, h, planes int) *batch {
	b := &batch{}
	for range n {
		b.room = append(b.room, newStep(w, h, planes))
	}
	b.step, b.steps = b.room[0], b.room[:1]
	size := len(b.step.features)
	b.features = make([]float32, n*size)
	for k, s := range b.room {
		s.features = imageOf(b.features, size, k)
	}
	return b
}

// imageOf returns the part of image k in a tensor with size elements an image.
func imageOf(x []float32, size, k int) []float32 { return x[k*size : (k+1)*size] }

// advanceAll runs a step of scale l of several chains, which have the same size and planes, at once.
func advanceAll(chains []*chain, q *graph, l, stage int, tau []float32) error {
	q.steps = q.room[:len(chains)]
	for k, c := range chains {
		c.scales[l].family = q.net.Family
		q.steps[k].begin(&c.scales[l], stage, c.coarse(l, stage), tau[k])
	}
	if err := q.run(); err != nil {
		return err
	}
	if l > 1 { // the image itself is estimated only where it is needed (picture)
		for _, c := range chains {
			c.ll[l-1] = c.synthesize(l)
		}
	}
	return nil
}
