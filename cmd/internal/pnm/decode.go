// Package pnm reads the Netpbm formats P1 to P7: PBM, PGM and PPM, plain and raw,
// and PAM. They are specified in the manual pages pbm(5), pgm(5), ppm(5) and
// pam(5) of Netpbm.
package pnm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"io"
	"strconv"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
)

// A FormatError reports a malformed file.
type FormatError string

func (e FormatError) Error() string { return "pnm: malformed: " + string(e) }

// An UnsupportedError names what this package does not read.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "pnm: " + string(e) + " is not supported" }

// A Header is what a file says before its samples.
type Header struct {
	Magic         string // "P1" to "P7"
	Width, Height int
	Depth         int      // samples a pixel: 1 to 4
	Max           int      // the value of white, 1 to 65535
	TupleType     string   // of P7
	Comments      []string // without "#"

	alpha bool // the last sample of a pixel is alpha
	body  int  // where the samples begin
}

// Format returns the name of the file's format: "pbm", "pgm", "ppm" or "pam".
func (h *Header) Format() string {
	return map[byte]string{'1': "pbm", '4': "pbm", '2': "pgm", '5': "pgm", '3': "ppm", '6': "ppm", '7': "pam"}[h.Magic[1]]
}

// Bits returns how many bits a sample takes.
func (h *Header) Bits() int {
	n := 0
	for h.Max>>n > 0 {
		n++
	}
	return n
}

// Exact reports whether Max is the greatest number of its bits, as it is in all
// formats but these.
func (h *Header) Exact() bool { return h.Max == 1<<h.Bits()-1 }

// ColorModel returns the colour model of the image that Decode gives.
func (h *Header) ColorModel() color.Model {
	sixteen := h.Max > 255
	switch {
	case h.alpha && sixteen:
		return color.NRGBA64Model
	case h.alpha:
		return color.NRGBAModel
	case h.Depth == 1 && sixteen:
		return color.Gray16Model
	case h.Depth == 1:
		return color.GrayModel
	case sixteen:
		return color.RGBA64Model
	}
	return color.RGBAModel
}

// ReadHeader reads the header of a file. Its errors are FormatError,
// UnsupportedError and io.ErrUnexpectedEOF.
func ReadHeader(file []byte) (*Header, error) {
	if len(file) < 3 {
		return nil, io.ErrUnexpectedEOF
	}
	h := &Header{Magic: string(file[:2]), Depth: 1, Max: 1}
	s := scanner{in: file, at: 2}
	var err error
	switch h.Magic {
	case "P1", "P4":
		err = s.numbers(h, &h.Width, &h.Height)
	case "P2", "P5":
		err = s.numbers(h, &h.Width, &h.Height, &h.Max)
	case "P3", "P6":
		h.Depth = 3
		err = s.numbers(h, &h.Width, &h.Height, &h.Max)
	case "P7":
		err = s.pam(h)
	default:
		return nil, FormatError("no signature")
	}
	if err != nil {
		return nil, err
	}
	switch {
	case h.Width <= 0 || h.Height <= 0:
		return nil, FormatError(fmt.Sprintf("%d x %d pixels", h.Width, h.Height))
	case h.Max < 1 || h.Max > 65535:
		return nil, FormatError(fmt.Sprintf("a greatest sample of %d", h.Max))
	}
	h.body = s.at
	return h, nil
}

// A scanner reads numbers and words from a header or a plain file.
type scanner struct {
	in []byte
	at int
}

// space skips white space and comments, which go to h.
func (s *scanner) space(h *Header) {
	for ; s.at < len(s.in); s.at++ {
		switch s.in[s.at] {
		case ' ', '\t', '\n', '\v', '\f', '\r':
		case '#':
			s.comment(h)
			s.at-- // the end of the line is white space
		default:
			return
		}
	}
}

// comment reads a comment up to the end of its line.
func (s *scanner) comment(h *Header) {
	end := bytes.IndexAny(s.in[s.at:], "\n\r")
	if end < 0 {
		end = len(s.in) - s.at
	}
	if text := strings.TrimSpace(string(s.in[s.at+1 : s.at+end])); text != "" && h != nil {
		h.Comments = append(h.Comments, text)
	}
	s.at += end
}

// number reads a decimal number.
func (s *scanner) number(h *Header) (int, error) {
	s.space(h)
	begin, v := s.at, 0
	for s.at < len(s.in) && s.in[s.at] >= '0' && s.in[s.at] <= '9' {
		if v = 10*v + int(s.in[s.at]-'0'); v > 1<<30 {
			return 0, FormatError("a number of more than 2^30")
		}
		s.at++
	}
	if s.at == begin {
		if s.at == len(s.in) {
			return 0, io.ErrUnexpectedEOF
		}
		return 0, FormatError(fmt.Sprintf("%q instead of a number", s.in[s.at]))
	}
	return v, nil
}

// numbers reads the numbers of a header and the white space after the last.
func (s *scanner) numbers(h *Header, to ...*int) error {
	for _, p := range to {
		v, err := s.number(h)
		if err != nil {
			return err
		}
		*p = v
	}
	if s.at == len(s.in) {
		return io.ErrUnexpectedEOF
	}
	if s.in[s.at] == '#' { // a comment may stand here; its end is the white space
		if s.comment(h); s.at == len(s.in) {
			return io.ErrUnexpectedEOF
		}
	}
	s.at++
	return nil
}

// pam reads the lines of a P7 header.
func (s *scanner) pam(h *Header) error {
	h.Depth, h.Max = 0, 0
	for {
		s.space(h)
		end := bytes.IndexByte(s.in[s.at:], '\n')
		if end < 0 {
			return io.ErrUnexpectedEOF
		}
		name, value, _ := strings.Cut(strings.TrimSpace(string(s.in[s.at:s.at+end])), " ")
		value = strings.TrimSpace(value)
		s.at += end + 1
		var to *int
		switch name {
		case "ENDHDR":
			return h.tuples()
		case "TUPLTYPE":
			h.TupleType = strings.TrimSpace(h.TupleType + " " + value)
			continue
		case "WIDTH":
			to = &h.Width
		case "HEIGHT":
			to = &h.Height
		case "DEPTH":
			to = &h.Depth
		case "MAXVAL":
			to = &h.Max
		default:
			return FormatError(fmt.Sprintf("header line %q", name))
		}
		v, err := strconv.Atoi(value)
		if err != nil || v > 1<<30 {
			return FormatError(fmt.Sprintf("%s of %q", name, value))
		}
		*to = v
	}
}

// tuples finds out what the samples of a P7 file are. Without a type that it
// knows, two and four samples have alpha, as Netpbm's own programs take them.
func (h *Header) tuples() error {
	want, known := map[string]int{"BLACKANDWHITE": 1, "GRAYSCALE": 1, "RGB": 3,
		"BLACKANDWHITE_ALPHA": 2, "GRAYSCALE_ALPHA": 2, "RGB_ALPHA": 4}[h.TupleType]
	switch {
	case known && h.Depth < want:
		return FormatError(fmt.Sprintf("%s of %d samples", h.TupleType, h.Depth))
	case known && h.Depth > want:
		return UnsupportedError(fmt.Sprintf("%s of %d samples", h.TupleType, h.Depth))
	case !known && h.TupleType != "":
		return UnsupportedError(fmt.Sprintf("the tuple type %.40q", h.TupleType))
	case h.Depth < 1:
		return FormatError("no samples")
	case h.Depth > 4:
		return UnsupportedError(fmt.Sprintf("a picture of %d samples a pixel", h.Depth))
	}
	h.alpha = h.Depth == 2 || h.Depth == 4
	return nil
}

// Decode decodes the first picture of a file, and returns its header and what
// comes after it. Samples whose greatest is 255 or 65535 stay as they are; others
// are widened to 8 or 16 bits, v becoming v * 255 / Max or v * 65535 / Max,
// rounded. Gray becomes *image.Gray or *image.Gray16, gray or RGB with alpha
// *image.NRGBA or *image.NRGBA64, and RGB *image.RGBA or *image.RGBA64. The errors
// are those of ReadHeader.
func Decode(file []byte) (img image.Image, h *Header, rest []byte, err error) {
	if h, err = ReadHeader(file); err != nil {
		return nil, nil, nil, err
	}
	body := file[h.body:]
	n := int64(h.Width) * int64(h.Depth) // samples of a row
	size := n
	switch {
	case h.Magic == "P4":
		size = (n + 7) / 8
	case h.Max > 255:
		size *= 2
	}
	plain := h.Magic <= "P3"
	if plain {
		size = n // a digit each
	}
	if int64(len(body))/size < int64(h.Height) {
		return nil, nil, nil, io.ErrUnexpectedEOF
	}
	s := scanner{in: body}
	out := newSink(h)
	row := make([]uint16, n)
	for y := range h.Height {
		if plain {
			err = s.plainRow(h, row)
		} else {
			err = h.rawRow(row, body[int64(y)*size:][:size])
			s.at += int(size)
		}
		if err != nil {
			return nil, nil, nil, err
		}
		out.row(y, row)
	}
	return out.img, h, body[s.at:], nil
}

// rawRow reads a row of a raw file.
func (h *Header) rawRow(row []uint16, in []byte) error {
	for i := range row {
		switch {
		case h.Magic == "P4": // 1 is black
			row[i] = uint16(^in[i/8] >> (7 - i%8) & 1)
			continue
		case h.Max > 255:
			row[i] = binary.BigEndian.Uint16(in[2*i:])
		default:
			row[i] = uint16(in[i])
		}
		if int(row[i]) > h.Max {
			return FormatError(fmt.Sprintf("a sample of %d where the greatest is %d", row[i], h.Max))
		}
	}
	return nil
}

// plainRow reads a row of a plain file. The bits of P1 need no space between them.
func (s *scanner) plainRow(h *Header, row []uint16) error {
	for i := range row {
		if h.Magic == "P1" {
			s.space(nil)
			if s.at == len(s.in) {
				return io.ErrUnexpectedEOF
			}
			c := s.in[s.at]
			if c != '0' && c != '1' {
				return FormatError(fmt.Sprintf("%q instead of a bit", c))
			}
			row[i] = uint16('1' - c)
			s.at++
			continue
		}
		v, err := s.number(nil)
		if err != nil {
			return err
		}
		if v > h.Max {
			return FormatError(fmt.Sprintf("a sample of %d where the greatest is %d", v, h.Max))
		}
		row[i] = uint16(v)
	}
	return nil
}

// A sink puts rows of samples into an image.
type sink struct {
	img     image.Image
	pix     []byte
	stride  int
	source  int      // samples a pixel that come in
	scale   []uint16 // what a sample becomes
	sixteen bool
}

func newSink(h *Header) *sink {
	k := &sink{source: h.Depth, sixteen: h.Max > 255, scale: make([]uint16, h.Max+1)}
	top := 255
	if k.sixteen {
		top = 65535
	}
	for v := range k.scale {
		k.scale[v] = uint16((uint64(v)*uint64(top) + uint64(h.Max)/2) / uint64(h.Max))
	}
	k.img, k.pix, k.stride = images.New(h.ColorModel(), image.Rect(0, 0, h.Width, h.Height))
	return k
}

// row puts a row of samples into row y of the image.
func (k *sink) row(y int, row []uint16) {
	out, at := k.pix[y*k.stride:], 0
	put := func(v uint16) {
		if k.sixteen {
			binary.BigEndian.PutUint16(out[at:], v)
			at += 2
			return
		}
		out[at] = byte(v)
		at++
	}
	opaque := uint16(255)
	if k.sixteen {
		opaque = 65535
	}
	for i := 0; i < len(row); i += k.source {
		s := row[i : i+k.source]
		first := k.scale[s[0]]
		put(first)
		switch k.source {
		case 2:
			put(first)
			put(first)
			put(k.scale[s[1]])
		case 3:
			put(k.scale[s[1]])
			put(k.scale[s[2]])
			put(opaque)
		case 4:
			put(k.scale[s[1]])
			put(k.scale[s[2]])
			put(k.scale[s[3]])
		}
	}
}
