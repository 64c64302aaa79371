package train

import (
	"context"
	"testing"

	"github.com/ddpmz/ddpmz/model"
)

// TestExport: the integer network costs what the float one does, within what issue and README promise.
func TestExport(t *testing.T) {
	net := zooNet(t)
	images := textures(2, 96)
	e, err := ExportNet(context.Background(), net, images, .4, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d fraction bits for activations up to %.1f; %.4f bits in floating point, %.4f in integers: %+.3f%%",
		e.ActivationBits, e.Largest, e.Float, e.Integer, 100*e.Loss())
	if e.Loss() > MaxLoss || e.Loss() < -MaxLoss {
		t.Errorf("rounding changes lengths by %.3f%%", 100*e.Loss())
	}
	if _, err := model.Load(e.File); err != nil {
		t.Error(err)
	}
	// Weights with which a sum could leave int32 are refused: the proof can fail.
	wild := net.Clone()
	for i, v := range wild.value("stem") {
		wild.value("stem")[i] = 4000 * v
	}
	if e, err := ExportNet(context.Background(), wild, images, .4, 2); err == nil && e.Loss() < MaxLoss {
		t.Errorf("weights 4000 times as large make a file, %+.3f%%", 100*e.Loss())
	}
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
