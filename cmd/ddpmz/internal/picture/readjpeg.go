package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// A jpegFile is what a JPEG file's marker segments say (ITU-T T.81, annex B).
type jpegFile struct {
	profiles   profiles
	frame      byte // marker of the frame header; 0 if there is none
	precision  int  // bits of a sample
	width      int
	height     int // 0 if the first scan is to say it
	components int
	further    int      // images that a multi-picture index names beside the first
	unkept     []string // segments that are not kept
	ended      bool     // there is an end-of-image marker
	rest       []byte   // what comes after it
}

// Markers.
const (
	markerSOF0  = 0xc0
	markerSOF15 = 0xcf
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerAPP0  = 0xe0
	markerAPP15 = 0xef
	markerCOM   = 0xfe
)

// scanJPEG goes through a file's segments up to the end of the first image.
func scanJPEG(file []byte) *jpegFile {
	f := &jpegFile{}
	var icc iccParts
	rest := file[min(2, len(file)):]
scan:
	for {
		rest = nextMarker(rest)
		if len(rest) < 2 {
			break
		}
		marker := rest[1]
		rest = rest[2:]
		switch {
		case marker == markerEOI:
			f.ended, f.rest = true, rest
			break scan
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd8: // without a length
			continue
		}
		if len(rest) < 2 {
			break
		}
		n := int(binary.BigEndian.Uint16(rest))
		if n < 2 || n > len(rest) {
			break
		}
		data := rest[2:n]
		rest = rest[n:]
		switch {
		case marker >= markerSOF0 && marker <= markerSOF15 && marker != markerDHT && marker != markerJPG && marker != markerDAC:
			if f.frame == 0 && len(data) >= 6 {
				f.frame, f.precision, f.components = marker, int(data[0]), int(data[5])
				f.height, f.width = int(binary.BigEndian.Uint16(data[1:])), int(binary.BigEndian.Uint16(data[3:]))
			}
		case marker == markerCOM:
			f.profiles.comments = append(f.profiles.comments, string(data))
		case marker >= markerAPP0 && marker <= markerAPP15:
			f.application(marker, data, &icc)
		}
	}
	f.profiles.icc = icc.join()
	return f
}

// nextMarker skips to the next marker: 0xff and a byte other than 0, which stands
// for 0xff in entropy-coded data, and 0xff, which is padding.
func nextMarker(b []byte) []byte {
	for {
		at := bytes.IndexByte(b, 0xff)
		if at < 0 || at+1 >= len(b) {
			return nil
		}
		if b = b[at:]; b[1] != 0 && b[1] != 0xff {
			return b
		}
		b = b[1:]
	}
}

// An iccParts is a profile in up to 255 APP2 segments, each with its number (from
// 1) and their count.
type iccParts struct {
	parts map[byte][]byte
	count byte
}

// join returns the profile: nil if there is none, and no bytes if a part is
// missing.
func (p *iccParts) join() []byte {
	if p.parts == nil {
		return nil
	}
	out := []byte{}
	for i := range int(p.count) {
		part, ok := p.parts[byte(i+1)]
		if !ok {
			return []byte{}
		}
		out = append(out, part...)
	}
	return out
}

// Prefixes of application segments.
const (
	prefixJFIF      = "JFIF\x00"
	prefixJFXX      = "JFXX\x00"
	prefixEXIF      = "Exif\x00\x00"
	prefixXMP       = "http://ns.adobe.com/xap/1.0/\x00"
	prefixXMPMore   = "http://ns.adobe.com/xmp/extension/\x00"
	prefixICC       = "ICC_PROFILE\x00"
	prefixMPF       = "MPF\x00"
	prefixPhotoshop = "Photoshop 3.0\x00"
	prefixAdobe     = "Adobe"
)

// application takes up an application segment.
func (f *jpegFile) application(marker byte, data []byte, icc *iccParts) {
	s := &f.profiles
	is := func(m byte, prefix string) bool { return marker == m && bytes.HasPrefix(data, []byte(prefix)) }
	switch {
	case is(markerAPP0, prefixJFIF):
		if len(data) >= 14 {
			s.resolution = jfifResolution(data)
			if data[12] != 0 && data[13] != 0 {
				f.unkept = append(f.unkept, "a JFIF thumbnail")
			}
		}
	case is(markerAPP0, prefixJFXX):
		f.unkept = append(f.unkept, "a JFIF thumbnail")
	case is(0xe1, prefixEXIF) && s.exif == nil:
		s.exif = data
	case is(0xe1, prefixEXIF):
		f.unkept = append(f.unkept, "further EXIF data")
	case is(0xe1, prefixXMP) && s.xmp == nil:
		s.xmp = data[len(prefixXMP):]
	case is(0xe1, prefixXMPMore):
		f.unkept = append(f.unkept, "extended XMP")
	case is(0xe2, prefixICC) && len(data) >= len(prefixICC)+2:
		part := data[len(prefixICC):]
		if icc.parts == nil {
			icc.parts = map[byte][]byte{}
		}
		icc.parts[part[0]], icc.count = part[2:], part[1]
	case is(0xe2, prefixMPF):
		f.further = mpfImages(data[len(prefixMPF):])
	case is(0xed, prefixPhotoshop):
		if s.iptc == nil {
			s.iptc = []byte{}
		}
		s.iptc = append(s.iptc, data[len(prefixPhotoshop):]...)
	case is(0xee, prefixAdobe): // about the colours, which are converted
	default:
		name, _, _ := bytes.Cut(data, []byte{0})
		what := fmt.Sprintf("APP%d segments", marker-markerAPP0)
		if len(name) > 0 && len(name) <= 40 && isPrintable(name) {
			what = fmt.Sprintf("APP%d segments (%s)", marker-markerAPP0, name)
		}
		f.unkept = append(f.unkept, what)
	}
}

func isPrintable(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c < 32 || c > 126 })
}

// jfifResolution reads the density of a JFIF segment: pixels an inch, a
// centimetre, or an unknown unit.
func jfifResolution(data []byte) metadata.Resolution {
	x, y := uint32(binary.BigEndian.Uint16(data[8:])), uint32(binary.BigEndian.Uint16(data[10:]))
	switch data[7] {
	case 1:
		return resolutionOf(perMetre(x, 1, inch), perMetre(y, 1, inch))
	case 2:
		return resolutionOf(perMetre(x, 1, centimetre), perMetre(y, 1, centimetre))
	}
	if x == y || x == 0 || y == 0 { // which says nothing
		return metadata.Resolution{}
	}
	return metadata.Resolution{X: x, Y: y}
}

// mpfImages returns how many images a multi-picture index (CIPA DC-007) names
// beside the first, or 0 if it is damaged.
func mpfImages(data []byte) int {
	const numberOfImages = 0xb001
	d, err := readDirectory(data)
	if err != nil {
		return 0
	}
	return int(min(max(d.Uint(numberOfImages, 1), 1), 1<<16)) - 1
}

// refuse returns an UnsupportedError that names what image/jpeg does not read.
func (f *jpegFile) refuse() error {
	switch {
	case f.frame == 0x00:
		return nil
	case f.frame == 0xc3:
		return UnsupportedError("lossless JPEG is not supported")
	case f.frame >= 0xc5 && f.frame <= 0xc7:
		return UnsupportedError("hierarchical JPEG is not supported")
	case f.frame >= 0xc9:
		return UnsupportedError("arithmetic-coded JPEG is not supported")
	case f.precision != 8:
		return UnsupportedError(fmt.Sprintf("%d-bit JPEG is not supported", f.precision))
	case f.height == 0:
		return UnsupportedError("JPEG whose height is in a DNL marker is not supported")
	}
	return nil
}

func jpegHeader(file []byte) (header, error) {
	f := scanJPEG(file)
	if err := f.refuse(); err != nil {
		return header{}, err
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(file))
	const coefficients = 3 * 4 // which a progressive file makes image/jpeg keep
	return header{c.Width, c.Height, bytesPerPixel(c.ColorModel) + coefficients}, err
}

// readJPEG reads a JPEG file's first image.
func readJPEG(file []byte, p *Picture) error {
	f := scanJPEG(file)
	var in io.Reader = bytes.NewReader(file)
	if !f.ended {
		in = io.MultiReader(in, strings.NewReader("\xff\xd9"))
	}
	img, err := jpeg.Decode(in)
	if err != nil && !f.ended {
		return fmt.Errorf("the JPEG picture is not whole: %w", io.ErrUnexpectedEOF)
	}
	if err != nil {
		return err
	}
	p.Image = img
	if !f.ended {
		p.lose(LossDamage, "the end of the JPEG file: there is no end-of-image marker")
	}
	if m, ok := img.(*image.CMYK); ok {
		p.Image = rgbOfCMYK(m)
		p.loseCMYK(&f.profiles)
	}
	f.profiles.keep(p)
	slices.Sort(f.unkept)
	for _, what := range slices.Compact(f.unkept) {
		p.lose(LossMetadata, "%s", what)
	}
	if f.further > 0 {
		p.lose(LossImages, "%s, such as a preview or a gain map", plural(f.further, "further image"))
	} else {
		p.loseTrailing(f.rest)
	}
	return nil
}

// rgbOfCMYK converts inks to light: each of the samples is the product of what
// its ink and black leave, of 255, rounded down (libtiff's formula).
func rgbOfCMYK(m *image.CMYK) *image.RGBA {
	out := image.NewRGBA(m.Rect)
	for y := range m.Rect.Dy() {
		in, to := m.Pix[y*m.Stride:], out.Pix[y*out.Stride:]
		for x := range m.Rect.Dx() {
			c := in[4*x : 4*x+4]
			k := 255 - uint32(c[3])
			for i := range 3 {
				to[4*x+i] = byte(k * (255 - uint32(c[i])) / 255)
			}
			to[4*x+3] = 0xff
		}
	}
	return out
}
