package picture

import (
	"image"
	"image/color"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// profiles is what a file other than PNG holds beside its pixels, each nil if
// it is absent: a picture is worth reading without them.
type profiles struct {
	icc        []byte // an ICC profile
	exif       []byte // a TIFF structure, with or without "Exif\0\0" before it
	xmp        []byte // an XML document
	iptc       []byte // Photoshop image resources
	comments   []string
	resolution metadata.Resolution
}

// keep puts profiles into the form they have in a PNG file that shows p.Image, and
// notes those that PNG does not allow there or that are damaged as losses.
func (s profiles) keep(p *Picture) {
	if s.icc != nil {
		switch space := iccSpace(s.icc); {
		case space == "":
			p.lose(LossProfile, "a damaged colour profile")
		case space != pngSpace(p.Image):
			p.lose(LossProfile, "a colour profile for %s in a picture that is kept in %s", spaceName(space), spaceName(pngSpace(p.Image)))
		default:
			p.Metadata.SetICCProfile(s.icc)
		}
	}
	if s.exif != nil && p.Metadata.SetEXIF(s.exif) != nil {
		p.lose(LossMetadata, "damaged EXIF data")
	}
	if s.xmp != nil && p.Metadata.SetXMP(s.xmp) != nil {
		p.lose(LossMetadata, "XMP that is not UTF-8 text")
	}
	if s.iptc != nil {
		p.Metadata.SetIPTC(s.iptc)
	}
	if s.resolution != (metadata.Resolution{}) {
		p.Metadata.SetResolution(s.resolution)
	}
	for _, text := range s.comments {
		if !utf8.ValidString(text) { // nothing says what else it is
			text = latin1(text)
		}
		if p.Metadata.AddText(metadata.Text{Keyword: "Comment", Text: strings.TrimRight(text, "\x00")}) != nil {
			p.lose(LossMetadata, "a comment with a zero byte")
		}
	}
}

// latin1 makes UTF-8 of Latin-1.
func latin1(s string) string {
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return string(out)
}

// iccSpace returns the colour space of an ICC profile, four characters (ICC.1,
// section 7.2.6), or "" if it is none.
func iccSpace(icc []byte) string {
	if len(icc) < 128 || string(icc[36:40]) != "acsp" {
		return ""
	}
	return string(icc[16:20])
}

// pngSpace returns the colour space that the profile of a PNG file of img must
// have: gray for gray, RGB for all others.
func pngSpace(img image.Image) string {
	switch img.ColorModel() {
	case color.GrayModel, color.Gray16Model:
		return "GRAY"
	}
	return "RGB "
}

func spaceName(space string) string {
	if space == "GRAY" {
		return "gray"
	}
	return strings.TrimSpace(space)
}

// perMetre returns a number of pixels to a unit of length, given in units of so
// many metres, as the nearest number to a metre.
func perMetre(numerator, denominator uint32, unit float64) uint32 {
	v := math.Round(float64(numerator) / float64(denominator) / unit)
	if !(v >= 1 && v <= math.MaxUint32) {
		return 0
	}
	return uint32(v)
}

// Units of length, in metres.
const (
	inch       = 0.0254
	centimetre = 0.01
)

// resolutionOf returns a resolution a metre, or none if a direction's is not
// known.
func resolutionOf(x, y uint32) metadata.Resolution {
	if x == 0 || y == 0 {
		return metadata.Resolution{}
	}
	return metadata.Resolution{X: x, Y: y, Metre: true}
}

// loseCMYK notes that CMYK colours were converted, for which their profile does
// not hold.
func (p *Picture) loseCMYK(s *profiles) {
	p.lose(LossColour, "CMYK colours, converted to RGB")
	if s.icc != nil {
		s.icc = nil
		p.lose(LossProfile, "the colour profile of CMYK colours")
	}
}
