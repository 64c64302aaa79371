package container

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/bitstream"
)

// seal appends the right checksum to the bytes of a header.
func seal(body ...byte) []byte {
	return binary.LittleEndian.AppendUint32(body, crc32.Checksum(body, castagnoli))
}

// sealShort does the same in the short form.
func sealShort(body []byte) []byte { return append(body, shortHeaderCRC(body)) }

// TestReadHeaderRefuses reads headers with a right checksum that Append would
// encode otherwise, or that no header of this version may be.
func TestReadHeaderRefuses(t *testing.T) {
	// After the Magic: lead, options, width-1, height-1, ...
	for _, c := range []struct {
		name, after, want string
	}{
		{"zero options", "\x61\x00\x1f\x1fabcdefgh\x05\x07", "malformed"},
		{"default depth written", "\x61\x02\x1f\x1f\x08abcdefgh\x05\x07", "malformed"},
		{"default params length written", "\x61\x04\x1f\x1fabcdefgh\x01\x05\x07", "malformed"},
		{"zero units written", "\x61\x08\x1f\x1fabcdefgh\x05\x00\x07", "malformed"},
		{"table of the one segment", "\x61\x10\x1f\x1fabcdefgh\x05\x01\x05\x00\x07", "malformed"},
		{"units and a table", "\x61\x18\x1f\x1fabcdefgh\x05\x00", "malformed"},
		{"params length, but stored", "\x61\x05\x1f\x1f\x07", "malformed"},
		{"units, but stored", "\x61\x09\x1f\x1f\x01\x07", "malformed"},
		{"long width", "\x41\x9f\x00\x1fabcdefgh\x05\x07", "malformed"},
		{"long size", "\x41\x1f\x1fabcdefgh\x05\x87\x80\x00", "malformed"},
		{"endless width", "\x41\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x1fabcdefgh\x05\x07", "malformed"},
		{"depth 0", "\x61\x02\x1f\x1f\x00abcdefgh\x05\x07", "malformed"},
		{"depth 17", "\x61\x02\x1f\x1f\x11abcdefgh\x05\x07", "malformed"},
		{"stored segment, but modelled", "\x61\x10\x1f\x1fabcdefgh\x05\x01\x04\x07", "malformed"},
		{"passes after the last", "\x61\x10\x1f\x1fabcdefgh\x05\x02\x05\x00\x07\x05\x01\x07", "malformed"},

		{"more kept than there is", "\x61\x20\x1f\x1fabcdefgh\x05\x07\x08", "malformed"},
		{"kept without segments", "\x61\x30\x1f\x1fabcdefgh\x05\x00\x01", "malformed"},
		{"long kept", "\x61\x20\x1f\x1fabcdefgh\x05\x07\x83\x00", "malformed"},

		{"version 0", "\x01\x1f\x1fabcdefgh\x05\x07", "unsupported"},
		{"version 2", "\x81\x1f\x1fabcdefgh\x05\x07", "unsupported"},
		{"version 3", "\xc1\x1f\x1fabcdefgh\x05\x07", "unsupported"},
		{"option 6", "\x61\x40\x1f\x1fabcdefgh\x05\x07", "unsupported"},
		{"option 7", "\x61\x80\x1f\x1fabcdefgh\x05\x07", "unsupported"},
		{"kind 0", "\x61\x10\x1f\x1fabcdefgh\x05\x01\x00\x07", "unsupported"},
		{"kind 9", "\x61\x10\x1f\x1fabcdefgh\x05\x01\x09\x07", "unsupported"},

		{"width", "\x41\x80\x80\x80\x08\x1fabcdefgh\x05\x07", "over the limit"},
		{"params", "\x61\x04\x1f\x1fabcdefgh\x21" + "123456789012345678901234567890123" + "\x07", "over the limit"},
		{"segments", "\x61\x10\x1f\x1fabcdefgh\x05\x81\x20", "over the limit"},
		{"units", "\x61\x08\x1f\x1fabcdefgh\x05\x80\x80\x40\x07", "over the limit"},
		{"size", "\x41\x1f\x1fabcdefgh\x05\x80\x80\x80\x80\x80\x80\x80\x80\x01", "over the limit"},
		{"sum of sizes", "\x61\x10\x1f\x1fabcdefgh\x05\x02\x01\xff\xff\xff\xff\xff\xff\xff\x7f\x05\x00\x01", "over the limit"},
	} {
		_, _, err := ReadHeader(bytes.NewReader(seal([]byte(Magic + c.after)...)))
		if cause(err) != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}

	// The table tests what its names say only if the header that they all differ from is valid.
	h, _, err := ReadHeader(bytes.NewReader(seal([]byte(Magic + "\x41\x1f\x1fabcdefgh\x05\x07")...)))
	if err != nil || h.Width != 32 || h.Segments[0] != (Segment{Kind: Passes, Size: 7}) {
		t.Errorf("the plain one: %+v, %v", h, err)
	}
}

// TestReadShortHeaderRefuses does the same in the short form. After its magic come lead, width-1, height-1, number, size.
func TestReadShortHeaderRefuses(t *testing.T) {
	for _, c := range []struct{ name, after, want string }{
		{"the height of a square", "\x41\x1f\x1f\x02\x07", "malformed"},
		{"long width", "\x61\x9f\x00\x02\x07", "malformed"},
		{"long size", "\x61\x1f\x02\x87\x00", "malformed"},
		{"all is kept", "\x61\x1f\x02\x87\x20\x07", "malformed"},
		{"more is kept", "\x61\x1f\x02\x87\x20\x08", "malformed"},
		{"version 0", "\x21\x1f\x02\x07", "unsupported"},
		{"version 2", "\xa1\x1f\x02\x07", "unsupported"},
		{"width", "\x61\x80\x80\x80\x08\x02\x07", "over the limit"},
		{"size", "\x61\x1f\x02\xa1\x1f", "over the limit"},
		{"size of a file that ends early", "\x61\x1f\x02\xa1\x3f\x01", "over the limit"},
	} {
		if _, _, err := ReadHeader(bytes.NewReader(sealShort([]byte(ShortMagic + c.after)))); cause(err) != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	for _, c := range []struct {
		after  string
		number uint8
		model  string
		params string
	}{
		{"\x61\x1f\x02\x07", 2, "\x00\x00\x00\x00\x00\x00\x00\x00", ""},
		{"\x61\x1f\x00abcdefgh\x07", 0, "abcdefgh", ""},
		{"\x61\x1f\x12\x07", 2, "\x00\x00\x00\x00\x00\x00\x00\x00", "\x01"},
		{"\x61\x1f\xf0abcdefgh\x07", 0, "abcdefgh", "\x0f"},
	} {
		h, _, err := ReadHeader(bytes.NewReader(sealShort([]byte(ShortMagic + c.after))))
		if err != nil || h.Width != 32 || h.Height != 32 || h.Number != c.number || string(h.Model[:]) != c.model || string(h.Params) != c.params || h.Segments[0] != (Segment{Kind: Passes, Size: 7}) {
			t.Errorf("%q: %+v, %v", c.after, h, err)
		}
	}
}

// TestDraftsAreNamed tests that the error of a file of version 0, the drafts of the format, says what can decode it, in either form.
func TestDraftsAreNamed(t *testing.T) {
	for _, header := range [][]byte{seal([]byte(Magic + "\x01\x1f\x1fabcdefgh\x05\x07")...), sealShort([]byte(ShortMagic + "\x21\x1f\x02\x07"))} {
		_, _, err := ReadHeader(bytes.NewReader(header))
		var unsupported UnsupportedError
		if !errors.As(err, &unsupported) || !strings.Contains(string(unsupported), "version 0, a draft") || !strings.Contains(string(unsupported), "program that made it") {
			t.Errorf("%x: %v", header, err)
		}
	}
}

// TestErrorsWrapCauses tests that an error about a field wraps the one of the bitstream, which says where the field is and what
// is wrong with it.
func TestErrorsWrapCauses(t *testing.T) {
	_, _, err := ReadHeader(bytes.NewReader(seal([]byte(Magic + "\x41\x9f\x00\x1fabcdefgh\x05\x07")...)))
	var syntax *bitstream.SyntaxError
	if !errors.As(err, &syntax) || syntax.Offset != 5 || cause(err) != "malformed" {
		t.Errorf("%v does not wrap a syntax error at byte 5", err)
	}
}

func TestNotThisFormat(t *testing.T) {
	for _, s := range []string{"\x89PNG\r\n\x1a\n", "\x5dPMZ\x01", "PMZ", "\xddPM\n", "\xddZ"} {
		if _, _, err := ReadHeader(bytes.NewReader([]byte(s))); cause(err) != "malformed" {
			t.Errorf("%q: %v, want a FormatError", s, err)
		}
	}
}
