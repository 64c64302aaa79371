package train

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// zooFile returns the weights file of the default model.
func zooFile(t testing.TB) []byte {
	t.Helper()
	file, err := zoo.File(zoo.Default)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// singleFile returns the weights file of the model that is one network, without experts.
func singleFile(t testing.TB) []byte {
	t.Helper()
	file, err := zoo.File("cifar10")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// zooNet returns the network of the default model.
func zooNet(t testing.TB) *Net { return netOf(t, zooFile(t)) }

func netOf(t testing.TB, file []byte) *Net {
	t.Helper()
	w, err := model.ReadWeights(file)
	if err != nil {
		t.Fatal(err)
	}
	n, err := FromWeights(w)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// clocks replaces the number that PyTorch's fixture has for an unknown clock.
func clocks(fixture []uint8) []uint8 {
	k := slices.Clone(fixture)
	for j, v := range k {
		if v == 99 {
			k[j] = unknown
		}
	}
	return k
}

// TestTwin compares this network with its twin in PyTorch (torch/denoiser.py): means and scales of every stage of a scale, by
// the network of the finest and that of coarser ones, and which coefficients advance. What is left is that the weights file is
// rounded.
func TestTwin(t *testing.T) {
	var fix struct {
		Width, Height int
		Image         []int32
		Dither        []uint16
		Steps         []struct {
			Scale, Stage    int
			Clock, After    []uint8
			Mean, Log2scale []float64
		}
	}
	b, err := os.ReadFile("../testdata/fixture.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &fix); err != nil {
		t.Fatal(err)
	}
	net := zooNet(t)
	var rgb planes
	n := fix.Width * fix.Height
	for p := range rgb {
		rgb[p] = transform.Plane{W: fix.Width, H: fix.Height, Pix: fix.Image[p*n : (p+1)*n]}
	}
	c := newChain(ycocg(rgb), 1, 3, transform.YCoCg, &transform.Liftings[net.Wavelet], false, rand.New(rand.NewPCG(0, 0)))
	s := &c.scales[1]
	n = s.w * s.h
	for i := range coefficients {
		copy(s.u[i], fix.Dither[i*n:])
	}
	for _, want := range fix.Steps {
		stage := want.Stage
		s.number = want.Scale
		for i := range coefficients {
			copy(s.k[i], clocks(want.Clock[i*n:][:n]))
		}
		q, err := newGraph(net, 0, 1, s.w, s.h, process.PlanesIn(stage, 3), false)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.advance(q, 1, stage, .3); err != nil {
			t.Fatal(err)
		}
		var meanErr, scaleErr float64
		count, other := 0, 0
		for i := range transform.Subbands * process.PlanesIn(stage, 3) {
			after := clocks(want.After[i*n:][:n])
			for j := range n {
				if want.Clock[i*n+j] == 0 {
					continue
				}
				count++
				l := want.Log2scale[i*n+j]
				meanErr += math.Abs(float64(s.mean[i][j])-want.Mean[i*n+j]) / math.Exp2(l)
				scaleErr += math.Abs(float64(s.logScale[i][j])*math.Log2E - l)
				if s.k[i][j] != after[j] {
					other++
				}
			}
		}
		meanErr, scaleErr = meanErr/float64(count), scaleErr/float64(count)
		t.Logf("stage %d: mean off by %.5f scales, scale by %.5f octaves; %d of %d clocks differ", stage, meanErr, scaleErr, other, count)
		if meanErr > .005 || scaleErr > .005 || other > count/500 {
			t.Errorf("stage %d: not PyTorch's activations", stage)
		}
	}
}
