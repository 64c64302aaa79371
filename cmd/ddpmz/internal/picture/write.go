package picture

import (
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// Options are choices in writing. The zero value is good.
type Options struct {
	Compression png.CompressionLevel // for PNG
	Quality     int                  // for JPEG, 1 to 100; 0 means 90
}

// suffixes maps a file name's ending to the format that Write knows.
var suffixes = map[string]string{
	".png": "png",
	".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg",
	".gif": "gif",
	".tif": "tiff", ".tiff": "tiff",
	".bmp": "bmp",
	".pgm": "pgm", ".ppm": "ppm", ".pnm": "pnm", ".pam": "pam",
}

// FormatOf returns the format that a file's name asks for, by its suffix.
func FormatOf(name string) (format string, ok bool) {
	format, ok = suffixes[strings.ToLower(filepath.Ext(name))]
	return format, ok
}

// Write encodes img as a file of the given format; "" is PNG. Only PNG takes
// up meta, a string from Metadata.Marshal; the others ignore it.
//
// PNG, TIFF and PAM hold any picture exactly. PGM, PPM and PNM (whichever of
// the two suffices) hold gray and RGB of up to 16 bits, and JPEG an approximation
// to 8-bit gray and RGB: they refuse transparency, and PGM refuses colour, with
// an UnsupportedError. BMP cuts 16-bit samples to 8. GIF is exact for indexed
// pictures and dithers all others to a fixed palette.
func Write(w io.Writer, format string, img image.Image, meta []byte, opts Options) error {
	switch format {
	case "png", "":
		m, err := Unmarshal(meta)
		if err != nil {
			return err
		}
		return writePNG(w, img, m, opts)
	case "jpeg":
		if !isOpaque(img) {
			return UnsupportedError("transparency in JPEG")
		}
		quality := opts.Quality
		if quality == 0 {
			quality = 90
		}
		return jpeg.Encode(w, img, &jpeg.Options{Quality: quality})
	case "gif":
		return gif.Encode(w, img, nil)
	case "tiff":
		return tiff.Encode(w, img, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
	case "bmp":
		return bmp.Encode(w, img)
	case "pgm", "ppm", "pnm", "pam":
		return writePNM(w, format, img)
	}
	return UnsupportedError(fmt.Sprintf("writing the format %q", format))
}

// isOpaque reports whether no pixel is transparent. The images of the standard
// library know it of themselves.
func isOpaque(img image.Image) bool {
	if o, ok := img.(interface{ Opaque() bool }); ok {
		return o.Opaque()
	}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if _, _, _, a := img.At(x, y).RGBA(); a != 0xffff {
				return false
			}
		}
	}
	return true
}
