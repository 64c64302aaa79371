package metadata

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// exifOf returns EXIF data of some fields of one short each.
func exifOf(order binary.AppendByteOrder, magic string, fields ...[2]uint16) []byte {
	b := order.AppendUint32([]byte(magic), 8)
	b = order.AppendUint16(b, uint16(len(fields)))
	for _, f := range fields {
		b = order.AppendUint16(order.AppendUint16(b, f[0]), 3)
		b = order.AppendUint16(order.AppendUint32(b, 1), f[1])
		b = append(b, 0, 0)
	}
	return append(b, 0, 0, 0, 0)
}

func TestOrientation(t *testing.T) {
	for want := Orientation(1); want <= 8; want++ {
		for _, exif := range [][]byte{
			exifOf(binary.LittleEndian, "II*\x00", [2]uint16{256, 7}, [2]uint16{274, uint16(want)}),
			exifOf(binary.BigEndian, "MM\x00*", [2]uint16{274, uint16(want)}, [2]uint16{300, 2}),
		} {
			var m Metadata
			if err := m.SetEXIF(exif); err != nil {
				t.Fatal(err)
			}
			if got := m.Orientation(); got != want {
				t.Errorf("%d, want %d", got, want)
			}
			for n := range exif { // cut, it is 1 or what it was
				m.Chunks[0].Data = exif[:n]
				if got := m.Orientation(); got != 1 && got != want {
					t.Errorf("%d of %d bytes: %d", n, len(exif), got)
				}
			}
		}
	}
	for _, v := range []uint16{0, 9, 65535} {
		var m Metadata
		if err := m.SetEXIF(exifOf(binary.LittleEndian, "II*\x00", [2]uint16{274, v})); err != nil || m.Orientation() != 1 {
			t.Errorf("%d: %d, %v", v, m.Orientation(), err)
		}
	}
	if o := new(Metadata).Orientation(); o != 1 {
		t.Errorf("%d without EXIF", o)
	}
}

// TestOrientationSource compares with the words of the EXIF standard: where the picture's first row and first column are shown.
func TestOrientationSource(t *testing.T) {
	const w, h = 3, 2
	for o, want := range map[Orientation][2]string{
		0: {"top", "left"}, 1: {"top", "left"}, 2: {"top", "right"}, 3: {"bottom", "right"}, 4: {"bottom", "left"},
		5: {"left", "top"}, 6: {"right", "top"}, 7: {"right", "bottom"}, 8: {"left", "bottom"},
	} {
		shownW, shownH := w, h
		if o.Transposes() {
			shownW, shownH = h, w
		}
		// side says along which side of what is shown a line of the picture is.
		side := func(of func(x, y int) bool) string {
			all := map[string]bool{"top": true, "bottom": true, "left": true, "right": true}
			for y := range shownH {
				for x := range shownW {
					in := of(o.Source(x, y, w, h))
					all["top"] = all["top"] && in == (y == 0)
					all["bottom"] = all["bottom"] && in == (y == shownH-1)
					all["left"] = all["left"] && in == (x == 0)
					all["right"] = all["right"] && in == (x == shownW-1)
				}
			}
			var list []string
			for s, ok := range all {
				if ok {
					list = append(list, s)
				}
			}
			return strings.Join(list, " ")
		}
		row, column := side(func(_, y int) bool { return y == 0 }), side(func(x, _ int) bool { return x == 0 })
		if row != want[0] || column != want[1] {
			t.Errorf("%d: the first row is at the %q, the first column at the %q, want %v", o, row, column, want)
		}
	}
}

func TestKinds(t *testing.T) {
	var m Metadata
	m.SetICCProfile([]byte("profile"))
	if err := m.SetEXIF([]byte("II*\x00")); err != nil {
		t.Fatal(err)
	}
	if err := m.SetXMP([]byte("<x/>")); err != nil {
		t.Fatal(err)
	}
	m.SetIPTC([]byte("8BIM"))
	for _, text := range []string{"one", "two"} {
		if err := m.AddText(Text{Keyword: "Comment", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	m.Chunks = append(m.Chunks, Chunk{Type: "gAMA"})
	want := []string{"ICC profile", "EXIF", "XMP", "IPTC", "text", "gAMA"}
	if got := m.Kinds(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
