package main

import (
	"path/filepath"
	"slices"
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
		have, err := s.jobs(c.inputs, c.output, encodedName)
		if !slices.Equal(have, c.want) || (err != nil) != (c.want == nil) {
			t.Errorf("%q to %q: %q, %v", c.inputs, c.output, have, err)
		}
	}
}
