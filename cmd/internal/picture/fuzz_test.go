package picture

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// FuzzRead feeds arbitrary files to the readers. What is read must come through a
// PNG file: the same pixels, and the same metadata but for what holds for the
// source's layout only.
func FuzzRead(f *testing.F) {
	file := encodePNG(f, image.NewPaletted(testBounds, fourColours))
	f.Add(insert(file, "PLTE", metadata.Chunk{Type: "gAMA", Data: []byte{0, 0, 0, 1}}, metadata.Chunk{Type: "tEXt", Data: []byte("a\x00b")}))
	f.Add(file[:len(file)-5])
	f.Add([]byte(pngSignature + "\xff\xff\xff\xffIHDR"))
	f.Add([]byte("P1\n# a\n3 2\n010\n1 1 0"))
	f.Add([]byte("P5 2 1 1000\n\x00\x01\x03\xe8"))
	f.Add([]byte("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\nab"))
	for _, format := range []string{"tiff", "bmp", "gif", "jpeg"} {
		var out bytes.Buffer
		if _, err := Write(&out, format, paint(image.NewRGBA(image.Rect(0, 0, 3, 2)), opaqueAt), nil, WriteOptions{AllowLoss: true}); err != nil {
			f.Fatal(err)
		}
		f.Add(out.Bytes())
	}
	f.Add(riff("VP8L", losslessWebP))
	files, _ := filepath.Glob(filepath.Join(dataFolder(), "formats", "*")) // none if the shared data are not there
	for _, name := range files {
		if file, err := os.ReadFile(name); err == nil && len(file) < 4<<10 {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := Read(bytes.NewReader(file), ReadOptions{MaxPixels: 1 << 16, MaxMemory: 1 << 24})
		if err != nil {
			return
		}
		written := write(t, "png", p)
		again := read(t, written)
		if !samePixels(p.Image, again.Image) {
			t.Fatal("the pixels are others")
		}
		if _, err := png.Decode(bytes.NewReader(written)); err != nil {
			t.Fatal(err)
		}
	})
}

// riff makes a WebP file of one chunk.
func riff(kind, data string) []byte {
	return appendRIFF(nil, "RIFF", appendRIFF([]byte("WEBP"), kind, []byte(data)))
}
