package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// A jpegFile is what a JPEG file's marker segments say (ITU-T T.81, annex B).
type jpegFile struct {
	profiles   profiles
	framed     bool // there is a frame header
	width      int
	height     int      // 0 if it is in no header
	components []byte   // as the frame header lists them: three bytes each, the second of which is the sampling factors
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
	markerDNL   = 0xdc
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
			if !f.framed && len(data) >= 6 {
				f.framed, f.components = true, data[6:]
				f.height, f.width = int(binary.BigEndian.Uint16(data[1:])), int(binary.BigEndian.Uint16(data[3:]))
			}
		case marker == markerDNL:
			if f.height == 0 && len(data) == 2 {
				f.height = int(binary.BigEndian.Uint16(data))
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

// memory returns what the picture and the coefficients of its blocks take, in bytes.
func (f *jpegFile) memory() int64 {
	var mostH, mostV int
	for i := 1; i < len(f.components); i += 3 {
		mostH, mostV = max(mostH, int(f.components[i]>>4)), max(mostV, int(f.components[i]&15))
	}
	units := int64(f.width/max(8*mostH, 1)+1) * int64(f.height/max(8*mostV, 1)+1) // MCUs
	bytes := 4 * int64(f.width) * int64(f.height)
	for i := 1; i < len(f.components); i += 3 {
		bytes += units * int64(f.components[i]>>4) * int64(f.components[i]&15) * 2 * jpeg.BlockSize
	}
	return bytes
}

func jpegHeader(file []byte) (header, error) {
	f := scanJPEG(file)
	if !f.framed { // or of a kind that T.81 does not have, such as JPEG-LS
		var unsupported jpeg.UnsupportedError
		if _, err := jpeg.Parse(file, jpeg.Limits{}); errors.As(err, &unsupported) {
			return header{}, UnsupportedError(string(unsupported) + " is not supported")
		}
	}
	if !f.framed || f.width == 0 || f.height == 0 {
		return header{}, FormatError("JPEG file without a frame header, or without its size")
	}
	pixels := int64(f.width) * int64(f.height)
	return header{f.width, f.height, (f.memory() + pixels - 1) / pixels}, nil
}

// readJPEG reads a JPEG file's first image.
func readJPEG(file []byte, p *Picture) error {
	f := scanJPEG(file)
	parsed, err := jpeg.Parse(file, jpeg.Limits{MaxPixels: int64(f.width) * int64(f.height), MaxMemory: f.memory()})
	if err == nil {
		p.Image, err = pixels.Decode(parsed)
	}
	var unsupported jpeg.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		return UnsupportedError(string(unsupported) + " is not supported")
	case err != nil && !f.ended:
		return fmt.Errorf("the JPEG picture is not whole: %w", io.ErrUnexpectedEOF)
	case err != nil:
		return err
	}
	if !f.ended {
		p.lose(LossDamage, "the end of the JPEG file: there is no end-of-image marker")
	}
	f.keep(p)
	return nil
}

// keep gives a picture, which has its image, what it keeps of the file, and notes the rest as losses.
func (f *jpegFile) keep(p *Picture) {
	if len(f.components) == 4*3 {
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
}
