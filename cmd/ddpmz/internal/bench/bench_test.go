package bench

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// photo loads a picture from testdata.
func photo(t *testing.T, name string) Photo {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPhoto(name, m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pngOnly is the peer that is always there.
func pngOnly() []peers.Peer {
	return slices.DeleteFunc(peers.All(), func(p peers.Peer) bool { return p.ID != "png" })
}

func mustRun(t *testing.T, photos []Photo, c Config) *Report {
	t.Helper()
	r, err := Run(context.Background(), photos, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// withoutTimes returns a copy of a report in which nothing depends on how fast the machine is.
func withoutTimes(r *Report) *Report {
	var buffer bytes.Buffer
	if err := r.Write(&buffer); err != nil {
		panic(err)
	}
	c, err := Read(&buffer)
	if err != nil {
		panic(err)
	}
	for i := range c.Images {
		o := &c.Images[i].Own
		o.Encode, o.Decode, o.Preview = 0, 0, 0
		for _, result := range c.Images[i].Peers {
			for j := range result.Points {
				result.Points[j].Encode, result.Points[j].Decode = 0, 0
			}
		}
	}
	return c
}

// TestRun checks every figure of a run against what the files themselves say.
func TestRun(t *testing.T) {
	photos := []Photo{photo(t, "tiny/rock.png"), photo(t, "tiny/cloth.png"), photo(t, "odd/gray-31x33.png")}
	rates := []float64{0.01, 0.5, 2, 100}
	var last int
	config := Config{Model: zoo.Default, Rates: rates, Peers: pngOnly(), Jobs: 2, Progress: func(p int) { last = p }}
	r := mustRun(t, photos, config)
	if last != 1000 {
		t.Errorf("progress ends at %d", last)
	}
	if again := mustRun(t, photos, config); !reflect.DeepEqual(withoutTimes(r), withoutTimes(again)) {
		t.Error("a second run gives other figures")
	}
	for i := range r.Images {
		checkImage(t, &r.Images[i], &photos[i], rates)
	}
	if sizes := r.Sizes(); len(sizes) != 2 {
		t.Errorf("%d sizes", len(sizes))
	}
}

func checkImage(t *testing.T, image *Image, p *Photo, rates []float64) {
	t.Helper()
	var file bytes.Buffer
	if err := codec.Encode(&file, p.Raster.Image(), nil); err != nil {
		t.Fatal(err)
	}
	own := &image.Own
	if own.Bytes != int64(file.Len()) || own.Encode <= 0 || own.Decode <= 0 || own.Preview <= 0 {
		t.Errorf("%s: %d bytes of %d; %+v", p.Name, own.Bytes, file.Len(), own)
	}
	end := own.Levels[len(own.Levels)-1]
	if *end.Level != 0 || *end.Steps != 1000 || !end.Exact || end.PSNR != nil || end.Bytes != own.Bytes || end.IdealBits != own.IdealBits {
		t.Errorf("%s: the last level is %+v", p.Name, end)
	}
	for i, l := range own.Levels[:len(own.Levels)-1] {
		if next := own.Levels[i+1]; l.Bytes > next.Bytes || *l.Steps >= *next.Steps || *l.Level != *next.Level+1 || l.Exact {
			t.Errorf("%s: %+v before %+v", p.Name, l, next)
		}
	}
	for _, rate := range rates {
		n := min(int64(rate*image.Pixels()/8), own.Bytes)
		point, ok := at(own.Cuts, rate)
		if rate == 0.01 { // less than the header
			if ok {
				t.Errorf("%s: %+v", p.Name, point)
			}
			continue
		}
		m, err := codec.Decode(bytes.NewReader(file.Bytes()[:n]))
		if err != nil || !ok {
			t.Fatalf("%s, %g bits a pixel: %v, %v", p.Name, rate, err, ok)
		}
		mse, want := errorOf(t, m, p), 0.0
		if point.PSNR != nil {
			want = metrics.OfPSNR(*point.PSNR)
		}
		if point.Bytes != n || math.Abs(mse-want) > 2e-6*mse || point.Exact != (rate == 100) || math.Abs(point.Rate-8*float64(n)/image.Pixels()) > 1e-6 {
			t.Errorf("%s, %g bits a pixel: %+v; %d bytes, MSE %f", p.Name, rate, point, n, mse)
		}
	}
	if image.Peers["png"].Points[0].Bytes < 100 || !image.Peers["png"].Points[0].Exact {
		t.Errorf("%s: PNG is %+v", p.Name, image.Peers["png"])
	}
}

func errorOf(t *testing.T, m image.Image, p *Photo) float64 {
	t.Helper()
	r, err := metrics.NewRaster(m)
	if err != nil {
		t.Fatal(err)
	}
	mse, err := metrics.MSE(r, p.Raster)
	if err != nil {
		t.Fatal(err)
	}
	return mse
}

// TestReuse checks when results are taken over: only if they must be the same.
func TestReuse(t *testing.T) {
	photos := []Photo{photo(t, "odd/rgb-17x13.png")}
	rates := []float64{1, 2}
	png := pngOnly()[0]
	gone := peers.Peer{ID: "gone", Comparison: peers.Cut, Name: "Gone", Encode: "no-such-encoder {ppm}", Decode: "no-such-decoder", Missing: []string{"no-such-encoder"}}
	config := Config{Model: zoo.Default, Rates: rates, Peers: []peers.Peer{png, gone}, Jobs: 1}
	first := mustRun(t, photos, config)
	if _, ok := first.Images[0].Peers["gone"]; ok || len(first.Missing()) != 1 {
		t.Error("a peer that is missing was measured")
	}
	// What the machine with that program had found.
	first.Peers[1].Missing, first.Peers[1].Version = nil, "Gone 7"
	first.Images[0].Peers["gone"] = Result{Points: []Point{{Target: 1, Bytes: 27}}}
	first.Images[0].Peers["png"].Points[0].Setting = "marked"

	for name, c := range map[string]struct {
		change    func(old *Report, c *Config)
		png, gone bool
	}{
		"same":             {func(*Report, *Config) {}, true, true},
		"other version":    {func(old *Report, _ *Config) { old.Peers[0].Version += "x" }, false, true},
		"other flags":      {func(old *Report, _ *Config) { old.Peers[1].Encode += " -x" }, true, false},
		"other picture":    {func(old *Report, _ *Config) { old.Images[0].SHA256 = "0" }, false, false},
		"other rates":      {func(_ *Report, c *Config) { c.Rates = []float64{1} }, true, false},
		"other metrics":    {func(old *Report, _ *Config) { old.Externals = []string{"another"} }, false, false},
		"no such result":   {func(old *Report, _ *Config) { delete(old.Images[0].Peers, "gone") }, true, false},
		"other comparison": {func(old *Report, _ *Config) { old.Peers[1].Comparison = peers.Made }, true, false},
	} {
		config := config
		config.Reuse = withoutTimes(first)
		c.change(config.Reuse, &config)
		r := mustRun(t, photos, config)
		image := r.Images[0]
		if p := image.Peers["png"]; p.Reused != c.png || (p.Points[0].Setting == "marked") != c.png {
			t.Errorf("%s: PNG is %+v", name, p)
		}
		g, ok := image.Peers["gone"]
		if ok != c.gone || ok && (!g.Reused || g.Points[0].Bytes != 27 || r.Peers[1].Version != "Gone 7") {
			t.Errorf("%s: the peer that is gone is %+v", name, g)
		}
	}
}

// TestExternals runs programs that stand for the metrics, and are distinguished by what they print.
func TestExternals(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil || runtime.GOOS == "js" {
		t.Skip("no shell here")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	for program, says := range map[string]string{"ssimulacra2": "71.5", "butteraugli_main": "2.25; 3-norm: 1"} {
		script := "#!/bin/sh\n[ -s \"$1\" ] && [ -s \"$2\" ] && echo '" + strings.ReplaceAll(says, ";", "\n") + "'\n"
		if err := os.WriteFile(filepath.Join(dir, program), []byte(script), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	r := mustRun(t, []Photo{photo(t, "odd/rgb-17x13.png")}, Config{Model: zoo.Default, Rates: []float64{2}, Peers: pngOnly()})
	p := r.Images[0].Own.Cuts[0]
	if len(r.Externals) != 2 || *p.SSIMULACRA2 != 71.5 || *p.Butteraugli != 2.25 {
		t.Errorf("%+v, %v", p, r.Externals)
	}
	found := 0
	for _, table := range r.Tables() {
		if table.Name == "cut-ssimulacra2" && strings.Contains(table.Text, "71.5") || table.Name == "made-butteraugli" && strings.Contains(table.Text, "2.250") {
			found++
		}
	}
	if found != 2 {
		t.Error("the tables do not show them")
	}
}

func TestFailures(t *testing.T) {
	p := photo(t, "odd/rgb-17x13.png")
	if _, err := Run(context.Background(), nil, Config{}); err == nil {
		t.Error("nothing is measured")
	}
	if _, err := Run(context.Background(), []Photo{p}, Config{Model: "none"}); err == nil {
		t.Error("no such model")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, []Photo{p, p, p}, Config{Model: zoo.Default, Peers: pngOnly()}); err != context.Canceled {
		t.Error(err)
	}
	small := Config{Model: zoo.Default, Limits: codec.Limits{MaxPixels: 10}, Jobs: 2}
	if _, err := Run(context.Background(), []Photo{p, p, p}, small); err == nil || !strings.Contains(err.Error(), p.Name) {
		t.Error(err)
	}
	for _, bad := range []string{"", "{}", `{"kind":"pictures"}`, `{"kind":"pictures","method":1}`, `{"what":1}`} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is a report", bad)
		}
	}
}
