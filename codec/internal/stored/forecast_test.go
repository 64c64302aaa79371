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

// TestEncodeBelow checks when the limit is asked for, and what comes of it.
func TestEncodeBelow(t *testing.T) {
	for _, test := range []struct {
		name  string
		r     *Raster
		asked int
	}{
		{"photograph", photograph(200, 150, 3), 1},
		{"gray photograph", photograph(300, 250, 1), 1},
		{"small photograph", photograph(100, 100, 3), 0},
		{"one row", photograph(1<<16, 1, 3), 0},
		{"graphic", draw(glyphs, 400, 300, 3, 8), 0},
		{"nothing", newRaster(0, 0, 3, 8), 0},
	} {
		want := mustEncode(t, test.r)
		for _, limit := range []int64{0, int64(len(want)) / 2, int64(len(want)), 1 << 40} {
			asked := 0
			stream, err := EncodeBelow(test.r, func() int64 { asked++; return limit })
			if asked != test.asked {
				t.Errorf("%s: asked for the limit %d times, want %d", test.name, asked, test.asked)
			}
			if limit < int64(len(want)) && test.asked > 0 {
				if stream != nil || err != ErrTooLarge {
					t.Errorf("%s, %d bytes below %d: %v, want ErrTooLarge", test.name, len(want), limit, err)
				}
			} else if err != nil || !bytes.Equal(stream, want) {
				t.Errorf("%s, %d bytes below %d: %d bytes, %v", test.name, len(want), limit, len(stream), err)
			}
		}
	}
	var want RasterError
	if _, err := EncodeBelow(nil, func() int64 { return 0 }); !errors.As(err, &want) {
		t.Errorf("no raster: %v, want a RasterError", err)
	}
}

// TestForecast checks that no stream is shorter than its forecast, so that a
// limit never costs a byte; -v lists them.
func TestForecast(t *testing.T) {
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
		_, r := readPicture(t, name)
		least, err := newTrial(r).forecast()
		if err != nil {
			t.Fatal(err)
		}
		if least == 0 {
			continue // it is Encode's business alone
		}
		made++
		n := len(mustEncode(t, r))
		t.Logf("%-60s forecast %8d, %.3f of %8d", filepath.Base(name), least, float64(least)/float64(n), n)
		if least > int64(n) {
			t.Errorf("%s: a forecast of %d bytes for %d", name, least, n)
		}
	}
	if made < 3 {
		t.Errorf("%d forecasts", made)
	}
}
