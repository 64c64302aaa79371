package train

import (
	"context"
	"maps"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// wholeScales returns how many scales of a w x h image take the process. The coarsest of all has one site, which the
// first pass makes exact together with the coarsest sample.
func wholeScales(w, h int) int { return max(transform.Scales(w, h)-1, 0) }

// A Report is what whole images cost under a network in floating point alone, without the online adaptation of the
// codec.
type Report struct {
	Bits Bits
	Cuts [stages]Cut // after every stage of the finest scale

	Largest float32 // the largest activation of the network
}

// A Cut is the mean over images of the rate and the distortion of prefixes up to a level.
type Cut struct {
	BitsPerPixel, PSNR float64
}

// Validate measures whole images with the trainer's average network, and records the result.
func (t *Trainer) Validate(ctx context.Context, images []Image, tau float64) (Report, error) {
	r, err := Measure(ctx, t.ema, images, tau, t.options.Threads)
	if err == nil {
		t.history.Held = append(t.history.Held, Point{t.step, t.elapsed, r.Bits.PerSubPixel()})
	}
	return r, err
}

// Measure runs the process for whole images with a network, and returns what they cost. tau is the threshold of skipping.
func Measure(ctx context.Context, net *Net, images []Image, tau float64, threads int) (Report, error) {
	reports := make([]Report, len(images))
	err := parallel(ctx, len(images), threads, func(i int) error { return measure(net, images[i], tau, &reports[i]) })
	var sum Report
	for _, r := range reports {
		sum.Bits.Add(r.Bits)
		sum.Largest = max(sum.Largest, r.Largest)
		for s, c := range r.Cuts {
			sum.Cuts[s].BitsPerPixel += c.BitsPerPixel / float64(len(images))
			sum.Cuts[s].PSNR += c.PSNR / float64(len(images))
		}
	}
	return sum, err
}

func measure(net *Net, m Image, tau float64, report *Report) error {
	present := m.present()
	n := wholeScales(m.W, m.H)
	random := rand.New(rand.NewPCG(uint64(m.W), uint64(m.H)))
	x, colour := m.split()
	c := newChain(x, n, present, colour, &transform.Liftings[net.Wavelet], false, random)
	b := &report.Bits
	b.SubPixels = float64(m.W * m.H * present)
	v, has := thumbnailWithin(c.exact[n], c.lifting)
	prior := net.Prior
	if colour != transform.YCoCg { // as the codec has it
		prior = nil
	}
	b.Thumbnail = thumbnailBits(prior, &v, &has, present, colour.Derived())
	bits := b.Thumbnail
	type key struct {
		l    int
		size model.ExpertSize
	}
	graphs := map[key]*graph{}
	for _, pass := range process.Steps(n) {
		l, stage := pass.Scale, pass.Stage
		planes := process.PlanesIn(stage, present)
		expert, _ := process.ExpertIndex(net.Experts, l, stage, colour.Class())
		k := key{l, net.size(expert)}
		q := graphs[k]
		if q == nil || planes < present { // the latter is for this stage alone
			var err error
			if q, err = newGraph(net, expert, 1, c.scales[l].w, c.scales[l].h, planes, false); err != nil {
				return err
			}
			if planes == present {
				maps.DeleteFunc(graphs, func(other key, _ *graph) bool { return other.l == l }) // it takes memory
				graphs[k] = q
			}
		}
		if err := c.advance(q, l, stage, float32(tau)); err != nil {
			return err
		}
		q.count()
		report.Largest = max(report.Largest, q.largest())
		b.count(l, stage, q.bits)
		bits += q.bits
		if stage == stages-1 {
			delete(graphs, k)
		}
		if l == 1 {
			report.Cuts[stage] = Cut{bits / float64(m.W*m.H), psnr(c.picture(), m, present)}
		}
	}
	return nil
}

// count adds up the code length of the coefficients that advanced, for a graph without a loss.
func (s *step) count() {
	s.bits = 0
	for i := range coefficients {
		for j, moved := range s.moved[i] {
			if moved {
				bits, _, _ := codeLength(s.s.family, s.s.mean[i][j], s.s.logScale[i][j], s.at[i][j], s.s.cell(i, j, s.target[i][j]))
				s.bits += float64(bits)
			}
		}
	}
}

// picture returns the estimate x̂_0 of the image as samples: gray, or R, G, B.
func (c *chain) picture() planes {
	x := c.synthesize(1)
	if c.planes > 1 {
		c.colour.Estimate(x[0].Pix, x[1].Pix, x[2].Pix)
		return x
	}
	for i, v := range x[0].Pix {
		x[0].Pix[i] = (v + 8) >> 4
	}
	return x
}

// psnr returns the PSNR of a picture in dB.
func psnr(x planes, m Image, present int) float64 {
	sum := 0.0
	for p := range present {
		for i, v := range x[p].Pix {
			d := float64(min(max(v, 0), 255)) - float64(m.Pix[3*i+p])
			sum += d * d
		}
	}
	return decibels(sum / float64(m.W*m.H*present))
}
