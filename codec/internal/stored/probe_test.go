package stored

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	_ "golang.org/x/image/webp"
)

// photograph draws a picture that no stream shrinks much: slopes under noise of
// five bits.
func photograph(width, height, channels int) *Raster {
	r, grain := draw(gradient, width, height, channels, 8), draw(noise, width, height, channels, 8)
	for i, v := range grain.Samples {
		r.Samples[i] = r.Samples[i]/2 + v&31
	}
	return r
}

// TestProbeWhere checks which rasters have a probe: it is of no more than the stream, and the same for a raster
// that gives its rows one at a time.
func TestProbeWhere(t *testing.T) {
	for _, test := range []struct {
		name string
		r    *Raster
		made bool
	}{
		{"photograph", photograph(200, 1100, 3), true},
		{"gray photograph", photograph(700, 900, 1), true},
		{"small photograph", photograph(100, 300, 3), false},
		{"one row", photograph(1<<16, 1, 3), false},
		{"graphic", draw(glyphs, 400, 600, 3, 8), false},
		{"nothing", newRaster(0, 0, 3, 8), false},
	} {
		want := mustEncode(t, test.r)
		least, err := Probe(test.r)
		if err != nil || least > int64(len(want)) || (least > 0) != test.made {
			t.Errorf("%s: a probe of %d bytes for %d, %v", test.name, least, len(want), err)
		}
		byRow := *test.r
		byRow.Samples = nil
		byRow.Row = func(y int, samples []uint16) { copy(samples, test.r.samplesOf(y)) }
		if again, err := Probe(&byRow); again != least || err != nil {
			t.Errorf("%s: a probe of %d bytes by row, %v, want %d", test.name, again, err, least)
		}
		if stream, err := Encode(&byRow); !bytes.Equal(stream, want) || err != nil {
			t.Errorf("%s: %d bytes by row, %v, want %d", test.name, len(stream), err, len(want))
		}
	}
	tooLarge := &Raster{Width: 1 << 12, Height: sampledStep, Channels: 1, Depth: 8, Row: func(_ int, s []uint16) { s[0] = 256 }}
	for _, r := range []*Raster{nil, tooLarge} {
		var want RasterError
		if _, err := Probe(r); !errors.As(err, &want) {
			t.Errorf("a raster that cannot be: %v, want a RasterError", err)
		}
	}
}

// TestProbe checks that no stream is shorter than its probe, so that a
// limit never costs a byte; -v lists them.
func TestProbe(t *testing.T) {
	root := os.Getenv("DDPMZ_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "testdata", "*.png"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata, %v", err)
	}
	if os.Getenv("DDPMZ_LONG") == "1" {
		for _, set := range []struct {
			pattern string
			step    int // of every so many files, one
		}{
			{"graphics/cid22_graphics/*.png", 1},
			{"graphics/gb82-sc/*.png", 1},
			{"graphics/libjxl/*.png", 1},
			{"kodak/*.png", 4},
			{"train/*.webp", 12},
		} {
			list, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(set.pattern)))
			if len(list) == 0 {
				t.Logf("no %s in %s: set DDPMZ_DATA", set.pattern, root)
			}
			for i := 0; i < len(list); i += set.step {
				files = append(files, list[i])
			}
		}
	}
	made := 0
	for _, name := range files {
		_, rasters := readPicture(t, name)
		r := rasters[0]
		least, err := Probe(r)
		if err != nil {
			t.Fatal(err)
		}
		if least == 0 {
			continue // it is Encode's business alone
		}
		made++
		n := len(mustEncode(t, r))
		t.Logf("%-60s probe %8d, %.3f of %8d", filepath.Base(name), least, float64(least)/float64(n), n)
		if least > int64(n) {
			t.Errorf("%s: a probe of %d bytes for %d", name, least, n)
		}
	}
	if made < 3 {
		t.Errorf("%d probes", made)
	}
}
