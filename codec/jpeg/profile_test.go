package jpeg

import (
	"bytes"
	"os"
	"slices"
	"testing"
)

// TestProfile: a profile is put together of its segments in any order, from a file and from its syntax, with and without what comes
// before it: EXIF data with a picture in them that is cut out.
func TestProfile(t *testing.T) {
	plain, err := os.ReadFile("testdata/plain.jpg")
	if err != nil {
		t.Fatal(err)
	}
	thumbnail, err := os.ReadFile("testdata/optimized.jpg")
	if err != nil {
		t.Fatal(err)
	}
	profile := bytes.Repeat([]byte("a profile of \xff\xe2 "), 100)
	part := func(number, count byte, data []byte) []byte {
		return appendSegment(nil, markerAPP0+2, slices.Concat([]byte(profileHeader), []byte{number, count}, data))
	}
	first, second := part(1, 2, profile[:700]), part(2, 2, profile[700:])
	exif := appendSegment(nil, markerAPP0+1, slices.Concat([]byte(exifHeader), []byte("MM\x00*\x00\x00\x00\x08\x00\x00"), thumbnail, []byte("padding")))
	other := appendSegment(nil, markerAPP0+2, []byte("MPF\x00"))
	for i, c := range []struct {
		segments [][]byte
		want     []byte
	}{
		{[][]byte{first, second}, profile},
		{[][]byte{other, second, first}, profile},
		{[][]byte{exif, first, other, second}, profile},
		{[][]byte{part(1, 1, profile), exif}, profile},
		{[][]byte{exif, second}, nil},
		{[][]byte{other}, nil},
		{nil, nil},
	} {
		data := slices.Concat(plain[:2], slices.Concat(c.segments...), plain[2:])
		f, err := Parse(data, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Profile(); !bytes.Equal(got, c.want) {
			t.Errorf("%d: a profile of %d bytes, want %d", i, len(got), len(c.want))
		}
		frame := f.AppendFrame(nil)
		for range 2 {
			if got, err := SyntaxProfile(frame, f.AppendSyntax(nil)); err != nil || !bytes.Equal(got, c.want) {
				t.Errorf("%d: a profile of %d bytes in the syntax, want %d: %v", i, len(got), len(c.want), err)
			}
			if cut := f.CutEmbedded(Limits{}); (len(cut) > 0) != slices.ContainsFunc(c.segments, func(s []byte) bool { return &s[0] == &exif[0] }) {
				t.Errorf("%d: %d pictures cut out", i, len(cut))
			}
		}
		syntax := f.AppendSyntax(nil)
		for n := range syntax {
			SyntaxProfile(frame, syntax[:n])
		}
	}
}
