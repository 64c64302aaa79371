package codec_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// madeByDecoder returns a picture of testdata/conversions: a part of landscape.png that was coded with loss, and decoded by the program
// that the file is named after (docs/experiments/conversions.md has the commands).
func madeByDecoder(t testing.TB, name string) image.Image {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "conversions", name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestDecoders: pictures that decoders of WebP, video and AVIF made are coded as the luma and chroma that they were made from.
func TestDecoders(t *testing.T) {
	i := 0
	for name, want := range map[string]string{
		"webp-fancy":         "libwebp (BT.601, limited range): Y, V, U, chroma halved",
		"webp-nofancy":       "libwebp (BT.601, limited range): Y, V, U, chroma halved",
		"video-601":          "libswscale (BT.601, limited range): Y, V, U, chroma halved",
		"video-709":          "libswscale (BT.709, limited range): Y, V, U, chroma halved",
		"video-709-422":      "libswscale (BT.709, limited range): Y, V, U, chroma halved across",
		"video-709-portable": "libswscale, portable (BT.709, limited range): Y, V, U, chroma halved",
		"video-full":         "libswscale (BT.601, full range): Y, V, U, chroma halved",
		"avif-limited-601":   "libyuv (BT.601, limited range): Y, V, U, chroma halved",
		"avif-limited-709":   "libyuv (BT.709, limited range): Y, V, U, chroma halved",
		"avif-full-601":      "libyuv (BT.601, full range): Y, V, U, chroma halved",
		"avif-full-709":      "libyuv (BT.709, full range): Y, V, U, chroma halved",
	} {
		t.Run(name, func(t *testing.T) {
			m := madeByDecoder(t, name)
			file := encode(t, m, &codec.Options{Mode: codec.Modelled})
			info, err := codec.Inspect(bytes.NewReader(file))
			if err != nil || info.Transform != want {
				t.Fatalf("transform %q, %v; want %q", info.Transform, err, want)
			}
			if !same(decode(t, file, 0), m) {
				t.Fatal("decodes to another picture")
			}
			if i++; i%3 != 1 && !long() {
				return
			}
			kept := len(encode(t, m, &codec.Options{Mode: codec.Modelled, KeepColours: true}))
			t.Logf("%d bytes; with colours as they are %d", len(file), kept)
			if len(file) > kept*8/10 {
				t.Errorf("%d bytes; with colours as they are %d", len(file), kept)
			}
		})
	}
}
