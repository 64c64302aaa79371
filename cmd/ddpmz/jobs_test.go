package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"a.png": "a.ddpmz", "a.PNG": "a.ddpmz", "b/a.jpeg": "b/a.ddpmz", "a.webp": "a.ddpmz", "a": "a.ddpmz",
		"holiday.2024": "holiday.2024.ddpmz", "a.b.gif": "a.b.ddpmz",
	} {
		if have := encodedName(name); have != want {
			t.Errorf("%s is encoded to %s, want %s", name, have, want)
		}
	}
	for name, want := range map[string]string{"a.ddpmz": "a.png", "b/a.DDPMZ": "b/a.png", "a": "a.png", "a.v2": "a.v2.png"} {
		if have := decodedName(name, "png"); have != want {
			t.Errorf("%s is decoded to %s, want %s", name, have, want)
		}
	}
	if have := decodedName("a.ddpmz", "jpeg"); have != "a.jpg" {
		t.Errorf("JPEG goes to %s", have)
	}
}

func TestJobs(t *testing.T) {
	dir := t.TempDir()
	s := new(streams)
	for _, c := range []struct {
		inputs []string
		output string
		want   []job // nil for an error
	}{
		{nil, "", []job{{"-", "-"}}},
		{nil, "x", []job{{"-", "x"}}},
		{[]string{"-"}, "-", []job{{"-", "-"}}},
		{[]string{"a.png"}, "", []job{{"a.png", "a.ddpmz"}}},
		{[]string{"a.png"}, "-", []job{{"a.png", "-"}}},
		{[]string{"b/a.png"}, dir, []job{{"b/a.png", filepath.Join(dir, "a.ddpmz")}}},
		{[]string{"a.png", "b/a.png"}, "", []job{{"a.png", "a.ddpmz"}, {"b/a.png", "b/a.ddpmz"}}},
		{[]string{"a.png", "b.png"}, dir, []job{{"a.png", filepath.Join(dir, "a.ddpmz")}, {"b.png", filepath.Join(dir, "b.ddpmz")}}},
		{[]string{"a.png", "b/a.png"}, dir, nil}, // the same name twice
		{[]string{"a.png", "b.png"}, "x", nil},
		{[]string{"a.png", "b.png"}, "-", nil},
		{[]string{"a.png", "-"}, "", nil},
		{[]string{"-"}, dir, nil},
	} {
		have, err := s.jobs(c.inputs, &outputFlags{name: c.output}, encodedName)
		if !slices.Equal(have, c.want) || (err != nil) != (c.want == nil) {
			t.Errorf("%q to %q: %q, %v", c.inputs, c.output, have, err)
		}
	}
}

// TestOutputOf tells the output among two names, and refuses what cannot be meant.
func TestOutputOf(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a.png", "b.png", "old.ddpmz"} {
		writeFile(t, name, nil)
	}
	for _, c := range []struct{ line, output, inputs, fails string }{
		{line: "a.png", inputs: "a.png"},
		{line: "a.png b.png", inputs: "a.png b.png"},
		{line: "a.png new.ddpmz", output: "new.ddpmz", inputs: "a.png"},
		{line: "a.png new.DDPMZ", output: "new.DDPMZ", inputs: "a.png"},
		{line: "none.png new.ddpmz", output: "new.ddpmz", inputs: "none.png"}, // which fails later
		{line: "a.png -", output: "-", inputs: "a.png"},
		{line: "- new.ddpmz", output: "new.ddpmz", inputs: "-"},
		{line: "a.png old.ddpmz", fails: "old.ddpmz exists; if it is to be the output, name it with -o"},
		{line: "a.png none.png", fails: "no file none.png; if it is to be the output, name it with -o"},
		{line: "a.png new.jxl", fails: "no file new.jxl"},
		{line: "a.png b.png new.ddpmz", fails: "new.ddpmz is no input by its suffix; with several inputs, -o names a folder"},
		{line: "a.png b.png none.png", inputs: "a.png b.png none.png"},
		{line: "old.ddpmz", inputs: "old.ddpmz"},
	} {
		o := new(outputFlags)
		inputs, err := outputOf(strings.Fields(c.line), o, namesDdpmz)
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: %v, want %q", c.line, err, c.fails)
			}
			continue
		}
		if err != nil || o.name != c.output || strings.Join(inputs, " ") != c.inputs {
			t.Errorf("%s: from %q to %q, %v", c.line, inputs, o.name, err)
		}
	}
	o := &outputFlags{name: "x"}
	if inputs, err := outputOf([]string{"a.png", "new.ddpmz"}, o, namesDdpmz); err != nil || len(inputs) != 2 || o.name != "x" {
		t.Errorf("with -o: %q, %v", inputs, err)
	}
}
