package test

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// shown is what page.js says of an element.
type shown struct {
	Event, Error            string
	Refined                 int
	Natural, Shown          [2]int
	Complete, Exact         bool
	Steps, Received, Reduce int
}

// reset empties the page.
func reset(t *testing.T) {
	t.Helper()
	call(t, nil, "reset")
}

func show(t *testing.T, names []string, attributes map[string]string, class string) (list []shown) {
	t.Helper()
	if attributes == nil {
		attributes = map[string]string{}
	}
	call(t, &list, "show", names, attributes, class)
	return list
}

// TestElement shows a picture at its size, and at sizes that attributes and style sheets say.
func TestElement(t *testing.T) {
	reset(t)
	name := host.add("element", encode(t, "street.png"))
	b := picture(t, "street.png").Bounds()
	w, h := b.Dx(), b.Dy()
	for _, c := range []struct {
		attributes map[string]string
		class      string
		w, h       int
		reduce     int
	}{
		{nil, "", w, h, 0},
		{map[string]string{"width": fmt.Sprint(w / 2)}, "", w / 2, h / 2, 1},
		{map[string]string{"height": fmt.Sprint(h / 4)}, "", w / 4, h / 4, 2},
		{map[string]string{"width": "40", "height": "80"}, "", 40, 80, 2},
	} {
		reset(t)
		got := show(t, []string{name}, c.attributes, c.class)[0]
		if got.Event != "load" || got.Natural != [2]int{w, h} || got.Shown != [2]int{c.w, c.h} || got.Reduce != c.reduce || !got.Complete {
			t.Errorf("%v: %+v, want %d x %d, reduced by %d", c.attributes, got, c.w, c.h, c.reduce)
		}
		if c.reduce == 0 && !got.Exact || got.Refined == 0 {
			t.Errorf("%v: %+v", c.attributes, got)
		}
	}
}

// TestStops: a small picture loads a part of its file, and the rest once it is shown larger. What is loaded is not loaded again.
func TestStops(t *testing.T) {
	reset(t)
	file := encode(t, "landscape.png")
	name := host.add("stops", file)
	w := picture(t, "landscape.png").Bounds().Dx()
	before, _ := host.of("stops")
	small := show(t, []string{name}, map[string]string{"width": fmt.Sprint(w / 2)}, "")[0]
	sent, _ := host.of("stops")
	if sent -= before; small.Event != "load" || small.Exact || sent >= len(file)*3/4 {
		t.Errorf("%d of %d bytes: %+v", sent, len(file), small)
	}
	var large shown
	call(t, &large, "widen", w)
	all, asked := host.of("stops")
	if all -= before; !large.Exact || large.Reduce != 0 || all > len(file)+4096*asked {
		t.Errorf("%d of %d bytes in %d requests: %+v", all, len(file), asked, large)
	}
}

// TestElementErrors: files that are damaged or missing give an error event, with the picture of what there is; of a file that is
// cut, that picture is all there is to load.
func TestElementErrors(t *testing.T) {
	reset(t)
	file := encode(t, "street.png")
	damaged := bytes.Clone(file)
	damaged[len(damaged)*3/4] ^= 1
	huge := bytes.Clone(file[:64])
	host.add("good", file)
	for _, c := range []struct {
		address, event, error string
		picture               bool
	}{
		{host.add("damaged2", damaged), "error", "damaged", true},
		{host.add("cut2", file[:len(file)/2]), "load", "", true},
		{host.add("start", huge), "error", "cut", false},
		{"/files/good?cut=40000", "load", "", true},
		{"/files/missing", "error", "network", false},
		{host.add("text", bytes.Repeat([]byte("text"), 5000)), "error", "format", false},
		{"/files/good?noranges=1", "load", "", true},
		{"/files/good?change=1", "error", "network", true},
	} {
		got := show(t, []string{c.address}, nil, "")[0]
		if got.Event != c.event || got.Error != c.error || (got.Refined > 0) != c.picture {
			t.Errorf("%s: %+v", c.address, got)
		}
	}
}

// TestLazy: a picture far below the window is not asked for before somebody scrolls to it.
func TestLazy(t *testing.T) {
	reset(t)
	name := host.add("lazy", encode(t, "tiny/rock.png"))
	call(t, nil, "tall")
	call(t, nil, "addLazy", name)
	time.Sleep(300 * time.Millisecond)
	if _, asked := host.of("lazy"); asked > 0 {
		t.Errorf("%d requests before it is near", asked)
	}
	var got shown
	call(t, &got, "scroll", 5000)
	if !got.Complete || !got.Exact {
		t.Errorf("%+v", got)
	}
}

// TestMainThread: while six pictures load over a slow connection, the page is never busy for more than 50 ms: a long task is longer.
func TestMainThread(t *testing.T) {
	reset(t)
	var names []string
	for i := range 6 {
		file := encode(t, "tiny/rock.png")
		rate := len(file) // a second
		if long() {
			file = kodak(t, fmt.Sprintf("kodim%02d", 5+i))
			rate = 100000
		}
		names = append(names, fmt.Sprintf("%s?rate=%d", host.add(fmt.Sprintf("slow%d", i), file), rate))
	}
	for _, got := range show(t, names, nil, "") {
		if got.Event != "load" || !got.Exact || got.Refined < 2 {
			t.Errorf("%+v", got)
		}
	}
	var longest float64
	call(t, &longest, "longest")
	t.Logf("the longest task that counts as long took %.0f ms; 0: there was none", longest)
	if longest > 50 {
		t.Errorf("the longest task of the page took %.0f ms", longest)
	}
}

// TestMemory: pictures that are given up one after the other leave nothing behind.
func TestMemory(t *testing.T) {
	reset(t)
	name := host.add("aborted", encode(t, "street.png"))
	memory := func(pictures int) (bytes int) {
		for i := range pictures {
			var how string
			call(t, &how, "abort", name, 20+i*7%150)
			if how != "AbortError" && how != "done" {
				t.Fatal(how)
			}
		}
		call(t, &bytes, "memory")
		return bytes
	}
	n := 12
	if long() {
		n = 50
	}
	first := memory(n)
	if second := memory(n); second > first+first/10 {
		t.Errorf("%d bytes of memory after %d pictures, %d after %d", first, n, second, 2*n)
	} else {
		t.Logf("%d bytes of memory after %d pictures, %d after %d", first, n, second, 2*n)
	}
}
