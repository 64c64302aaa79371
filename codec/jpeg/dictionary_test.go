package jpeg

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
)

// A field is one of a TIFF directory, as EXIF 2.32 defines them: a tag, a type, a count, and, where many files have the same, a value
// of up to four bytes, else nothing.
type field struct {
	tag, kind uint16
	count     uint32
	value     any
}

// Types of TIFF's fields.
const (
	ascii     = 2
	short     = 3
	longword  = 4
	rational  = 5
	undefined = 7
	srational = 10
)

var directories = [][]field{
	{ // interoperability
		{1, ascii, 4, "R98\x00"}, {2, undefined, 4, "0100"}, {0x1001, short, 1, nil}, {0x1002, short, 1, nil},
	},
	{ // a thumbnail
		{0x100, longword, 1, nil}, {0x101, longword, 1, nil}, {0x103, short, 1, 6}, {0x112, short, 1, 1}, {0x11a, rational, 1, nil},
		{0x11b, rational, 1, nil}, {0x128, short, 1, 2}, {0x201, longword, 1, nil}, {0x202, longword, 1, nil}, {0x213, short, 1, 2},
	},
	{ // the picture
		{0x10e, ascii, 32, nil}, {0x10f, ascii, 20, nil}, {0x110, ascii, 20, nil}, {0x112, short, 1, 1}, {0x11a, rational, 1, nil},
		{0x11b, rational, 1, nil}, {0x128, short, 1, 2}, {0x131, ascii, 24, nil}, {0x132, ascii, 20, nil}, {0x213, short, 1, 2},
		{0x213, short, 1, 1}, {0x8769, longword, 1, nil}, {0x8825, longword, 1, nil},
	},
	{ // how it was taken
		{0x829a, rational, 1, nil}, {0x829d, rational, 1, nil}, {0x8822, short, 1, 2}, {0x8827, short, 1, 100},
		{0x9000, undefined, 4, "0220"}, {0x9003, ascii, 20, nil}, {0x9004, ascii, 20, nil}, {0x9101, undefined, 4, "\x01\x02\x03\x00"},
		{0x9102, rational, 1, nil}, {0x9201, srational, 1, nil}, {0x9202, rational, 1, nil}, {0x9203, srational, 1, nil},
		{0x9204, srational, 1, nil}, {0x9205, rational, 1, nil}, {0x9206, rational, 1, nil}, {0x9207, short, 1, 5}, {0x9208, short, 1, 0},
		{0x9209, short, 1, 0}, {0x920a, rational, 1, nil}, {0x927c, undefined, 0, nil}, {0x9286, undefined, 0, nil},
		{0xa000, undefined, 4, "0100"}, {0xa001, short, 1, 1}, {0xa002, longword, 1, nil}, {0xa003, longword, 1, nil},
		{0xa005, longword, 1, nil}, {0xa20e, rational, 1, nil}, {0xa20f, rational, 1, nil}, {0xa210, short, 1, 2}, {0xa217, short, 1, 2},
		{0xa300, undefined, 1, "\x03\x00\x00\x00"}, {0xa301, undefined, 1, "\x01\x00\x00\x00"}, {0xa401, short, 1, 0},
		{0xa402, short, 1, 0}, {0xa403, short, 1, 0}, {0xa404, rational, 1, nil}, {0xa405, short, 1, nil}, {0xa406, short, 1, 0},
		{0xa407, short, 1, 0}, {0xa408, short, 1, 0}, {0xa409, short, 1, 0}, {0xa40a, short, 1, 0}, {0xa40c, short, 1, 0},
	},
}

// TestDictionary: dictionary.bin is made of the fields above and of what other segments begin with.
func TestDictionary(t *testing.T) {
	var want []byte
	for _, c := range []struct {
		order  binary.AppendByteOrder
		header string
	}{{binary.BigEndian, "MM\x00\x2a\x00\x00\x00\x08"}, {binary.LittleEndian, "II\x2a\x00\x08\x00\x00\x00"}} {
		for _, d := range directories {
			want = c.order.AppendUint16(want, uint16(len(d)))
			for _, f := range d {
				want = c.order.AppendUint32(c.order.AppendUint16(c.order.AppendUint16(want, f.tag), f.kind), f.count)
				switch v := f.value.(type) {
				case string:
					want = append(want, v...)
				case int:
					want = c.order.AppendUint32(want, uint32(v))
					if f.kind == short {
						want = append(c.order.AppendUint16(want[:len(want)-4], uint16(v)), 0, 0)
					}
				default:
					want = append(want, 0, 0)
				}
			}
			want = append(want, 0, 0, 0, 0)
		}
		want = append(want, "\xff\xe1"+exifHeader+c.header...)
		for _, r := range [][2]uint32{{1, 60}, {28, 10}, {0, 10}, {72, 1}, {72, 1}} {
			want = c.order.AppendUint32(c.order.AppendUint32(want, r[0]), r[1])
		}
	}
	for _, s := range []string{
		"http://ns.adobe.com/xap/1.0/\x00" + `<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>`,
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">`,
		`<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">`,
		`</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`,
		"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00", "ICC_PROFILE\x00\x01\x01", "Adobe\x00d\x00\x00\x00\x00\x01",
		"2005:01:01 12:00:00\x00", "ASCII\x00\x00\x00",
		"SONY\x00NIKON\x00Canon\x00OLYMPUS DIGITAL CAMERA\x00FUJIFILM\x00SAMSUNG\x00Panasonic\x00Apple\x00",
		"\xff\xdb\x00\x84\x00", "\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00\xff\xd9",
	} {
		want = append(want, s...)
	}
	const name = "dictionary.bin"
	if *update {
		if err := os.WriteFile(name, want, 0o666); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(Dictionary(), want) {
		t.Errorf("%s is not made of these fields", name)
	}
}
