package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
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
	".pbm": "pbm", ".pgm": "pgm", ".ppm": "ppm", ".pnm": "pnm", ".pam": "pam",
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
//	format         pixels                                        metadata
//	png            all                                           all
//	tiff           all                                           profile, EXIF, XMP, IPTC, resolution
//	jpeg           gray and RGB of 8 bits, approximated          profile, EXIF, XMP, IPTC, resolution, comments
//	bmp            gray, indexed and RGB of 8 bits, with alpha   profile, resolution
//	gif            256 colours, of which one is transparent      comments
//	pam            all                                           none
//	ppm, pnm       gray and RGB of up to 16 bits                 none
//	pgm            gray of up to 16 bits                         none
//	pbm            black and white                               none
//
// That JPEG approximates does not stop it either: it is always among the losses.
// Nor does it that colours multiplied by alpha become straight ones everywhere but
// in TIFF, which is among the losses if it changes one.
//
// Indexed pictures with transparency become RGB with alpha in TIFF and BMP, which
// have no transparent palettes.
func Write(w io.Writer, format string, img image.Image, m *metadata.Metadata, o WriteOptions) ([]Loss, error) {
	if m == nil {
		m = new(metadata.Metadata)
	}
	if format == "" {
		format = "png"
	}
	f, ok := writers[format]
	if !ok {
		return nil, UnsupportedError(fmt.Sprintf("writing the format %q is not supported", format))
	}
	losses := f.cannotHold(img)
	if len(losses) > 0 && !o.AllowLoss {
		return nil, &LossError{format, losses}
	}
	if format != "tiff" && len(losses) == 0 && !straightens(img) {
		losses = []Loss{{LossColour, "exact colours multiplied by alpha, of which straight ones are made"}}
	}
	lost, err := f.write(w, img, m, o)
	return append(losses, lost...), err
}

// A writer writes one format.
type writer struct {
	// cannotHold lists what the format does not hold of a picture's pixels.
	cannotHold func(img image.Image) []Loss
	// write writes a file, and returns which metadata it does not hold.
	write func(w io.Writer, img image.Image, m *metadata.Metadata, o WriteOptions) ([]Loss, error)
}

var writers = map[string]writer{
	"png":  {holdsAll, writePNG},
	"tiff": {holdsAll, writeTIFF},
	"jpeg": {func(img image.Image) []Loss { return append(loseAlpha(img), loseDepth(img)...) }, writeJPEG},
	"bmp":  {loseDepth, writeBMP},
	"gif":  {gifCannotHold, writeGIF},
	"pam":  {holdsAll, netpbm("pam")},
	"ppm":  {loseAlpha, netpbm("ppm")},
	"pnm":  {loseAlpha, netpbm("pnm")},
	"pgm":  {func(img image.Image) []Loss { return append(loseAlpha(img), loseColours(img)...) }, netpbm("pgm")},
	"pbm":  {pbmCannotHold, netpbm("pbm")},
}

func holdsAll(image.Image) []Loss { return nil }

func loseAlpha(img image.Image) []Loss {
	if images.Opaque(img) {
		return nil
	}
	return []Loss{{LossAlpha, "transparency"}}
}

func loseDepth(img image.Image) []Loss {
	switch img.ColorModel() {
	case color.Gray16Model, color.Alpha16Model, color.RGBA64Model, color.NRGBA64Model:
		return []Loss{{LossDepth, "samples of 16 bits"}}
	}
	return nil
}

// straightens reports whether an image's colours are straight, or the same when they
// are made straight and multiplied by alpha again.
func straightens(img image.Image) bool {
	if images.Opaque(img) {
		return true
	}
	switch m := img.(type) {
	case *image.RGBA:
		for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
			for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
				c := m.RGBAAt(x, y)
				if c.A != 0xff && color.RGBAModel.Convert(color.NRGBAModel.Convert(c)) != c {
					return false
				}
			}
		}
	case *image.RGBA64:
		for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
			for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
				c := m.RGBA64At(x, y)
				if c.A != 0xffff && color.RGBA64Model.Convert(color.NRGBA64Model.Convert(c)) != c {
					return false
				}
			}
		}
	}
	return true
}

func loseColours(img image.Image) []Loss {
	if gray, _ := needs(img); gray {
		return nil
	}
	return []Loss{{LossColour, "colours"}}
}

// unwritten returns, as losses, what of m is not among the chunk types and texts
// that a format's writer takes up. Of profiles, EXIF and the like a file has one:
// writers take the first, and PNG files that have more, against the rules, lose them.
func unwritten(m *metadata.Metadata, written func(c metadata.Chunk) bool) []Loss {
	var losses []Loss
	var others []string
	texts := 0
	seen := map[string]bool{}
	for _, c := range m.Chunks {
		name := soleOfFile(c)
		if written(c) {
			if name != "" && seen[name] {
				losses = append(losses, Loss{LossMetadata, "a further " + name})
			}
			seen[name] = true
			continue
		}
		switch c.Type {
		case "iCCP":
			losses = append(losses, Loss{LossProfile, "the colour profile"})
		case "cICP", "gAMA", "cHRM", "mDCV", "cLLI":
			losses = append(losses, Loss{LossProfile, "the description of colours in PNG chunk " + c.Type})
		case "sRGB": // what a file without a profile is taken for
		case "eXIf":
			losses = append(losses, Loss{LossMetadata, "EXIF data"})
		case "pHYs":
			losses = append(losses, Loss{LossMetadata, "the resolution"})
		case "tEXt", "zTXt", "iTXt":
			switch {
			case metadata.IsXMP(c):
				losses = append(losses, Loss{LossMetadata, "XMP"})
			case metadata.IsIPTC(c):
				losses = append(losses, Loss{LossMetadata, "IPTC data"})
			default:
				texts++
			}
		default:
			if !slices.Contains(others, c.Type) {
				others = append(others, c.Type)
			}
		}
	}
	if texts > 0 {
		losses = append(losses, Loss{LossMetadata, plural(texts, "text")})
	}
	if len(others) > 0 {
		losses = append(losses, Loss{LossMetadata, "PNG chunks " + strings.Join(others, ", ")})
	}
	return losses
}

// soleOfFile names what a chunk holds, if a file that is no PNG file has only one
// of that, else it returns "".
func soleOfFile(c metadata.Chunk) string {
	switch {
	case c.Type == "iCCP":
		return "colour profile"
	case c.Type == "eXIf":
		return "set of EXIF data"
	case c.Type == "pHYs":
		return "resolution"
	case metadata.IsXMP(c):
		return "XMP packet"
	case metadata.IsIPTC(c):
		return "set of IPTC data"
	}
	return ""
}

// isComment reports whether a chunk is a text with the keyword Comment.
func isComment(c metadata.Chunk) bool {
	t, err := c.Text()
	return err == nil && t.Keyword == "Comment"
}
