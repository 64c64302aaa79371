package train

import (
	"math"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A scale is one split of the pyramid: the coefficients at its w x h sites, planar.
type scale struct {
	number, w, h int
	fw, fh       int            // size of the plane that the scale synthesizes
	class        int            // the colour class: see process.ColourClasses
	stage        int            // the last stage completed, -1 at first
	family       process.Family // of the predicted distributions

	v              [coefficients][]int32
	u              [coefficients][]uint16  // dither
	k              [coefficients][]uint8   // clocks
	mean, logScale [coefficients][]float32 // the last predicted distribution
}

// coarse returns the number of bits by which a coefficient's steps are coarser than the network's units: package model's
// Chain.extraBits for images of 8 bits, with the sign changed. The network's inputs and outputs are in its own units.
func (s *scale) coarse(i int) uint8 {
	if s.class > 0 && i >= transform.Subbands {
		return 1
	}
	return 0
}

// cell returns the cell of coefficient i at site j at a clock, in the network's units.
func (s *scale) cell(i, j int, k uint8) cell {
	c := cellOf(s.v[i][j], s.u[i][j], k)
	if s.coarse(i) > 0 {
		c = c.doubled()
	}
	return c
}

// An Objective is a function that training minimizes.
type Objective int

const (
	CodeLength Objective = iota // the code length of the process, the paper's L

	// Simple is the paper's L_simple (eq. 14): the mean squared error of ε, unweighted, ε being the output of the network,
	// (mean - centre) in units of the mean's base. A code needs a scale too, which L_simple does not have: the scale is learned
	// from the code length, whose gradient with respect to the mean is not used, as in L_hybrid of Nichol and Dhariwal (2021).
	Simple
)

// A step is a reverse step of a scale: the network's inputs and outputs, and which coefficients advance. It is the data that
// the operations of a graph share; its buffers are used again for every step that the graph runs.
type step struct {
	w, h   int
	groups int // how many groups have coefficients: all, or for gray images the first two

	// set by begin
	s         *scale
	stage     int
	threshold [process.TopClock + 1]float32 // the log scale from which a coefficient advances, by the clock that it advances to
	objective Objective
	weight    float32 // the weight of a bit in the loss
	side      float32 // the weight of a bit of the exact length of coefficients that do not advance
	grid      float32 // activations are rounded to multiples of 1/grid, as in the codec; 0: they are not rounded

	features          []float32 // (h+2)(w+2) inputs
	cells             []float32 // (h+2)(w+2) cellInputs, as the head that is being run reads them
	at                [coefficients][]cell
	logBase, meanBase [coefficients][]float32
	target            [coefficients][]uint8
	moved             [coefficients][]bool
	gradient          [groups][]float32 // the gradient of the loss with respect to the outputs of a head
	bits              float64           // the code length of the coefficients that advanced
	sums, column      []int32
	level             [process.Planes][]int32
	deviation         [process.Planes][]int32
	local             [process.Planes][]local
	magnitude         []int32
}

func newStep(w, h, planes int) *step {
	s := &step{w: w, h: h, groups: groups}
	if planes == 1 {
		s.groups = 2
	}
	n, bordered := w*h, (w+2)*(h+2)
	s.features, s.cells = make([]float32, bordered*inputs), make([]float32, bordered*cellInputs)
	for i := range s.at {
		s.at[i] = make([]cell, n)
		s.logBase[i], s.meanBase[i] = make([]float32, n), make([]float32, n)
		s.target[i], s.moved[i] = make([]uint8, n), make([]bool, n)
	}
	for g := range s.groups {
		s.gradient[g] = make([]float32, s.outputSize())
	}
	s.sums, s.column, s.magnitude = make([]int32, w), make([]int32, w), make([]int32, n)
	for p := range s.level {
		s.level[p], s.deviation[p], s.local[p] = make([]int32, n), make([]int32, n), make([]local, n)
	}
	return s
}

// phaseSize returns how many sites phase p has.
func (s *step) phaseSize(p int) (w, h int) {
	o := process.PhaseOrigin[p]
	return (s.w - o[1] + 1) / 2, (s.h - o[0] + 1) / 2
}

// phaseSites returns the number of sites of the largest phase, for which buffers have room.
func (s *step) phaseSites() int { return ((s.w + 1) / 2) * ((s.h + 1) / 2) }

// outputSize returns the number of a head's outputs: [phase][site of the phase][outputs].
func (s *step) outputSize() int { return phases * s.phaseSites() * outputs }

// begin prepares a stage of scale sc, whose coarser image is ll, Q4. tau is the threshold of skipping.
func (s *step) begin(sc *scale, stage int, ll *[process.Planes]transform.Plane, tau float32) {
	s.s, s.stage, s.bits = sc, stage, 0
	for k := range s.threshold {
		s.threshold[k] = log(tau * float32(int32(1)<<k) / deviation)
	}
	for i := range coefficients {
		clear(s.moved[i])
		for j, k := range sc.k[i] {
			s.target[i][j] = target(stage, i, k, sc.coarse(i))
			s.at[i][j] = sc.cell(i, j, k)
		}
	}
	s.prepare(ll)
}

// writeCell writes the heads' inputs for a cell.
func (s *step) writeCell(i, y, x int, c cell) {
	f := s.cells[((y+1)*(s.w+2)+x+1)*cellInputs:]
	f[i], f[coefficients+i] = compress(int32(2*c.centre())), precision(c.clock)
}

// reveal takes the predicted distributions from the outputs of group g's head at the sites of a phase, and writes the next
// cells of the coefficients that advance to the heads' inputs. A coefficient advances if its standard deviation is at least τ
// times the width of its next cell; in the last stage all do.
func (s *step) reveal(g, phase int, out []float32) {
	members, origin := process.Groups[g], process.PhaseOrigin[phase]
	w, h := s.phaseSize(phase)
	final := s.stage == stages-1
	for y := range h {
		for x := range w {
			o := out[(y*w+x)*outputs:][:outputs]
			sy, sx := 2*y+origin[0], 2*x+origin[1]
			j := sy*s.w + sx
			for m, i := range members {
				mean := s.at[i][j].centre() + o[m]*s.meanBase[i][j]
				scale := min(max(o[len(members)+m]+s.logBase[i][j], minLogScale), maxLogScale)
				s.s.mean[i][j], s.s.logScale[i][j] = mean, scale
				if to := s.target[i][j]; to < s.s.k[i][j] && (final || scale >= s.threshold[to+s.s.coarse(i)]) {
					s.moved[i][j] = true
					s.writeCell(i, sy, sx, s.s.cell(i, j, to))
				}
			}
		}
	}
}

// revealAgain writes the cells that reveal wrote for group g at the sites of a phase, to inputs that are as they were before the
// step. So the gradients are computed with the inputs that the head had.
func (s *step) revealAgain(g, phase int, cells []float32) {
	own := s.cells
	s.cells = cells
	w, h := s.phaseSize(phase)
	origin := process.PhaseOrigin[phase]
	for _, i := range process.Groups[g] {
		for y := range h {
			for x := range w {
				sy, sx := 2*y+origin[0], 2*x+origin[1]
				if j := sy*s.w + sx; s.moved[i][j] {
					s.writeCell(i, sy, sx, s.s.cell(i, j, s.target[i][j]))
				}
			}
		}
	}
	s.cells = own
}

// score returns the loss of group g, and writes its gradient with respect to the head's outputs.
func (s *step) score(g int, out []float32) float64 {
	members := process.Groups[g]
	final := s.stage == stages-1
	grad := s.gradient[g]
	clear(grad)
	loss := 0.0
	for phase, origin := range process.PhaseOrigin {
		w, h := s.phaseSize(phase)
		base := phase * s.phaseSites() * outputs
		for y := range h {
			for x := range w {
				o, d := out[base+(y*w+x)*outputs:][:outputs], grad[base+(y*w+x)*outputs:][:outputs]
				j := (2*y+origin[0])*s.w + 2*x + origin[1]
				for m, i := range members {
					k, to, weight := s.s.k[i][j], s.target[i][j], s.weight
					if !s.moved[i][j] {
						if final || k == 0 || s.side == 0 {
							continue
						}
						to, weight = 0, s.side // the mean of a coefficient that does not advance should be calibrated, too
					}
					c := s.at[i][j]
					scale := s.s.logScale[i][j]
					bits, dMean, dScale := codeLength(s.s.family, s.s.mean[i][j], scale, c, s.s.cell(i, j, to))
					if s.moved[i][j] {
						s.bits += float64(bits)
					}
					if s.objective == Simple {
						e := o[m] - (float32(s.s.v[i][j]<<s.s.coarse(i))-c.centre())/s.meanBase[i][j]
						loss += float64(weight * e * e)
						d[m] = weight * 2 * e
					} else {
						loss += float64(weight * bits)
						d[m] = weight * dMean * s.meanBase[i][j]
					}
					if scale > minLogScale && scale < maxLogScale { // a scale at a bound has no gradient
						d[len(members)+m] = weight * dScale
					}
				}
			}
		}
	}
	return loss
}

// finish sets the clocks of the coefficients that advanced.
func (s *step) finish() {
	for i := range coefficients {
		for j, moved := range s.moved[i] {
			if moved {
				s.s.k[i][j] = s.target[i][j]
			}
		}
	}
	s.s.stage = s.stage
}

// round rounds activations to the grid. The gradient is that of the identity ("straight through").
func (s *step) round(x []float32) {
	if s.grid == 0 {
		return
	}
	inverse := 1 / s.grid
	for i, v := range x {
		x[i] = float32(math.RoundToEven(float64(v*s.grid))) * inverse
	}
}
