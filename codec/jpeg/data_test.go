package jpeg

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// dataFolder is where the shared JPEG files are.
const dataFolder = "../../../shared/data/jpeg"

// roundTrip takes a file apart and puts it together, by way of its frame and its syntax.
func roundTrip(t testing.TB, data []byte) (f *File, frame, syntax []byte, err error) {
	t.Helper()
	if f, err = Parse(data, Limits{}); err != nil {
		return nil, nil, nil, err
	}
	frame, syntax = f.AppendFrame(nil), f.AppendSyntax(nil)
	g, err := ParseSyntax(frame, syntax, Limits{})
	if err != nil {
		t.Fatalf("syntax: %v", err)
	}
	for i := range g.Components {
		g.Components[i].Coef = f.Components[i].Coef
	}
	got, err := g.Append(nil)
	if err != nil {
		t.Fatalf("writing: %v", err)
	}
	if !bytes.Equal(got, data) {
		n := 0
		for n < len(got) && n < len(data) && got[n] == data[n] {
			n++
		}
		t.Fatalf("%d bytes became %d, the first other one is at %d", len(data), len(got), n)
	}
	return f, frame, syntax, nil
}

// refusals are the files of kinds that do not come back, and why. The last was cut by those who collected it.
var refusals = map[string]error{
	"testimgari.jpg":      UnsupportedError("arithmetic-coded JPEG"),
	"testorig12.jpg":      UnsupportedError("JPEG of 12 bits"),
	"pillow_ultrahdr.jpg": FormatError("95760 blocks in 446 bytes"),
}

// TestFiles: files of cameras, and of all kinds, come back as they were.
func TestFiles(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(dataFolder, "*", "*.jp*g"))
	if len(files) == 0 {
		t.Skip("no shared data")
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := refusals[filepath.Base(name)]
			if _, _, _, err := roundTrip(t, data); want == nil && err != nil || want != nil && !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		})
	}
}
