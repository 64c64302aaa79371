package train

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestExport: the integer network costs what the float one does, within what issue and README promise.
func TestExport(t *testing.T) {
	if os.Getenv("DDPMZ_LONG") != "1" {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	net := zooNet(t)
	images := textures(8, 96) // with two, lengths differ by as much as that for another dither alone
	nets := []*Net{net}
	if os.Getenv("DDPMZ_LONG") == "1" {
		nets = append(nets, trainedExperts(t, netOf(t, singleFile(t)), images))
	}
	for _, net := range nets {
		e, err := ExportNet(context.Background(), net, images, .4, 2)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d fraction bits for activations up to %.1f; %.4f bits in floating point, %.4f in integers: %+.3f%%",
			e.ActivationBits, e.Largest, e.Float, e.Integer, 100*e.Loss())
		if e.Loss() > MaxLoss || e.Loss() < -MaxLoss {
			t.Errorf("%d experts: rounding changes lengths by %.3f%%", net.Experts, 100*e.Loss())
		}
		if _, err := model.Load(e.File); err != nil {
			t.Error(err)
		}
	}
	// Weights with which a sum could leave int32 are refused: the proof can fail.
	wild := net.Clone()
	for i, v := range wild.value(0, "stem") {
		wild.value(0, "stem")[i] = 4000 * v
	}
	if e, err := ExportNet(context.Background(), wild, images, .4, 2); err == nil && e.Loss() < MaxLoss {
		t.Errorf("weights 4000 times as large make a file, %+.3f%%", 100*e.Loss())
	}
}

// trainedExperts returns experts that began as net, and have gone ways of their own.
func trainedExperts(t *testing.T, net *Net, images []Image) *Net {
	t.Helper()
	s := net.Shape
	s.Experts = process.Experts
	grown, err := net.Grow(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	o := quick
	o.Steps, o.LearningRate = 6, 1e-3
	tr, err := New(grown, images, o)
	if err != nil {
		t.Fatal(err)
	}
	for tr.Progress() < 1 {
		if _, err := tr.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	return tr.Net()
}

// TestExportDerived: so it does where luma and chroma are those that the image was made from, which have gains of their
// own, and coarser steps in chroma.
func TestExportDerived(t *testing.T) {
	net := zooNet(t)
	r := rand.New(rand.NewPCG(7, 7))
	for name, n := range map[string]int{"gain": net.Layers + 1, "shift": net.Layers + 1, "head gain": 1, "head shift": 1} {
		for e := range net.Experts {
			x := net.value(e, name)
			for i := range x { // gains of the other kind of image are none of these images' business
				if size := len(x) / n; i%size < size/process.ColourClasses {
					x[i] = float32(r.NormFloat64())
				}
			}
		}
	}
	var images []Image
	for _, m := range textures(6, 64) {
		images = append(images, derived(t, m, r))
	}
	e, err := ExportNet(context.Background(), net, images, .4, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.4f bits in floating point, %.4f in integers: %+.3f%%", e.Float, e.Integer, 100*e.Loss())
	if e.Loss() > MaxLoss || e.Loss() < -MaxLoss {
		t.Errorf("rounding changes lengths by %.3f%%", 100*e.Loss())
	}
}

// derived returns the image as if it had been made from luma and chroma.
func derived(t *testing.T, m Image, r *rand.Rand) Image {
	t.Helper()
	rgb := m.planes()
	c, err := derive(r, &rgb)
	if err != nil {
		t.Fatal(err)
	}
	c.Inverse(rgb[0].Pix, rgb[1].Pix, rgb[2].Pix)
	for i := range rgb[0].Pix {
		for p := range rgb {
			m.Pix[3*i+p] = uint8(rgb[p].Pix[i])
		}
	}
	if _, got := m.split(); got != c {
		t.Errorf("an image is made by %v, and is found to be %v", c, got)
	}
	return m
}

// TestEvaluate: rate rises and distortion falls from level to level, and the last is exact.
func TestEvaluate(t *testing.T) {
	file, err := ExportNet(context.Background(), zooNet(t), textures(1, 40), .4, 1)
	if err != nil {
		t.Fatal(err)
	}
	net, err := model.Load(file.File)
	if err != nil {
		t.Fatal(err)
	}
	images := append(textures(2, 64), textures(1, 33)[0], reflectTo(textures(1, 40)[0], 40, 600)) // the last in bands
	e, err := Evaluate(context.Background(), net, images, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range e.Levels {
		if i > 0 {
			if k := e.Levels[i-1]; l.Timestep >= k.Timestep || l.BitsPerSubPixel < k.BitsPerSubPixel || l.RMSE > 1.02*k.RMSE {
				t.Errorf("%+v after %+v", l, k)
			}
		}
	}
	if last := e.Levels[len(e.Levels)-1]; last.Timestep != 0 || last.RMSE != 0 || last.PSNR != 100 || last.BitsPerSubPixel != e.BitsPerSubPixel {
		t.Errorf("the last level is %+v", last)
	}
	if alone, err := networkAlone(context.Background(), net, images, 2); err != nil || alone < e.BitsPerSubPixel {
		t.Errorf("the network alone has %.4f bits (%v), corrected %.4f", alone, err, e.BitsPerSubPixel)
	}
}
