package test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/codec"
)

// kodak returns the file of one of Kodak's photographs. It is encoded once a run.
func kodak(t *testing.T, name string) []byte {
	t.Helper()
	data := os.Getenv("DDPMZ_DATA")
	if data == "" {
		data = "../../../shared/data"
	}
	name = filepath.Join(data, "kodak", name+".png")
	if _, err := os.Stat(name); err != nil {
		t.Skip("no photographs")
	}
	return encodeFile(t, name)
}

// TestSpeed measures a photograph in the browser, beside Go on one core: all of it, a preview of 900 steps, and the time from the size
// to the first picture. docs/performance.md has the figures.
func TestSpeed(t *testing.T) {
	if !long() {
		t.Skip("takes long: DDPMZ_LONG=1")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	file := kodak(t, "kodim05")
	address := host.add("kodim05", file)
	browser := func(options map[string]any) (got decoded) {
		call(t, &got, "decode", "bytes", address, options)
		if got.Error != "" {
			t.Fatal(got.Error)
		}
		return got
	}
	native := func(timestep int) float64 {
		began := time.Now()
		if _, err := (&codec.Decoder{Timestep: timestep}).Decode(bytes.NewReader(file)); err != nil {
			t.Fatal(err)
		}
		return float64(time.Since(began).Microseconds()) / 1000
	}
	browser(map[string]any{}) // what the browser runs often, it compiles better
	for _, c := range []struct {
		name     string
		timestep int
		most     float64 // of the time that Go takes
	}{{"whole", 0, 8}, {"900 steps", 100, 12}} {
		var in, out float64
		for i := range 3 {
			got, other := browser(map[string]any{"timestep": c.timestep}).Time, native(c.timestep)
			if i == 0 || got < in {
				in = got
			}
			if i == 0 || other < out {
				out = other
			}
		}
		t.Logf("%s: %.0f ms, Go on one core %.0f: %.1f times", c.name, in, out, in/out)
		if in > c.most*out {
			t.Errorf("%s takes %.1f times as long as in Go", c.name, in/out)
		}
	}
	first := browser(map[string]any{"refinements": true})
	t.Logf("first picture %.0f ms after the size", first.Times[0]-first.Header.At)
}

// TestGallery: 24 photographs at a width of 300 pixels take a part of the bytes of their files.
func TestGallery(t *testing.T) {
	if !long() {
		t.Skip("takes long: DDPMZ_LONG=1")
	}
	reset(t)
	var names []string
	total := 0
	for i := range 24 {
		name := fmt.Sprintf("kodim%02d", i+1)
		file := kodak(t, name)
		total += len(file)
		names = append(names, host.add("gallery-"+name, file))
	}
	for _, got := range show(t, names, nil, "gallery") {
		if got.Event != "load" || got.Shown[0] != 300 || got.Exact {
			t.Errorf("%+v", got)
		}
	}
	sent := 0
	for _, name := range names {
		n, _ := host.of(filepath.Base(name))
		sent += n
	}
	t.Logf("%d of %d bytes: %.3f", sent, total, float64(sent)/float64(total))
	if sent > total/4 {
		t.Error("that is more than a quarter of the files")
	}
}
