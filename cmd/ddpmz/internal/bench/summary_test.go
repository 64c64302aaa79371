package bench

import (
	"bytes"
	"encoding/csv"
	"math"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
)

// invented is a report of which everything can be computed by hand: two images of 1000 and 3000 pixels, two
// peers that need 10% more and 20% fewer bits for the same PSNR, and one that was not there.
func invented() *Report {
	rates := []float64{0.5, 1, 2, 4}
	r := &Report{Kind: Kind, Method: method, Jobs: 1, Model: "m", ModelID: "1234", Rates: rates, Externals: []string{},
		Peers: []peers.Peer{
			{ID: "a", Comparison: peers.Lossless, Name: "Larger", Version: "A 1"},
			{ID: "b", Comparison: peers.Lossless, Name: "Smaller", Version: "B 1"},
			{ID: "c", Comparison: peers.Cut, Name: "Worse", Version: "C 1"},
			{ID: "d", Comparison: peers.Cut, Name: "Better", Version: "D 1"},
			{ID: "e", Comparison: peers.Made, Name: "Absent", Missing: []string{"absent"}},
		}}
	for i, pixels := range []int{1000, 3000} {
		curve := func(factor float64) (list []Point) {
			for _, rate := range rates {
				psnr := 30 + float64(i) + 6*math.Log2(rate/factor)
				similarity := 1 - 0.1*factor/rate
				list = append(list, Point{Target: rate, Bytes: int64(rate * float64(pixels) / 8), Rate: rate, PSNR: &psnr, MSSSIM: &similarity})
			}
			return list
		}
		lossless := func(bytes int64, encode float64) Result {
			return Result{Points: []Point{{Bytes: bytes, Rate: 8 * float64(bytes) / float64(pixels), Exact: true, Encode: encode, Decode: 2 * encode}}, Reused: i == 1}
		}
		level, steps, exact, all, psnr := 1, 999, 0, 1000, 20.0
		r.Images = append(r.Images, Image{Name: string(rune('x' + i)), Width: pixels / 10, Height: 10,
			Own: Own{Mode: "modelled", Bytes: int64(3 * pixels / 8), IdealBits: int64(3 * pixels), Encode: 1 + float64(i), Decode: 0.5, Preview: 0.1, Cuts: curve(1),
				Levels: []Point{{Level: &level, Steps: &steps, Bytes: 100, Rate: 800 / float64(pixels), IdealBits: 700, PSNR: &psnr},
					{Level: &exact, Steps: &all, Bytes: int64(3 * pixels / 8), Rate: 3, IdealBits: int64(3 * pixels), Exact: true}}},
			Peers: map[string]Result{"a": lossless(int64(pixels/2), 3), "b": lossless(int64(pixels/4), 0.2), "c": {Points: curve(1.1)}, "d": {Points: curve(0.8)[1:]}}})
	}
	return r
}

func TestSummary(t *testing.T) {
	r := invented()
	sizes := r.Sizes()
	for i, want := range []struct {
		name string
		size float64
		time float64
	}{{"Smaller", 2. / 3, 0.2}, {"ddpmz", 1, 1.5}, {"Larger", 4. / 3, 3}} {
		if s := sizes[i]; s.Name != want.name || math.Abs(s.PerSubpixel-want.size) > 1e-9 || s.Encode != want.time || s.Reused == s.Own {
			t.Errorf("%+v, want %+v", s, want)
		}
	}
	lines := r.Lines(peers.Cut)
	for i, want := range []struct {
		name   string
		points int
		bd     float64
	}{{"ddpmz", 4, 0}, {"Worse", 4, 1/1.1 - 1}, {"Better", 3, 1/0.8 - 1}} {
		l := lines[i]
		if l.Name != want.name || len(l.Means) != want.points || math.Abs(l.BD-want.bd) > 1e-6 {
			t.Errorf("%+v, want %+v", l, want)
		}
	}
	if m := lines[0].Means[1]; m.Target != 1 || math.Abs(m.PSNR-30.5) > 1e-9 || math.Abs(*m.MSSSIM-0.9) > 1e-9 {
		t.Errorf("the mean at 1 bit a pixel is %+v", m)
	}
	if lines := r.Lines(peers.Made); len(lines) != 1 {
		t.Errorf("a peer that is missing has a line: %+v", lines)
	}
	levels := r.LevelMeans()
	if l := levels[0]; len(levels) != 2 || l.Level != 1 || l.Bytes != 100 || math.Abs(l.RMSE-25.5) > 1e-9 || math.Abs(l.Ideal-(0.7+0.7/3)/2) > 1e-9 {
		t.Errorf("%+v", levels)
	}
	// The mean PSNR is of the pictures that are not exact.
	r.Images[0].Own.Cuts[3].PSNR = nil
	want := *r.Images[1].Own.Cuts[3].PSNR
	if m := r.Lines(peers.Cut)[0].Means[3]; m.PSNR != want || m.Exact != 1 {
		t.Errorf("the mean with an exact picture is %+v, want %.2f dB", m, want)
	}
	if text := r.rateTable(peers.Cut, psnr); !strings.Contains(text, "43.00 (1)") || !strings.Contains(text, "In brackets") {
		t.Errorf("an exact picture is not said to be exact in\n%s", text)
	}
	r.Images[1].Own.Cuts[3].PSNR = nil
	if m := r.Lines(peers.Cut)[0].Means[3]; !math.IsInf(m.PSNR, 1) || m.Exact != 2 {
		t.Errorf("the mean of exact pictures is %+v", m)
	}
	if text := r.rateTable(peers.Cut, psnr); !strings.Contains(text, "exact") {
		t.Errorf("no exact picture in\n%s", text)
	}
	if _, err := r.Charts(); err != nil {
		t.Error(err)
	}
}

func TestTables(t *testing.T) {
	texts := make(map[string]string)
	for _, table := range invented().Tables() {
		texts[table.Name] = table.Text
	}
	for name, parts := range map[string][]string{
		"run":      {"2 images", "encoding 1.50 s", "Absent (absent)"},
		"better":   {"come from Smaller (-33.3%).", "Better at 1 (by 1.93 dB), 2 (by 1.93 dB), 4 (by 1.93 dB).\n"},
		"lossless": {"| Smaller   |            0.667 |        -33.3% |       0.20* |", "**ddpmz** |            1.000 |               |        1.50 |", "taken over"},
		"cut":      {"|   0.5 |     1 |", "**ddpmz**                 | 24.50 | 30.50 |", "|     – | 32.43 |", "+25.0%", "-9.1%"},
		"levels":   {"| 1     |   999 |   100 |", "exact"},
		"images":   {"| x ", "| y "},
		"ratios":   {"| Smaller                     |          1.500 | 1.500 | 1.500 |"},
		"peers":    {"missing", "D 1"},
	} {
		for _, part := range parts {
			if !strings.Contains(texts[name], part) {
				t.Errorf("%s: no %q in\n%s", name, part, texts[name])
			}
		}
	}
}

func TestCSV(t *testing.T) {
	var out bytes.Buffer
	r := invented()
	if err := r.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	want := 1
	for _, i := range r.Images {
		want += 1 + len(i.Own.Levels) + len(i.Own.Cuts)
		for _, p := range i.Peers {
			want += len(p.Points)
		}
	}
	if err != nil || len(rows) != want {
		t.Errorf("%d rows, want %d; %v", len(rows), want, err)
	}
}

// TestCharts draws all, in both formats.
func TestCharts(t *testing.T) {
	list, err := invented().Charts()
	if err != nil || len(list) != 6 {
		t.Fatal(len(list), err)
	}
	for _, c := range list {
		var png, svg bytes.Buffer
		if err := c.Write(&png, "png"); err != nil || !strings.HasPrefix(png.String(), "\x89PNG") {
			t.Errorf("%s: %v", c.Name, err)
		}
		if err := c.Write(&svg, "svg"); err != nil || !strings.Contains(svg.String(), "<svg") || !strings.Contains(svg.String(), "Liberation Sans,Arial") {
			t.Errorf("%s: %v", c.Name, err)
		}
		if c.Name == "cut" && (!strings.Contains(svg.String(), "Worse") || !strings.Contains(svg.String(), "PSNR, dB") || strings.Contains(svg.String(), "Smaller")) {
			t.Error("the chart of cuts shows other things")
		}
		if err := c.Write(&svg, "bmp"); err == nil {
			t.Error("an unknown format is drawn")
		}
	}
}
