package test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// TestFirefox runs the conformance suite in Firefox, and shows a picture at half its size and one in Display P3. No driver is needed: a page does so by
// itself and reports to the server. It skips where there is no Firefox.
func TestFirefox(t *testing.T) {
	path, err := exec.LookPath("firefox-esr")
	if err != nil {
		if path, err = exec.LookPath("firefox"); err != nil {
			t.Skip("no Firefox")
		}
	}
	list := wishes(t)
	m := cube(6)
	for i := range m.Pix[:4] {
		m.Pix[i] = []byte{234, 51, 35, 255}[i] // sRGB's red
	}
	wide := []metadata.Chunk{{Type: "cICP", Data: []byte{12, 13, 0, 1}}}
	host.add("wide", encodeWith(t, m, &metadata.Metadata{Chunks: wide}))
	host.add("wide.png", pngWith(t, m, wide))
	b, err := json.Marshal(map[string]any{"list": list, "address": host.add("half", oriented(t, picture(t, "street.png"), 6, 0))})
	if err != nil {
		t.Fatal(err)
	}
	host.add("wishes", b)

	var got struct {
		Agent, Failure, Space string
		Conform               []outcome
		Shown                 shown
		Pixel                 []int
	}
	reported := make(chan error, 1)
	host.mux.HandleFunc("POST /report", func(_ http.ResponseWriter, r *http.Request) {
		reported <- json.NewDecoder(r.Body).Decode(&got)
	})
	browser := exec.Command(path, "--headless", "--no-remote", "--profile", t.TempDir(), site.URL+"/page/report.html")
	browser.Env = append(os.Environ(), "HOME="+t.TempDir(), "MOZ_CRASHREPORTER_DISABLE=1")
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		browser.Process.Kill()
		browser.Wait()
	}()
	select {
	case err := <-reported:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(8 * time.Minute):
		t.Fatal("Firefox does not report")
	}
	if got.Failure != "" {
		t.Fatal(got.Failure)
	}
	t.Logf("%s: %d outcomes, %+v, %s, %v", got.Agent, len(got.Conform), got.Shown, got.Space, got.Pixel)
	compare(t, list, got.Conform)
	if s := got.Shown; s.Event != "load" || s.Natural != [2]int{320, 240} || s.Shown != [2]int{160, 120} || s.Exact {
		t.Errorf("shown at half its size: %+v", s)
	}
	if red := []int{255, 0, 0, 255}; len(got.Pixel) != 4 || furthest(got.Pixel, red, false) > 3 {
		t.Errorf("sRGB's red in Display P3, of a canvas of %s: %v", got.Space, got.Pixel)
	}
}
