package jpeg

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/golden.txt anew")

// TestGolden: small files of libjpeg's cjpeg have the frames and the syntaxes of testdata/golden.txt, byte for byte, since files that
// hold them are to stay readable. All that such a file takes beside its coefficients is little.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/*.jpg")
	if err != nil || len(names) < 8 {
		t.Fatal(names, err)
	}
	var list strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := roundTrip(t, data)
		if filepath.Base(name) == "arithmetic.jpg" {
			if !errors.Is(err, UnsupportedError("arithmetic-coded JPEG")) {
				t.Error(err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		frame, syntax := f.AppendFrame(nil), f.AppendSyntax(nil)
		if len(frame)+len(syntax) > 100 {
			t.Errorf("%s: %d bytes of frame, %d of syntax", name, len(frame), len(syntax))
		}
		fmt.Fprintf(&list, "%s\nframe  % x\nsyntax % x\n\n", filepath.Base(name), frame, syntax)
	}
	const golden = "testdata/golden.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(list.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	specification, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, example, found := strings.Cut(string(specification), "\n```\n"); !found || !strings.Contains(string(want), "progressive.jpg\n"+strings.TrimSuffix(example, "```\n")) {
		t.Errorf("the example of FORMAT.md is not in %s", golden)
	}
	if got := list.String(); got != string(want) {
		t.Errorf("other bytes: with -update they are written to %s, and files that hold JPEG files are others\n%s", golden, got)
	}
}
