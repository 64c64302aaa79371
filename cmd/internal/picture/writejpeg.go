package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// writeJPEG writes a JPEG file with the metadata in application segments after its
// first marker.
func writeJPEG(w io.Writer, img image.Image, m *metadata.Metadata, o WriteOptions) ([]Loss, error) {
	quality := o.Quality
	if quality == 0 {
		quality = 90
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	var s jpegSegments
	losses := append([]Loss{{LossColour, "the exact colours, which JPEG approximates"}}, s.add(m)...)
	const soi = 2
	for _, b := range [][]byte{file.Bytes()[:soi], s.out, file.Bytes()[soi:]} {
		if _, err := w.Write(b); err != nil {
			return nil, err
		}
	}
	return losses, nil
}

// jpegSegments are marker segments: a marker, a length that counts itself, and
// data.
type jpegSegments struct{ out []byte }

// segmentMost is how many bytes of data fit into a segment.
const segmentMost = math.MaxUint16 - 2

// segment appends a segment, or returns false if it is too long.
func (s *jpegSegments) segment(marker byte, prefix string, data []byte) bool {
	n := len(prefix) + len(data)
	if n > segmentMost {
		return false
	}
	s.out = append(s.out, 0xff, marker)
	s.out = binary.BigEndian.AppendUint16(s.out, uint16(n+2))
	s.out = append(append(s.out, prefix...), data...)
	return true
}

// add appends segments for metadata, and returns what they do not hold.
func (s *jpegSegments) add(m *metadata.Metadata) []Loss {
	var losses []Loss
	lose := func(kind, format string, args ...any) {
		losses = append(losses, Loss{kind, fmt.Sprintf(format, args...)})
	}
	if r, ok := m.Resolution(); ok {
		s.segment(markerAPP0, prefixJFIF, jfifDensity(r))
	}
	if exif := m.EXIF(); exif != nil && !s.segment(0xe1, prefixEXIF, exif) {
		lose(LossMetadata, "EXIF data of more than %d bytes", segmentMost-len(prefixEXIF))
	}
	if xmp, err := m.XMP(); err != nil {
		lose(LossMetadata, "damaged XMP")
	} else if xmp != nil && !s.segment(0xe1, prefixXMP, xmp) {
		lose(LossMetadata, "XMP of more than %d bytes", segmentMost-len(prefixXMP))
	}
	if icc, err := m.ICCProfile(); err != nil {
		lose(LossProfile, "a damaged colour profile")
	} else if !s.profile(icc) {
		lose(LossProfile, "a colour profile of %d bytes", len(icc))
	}
	if iptc, err := m.IPTC(); err != nil {
		lose(LossMetadata, "damaged IPTC data")
	} else {
		for part := range chunksOf(iptc, segmentMost-len(prefixPhotoshop)) {
			s.segment(0xed, prefixPhotoshop, part)
		}
	}
	for _, c := range m.Chunks {
		if isComment(c) {
			t, _ := c.Text() // isComment has read it
			if !s.segment(markerCOM, "", []byte(t.Text)) {
				lose(LossMetadata, "a comment of more than %d bytes", segmentMost)
			}
		}
	}
	return append(losses, unwritten(m, func(c metadata.Chunk) bool {
		switch c.Type {
		case "iCCP", "eXIf", "pHYs":
			return true
		}
		return metadata.IsXMP(c) || metadata.IsIPTC(c) || isComment(c)
	})...)
}

// profile appends the parts of an ICC profile, or returns false if there are too
// many.
func (s *jpegSegments) profile(icc []byte) bool {
	most := segmentMost - len(prefixICC) - 2
	count := (len(icc) + most - 1) / most
	if count > 255 {
		return false
	}
	i := 0
	for part := range chunksOf(icc, most) {
		i++
		s.segment(0xe2, prefixICC+string([]byte{byte(i), byte(count)}), part)
	}
	return true
}

// chunksOf yields b in parts of at most n bytes.
func chunksOf(b []byte, n int) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			k := min(n, len(b))
			if !yield(b[:k]) {
				return
			}
			b = b[k:]
		}
	}
}

// jfifDensity returns the data of a JFIF segment: version 1.1, the unit and the
// density, and no thumbnail. Densities are of 16 bits, rounded: to the inch, unless
// that does not fit or those to the centimetre are nearer.
func jfifDensity(r metadata.Resolution) []byte {
	unit, x, y := byte(0), float64(r.X), float64(r.Y)
	if r.Metre {
		const perInch, perCentimetre = 1, 2
		rounded := func(unit float64) (x, y, wrong float64) {
			x, y = math.Round(float64(r.X)*unit), math.Round(float64(r.Y)*unit)
			return x, y, max(math.Abs(x/unit-float64(r.X)), math.Abs(y/unit-float64(r.Y)))
		}
		const half = 0.5 // a reader that rounds to whole pixels a metre gets them again
		inchX, inchY, inchWrong := rounded(inch)
		unit, x, y = perInch, inchX, inchY
		if cmX, cmY, cmWrong := rounded(centimetre); max(x, y) > math.MaxUint16 || inchWrong > half && cmWrong < inchWrong {
			unit, x, y = perCentimetre, cmX, cmY
		}
	}
	for max(x, y) > math.MaxUint16 { // without a unit, the ratio counts
		x, y = math.Round(x/2), math.Round(y/2)
	}
	out := []byte{1, 1, unit}
	out = binary.BigEndian.AppendUint16(out, uint16(max(x, 1)))
	out = binary.BigEndian.AppendUint16(out, uint16(max(y, 1)))
	return append(out, 0, 0)
}
