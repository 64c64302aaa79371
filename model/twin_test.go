package model

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestTwin checks the integer network, features and all, against the activations of its twin in PyTorch
// (train/torch/denoiser.py) on every stage of one scale, by the network of the finest scale and that of coarser ones: what is left is rounding.
func TestTwin(t *testing.T) {
	fix := readFixture(t, "testdata/fixture.json")
	net := photoNet(t)
	c := NewChain(net, Geometry{fix.Width, fix.Height, 3, 8}, net.Tau())
	n := fix.Width * fix.Height
	image := make([]Plane, process.Planes)
	for p := range image {
		image[p] = Plane{W: fix.Width, H: fix.Height, Pix: fix.Image[p*n : (p+1)*n]}
	}
	c.SetImage(image)
	for _, p := range Passes(fix.Width, fix.Height) { // make the coarser scales exact
		if p.Scale > 1 {
			codePass(c, p, new(length))
		}
	}
	s := &c.scales[1]
	n = s.w * s.h
	c.begin(s)
	s.chroma = true
	w := whole(t, c, s, 0)
	var truth [process.Coefficients][]int32
	for i := range truth {
		truth[i] = make([]int32, n)
		for y := range s.h {
			s.truth[i].LoadRow(truth[i][y*s.w:][:s.w], y)
		}
	}
	set := func(i, j int, k uint8) {
		s.cells[i].SetCell(j, cellOf(truth[i][j], w.dither[i].At(j), min(k, process.DitherBits)), k)
	}
	clock := func(k int32) uint8 {
		if k == 99 {
			return process.Unknown
		}
		return uint8(k)
	}
	for _, want := range fix.Steps {
		stage := want.Stage
		s.number = want.Scale
		seen := w.parent
		w.take(c, s, stage, seen, 0, new(above))
		for i := range process.Coefficients {
			for j := range n {
				w.dither[i].Narrow[j] = uint8(uint16(fix.Dither[i*n+j]) & s.mask) // no clock reaches the others
				set(i, j, clock(want.Clock[i*n+j]))
			}
		}
		var meanErr, scaleErr, worst float64
		count := 0
		var at coefficientRow
		w.runTrunk(true)
		w.runHeads(func(g, phase, y0 int) bool {
			for m, i := range process.Groups[g] {
				for row := range w.inference.Hidden.H {
					y := 2*(y0+row) + process.PhaseOrigin[phase][0]
					w.beginRow(&at, i, y)
					cells := w.inference.CellRow(y, 0)
					for x := process.PhaseOrigin[phase][1]; x < s.w; x += 2 {
						if x/2%adapt.Interval == 0 {
							w.runOutputs(row, x/2, min(w.inference.Hidden.W-x/2, adapt.Interval))
						}
						j := y*s.w + x
						a, k := s.cells[i].Cell(j)
						if k == 0 {
							continue
						}
						o := w.output.Site(0, x/2%adapt.Interval)
						mean, scale := at.predict(x, a, w.dither[i].At(j), k, o[m], o[len(process.Groups[g])+m])
						sd := math.Exp2(want.Log2scale[i*n+j])
						m := math.Abs(float64(mean)/64-want.Mean[i*n+j]) / sd
						l := math.Abs(float64(scale)/logistic.ScaleSteps - want.Log2scale[i*n+j])
						meanErr, scaleErr, worst = meanErr+m, scaleErr+l, max(worst, m, l)
						count++
						if to := clock(want.After[i*n+j]); to != k {
							set(i, j, to)
							a, _ := s.cells[i].Cell(j)
							cells.Set(i, x, a, w.dither[i].At(j), to)
						}
					}
				}
			}
			return true
		})
		meanErr, scaleErr = meanErr/float64(count), scaleErr/float64(count)
		t.Logf("stage %d: mean off by %.4f scales, scale by %.4f octaves, worst %.3f, of %d", stage, meanErr, scaleErr, worst, count)
		if meanErr > .02 || scaleErr > .02 || worst > .3 {
			t.Errorf("stage %d: integer network and PyTorch disagree", stage)
		}
	}
}
