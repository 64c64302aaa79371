package metadata

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	xmpKeyword  = "XML:com.adobe.xmp"     // XMP specification, part 3, section 1.1.5
	iptcKeyword = "Raw profile type iptc" // ImageMagick's and ExifTool's convention
	iccName     = "ICC Profile"
)

// first returns the first chunk of a type, or nil.
func (m *Metadata) first(chunkType string) *Chunk {
	for i := range m.Chunks {
		if m.Chunks[i].Type == chunkType {
			return &m.Chunks[i]
		}
	}
	return nil
}

// set replaces all chunks that match by one at the place of the first, or
// appends it; a nil chunk only removes.
func (m *Metadata) set(c *Chunk, match func(Chunk) bool) {
	at := slices.IndexFunc(m.Chunks, match)
	m.Chunks = slices.DeleteFunc(m.Chunks, match)
	switch {
	case c == nil:
	case at < 0:
		m.Chunks = append(m.Chunks, *c)
	default:
		m.Chunks = slices.Insert(m.Chunks, at, *c)
	}
}

func ofType(types ...string) func(Chunk) bool {
	return func(c Chunk) bool { return slices.Contains(types, c.Type) }
}

// ICCProfile returns the colour profile, an ICC profile (ICC.1), or nil if there
// is none. It returns a FormatError if the iCCP chunk is malformed, and a
// LimitError if the profile is longer than MaxSize.
func (m *Metadata) ICCProfile() ([]byte, error) {
	c := m.first("iCCP")
	if c == nil {
		return nil, nil
	}
	_, rest, ok := bytes.Cut(c.Data, []byte{0})
	if !ok || len(rest) < 1 || rest[0] != 0 {
		return nil, FormatError("iCCP chunk")
	}
	return inflate("iCCP", rest[1:])
}

// SetICCProfile replaces the colour profile; nil removes it. It removes the sRGB
// chunk, which PNG does not allow beside a profile, and the cICP chunk, which
// would go before it.
func (m *Metadata) SetICCProfile(profile []byte) {
	if profile == nil {
		m.set(nil, ofType("iCCP"))
		return
	}
	data := append([]byte(iccName+"\x00\x00"), deflate(profile)...)
	m.set(&Chunk{"iCCP", BeforePLTE, data}, ofType("iCCP"))
	m.set(nil, ofType("sRGB", "cICP"))
}

// EXIF returns the EXIF data, a TIFF structure that begins with its byte order,
// or nil if there are none.
func (m *Metadata) EXIF() []byte {
	if c := m.first("eXIf"); c != nil {
		return c.Data
	}
	return nil
}

// SetEXIF replaces the EXIF data; nil removes them. The "Exif\0\0" that stands
// before them in a JPEG file is left out. It returns a FormatError if they are not
// a TIFF structure.
func (m *Metadata) SetEXIF(exif []byte) error {
	if exif == nil {
		m.set(nil, ofType("eXIf"))
		return nil
	}
	exif = bytes.TrimPrefix(exif, []byte("Exif\x00\x00"))
	if !bytes.HasPrefix(exif, []byte("II*\x00")) && !bytes.HasPrefix(exif, []byte("MM\x00*")) {
		return FormatError("EXIF without a TIFF header")
	}
	m.set(&Chunk{"eXIf", BeforePLTE, bytes.Clone(exif)}, ofType("eXIf"))
	return nil
}

// XMP returns the XMP packet, an XML document, or nil if there is none. Errors
// are those of Text.
func (m *Metadata) XMP() ([]byte, error) {
	for _, c := range m.Chunks {
		if IsXMP(c) {
			t, err := c.Text()
			return []byte(t.Text), err
		}
	}
	return nil, nil
}

// IsXMP reports whether a chunk is an XMP packet.
func IsXMP(c Chunk) bool {
	return c.Type == "iTXt" && bytes.HasPrefix(c.Data, []byte(xmpKeyword+"\x00"))
}

// SetXMP replaces the XMP packet; nil removes it. It returns a FormatError if the
// packet is not UTF-8 or has a zero byte.
func (m *Metadata) SetXMP(xmp []byte) error {
	if xmp == nil {
		m.set(nil, IsXMP)
		return nil
	}
	if !utf8.Valid(xmp) || bytes.IndexByte(xmp, 0) >= 0 {
		return FormatError("XMP that is not UTF-8 text")
	}
	// The keyword, then: not compressed, method 0, no language, no translation.
	m.set(&Chunk{"iTXt", BeforePLTE, append([]byte(xmpKeyword+"\x00\x00\x00\x00\x00"), xmp...)}, IsXMP)
	return nil
}

// IPTC returns the IPTC data as Photoshop image resources (each "8BIM", a number,
// a name, a length and data), or nil if there are none. It returns a FormatError
// if their text chunk is malformed, or a LimitError as Text does.
func (m *Metadata) IPTC() ([]byte, error) {
	for _, c := range m.Chunks {
		if !IsIPTC(c) {
			continue
		}
		t, err := c.Text()
		if err != nil {
			return nil, err
		}
		// A name on a line of its own, the length on another, then hexadecimal digits on several.
		_, text, _ := strings.Cut(strings.TrimLeft(t.Text, "\n"), "\n")
		length, digits, ok := strings.Cut(text, "\n")
		n, err := strconv.Atoi(strings.TrimSpace(length))
		data, herr := hex.DecodeString(strings.ReplaceAll(digits, "\n", ""))
		if !ok || err != nil || herr != nil || n != len(data) {
			return nil, FormatError("raw profile of IPTC")
		}
		return data, nil
	}
	return nil, nil
}

// IsIPTC reports whether a chunk holds IPTC data.
func IsIPTC(c Chunk) bool {
	return ofType("tEXt", "zTXt")(c) && bytes.HasPrefix(c.Data, []byte(iptcKeyword+"\x00"))
}

// SetIPTC replaces the IPTC data, given as Photoshop image resources; nil removes
// them.
func (m *Metadata) SetIPTC(resources []byte) {
	if resources == nil {
		m.set(nil, IsIPTC)
		return
	}
	digits := hex.EncodeToString(resources)
	text := []byte(fmt.Sprintf("\niptc\n%8d\n", len(resources)))
	for line := range slices.Chunk([]byte(digits), 72) {
		text = append(append(text, line...), '\n')
	}
	m.set(&Chunk{"zTXt", BeforePLTE, append([]byte(iptcKeyword+"\x00\x00"), deflate(text)...)}, IsIPTC)
}

// deflate compresses data into a zlib stream.
func deflate(data []byte) []byte {
	var out bytes.Buffer
	w, _ := zlib.NewWriterLevel(&out, zlib.BestCompression) // the level is a valid one
	w.Write(data)                                           // a bytes.Buffer takes everything
	w.Close()
	return out.Bytes()
}

// inflate decompresses a zlib stream within a chunk of the given type.
func inflate(chunkType string, data []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, FormatError(chunkType + " chunk: " + err.Error())
	}
	out, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, FormatError(chunkType + " chunk: " + err.Error())
	}
	if len(out) > MaxSize {
		return nil, LimitError(fmt.Sprintf("%s chunk of more than %d bytes", chunkType, MaxSize))
	}
	return out, nil
}
