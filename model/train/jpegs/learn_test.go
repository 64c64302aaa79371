package jpegs

import (
	"bytes"
	"context"
	"errors"
	imagejpeg "image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/train"
)

// TestEquations: weights that made the observations are found, from halves of them too; a weight that would be negative is 0, and
// so is that of an input that is never seen, or not to be used.
func TestEquations(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	truth := []float64{.5, 0, 1.25, -.75, .25}
	var e, halves [2]equations
	for i := range 4000 {
		x := make([]float64, len(truth))
		y, noisy := 0.0, .1*r.NormFloat64()
		for j, w := range truth {
			if j != 1 {
				x[j] = r.NormFloat64()
			}
			y += w * x[j]
		}
		weight := math.Exp(r.NormFloat64())
		e[0].add(x, y+noisy, weight)
		halves[i%2].add(x, y+noisy, weight)
	}
	e[1].join(&halves[0])
	e[1].join(&halves[1])
	all := func(int) bool { return true }
	for i := range e {
		for j, w := range e[i].solve(len(truth), all, false) {
			if math.Abs(w-truth[j]) > .02 {
				t.Errorf("weight %d is %.3f, not %.3f", j, w, truth[j])
			}
		}
	}
	for j, w := range e[0].solve(len(truth), all, true) {
		if want := max(truth[j], 0); math.Abs(w-want) > .05 || truth[j] <= 0 && w != 0 {
			t.Errorf("not negative: weight %d is %.3f, not %.3f", j, w, want)
		}
	}
	for j, w := range e[0].solve(len(truth), func(i int) bool { return i > 2 }, false) {
		if want := truth[j]; j > 2 && math.Abs(w-want) > .05 || j <= 2 && w != 0 {
			t.Errorf("of two inputs: weight %d is %.3f", j, w)
		}
	}
	if w := new(equations).solve(2, all, false); w[0] != 0 || w[1] != 0 {
		t.Errorf("without an observation: %v", w)
	}
}

// TestTrain: training makes files smaller, and its result depends neither on threads (with DDPMZ_LONG=1) nor on when it is made.
func TestTrain(t *testing.T) {
	var photographs []train.Image
	for i := range uint64(3) {
		photographs = append(photographs, photograph(64, 48, i))
	}
	o := Options{Rounds: 1, FitTo: 4, Pictures: 6, Confidence: 30, Threads: 2}
	ctx := context.Background()
	seen := map[string]Progress{}
	w, err := Train(ctx, photographs, o, func(p Progress) { seen[p.Step] = p })
	if err != nil {
		t.Fatal(err)
	}
	for step, n := range map[string]int{"linear predictions": o.FitTo, "adaptive state": o.Pictures} {
		if p := seen[step]; p.Done != n || p.Todo != n || p.Bits <= 0 || p.Plain <= 0 {
			t.Errorf("%s: %+v", step, p)
		}
	}
	o.Threads = 1
	if os.Getenv("DDPMZ_LONG") == "1" {
		again, err := Train(ctx, photographs, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(w.File(), again.File()) {
			t.Error("the result depends on the number of threads")
		}
	}
	other := []train.Image{photograph(64, 64, 9)}
	trained, err := Validate(ctx, other, w, 0, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	blank, err := Validate(ctx, other, initialWeights(nil), 0, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	if trained.Pictures != 3 || trained.Plain != blank.Plain || trained.Bits > blank.Bits*9/10 {
		t.Errorf("%+v with the training, %+v without", trained, blank)
	}

	// Another state for the same linear predictions.
	o.Init, o.Rounds, o.Pictures = w, 0, 1
	less, err := Train(ctx, photographs, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for f := range dct.BlockSize {
		a, b := w.Linear(0, f, 1), less.Linear(0, f, 1)
		for i := range a.Value {
			if a.Value[i] != b.Value[i] {
				t.Fatalf("frequency %d: the linear predictions are others", f)
			}
		}
	}
	if bytes.Equal(less.File(), w.File()) {
		t.Error("fewer pictures lead to the same state")
	}
	o.Pictures, o.SmoothTo = 0, 0
	same, err := Train(ctx, photographs, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(same.File(), w.File()) {
		t.Error("without pictures, the state is another")
	}

	o.Pictures, o.SmoothTo = 1, 1
	stop, cancel := context.WithCancelCause(ctx)
	reason := errors.New("enough")
	cancel(reason)
	for _, rounds := range []int{0, 1} {
		o.Rounds = rounds
		if _, err := Train(stop, photographs, o, nil); !errors.Is(err, reason) {
			t.Errorf("after the end, %d rounds: %v", rounds, err)
		}
	}
	if _, err := Validate(stop, other, w, 0, 3, 1); !errors.Is(err, reason) {
		t.Errorf("after the end: %v", err)
	}
}

// TestFitSmoothing: smoothing makes estimates of another picture better, and nothing else is changed by fitting it.
func TestFitSmoothing(t *testing.T) {
	o := Options{Init: initialWeights(nil), SmoothTo: 6, Threads: 2}
	seen := map[string]Progress{}
	w, err := Train(context.Background(), []train.Image{photograph(160, 120, 1)}, o, func(p Progress) { seen[p.Step] = p })
	if err != nil {
		t.Fatal(err)
	}
	if p := seen["smoothing"]; len(seen) != 1 || p.Done != o.SmoothTo || p.Todo != o.SmoothTo || p.Bits <= 0 || p.Plain <= 0 {
		t.Errorf("%+v", seen)
	}
	var before, after float64
	l := dct.NewLearner(w)
	l.Smooth = func(e *dct.Smoothed) {
		sum := 0.0
		for i, weight := range w.Smoothing(e.Class, e.Level, e.Place) {
			sum += float64(weight) * float64(e.Inputs[i]) / 4096
		}
		before += float64(e.Error) * float64(e.Error)
		after += (float64(e.Error) - sum) * (float64(e.Error) - sum)
	}
	l.Code(Compress(photograph(240, 320, 2), Standard(80, 2, 2)), new(counter))
	if before == 0 || after > .8*before {
		t.Errorf("squared errors: %.4g before, %.4g after", before, after)
	}
	magnitudes := func(w *dct.Weights) []int16 { return w.Linear(0, 1, 0).All }
	if !slices.Equal(magnitudes(w), magnitudes(o.Init)) {
		t.Error("the linear predictions are others")
	}
}

// TestPlain compares with what Go's encoder makes with Annex K's tables, which are not the file's own.
func TestPlain(t *testing.T) {
	m := photograph(320, 240, 4)
	var file bytes.Buffer
	if err := imagejpeg.Encode(&file, m.Picture(), &imagejpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	bits := Plain(Compress(m, Standard(80, 2, 2)))
	if n := int64(8 * (file.Len() - 620)); bits > n || bits < n*85/100 { // headers and tables are 620 bytes
		t.Errorf("%d bits; Go's encoder needs %d", bits, n)
	}
}
