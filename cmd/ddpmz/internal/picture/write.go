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

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// WriteOptions are choices in writing. The zero value is good.
type WriteOptions struct {
	Compression png.CompressionLevel // for PNG
	Quality     int                  // for JPEG, 1 to 100; 0 means 90
	AllowLoss   bool                 // write what the format can hold where it cannot hold the picture
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

// Write encodes img as a file of the given format; "" is PNG. A format that
// cannot hold the picture's colours, depth or transparency is refused with a
// *LossError, before anything is written, unless o allows it: then Write
// returns what was lost. Metadata that the format cannot hold, or that this
// package does not write into it, never stop it: they are among the losses
// returned. A nil m says nothing.
//
// PNG, TIFF and PAM hold any picture exactly. PGM, PPM and PNM (whichever of
// the two suffices) hold gray and RGB of up to 16 bits, and JPEG an approximation
// to 8-bit gray and RGB. BMP cuts 16-bit samples to 8. GIF is exact for indexed
// pictures and dithers all others to a fixed palette.
func Write(w io.Writer, format string, img image.Image, m *metadata.Metadata, o WriteOptions) ([]Loss, error) {
	if m == nil {
		m = new(metadata.Metadata)
	}
	if format == "png" || format == "" {
		return nil, writePNG(w, img, m, o)
	}
	var losses []Loss
	if format != "tiff" && format != "pam" && !isOpaque(img) {
		losses = append(losses, Loss{LossAlpha, "transparency"})
	}
	if len(losses) > 0 && !o.AllowLoss {
		return nil, &LossError{format, losses}
	}
	if len(m.Chunks) > 0 {
		losses = append(losses, Loss{LossMetadata, "metadata"})
	}
	switch format {
	case "jpeg":
		quality := o.Quality
		if quality == 0 {
			quality = 90
		}
		return losses, jpeg.Encode(w, img, &jpeg.Options{Quality: quality})
	case "gif":
		return losses, gif.Encode(w, img, nil)
	case "tiff":
		return losses, tiff.Encode(w, img, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
	case "bmp":
		return losses, bmp.Encode(w, img)
	case "pgm", "ppm", "pnm", "pam":
		return losses, writePNM(w, format, img)
	}
	return nil, UnsupportedError(fmt.Sprintf("writing the format %q", format))
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
