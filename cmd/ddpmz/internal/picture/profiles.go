package picture

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/color"
	"unicode/utf8"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// profiles is what a file other than PNG holds beside its pixels, each nil if
// it is absent or damaged: a picture is worth reading without them.
type profiles struct {
	icc  []byte // an ICC profile
	exif []byte // a TIFF structure, with or without "Exif\0\0" before it
	xmp  []byte // an XML document
}

// chunks converts profiles to the form they have in a PNG file that shows img.
// Those that PNG does not allow there are left out.
func (p profiles) chunks(img image.Image) []metadata.Chunk {
	var chunks []metadata.Chunk
	add := func(kind string, place metadata.Place, data []byte) {
		chunks = append(chunks, metadata.Chunk{Type: kind, Place: place, Data: data})
	}
	if iccFits(p.icc, img) {
		add("iCCP", metadata.BeforePLTE, append([]byte("ICC Profile\x00\x00"), deflate(p.icc)...))
	}
	exif := bytes.TrimPrefix(p.exif, []byte("Exif\x00\x00"))
	if isTIFF(exif) {
		add("eXIf", metadata.BeforePLTE, bytes.Clone(exif))
	}
	if len(p.xmp) > 0 && utf8.Valid(p.xmp) && bytes.IndexByte(p.xmp, 0) < 0 {
		// Keyword, then: not compressed, method 0, no language, no translation.
		add("iTXt", metadata.BeforePLTE, append([]byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), p.xmp...))
	}
	return chunks
}

// iccFits reports whether an ICC profile is for the colours that a PNG file of
// img would have: gray for gray, RGB for all others.
func iccFits(icc []byte, img image.Image) bool {
	if len(icc) < 128 || string(icc[36:40]) != "acsp" {
		return false
	}
	space := string(icc[16:20])
	switch img.ColorModel() {
	case color.GrayModel, color.Gray16Model:
		return space == "GRAY"
	}
	return space == "RGB "
}

func isTIFF(b []byte) bool {
	return bytes.HasPrefix(b, []byte("II*\x00")) || bytes.HasPrefix(b, []byte("MM\x00*"))
}

// deflate compresses data into a zlib stream.
func deflate(data []byte) []byte {
	var out bytes.Buffer
	w, _ := zlib.NewWriterLevel(&out, zlib.BestCompression) // the level is a valid one
	w.Write(data)                                           // a bytes.Buffer takes everything
	w.Close()
	return out.Bytes()
}
