package charts

import (
	"bytes"
	"fmt"
	"image/png"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

func labels(ticks []plot.Tick) string {
	var words []string
	for _, t := range ticks {
		words = append(words, t.Label)
	}
	return strings.Join(words, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{{0.045, 4.1, "0.05 0.1 0.2 0.5 1 2"}, {0.9, 1.1, "1"}, {0.0001, 10, "0.0001 0.001 0.01 0.1 1 10"}} {
		if have := labels(logTicks{}.Ticks(c.low, c.high)); have != c.want {
			t.Errorf("logarithmic from %g to %g: %s, want %s", c.low, c.high, have, c.want)
		}
	}
	for _, c := range []struct {
		low, high float64
		want      string
	}{{-0.1, 3.05, "0 0.5 1 1.5 2 2.5 3"}, {22, 47.5, "25 30 35 40 45"}, {-30, 1030, "0 200 400 600 800 1000"}, {0.0251, 0.031, "0.026 0.027 0.028 0.029 0.03 0.031"}, {7, 7, "7"}} {
		if have := labels(linearTicks{}.Ticks(c.low, c.high)); have != c.want {
			t.Errorf("from %g to %g: %s, want %s", c.low, c.high, have, c.want)
		}
	}
	for i := range 2000 { // whatever the range, there are some and not too many
		low := float64(i%37) - 18.3
		high := low + math.Pow(1.02, float64(i-1000))
		if n := len(linearTicks{}.Ticks(low, high)); n < 2 || n > 9 {
			t.Fatalf("%d ticks from %g to %g", n, low, high)
		}
	}
}

// TestGray checks that no two series, and ours, look the same without colour: each has its own form of points,
// and its own dashes.
func TestGray(t *testing.T) {
	seen := map[string]bool{"draw.CircleGlyph []": true} // ours
	for _, s := range styles {
		form, dashes := fmt.Sprintf("%T", s.glyph), fmt.Sprint(s.dashes)
		if seen[form] || seen[dashes] || len(s.dashes) == 0 {
			t.Errorf("%s with dashes %s is not the only one", form, dashes)
		}
		seen[form], seen[dashes] = true, true
	}
}

// TestHostile draws what measurements can give: nothing, one point, zeros on logarithmic axes, infinities.
func TestHostile(t *testing.T) {
	for _, series := range [][]Series{
		nil,
		{{Name: "none"}},
		{{Name: "one", Own: true, X: []float64{1}, Y: []float64{30}}},
		{{Name: "zero", X: []float64{0, 1, 2}, Y: []float64{1, 2, 3}}, {Name: "infinite", X: []float64{1, 2}, Y: []float64{math.Inf(1), math.NaN()}}},
	} {
		for _, log := range []bool{false, true} {
			c, err := Curves("x", 80, 60, Panel{Axes: Axes{Title: "t", X: "x", Y: "y", LogX: log}, Series: series})
			if err != nil {
				t.Fatalf("%+v: %v", series, err)
			}
			var out bytes.Buffer
			if err := c.Write(&out, "png"); err != nil {
				t.Fatalf("%+v: %v", series, err)
			}
			if m, err := png.Decode(&out); err != nil || m.Bounds().Dx() < 400 {
				t.Errorf("%+v: %v", series, err)
			}
		}
	}
	if _, err := Bars("x", "t", "u", nil); err == nil {
		t.Error("no bars are drawn")
	}
}
