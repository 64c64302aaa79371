package jpeg

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// dataFolder is where the shared JPEG files are.
const dataFolder = "../../../shared/data/jpeg"

// refusals are the files of kinds that do not come back, and why. The last was cut by those who collected it.
var refusals = map[string]error{
	"testimgari.jpg":      UnsupportedError("arithmetic-coded JPEG"),
	"testorig12.jpg":      UnsupportedError("JPEG of 12 bits"),
	"pillow_ultrahdr.jpg": FormatError("95760 blocks in 446 bytes"),
}

// TestSharedFiles: files of cameras, and of all kinds, come back as they were.
func TestSharedFiles(t *testing.T) {
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
			if len(data) > 200<<10 && !long() {
				t.Skip("set DDPMZ_LONG=1 for large files")
			}
			want := refusals[filepath.Base(name)]
			if _, err := roundTrip(t, data); want == nil && err != nil || want != nil && !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		})
	}
}
