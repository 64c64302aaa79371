package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	G "gorgonia.org/gorgonia"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Options say how to train. The zero value of a field that has a default stands for the default.
type Options struct {
	Batch, Crop  int     // crops in a step, and their side in pixels, a multiple of 32; by default 4 and 128
	Whole        bool    // images are small, of Crop x Crop pixels as CIFAR-10's, and used whole, in one of two orientations
	LearningRate float64 // the highest learning rate, by default 0.002
	Muon         bool    // train matrices by Muon, not Adam
	Objective    Objective
	StageWeights [process.Stages - 1]float64 // the weights of the stages' bits in the loss, one for the first two together; all 0 stand for all 1
	Side         float64                     // the weight of the exact length of coefficients that do not advance, by default 0.05; negative: none
	Derived      float64                     // the share of crops made from 8-bit luma and chroma, by default 0.3; negative: none
	Recompressed float64                     // the share of crops that were JPEG files and were made smaller
	Tau          [2]float64                  // the range of the threshold of skipping, by default 0.2 to 0.45
	Seed         uint64

	// Frozen experts stay as they are. Their steps are computed only where a step of another expert comes after them, without gradients,
	// and count no bits.
	Frozen [process.Experts]bool

	// Rounded trains with weights and activations rounded as in the codec. Weights themselves, and gradients, are not.
	Rounded        bool
	ActivationBits uint // fraction bits of activations then, by default 9

	Steps    int           // how many steps to train for; or, if it is 0,
	Duration time.Duration // how long to train for, and then the schedule depends on the clock
	Threads  int           // by default runtime.GOMAXPROCS(0); the result does not depend on it
}

func (o Options) withDefaults() Options {
	def := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def(&o.Batch, 4)
	def(&o.Crop, 128)
	def(&o.Threads, runtime.GOMAXPROCS(0))
	if o.ActivationBits == 0 {
		o.ActivationBits = 9
	}
	if o.LearningRate == 0 {
		o.LearningRate = 2e-3
	}
	if o.StageWeights == [process.Stages - 1]float64{} {
		for i := range o.StageWeights {
			o.StageWeights[i] = 1
		}
	}
	if o.Side == 0 {
		o.Side = .05
	}
	o.Side = max(o.Side, 0)
	if o.Derived == 0 {
		o.Derived = .3
	}
	o.Derived = max(o.Derived, 0)
	if o.Tau == [2]float64{} {
		o.Tau = [2]float64{.2, .45}
	}
	return o
}

// ErrOptions means that options are out of range.
var ErrOptions = errors.New("train: option out of range")

func (o Options) check() error {
	switch {
	case o.Batch < 1 || o.Batch > 1024:
		return fmt.Errorf("%w: %d crops in a step", ErrOptions, o.Batch)
	case o.Crop < 32 || o.Crop > 1024 || o.Crop%32 != 0:
		return fmt.Errorf("%w: crops of %d pixels; multiples of 32 are possible", ErrOptions, o.Crop)
	case !(o.LearningRate > 0 && o.LearningRate < 1):
		return fmt.Errorf("%w: learning rate %v", ErrOptions, o.LearningRate)
	case !(o.Tau[0] > 0 && o.Tau[0] <= o.Tau[1] && o.Tau[1] < 4):
		return fmt.Errorf("%w: thresholds %v", ErrOptions, o.Tau)
	case o.Steps < 0 || o.Duration < 0 || (o.Steps == 0) == (o.Duration == 0):
		return fmt.Errorf("%w: neither or both of steps and time are given", ErrOptions)
	case o.ActivationBits > 12:
		return fmt.Errorf("%w: %d fraction bits", ErrOptions, o.ActivationBits)
	case o.Threads < 1:
		return fmt.Errorf("%w: %d threads", ErrOptions, o.Threads)
	}
	return nil
}

// A Trainer trains a network on images. It is not safe for concurrent use.
type Trainer struct {
	options  Options
	images   []Image
	net      *Net // the network that is being trained
	computed *Net // the network that graphs compute: net, or net with rounded weights
	ema      *Net // its moving average, which is validated and exported
	step     int
	elapsed  time.Duration
	history  History
	work     float64 // multiply-accumulates so far

	params  []parameter
	solvers []solver
	members [][]int // the indices of every solver's parameters

	workers []*worker
	grads   [][][]float32 // gradients, by bunch of crops and parameter
}

// together is how many crops a graph computes at once if images are small. A larger crop fills the cache alone.
const together = 16

// bunch returns how many crops a worker computes at once; the last bunch of a step may be smaller.
func (o *Options) bunch() int {
	if o.Whole {
		return min(together, o.Batch)
	}
	return 1
}

// bunches returns the number of bunches in a step.
func (o *Options) bunches() int { return (o.Batch + o.bunch() - 1) / o.bunch() }

// A worker has the graphs that a thread uses, by size and planes.
type worker struct {
	graphs map[graphSize]*graph
}

// A graphSize says what steps a graph can compute.
type graphSize struct {
	width, planes int
	expert        model.ExpertSize
	training      bool
}

// New returns a trainer that starts from a copy of a network. Its errors wrap ErrOptions or ErrNoImages.
func New(net *Net, images []Image, o Options) (*Trainer, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	if len(images) == 0 {
		return nil, ErrNoImages
	}
	for _, m := range images {
		if o.Whole && (m.W != o.Crop || m.H != o.Crop) {
			return nil, fmt.Errorf("%w: %s has %dx%d pixels; whole images of %dx%d are to be trained on", ErrOptions, m.Name, m.W, m.H, o.Crop, o.Crop)
		}
	}
	if !slices.Contains(o.Frozen[:net.Experts], false) {
		return nil, fmt.Errorf("%w: no expert is to be trained", ErrOptions)
	}
	t := &Trainer{options: o, images: images, net: net.Clone(), ema: net.Clone()}
	var matrices, others []int
	var widths []int
	for i, p := range t.net.Params {
		t.params = append(t.params, newParameter(p))
		if o.Frozen[t.net.expertOf(i)] {
			continue
		}
		if o.Muon && isMatrix(p) {
			matrices, widths = append(matrices, i), append(widths, p.Dims[len(p.Dims)-1])
		} else {
			others = append(others, i)
		}
	}
	t.solvers, t.members = []solver{newAdam()}, [][]int{others}
	if o.Muon {
		t.solvers, t.members = append(t.solvers, &muon{widths: widths}), append(t.members, matrices)
	}
	t.computed = t.net
	if o.Rounded {
		t.computed = net.Clone()
	}
	for range o.bunches() {
		g := make([][]float32, len(t.net.Params))
		for i, p := range t.net.Params {
			g[i] = make([]float32, len(p.Value))
		}
		t.grads = append(t.grads, g)
	}
	for range min(o.Threads, o.bunches()) {
		t.workers = append(t.workers, &worker{map[graphSize]*graph{}})
	}
	return t, nil
}

// isMatrix reports whether Muon can train a parameter: a kernel of many inputs and many outputs, all in use.
func isMatrix(p Param) bool {
	switch p.Name[:4] {
	case "stem", "bloc", "site", "near":
		return len(p.Dims) > 1
	}
	return false
}

// Net returns the moving average of the weights: the result. It is the trainer's own.
func (t *Trainer) Net() *Net { return t.ema }

// Options returns the options, with defaults filled in.
func (t *Trainer) Options() Options { return t.options }

// Steps returns how many steps have been taken, and Elapsed the time they took.
func (t *Trainer) Steps() int             { return t.step }
func (t *Trainer) Elapsed() time.Duration { return t.elapsed }

// Work returns the multiply-accumulates done so far, by the definition of the network: what padding adds does not
// count.
func (t *Trainer) Work() float64 { return t.work }

// History returns what was recorded so far.
func (t *Trainer) History() *History { return &t.history }

// Progress returns how much of the training is done, 0 to 1.
func (t *Trainer) Progress() float64 {
	if t.options.Steps > 0 {
		return min(float64(t.step)/float64(t.options.Steps), 1)
	}
	return min(t.elapsed.Seconds()/t.options.Duration.Seconds(), 1)
}

// rate returns the learning rate: it rises for 200 steps, or a twentieth of the training if that is shorter, and falls
// as a cosine to a fiftieth.
func (t *Trainer) rate() float64 {
	warm := min(1, max(float64(t.step+1)/200, 20*t.Progress()))
	return t.options.LearningRate * warm * (.02 + .98*.5*(1+math.Cos(math.Pi*t.Progress())))
}

// Step takes a step of gradient descent and returns the mean bits per sub-pixel of its crops. If ctx ends before it
// does, the step has not been.
func (t *Trainer) Step(ctx context.Context) (Bits, error) {
	start := time.Now()
	if t.computed != t.net {
		if err := t.computed.roundFrom(t.net); err != nil {
			return Bits{}, err
		}
	}
	results := make([]cropResult, t.options.Batch)
	errs := make([]error, len(t.workers))
	var next sync.Mutex
	bunch := 0
	var wait sync.WaitGroup
	for i, w := range t.workers {
		wait.Go(func() {
			for {
				next.Lock()
				n := bunch
				bunch++
				next.Unlock()
				if n >= t.options.bunches() {
					return
				}
				if errs[i] = ctx.Err(); errs[i] == nil {
					errs[i] = t.runBunch(w, n, results)
				}
				if errs[i] != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return Bits{}, err
	}
	if err := t.update(); err != nil {
		return Bits{}, err
	}
	t.step++
	var mean Bits
	for _, r := range results { // in order, so that the sum does not depend on the threads
		mean.Add(r.bits)
		t.work += r.work
	}
	t.elapsed += time.Since(start)
	t.history.train(t.step, t.elapsed, mean.PerSubPixel())
	return mean, nil
}

// cropResult is what a crop cost, in bits and in multiply-accumulates.
type cropResult struct {
	bits Bits
	work float64
}

// A crop is one of a step's on its way through the process.
type crop struct {
	chain  *chain
	planes int
	scales int
	tau    float32
	result *cropResult
}

// newCrop returns crop n of this step.
func (t *Trainer) newCrop(n int, result *cropResult) (crop, error) {
	o := &t.options
	r := rand.New(rand.NewPCG(o.Seed, uint64(t.step)*uint64(o.Batch)+uint64(n)))
	d, err := o.draw(r, t.images)
	if err != nil {
		return crop{}, err
	}
	c := crop{planes: d.present, result: result}
	c.scales = []int{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5}[r.IntN(20)]
	if o.Whole {
		c.scales = wholeScales(o.Crop, o.Crop)
	}
	c.tau = float32(o.Tau[0] + r.Float64()*(o.Tau[1]-o.Tau[0]))
	c.chain = newChain(d.planes, c.scales, c.planes, d.colour, &transform.Liftings[t.net.Wavelet], !o.Whole, r)
	result.bits.SubPixels = float64(o.Crop * o.Crop * c.planes)
	return c, nil
}

// drawn is a crop before its pyramid: luma and chroma.
type drawn struct {
	planes  planes
	present int // planes of it that are not all 0
	colour  transform.Colour
}

// draw returns a crop of one of the images as the options ask for: changed, gray or derived at times, its colours split.
func (o *Options) draw(r *rand.Rand, images []Image) (drawn, error) {
	var m Image
	recompressed := !o.Whole && o.Recompressed > 0 && r.Float64() < o.Recompressed
	switch {
	case o.Whole:
		m = randomWhole(r, images)
	case recompressed:
		var err error
		if m, err = recompressedCrop(r, images, o.Crop); err != nil {
			return drawn{}, err
		}
	default:
		m = randomCrop(r, images, o.Crop)
	}
	d := drawn{present: m.present(), planes: m.planes(), colour: transform.YCoCg}
	if r.Float64() < .04 {
		d.present = 1
	}
	rgb := &d.planes
	switch {
	case d.present == 1: // the green one
		for _, p := range []int{0, 2} {
			copy(rgb[p].Pix, rgb[1].Pix)
		}
	case !o.Whole && !recompressed && r.Float64() < o.Derived:
		var err error
		if d.colour, err = derive(r, rgb); err != nil {
			return d, err
		}
	default:
		d.colour.Forward(rgb[0].Pix, rgb[1].Pix, rgb[2].Pix)
	}
	return d, nil
}

// A graphKey is what crops have in common that use the same graphs and the same rows of gains.
type graphKey struct {
	planes int
	colour transform.Colour
}

// runBunch runs the process for bunch n of this step's crops, and writes the sum of their gradients.
func (t *Trainer) runBunch(w *worker, n int, results []cropResult) error {
	first := n * t.options.bunch()
	alike := map[graphKey][]crop{}
	var keys []graphKey // in order
	for i := first; i < min(first+t.options.bunch(), len(results)); i++ {
		c, err := t.newCrop(i, &results[i])
		if err != nil {
			return err
		}
		l := graphKey{c.planes, c.chain.colour}
		if alike[l] == nil {
			keys = append(keys, l)
		}
		alike[l] = append(alike[l], c)
	}
	for _, g := range t.grads[n] {
		clear(g)
	}
	for _, l := range keys {
		if err := t.runCrops(w, n, alike[l]); err != nil {
			return err
		}
	}
	return nil
}

// runCrops runs the process for crops with the same graphKey and number of scales, all at once, and adds their gradients to
// those of bunch n.
func (t *Trainer) runCrops(w *worker, n int, crops []crop) error {
	if len(crops) == 0 {
		return nil
	}
	o, planes, scales := &t.options, crops[0].planes, crops[0].scales
	var chains []*chain
	var tau []float32
	for _, c := range crops {
		chains, tau = append(chains, c.chain), append(tau, c.tau)
	}
	subPixels := float64(o.Batch * o.Crop * o.Crop * process.Planes)
	steps := process.Steps(scales)
	// All crops are of one colour class, but experts do not depend on it.
	expertOf := func(s process.Step) int {
		expert, _ := process.ExpertIndex(t.net.Experts, s.Scale, s.Stage, 0)
		return expert
	}
	for len(steps) > 0 && o.Frozen[expertOf(steps[len(steps)-1])] { // nothing is learned from these
		steps = steps[:len(steps)-1]
	}
	for _, pass := range steps {
		l, stage := pass.Scale, pass.Stage
		s := &chains[0].scales[l]
		planes := process.PlanesIn(stage, planes)
		expert := expertOf(pass)
		cost, training := t.net.Cost(expert, planes)
		learns := !o.Frozen[expert]
		if learns {
			cost = training
		}
		size := graphSize{s.w, planes, t.net.size(expert), learns}
		q := w.graphs[size]
		if q == nil {
			var err error
			if q, err = newGraph(t.computed, expert, o.bunch(), s.w, s.h, planes, learns); err != nil {
				return err
			}
			w.graphs[size] = q
		}
		q.into = t.grads[n]
		for _, s := range q.room {
			s.objective = o.Objective
			s.weight = float32(o.StageWeights[process.StageEmbedding(stage)] / subPixels)
			s.side = float32(o.Side / subPixels)
			if o.Rounded {
				s.grid = float32(uint(1) << o.ActivationBits)
			}
		}
		if err := advanceAll(chains, q, l, stage, tau); err != nil {
			return err
		}
		for k, c := range crops {
			c.result.bits.count(l, stage, q.steps[k].bits)
			c.result.work += float64(s.w * s.h * cost)
		}
	}
	return nil
}

// update adds up the gradients of the crops, clips the norm of the sum to 1/2, and takes a step of gradient descent.
func (t *Trainer) update() error {
	norm := 0.0
	for i, p := range t.params {
		sum := p.grad.Data().([]float32)
		copy(sum, t.grads[0][i])
		for _, g := range t.grads[1:] {
			accumulate(sum, g[i])
		}
		for _, v := range sum {
			norm += float64(v) * float64(v)
		}
	}
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return fmt.Errorf("train: step %d: the gradient is not finite", t.step)
	}
	if norm = math.Sqrt(norm); norm > .5 {
		f := float32(.5 / norm)
		for _, p := range t.params {
			for j, v := range p.grad.Data().([]float32) {
				p.grad.Data().([]float32)[j] = v * f
			}
		}
	}
	rate := t.rate()
	for k, s := range t.solvers {
		var model []G.ValueGrad
		for _, i := range t.members[k] {
			model = append(model, t.params[i])
		}
		s.state().Rate = rate
		if err := s.Step(model); err != nil {
			return err
		}
	}
	decay := float32(min(.998, float64(t.step+1)/float64(t.step+21)))
	for i, p := range t.net.Params {
		average := t.ema.Params[i].Value
		for j, v := range p.Value {
			average[j] = decay*average[j] + (1-decay)*v
		}
	}
	return nil
}
