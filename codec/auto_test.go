package codec_test

import (
	"bytes"
	"image"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// Auto makes the smaller of the two files that the other modes make, though it does not always make both. TestRoundTripPictures
// checks that of the committed pictures.
func TestAuto(t *testing.T) {
	t.Parallel()
	if !long() {
		t.Skip("set DDPMZ_LONG=1 for graphics and photographs of megapixels")
	}
	var files []string
	for _, pattern := range []string{"graphics/cid22_graphics/*.png", "graphics/gb82-sc/*.png", "graphics/libjxl/*.png", "kodak/kodim*[05].png"} {
		list, err := filepath.Glob(filepath.Join(data(t, filepath.Dir(pattern)), filepath.Base(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	for _, name := range files {
		m := open(t, name)
		if _, ok := m.(*image.Paletted); ok {
			continue // these are stored always
		}
		auto := encode(t, m, nil)
		modelled := encode(t, m, &codec.Options{Mode: codec.Modelled})
		plain := encode(t, m, &codec.Options{Mode: codec.Stored})
		want := plain
		if len(modelled) < len(plain) {
			want = modelled
		}
		if !bytes.Equal(auto, want) {
			t.Errorf("%s: %d bytes, %d if modelled, %d if stored", name, len(auto), len(modelled), len(plain))
		}
	}
}
