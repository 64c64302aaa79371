package train

// A batch is the steps that a graph takes at once: the same step of several images of one size. Small images would
// otherwise cost more in folding weights and adding up their gradients than in convolutions.
//
// Tensors have the images one after another, each with its border if there is one.
type batch struct {
	*step                 // the first one, or the only one
	room, steps []*step   // all there is room for; those of the present run
	features    []float32 // of all, which step.features are parts of
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

// advanceAll takes scale l of several chains through a step at once. They have the same size and planes.
func advanceAll(chains []*chain, q *graph, l, stage int, tau []float32) error {
	q.steps = q.room[:len(chains)]
	for k, c := range chains {
		q.steps[k].begin(&c.scales[l], stage, c.coarse(l, stage), tau[k])
	}
	if err := q.run(); err != nil {
		return err
	}
	if l > 1 { // of the image itself there is an estimate only if somebody wants to see it (picture)
		for _, c := range chains {
			c.ll[l-1] = c.synthesize(l)
		}
	}
	return nil
}
