package cifar

import (
	"bytes"
	"context"
	"image"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/internal/cifar10"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// records returns n invented images: slopes with some noise.
func records(n int) (list []*image.RGBA) {
	x := uint32(7)
	for i := range n {
		m := image.NewRGBA(image.Rect(0, 0, Side, Side))
		for j := range pixels {
			for c := range 3 {
				x = x*1664525 + 1013904223
				m.Pix[4*j+c] = byte(40+10*i%90+3*(j%Side)+2*c*(j/Side)/(1+i%3)) + byte(x>>28)
			}
			m.Pix[4*j+3] = 0xff
		}
		list = append(list, m)
	}
	return list
}

func run(t *testing.T, images []*image.RGBA, c Config) *Report {
	t.Helper()
	r, err := Run(context.Background(), images, c)
	if err != nil {
		t.Fatal(err)
	}
	r.Seconds = 0
	return r
}

// TestRun checks the figures against the files.
func TestRun(t *testing.T) {
	images := records(3)
	config := Config{Model: zoo.Default, Rates: []float64{1, 3}, Jobs: 2}
	r := run(t, images, config)
	config.Jobs = 1
	again := run(t, images, config)
	again.Jobs = 2
	if !reflect.DeepEqual(r, again) {
		t.Errorf("a second run gives\n%+v\nafter\n%+v", again, r)
	}
	total, ideal, cut := 0, int64(0), 0.0
	for _, m := range images {
		var file bytes.Buffer
		if err := codec.Encode(&file, m, &codec.Options{Mode: codec.Modelled}); err != nil {
			t.Fatal(err)
		}
		total += file.Len()
		info, err := new(codec.Decoder).Inspect(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		ideal += info.Levels[len(info.Levels)-1].IdealBits
		got, err := codec.Decode(bytes.NewReader(file.Bytes()[:1024/8]))
		if err != nil {
			t.Fatal(err)
		}
		for y := range Side {
			for x := range Side {
				a, b := m.RGBAAt(x, y), got.At(x, y)
				red, green, blue, _ := b.RGBA()
				for _, d := range []float64{float64(red>>8) - float64(a.R), float64(green>>8) - float64(a.G), float64(blue>>8) - float64(a.B)} {
					cut += d * d
				}
			}
		}
	}
	samples := float64(3 * dimensions)
	if r.Bytes != int64(total) || r.PerDim != 8*float64(total)/samples || math.Abs(r.Ideal-float64(ideal)/samples) > 1e-9 ||
		r.Least > r.Median || r.Median > r.Most || r.Most > int64(total) {
		t.Errorf("%+v; %d bytes, %d bits", r, total, ideal)
	}
	if c := r.Cuts[0]; c.Target != 1 || math.Abs(c.PerDim-1./3) > 1e-9 || math.Abs(c.RMSE-math.Sqrt(cut/samples)) > 1e-9 || c.RMSEMean > c.RMSE {
		t.Errorf("%+v, want an RMSE of %f", c, math.Sqrt(cut/samples))
	}
	first, last := r.Levels[0], r.Levels[len(r.Levels)-1]
	if first.Timestep != model.T || first.Ideal != 0 || first.Bytes < 6 || first.Bytes > 30 || last.RMSE != 0 || last.PerDim != r.PerDim {
		t.Errorf("from %+v to %+v", first, last)
	}
	for i, l := range r.Levels[1:] {
		if before := r.Levels[i]; l.Timestep >= before.Timestep || l.PerDim < before.PerDim || l.RMSE > 1.05*before.RMSE {
			t.Errorf("%+v after %+v", l, before)
		}
	}
	if r.Rate() <= 0 || r.Distortion() <= 0 || math.Abs(r.Rate()+r.Distortion()-r.PerDim) > 1e-12 || r.before(1).Level != 1 {
		t.Errorf("rate %f, distortion %f, together %f", r.Rate(), r.Distortion(), r.PerDim)
	}
	checkForms(t, r)
}

// checkForms checks what is made of a report.
func checkForms(t *testing.T, r *Report) {
	t.Helper()
	var file bytes.Buffer
	if err := r.Write(&file); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadReport(&file); err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("comes back from JSON as %+v, %v", got, err)
	}
	texts := make(map[string]string)
	for _, table := range r.Tables() {
		texts[table.Name] = table.Text
	}
	if text := texts["cifar-table4"]; strings.Count(text, "\n") != 12 || !strings.Contains(text, "| 900       |            0.11994 | 12.023 |") {
		t.Errorf("Table 4 is\n%s", text)
	}
	if text := texts["cifar-split"]; !strings.Contains(text, "3.75") {
		t.Errorf("the split is\n%s", text)
	}
	list, err := r.Charts()
	if err != nil || len(list) != 1 {
		t.Fatal(len(list), err)
	}
	var svg bytes.Buffer
	if err := list[0].Write(&svg, "svg"); err != nil || !strings.Contains(svg.String(), "Ho et al. 2020") {
		t.Error("the paper is not in the chart,", err)
	}
	if err := r.WriteCSV(&file); err != nil || strings.Count(file.String(), "\n") != 1+len(r.Levels)+len(r.Cuts) {
		t.Errorf("%v\n%s", err, file.String())
	}
}

// TestPaper checks the timesteps of the paper's rows: the first is of x_1, and rates fall.
func TestPaper(t *testing.T) {
	for i, p := range Table4 {
		if want := 1 + 100*i; p.timestep() != want || i > 0 && (p.Rate >= Table4[i-1].Rate || p.RMSE <= Table4[i-1].RMSE) {
			t.Errorf("%+v is x_%d, want %d", p, p.timestep(), want)
		}
	}
	if d := Table4[0].Rate - PaperRate; math.Abs(d) > 0.005 {
		t.Errorf("the rate is off by %f", d)
	}
}

func TestFailures(t *testing.T) {
	images := records(2)
	for _, c := range []Config{{Model: "none"}, {Model: zoo.Default, Rates: []float64{0.01}}} {
		if _, err := Run(context.Background(), images, c); err == nil {
			t.Errorf("%+v is measured", c)
		}
	}
	if _, err := Run(context.Background(), nil, Config{Model: zoo.Default}); err == nil {
		t.Error("nothing is measured")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, images, Config{Model: zoo.Default}); err != context.Canceled {
		t.Error(err)
	}
	if _, err := ReadReport(strings.NewReader(`{"kind":"pictures"}`)); err == nil {
		t.Error("another kind of report is read")
	}
}

// TestReal reads the real test set, where it is: as many images of every label.
func TestReal(t *testing.T) {
	root := os.Getenv("DDPMZ_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(root, "cifar10", "test_batch.bin"))
	if err != nil {
		t.Skip("no CIFAR-10: set DDPMZ_DATA to where it is")
	}
	defer f.Close()
	images, err := cifar10.Read(f, 0)
	if err != nil || len(images) != 10000 {
		t.Fatal(len(images), err)
	}
	r := run(t, images[:2], Config{Model: zoo.Default, Rates: []float64{1}})
	if r.PerDim < 2 || r.PerDim > 7 {
		t.Errorf("%f bits a dimension", r.PerDim)
	}
}
