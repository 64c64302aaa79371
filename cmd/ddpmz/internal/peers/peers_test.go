package peers

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
)

// picture returns something with edges, slopes and noise.
func testPicture(w, h int) *metrics.Raster {
	r := &metrics.Raster{Width: w, Height: h, Pix: make([]uint8, 3*w*h)}
	for i, x := 0, uint32(1); i < len(r.Pix); i++ {
		x = x*1664525 + 1013904223
		px, py := i/3%w, i/3/w
		v := 100 + 50*math.Sin(float64(px)/11) + float64(py/2%70) + float64(x>>29)
		if (px/16+py/24)%3 == i%3 {
			v -= 30
		}
		r.Pix[i] = uint8(v)
	}
	return r
}

func work(t *testing.T, r *metrics.Raster) *Work {
	t.Helper()
	w, err := NewWork(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.Close()
		if _, err := os.Stat(w.dir); err == nil {
			t.Error("the temporary folder remains")
		}
	})
	return w
}

func psnr(t *testing.T, a, b *metrics.Raster) float64 {
	t.Helper()
	mse, err := metrics.MSE(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return metrics.PSNR(mse)
}

func TestList(t *testing.T) {
	seen := make(map[string]bool)
	for _, p := range All() {
		if seen[p.ID] || p.Name == "" || p.Version == "" && len(p.Missing) == 0 || strings.HasSuffix(p.Version, "?") {
			t.Errorf("%+v", p)
		}
		seen[p.ID] = true
		for _, command := range []string{p.Encode, p.Decode} {
			rest := command
			for _, word := range []string{"ppm", "png", "file", "out", "quality", "ratio", "ratios", "layers"} {
				rest = strings.ReplaceAll(rest, "{"+word+"}", "")
			}
			if strings.ContainsAny(rest, "{}") {
				t.Errorf("%s: unknown word in %s", p.ID, command)
			}
		}
		if chooses := strings.Contains(p.Encode, "{quality}"); chooses != (len(p.qualities) > 1) || chooses && p.Comparison != Made {
			t.Errorf("%s: %d qualities for %s", p.ID, len(p.qualities), p.Encode)
		}
	}
}

// TestPeers runs what is installed: files are within their budgets, pictures right and better the larger.
func TestPeers(t *testing.T) {
	original := testPicture(112, 80)
	rates := []float64{0.5, 1, 6}
	for _, p := range All() {
		t.Run(p.ID, func(t *testing.T) {
			if len(p.Missing) > 0 {
				if _, err := p.Measure(context.Background(), work(t, original), rates); err == nil {
					t.Error("measured without", p.Missing)
				}
				t.Skip("not installed:", p.Missing)
			}
			list, err := p.Measure(context.Background(), work(t, original), rates)
			if err != nil {
				t.Fatal(err)
			}
			if p.Comparison == Lossless {
				if len(list) != 1 || list[0].Bytes < 1000 || list[0].Bytes > int64(len(original.Pix)) || !bytes.Equal(list[0].Picture.Pix, original.Pix) {
					t.Errorf("%d files, the first of %d bytes", len(list), list[0].Bytes)
				}
				return
			}
			if len(list) != len(rates) {
				t.Fatalf("%d results", len(list))
			}
			least := 0.0
			for i, c := range list {
				if c.Picture == nil {
					if i == len(list)-1 && p.ID != "jxl-p-cut" { // which shows nothing of so small a picture

						t.Error("no picture at the highest rate")
					}
					continue
				}
				q := psnr(t, original, c.Picture)
				t.Logf("%.2f bits a pixel: %d bytes of %d, %.2f dB %s", rates[i], c.Bytes, Budget(rates[i], original), q, c.Setting)
				if c.Bytes > Budget(rates[i], original) || q < least {
					t.Errorf("%.2f bits a pixel: %d bytes, %.2f dB after %.2f", rates[i], c.Bytes, q, least)
				}
				least = q
			}
			if least > 0 && least < 25 {
				t.Errorf("%.2f dB at %.1f bits a pixel", least, rates[len(rates)-1])
			}
		})
	}
}

// A fake codec, in shell: its file is as many bytes as twice the square of the quality, and its decoder gives
// back the original if there is enough of it, but not of 128 bytes.
func fake(t *testing.T) Peer {
	t.Helper()
	if _, err := os.Stat("/bin/sh"); err != nil || runtime.GOOS == "js" {
		t.Skip("no shell here")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	for name, script := range map[string]string{
		"fakeenc": `head -c $((2*$2*$2)) /dev/zero > $3`,
		"fakedec": `n=$(wc -c < $1); [ $n -ge 50 ] && [ $n -ne 128 ] || exit 1; cp "$(dirname $1)/original.ppm" $2`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return Peer{ID: "fake", Comparison: Made, Encode: "fakeenc {ppm} {quality} {file}", Decode: "fakedec {file} {out}",
		out: ".ppm", qualities: numbers(5, 60)}
}

// TestWithin checks the choice of a quality against trying all.
func TestWithin(t *testing.T) {
	p := fake(t)
	original := testPicture(64, 32)
	rates := []float64{0.1, 0.2, 1, 3, 27, 28.125, 99}
	list, err := p.Measure(context.Background(), work(t, original), rates)
	if err != nil {
		t.Fatal(err)
	}
	for i, rate := range rates {
		best := int64(0)
		for q := int64(5); q <= 60; q++ {
			if size := 2 * q * q; size <= Budget(rate, original) {
				best = size
			}
		}
		if list[i].Bytes != best || (list[i].Picture != nil) != (best > 0) {
			t.Errorf("%.3f bits a pixel: %d bytes, want %d", rate, list[i].Bytes, best)
		}
	}
}

// TestCut checks what a cut file's decoder may do: fail, in which case it gets a little less.
func TestCut(t *testing.T) {
	p := fake(t)
	p.Comparison, p.Encode = Cut, "fakeenc {ppm} 10 {file}" // 200 bytes
	original := testPicture(64, 32)
	list, err := p.Measure(context.Background(), work(t, original), []float64{0.1, 0.5, 2})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		bytes int64
		shown bool
	}{{25, false}, {128, true}, {200, true}} {
		if list[i].Bytes != want.bytes || (list[i].Picture != nil) != want.shown {
			t.Errorf("%d: %+v, want %+v", i, list[i], want)
		}
	}
	// A lossless peer must decode all, and exactly.
	p.Comparison, p.Encode = Lossless, "fakeenc {ppm} 4 {file}"
	if _, err := p.Measure(context.Background(), work(t, original), nil); err == nil {
		t.Error("a decoder that fails is no error")
	}
	p.Encode, p.Decode = "fakeenc {ppm} 10 {file}", "cp {png} {out}"
	if list, err := p.Measure(context.Background(), work(t, original), nil); err != nil || list[0].Bytes != 200 {
		t.Error(list, err)
	}
	other := work(t, original)
	if err := os.WriteFile(other.Path("original.ppm"), writePPM(testPicture(32, 64)), 0o666); err != nil {
		t.Fatal(err)
	}
	p.Decode = "cp {ppm} {out}"
	if _, err := p.Measure(context.Background(), other, nil); err == nil {
		t.Error("another picture is taken for the original")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Measure(ctx, work(t, original), nil); err == nil {
		t.Error("goes on after the end")
	}
}

func TestPNM(t *testing.T) {
	r := testPicture(5, 3)
	if got, err := readPicture(writePPM(r)); err != nil || !slices.Equal(got.Pix, r.Pix) {
		t.Error(got, err)
	}
	file, err := encodePNG(r, png.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readPicture(file); err != nil || !slices.Equal(got.Pix, r.Pix) {
		t.Error(got, err)
	}
	if got, err := readPicture([]byte("P5 2 1\n255\nAB")); err != nil || string(got.Pix) != "AAABBB" {
		t.Error(got, err)
	}
	if got, err := readPicture([]byte("P6\n# by hand\n1 1\n255\n#\n#")); err != nil || string(got.Pix) != "#\n#" {
		t.Error(got, err)
	}
	for _, bad := range []string{"", "P6", "P6 1 1 255", "P6 1 1 255\nAB", "P6 1 1 65535\nABCDEF", "P6 -1 1 255\n", "P6 0 1 255\n",
		fmt.Sprintf("P6 %d %d 255\nABC", 1<<31-1, 1<<31-1), "P4 1 1 255\nA", "\x89PNG"} {
		if _, err := readPicture([]byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// TestIDs checks that every peer of every kind can be chosen, and is listed once.
func TestIDs(t *testing.T) {
	ids := IDs()
	for _, p := range slices.Concat(known(), knownJPEG(), knownWhole()) {
		if !slices.Contains(ids, p.ID) {
			t.Errorf("%s is not listed", p.ID)
		}
	}
	slices.Sort(ids)
	if n := len(ids); len(slices.Compact(ids)) != n {
		t.Errorf("listed twice: %v", ids)
	}
}
