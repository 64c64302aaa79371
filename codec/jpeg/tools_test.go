package jpeg

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// tool runs a program of libjpeg.
func tool(t *testing.T, input []byte, name string, options ...string) []byte {
	cmd := exec.Command(name, options...)
	var out, problem bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, &problem
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, options, err, problem.Bytes())
	}
	return out.Bytes()
}

// TestLibjpeg: what libjpeg's programs write comes back, and its choices are the usual ones.
func TestLibjpeg(t *testing.T) {
	for _, name := range []string{"cjpeg", "jpegtran"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name + " is not installed")
		}
	}
	m := painted(203, 150)
	ppm := []byte("P6 203 150 255\n")
	for i := 0; i < len(m.Pix); i += 4 {
		ppm = append(ppm, m.Pix[i:i+3]...)
	}
	var plain []byte
	for _, options := range []string{
		"", "-optimize", "-progressive", "-grayscale", "-grayscale -progressive", "-rgb", "-restart 1", "-restart 3B -progressive", "-quality 20",
		"-quality 100 -progressive", "-sample 1x1", "-sample 2x1", "-sample 1x2", "-sample 4x1", "-sample 4x2,1x1,1x1", "-sample 4x1,2x1,1x1 -progressive", "-sample 2x2,1x2,2x1",
	} {
		data := tool(t, ppm, "cjpeg", strings.Fields(options)...)
		if options == "" {
			plain = data
		}
		f, err := roundTrip(t, data)
		if err != nil {
			t.Errorf("cjpeg %s: %v", options, err)
			continue
		}
		for i, s := range f.scans {
			if !s.usual() {
				t.Errorf("cjpeg %s: scan %d: %+v", options, i, s.choices)
			}
		}
	}
	for _, options := range []string{"-progressive", "-optimize", "-rotate 90 -progressive -restart 2", "-crop 40x40+16+16"} {
		data := tool(t, plain, "jpegtran", strings.Fields(options)...)
		f, err := roundTrip(t, data)
		if err != nil {
			t.Errorf("jpegtran %s: %v", options, err)
			continue
		}
		if options == "-progressive" || options == "-optimize" {
			want, err := Parse(plain, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range f.Components {
				if got, want := fmt.Sprint(f.Components[i]), fmt.Sprint(want.Components[i]); got != want {
					t.Errorf("jpegtran %s: component %d is another", options, i)
				}
			}
		}
	}
	if _, err := Parse(tool(t, ppm, "cjpeg", "-arithmetic"), Limits{}); !errors.Is(err, UnsupportedError("arithmetic-coded JPEG")) {
		t.Error(err)
	}
}
