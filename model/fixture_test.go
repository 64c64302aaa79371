package model

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// fixture is what model/train/torch/export.py --fixture writes: the predictions of a network in PyTorch.
type fixture struct {
	Width, Height int
	Image, Dither []int32
	Steps         []fixtureStep
}

type fixtureStep struct {
	Scale, Stage    int
	Clock, After    []int32
	Mean, Log2scale []float64 // of three decimals
}

// TestFixture has PyTorch, where it is installed, make testdata/fixture.json anew of the default model's weights: what TestTwin
// compares with is what PyTorch computes today.
func TestFixture(t *testing.T) {
	if os.Getenv("DDPMZ_LONG") != "1" {
		t.Skip("set DDPMZ_LONG=1 to run PyTorch")
	}
	python := pythonWithTorch(t)
	name := filepath.Join(t.TempDir(), "fixture.json")
	command := exec.Command(python, "train/torch/export.py", "zoo/photo.ddpw", "--fixture", name)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, want := readFixture(t, name), readFixture(t, "testdata/fixture.json")
	if got.Width != want.Width || got.Height != want.Height || !sameNumbers(got.Image, want.Image, 0) || !sameNumbers(got.Dither, want.Dither, 0) ||
		len(got.Steps) != len(want.Steps) || len(want.Steps) == 0 {
		t.Fatal("testdata/fixture.json has another image: run model/train/torch/export.py model/zoo/photo.ddpw --fixture model/testdata/fixture.json")
	}
	for i, w := range want.Steps {
		g := got.Steps[i]
		// Versions of PyTorch add in other orders, which may show in the last decimal.
		const rounding = 0.0021
		if g.Scale != w.Scale || g.Stage != w.Stage || !sameNumbers(g.Clock, w.Clock, 0) || !sameNumbers(g.After, w.After, 0) ||
			!sameNumbers(g.Mean, w.Mean, rounding) || !sameNumbers(g.Log2scale, w.Log2scale, rounding) {
			t.Errorf("scale %d, stage %d: PyTorch predicts something else than testdata/fixture.json has", w.Scale, w.Stage)
		}
	}
}

func readFixture(t *testing.T, name string) (f fixture) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

// pythonWithTorch returns a Python that has PyTorch, or skips the test.
func pythonWithTorch(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import torch, numpy").Run() == nil {
			return name
		}
	}
	t.Skip("no python3 with torch and numpy")
	return ""
}

func sameNumbers[T int32 | float64](a, b []T, tolerance float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Abs(float64(a[i])-float64(b[i])) > tolerance {
			return false
		}
	}
	return true
}
