package peers

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
)

// jpegWork returns a JPEG file and its picture, as Go makes them.
func jpegWork(t *testing.T) (*Work, []byte) {
	t.Helper()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, testPicture(112, 80).Image(), nil); err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	r, err := metrics.NewRaster(m)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewJPEGWork(file.Bytes(), r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w, file.Bytes()
}

// TestJPEGPeers runs what is installed: the file comes back, and its beginnings are pictures.
func TestJPEGPeers(t *testing.T) {
	w, file := jpegWork(t)
	for _, p := range AllJPEG() {
		t.Run(p.ID, func(t *testing.T) {
			if len(p.Missing) > 0 {
				t.Skip("not installed:", p.Missing)
			}
			n := int64(len(file))
			whole, list, err := p.MeasureJPEG(context.Background(), w, []int64{30, n / 2, 2 * n})
			if err != nil {
				t.Fatal(err)
			}
			if whole.Bytes < n/2 || whole.Bytes > n {
				t.Errorf("%d bytes of %d", whole.Bytes, n)
			}
			if p.Show == "" && len(list) == 0 {
				return
			}
			if len(list) != 3 {
				t.Fatalf("%d bytes of %d; %d cuts", whole.Bytes, n, len(list))
			}
			if list[0].Bytes != 30 || list[0].Picture != nil || list[2].Bytes != whole.Bytes || list[2].Picture == nil {
				t.Errorf("%+v", list)
			} else if q := psnr(t, w.original, list[2].Picture); q < 35 { // decoders differ
				t.Errorf("the whole file is shown with %.1f dB", q)
			}
		})
	}
}

// TestMeasureJPEG runs a codec in shell, which does all that one can do wrong.
func TestMeasureJPEG(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil || runtime.GOOS == "js" {
		t.Skip("no shell here")
	}
	w, file := jpegWork(t)
	dir := t.TempDir()
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	script := `case $1 in
same) cp $2 $3 ;;
other) { cat $2; echo; } > $3 ;;
show) [ $(wc -c < $2) -ge 100 ] || exit 1; cp "$(dirname $2)/original.ppm" $3 ;;
*) echo no such JPEG >&2; exit 1 ;;
esac`
	if err := os.WriteFile(filepath.Join(dir, "jcodec"), []byte("#!/bin/sh\n"+script+"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	p := Peer{ID: "j", Comparison: File, Encode: "jcodec same {jpg} {file}", Decode: "jcodec same {file} {out}", Show: "jcodec show {file} {out}", out: ".jpg"}
	whole, list, err := p.MeasureJPEG(context.Background(), w, []int64{99, 110})
	if err != nil || whole.Bytes != int64(len(file)) || len(list) != 2 || list[0].Picture != nil || list[1].Picture == nil {
		t.Errorf("%+v, %+v, %v", whole, list, err)
	}
	p.Decode = "jcodec other {file} {out}"
	if _, _, err := p.MeasureJPEG(context.Background(), w, nil); err == nil || !strings.Contains(err.Error(), "comes back otherwise") {
		t.Errorf("another file comes back: %v", err)
	}
	p.Comparison = Rewrites // which need not come back
	if _, _, err := p.MeasureJPEG(context.Background(), w, nil); err != nil {
		t.Error(err)
	}
	p.Encode = "jcodec none {jpg} {file}"
	var refused *RefusedError
	if _, _, err := p.MeasureJPEG(context.Background(), w, nil); !errors.As(err, &refused) || !strings.Contains(err.Error(), "no such JPEG") {
		t.Errorf("a file that is refused: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := p.MeasureJPEG(ctx, w, nil); err == nil || errors.As(err, &refused) {
		t.Errorf("after the end: %v", err)
	}
}

// TestUpright: a picture in any orientation is found to be the original.
func TestUpright(t *testing.T) {
	w := &Work{original: testPicture(7, 4)}
	for which := range 8 {
		if r := w.upright(turned(w.original, which)); r == nil || !bytes.Equal(r.Pix, w.original.Pix) {
			t.Errorf("orientation %d is not recognized", which)
		}
	}
	if w.upright(testPicture(4, 4)) != nil {
		t.Error("a picture of another size is taken")
	}
}
