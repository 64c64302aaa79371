package jpeg

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// TestEmbedded: thumbnails of either kind and pictures behind the end are found, and what looks like one is not.
func TestEmbedded(t *testing.T) {
	data := goEncoded(t, painted(64, 48), 90)
	small, behind := goEncoded(t, painted(32, 24), 80), goEncoded(t, painted(40, 40), 60)
	segment := func(payload []byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+len(payload))), payload...)
	}
	samples := painted(24, 16)
	var rgb []byte
	for i := 0; i < len(samples.Pix); i += 4 {
		rgb = append(rgb, samples.Pix[i:i+3]...)
	}
	// EXIF with a first directory of nothing, a second one of a thumbnail, and that.
	exif := func(tags map[uint16]uint32, fields []uint16, thumbnail []byte) []byte {
		b := binary.BigEndian.AppendUint16([]byte(exifHeader+"MM\x00\x2a\x00\x00\x00\x08\x00\x00\x00\x00\x00\x0e"), uint16(len(fields)))
		for _, tag := range fields {
			b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, tag), 4)
			b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, 1), tags[tag])
		}
		return append(binary.BigEndian.AppendUint32(b, 0), thumbnail...)
	}
	fields := []uint16{tagWidth, tagHeight, tagCompression, tagPhotometric, tagStripOffsets, tagSamples, tagStripSizes}
	tags := map[uint16]uint32{
		tagWidth: 24, tagHeight: 16, tagCompression: 1, tagPhotometric: 2, tagStripOffsets: 14 + 2 + 7*12 + 4, tagSamples: 3, tagStripSizes: 24 * 16 * 3,
	}
	with := func(tag uint16, value uint32) map[uint16]uint32 {
		changed := map[uint16]uint32{}
		for k, v := range tags {
			changed[k] = v
		}
		changed[tag] = value
		return changed
	}
	for _, c := range []struct {
		name            string
		inserted, after []byte
		want            []Embedded
	}{
		{"nothing", nil, nil, nil},
		{"JPEG files", segment(slices.Concat([]byte("any"), small, []byte("thing"))), slices.Concat([]byte("and"), behind, small),
			[]Embedded{{Data: small}, {Data: behind}, {Data: small}}},
		{"samples", segment(exif(tags, fields, append(rgb, "end"...))), nil, []Embedded{{Data: rgb, Width: 24, Height: 16}}},
		{"samples and a file", segment(exif(tags, fields, append(slices.Clone(rgb), small...))), nil,
			[]Embedded{{Data: rgb, Width: 24, Height: 16}, {Data: small}}},
		{"samples past the end", segment(exif(with(tagStripOffsets, 107), fields, rgb)), nil, nil},
		{"another size", segment(exif(with(tagWidth, 25), fields, rgb)), nil, nil},
		{"JPEG's compression", segment(exif(with(tagCompression, 6), fields, rgb)), nil, nil},
		{"starts only", segment(bytes.Repeat([]byte{0xff, markerSOI, 0xff}, 30)), bytes.Repeat([]byte{0xff, markerSOI, 0xff}, 30), nil},
		{"cut", segment(small[:len(small)-2]), behind[:200], nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := append(slices.Insert(slices.Clone(data), 2, c.inserted...), c.after...)
			f, err := roundTrip(t, file)
			if err != nil {
				t.Fatal(err)
			}
			whole := len(f.skeleton)
			got := f.CutEmbedded(Limits{})
			for _, e := range got {
				whole -= len(e.Data)
			}
			if n := len(f.AppendSyntax(nil)); len(got) > 0 && n > whole {
				t.Errorf("%d bytes of syntax, %d of the file", n, whole)
			}
			same := func(e, d Embedded) bool {
				return bytes.Equal(e.Data, d.Data) && e.Width == d.Width && e.Height == d.Height
			}
			if !slices.EqualFunc(got, c.want, same) {
				t.Errorf("%d pictures, want %d", len(got), len(c.want))
			}
		})
	}
}
