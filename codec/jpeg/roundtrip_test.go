package jpeg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"slices"
	"testing"
)

func long() bool { return os.Getenv("DDPMZ_LONG") == "1" }

// roundTrip takes a file apart and puts it together, by way of its frame and its syntax; then again, with embedded pictures cut out.
func roundTrip(t testing.TB, data []byte) (f *File, err error) {
	t.Helper()
	if f, err = Parse(data, Limits{}); err != nil {
		return nil, err
	}
	frame := f.AppendFrame(nil)
	compare(t, data, f, frame, f.AppendSyntax(nil))
	if cut := f.CutEmbedded(Limits{}); len(cut) > 0 {
		var pieces [][]byte
		for _, e := range cut {
			pieces = append(pieces, e.Data)
		}
		compare(t, data, f, frame, f.AppendSyntax(nil), pieces...)
	}
	return f, nil
}

// compare writes a file and compares it with what it was.
func compare(t testing.TB, data []byte, f *File, frame, syntax []byte, cut ...[]byte) {
	t.Helper()
	g, err := ParseSyntax(frame, syntax, Limits{}, cut...)
	if err != nil {
		t.Fatalf("syntax: %v", err)
	}
	if again := g.AppendSyntax(nil); !bytes.Equal(again, syntax) {
		t.Fatalf("the syntax of %d bytes becomes %d", len(syntax), len(again))
	}
	for i := range g.Components {
		g.Components[i].Coef = f.Components[i].Coef
	}
	got, err := g.Append(nil)
	if err != nil {
		t.Fatalf("writing: %v", err)
	}
	if !bytes.Equal(got, data) {
		n := 0
		for n < len(got) && n < len(data) && got[n] == data[n] {
			n++
		}
		t.Fatalf("%d bytes became %d, the first other one is at %d", len(data), len(got), n)
	}
}

// TestMade: files of all kinds give the coefficients that they were made of, and come back. What their encoders chose is noticed.
func TestMade(t *testing.T) {
	seeds := uint64(100)
	if long() {
		seeds = 3000
	}
	var splits, zeroRuns, zeros, gaps int
	for seed := range seeds {
		want, data := makeFile(t, seed)
		got, err := roundTrip(t, data)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for i := range want.Components {
			if !slices.Equal(want.Components[i].Coef, got.Components[i].Coef) {
				t.Fatalf("seed %d: other coefficients of component %d", seed, i)
			}
		}
		wanted := 0
		for i := range want.scans {
			for _, g := range want.scans[i].gaps {
				if len(g.list) > 0 || len(want.scans[i].tables()) > 0 {
					wanted++
				}
			}
		}
		if found := len(got.allGaps()); found != wanted {
			t.Errorf("seed %d: %d gaps of Huffman tables, want %d", seed, found, wanted)
		}
		gaps += wanted
		for i, s := range got.scans {
			splits += len(s.splits)
			zeroRuns += len(s.zeroRuns)
			zeros += int(bit(s.zeros, 1))
			if !slices.Equal(s.zeroRuns, want.scans[i].zeroRuns) {
				t.Errorf("seed %d: runs of zeros %v, want %v", seed, s.zeroRuns, want.scans[i].zeroRuns)
			}
		}
	}
	if splits == 0 || zeroRuns == 0 || zeros == 0 || gaps == 0 {
		t.Errorf("%d splits, %d runs of zeros, %d scans filled with zeros, %d gaps", splits, zeroRuns, zeros, gaps)
	}
}

// grayFile makes a progressive gray file of one row of blocks, whose AC coefficients come in a scan without their lowest bit, and in
// one that adds it.
func grayFile(t *testing.T, blocks int, coef func(block, k int) int16) *File {
	m := newMaker(1)
	m.f.Width, m.f.Height, m.f.Progressive = 8*(blocks%1000+1), 8*(blocks/1000+1), true
	m.f.Components = []Component{{ID: 1, H: 1, V: 1}}
	for i := range m.f.Components[0].Quant {
		m.f.Components[0].Quant[i] = 1
	}
	if err := m.f.lay(Limits{}, 1<<20); err != nil {
		t.Fatal(err)
	}
	m.skeleton = []byte{0xff, markerSOI}
	m.header(markerSOF2)
	m.restarts = false
	m.scan([]int{0}, 0, 0, 0, 0)
	m.scan([]int{0}, 1, 63, 0, 1)
	m.scan([]int{0}, 1, 63, 1, 0)
	m.skeleton = append(m.skeleton, 0xff, markerEOI)
	m.parse(t)
	c := &m.f.Components[0]
	c.Coef = make([]int16, c.Wide*c.High*BlockSize)
	for at := range c.Coef {
		if k := at % BlockSize; k > 0 {
			c.Coef[at] = coef(at/BlockSize, k)
		}
	}
	return m.f
}

// TestRuns: a run of blocks ends where there are more than there is a code for, and, unless an encoder does not mind, where too many
// bits correct its coefficients. It may end earlier.
func TestRuns(t *testing.T) {
	none := func(block, k int) int16 { return 0 }
	dense := func(block, k int) int16 { return 2 } // nothing but corrections
	for _, c := range []struct {
		name    string
		blocks  int
		coef    func(block, k int) int16
		chosen  choices
		noticed choices
	}{
		{"empty", 40000, none, choices{}, choices{}},
		{"empty, endless", 40000, none, choices{endless: true}, choices{}},
		{"dense", 100, dense, choices{}, choices{}},
		{"dense, endless", 100, dense, choices{endless: true}, choices{endless: true}},
		{"split", 100, none, choices{splits: []int{7, 8, 50}}, choices{splits: []int{7, 8, 50}}},
		{"dense, split", 100, dense, choices{splits: []int{20, 21}}, choices{splits: []int{20, 21}}},
		{"dense, split where it ends", 100, dense, choices{splits: []int{15}}, choices{}},
		{"dense, endless, split", 100, dense, choices{endless: true, splits: []int{15, 70}}, choices{endless: true, splits: []int{15, 70}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := grayFile(t, c.blocks, c.coef)
			f.scans[2].choices = c.chosen
			data, err := f.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			g, err := roundTrip(t, data)
			if err != nil {
				t.Fatal(err)
			}
			got := g.scans[2].choices
			if got.endless != c.noticed.endless || !slices.Equal(got.splits, c.noticed.splits) || len(got.pads)+len(got.zeroRuns) > 0 || got.zeros {
				t.Errorf("%+v, want %+v", got, c.noticed)
			}
		})
	}
}

// painted makes a picture of gentle and of rough parts.
func painted(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			rough := uint8(x * y * 7919 >> 3)
			if x < w/2 {
				rough = 0
			}
			m.SetRGBA(x, y, color.RGBA{uint8(x*2) + rough/4, uint8(y) + rough/8, uint8(x + y), 255})
		}
	}
	return m
}

func goEncoded(t testing.TB, m image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTypical: a file of an encoder that goes by the book takes few bytes beside its coefficients.
func TestTypical(t *testing.T) {
	colour := painted(83, 61)
	gray := image.NewGray(colour.Rect)
	for i := range gray.Pix {
		gray.Pix[i] = colour.Pix[4*i+1]
	}
	for _, m := range []image.Image{colour, gray} {
		data := goEncoded(t, m, 80)
		f, err := roundTrip(t, data)
		if err != nil {
			t.Fatal(err)
		}
		if frame, syntax := len(f.AppendFrame(nil)), len(f.AppendSyntax(nil)); frame > 12 || syntax > 24 {
			t.Errorf("%T: %d bytes of frame, %d of syntax", m, frame, syntax)
		}
	}
}

// without returns a file without its segments of one kind.
func without(t *testing.T, data []byte, code byte) []byte {
	f, err := Parse(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slices.Backward(f.marks) {
		if m.code == code && m.at < f.scans[0].at {
			data = slices.Delete(slices.Clone(data), m.at, m.at+4+m.size)
		}
	}
	return data
}

// TestVariants: what files may leave out or add, and what is then refused.
func TestVariants(t *testing.T) {
	data := goEncoded(t, painted(40, 50), 75)
	whole, err := Parse(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	same := func(t *testing.T, data []byte) *File {
		f, err := roundTrip(t, data)
		if err != nil {
			t.Fatal(err)
		}
		for i := range f.Components {
			if !slices.Equal(f.Components[i].Coef, whole.Components[i].Coef) {
				t.Errorf("component %d is another", i)
			}
		}
		return f
	}
	insert := func(at int, s string) []byte { return slices.Insert(slices.Clone(data), at, []byte(s)...) }
	start, scan := len(data)-len("\xff\xd9"), whole.scans[0].at
	for i := range whole.marks {
		if m := whole.marks[i]; m.code == markerSOF0 {
			start = m.at
		}
	}
	t.Run("no Huffman tables", func(t *testing.T) { same(t, without(t, data, markerDHT)) })
	t.Run("junk", func(t *testing.T) { same(t, insert(0, "\xff\xd8\x00junk")) })
	t.Run("fill bytes", func(t *testing.T) { same(t, insert(start, "\xff\xff\xff\xff")) })
	t.Run("bytes between segments", func(t *testing.T) { same(t, insert(start, "\x00\xff\x00\xff\xd0\x01")) })
	t.Run("bytes behind a scan", func(t *testing.T) { same(t, insert(len(data)-2, "\x00\xff\x00\x7f\xff\xd3\xff")) })
	t.Run("no end", func(t *testing.T) { same(t, data[:len(data)-2]) })
	t.Run("trailing", func(t *testing.T) {
		f := same(t, insert(len(data), "\xff\xd8\xff\xd9"))
		if got := string(f.Trailing()); got != "\xff\xd8\xff\xd9" {
			t.Errorf("%q is trailing", got)
		}
	})
	t.Run("number of lines", func(t *testing.T) {
		d := slices.Clone(data)
		copy(d[start+5:], "\x00\x00")
		same(t, slices.Insert(d, len(d)-2, []byte("\xff\xdc\x00\x04\x00\x32")...))
	})
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"12 bits", slices.Replace(slices.Clone(data), start+4, start+5, 12), UnsupportedError("JPEG of 12 bits")},
		{"arithmetic", slices.Replace(slices.Clone(data), start+1, start+2, 0xc9), UnsupportedError("arithmetic-coded JPEG")},
		{"lossless", slices.Replace(slices.Clone(data), start+1, start+2, 0xc3), UnsupportedError("lossless JPEG")},
		{"hierarchical", insert(start, "\xff\xde\x00\x02"), UnsupportedError("hierarchical JPEG")},
		{"five components", slices.Replace(insert(start+19, "\x04\x11\x00\x05\x11\x00"), start+3, start+10, 23, 8, 0, 50, 0, 40, 5),
			UnsupportedError("JPEG of 5 components")},
		{"two frames", insert(scan-14, string(data[start:start+19])), UnsupportedError("JPEG of several frames")},
		{"restart marker missing", insert(start, "\xff\xdd\x00\x04\x00\x02"), UnsupportedError("restart marker missing, or not where it should be")},
		{"number of lines is missing", slices.Replace(slices.Clone(data), start+5, start+7, 0, 0), FormatError("empty picture")},
		{"no quantization tables", without(t, data, markerDQT), FormatError("scan without a quantization table")},
		{"cut", data[:len(data)-20], FormatError("entropy-coded data end early")},
		{"nothing", nil, FormatError("no start of an image")},
		{"second start", insert(start, "\xff\xd8"), FormatError("an image begins within another")},
		{"step of zero", slices.Replace(slices.Clone(data), 7, 8, 0), UnsupportedError("quantization step of zero")},
	} {
		if _, err := Parse(c.data, Limits{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// TestTablesChange: a component has the quantization table that is in force at its first scan, whatever comes later.
func TestTablesChange(t *testing.T) {
	data, err := os.ReadFile("testdata/three-scans.jpg")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Parse(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	// Both tables become other ones right before the scan of the second component.
	first := bytes.Index(data, []byte{0xff, markerSOS})
	second := first + 2 + bytes.Index(data[first+2:], []byte{0xff, markerSOS})
	var payload []byte
	for id := range byte(2) {
		payload = append(append(payload, id), bytes.Repeat([]byte{77}, BlockSize)...)
	}
	f, err := roundTrip(t, slices.Insert(data, second, appendSegment(nil, markerDQT, payload)...))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range f.Components {
		if old := c.Quant == whole.Components[i].Quant; old != (i == 0) {
			t.Errorf("component %d has its old table: %v", i, old)
		}
	}
}

// TestPrefixes: a file that is cut is refused or, behind its last scan, comes back.
func TestPrefixes(t *testing.T) {
	for seed := range uint64(4) {
		_, data := makeFile(t, seed)
		step := len(data)/300 + 1
		for n := 0; n < len(data); n += step {
			if _, err := roundTrip(t, data[:n]); err != nil {
				var format FormatError
				var unsupported UnsupportedError
				if !errors.As(err, &format) && !errors.As(err, &unsupported) {
					t.Fatalf("%d bytes of seed %d: %v", n, seed, err)
				}
			}
		}
	}
}

// TestColour: what a file says of its colours, and its orientation, are those of its frame.
func TestColour(t *testing.T) {
	data := goEncoded(t, painted(9, 9), 75)
	exif := func(order binary.AppendByteOrder, mark string) string {
		b := order.AppendUint16([]byte("Exif\x00\x00"+mark), 42)
		b = order.AppendUint16(order.AppendUint32(b, 8), 2)
		for _, e := range [][3]uint16{{0x100, 3, 9}, {0x112, 3, 6}} {
			b = order.AppendUint16(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, e[0]), e[1]), 1), e[2])
			b = append(b, 0, 0)
		}
		return string(b)
	}
	segment := func(code byte, payload string) string {
		return string([]byte{0xff, code, 0, byte(2 + len(payload))}) + payload
	}
	jfif := segment(0xe0, "JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x00\x00")
	adobe := segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00\x02")
	for _, c := range []struct {
		insert      string
		jfif        bool
		transform   int
		adobe       bool
		orientation int
	}{
		{"", false, 0, false, 1},
		{jfif, true, 0, false, 1},
		{adobe, false, 2, true, 1},
		{segment(0xe1, exif(binary.LittleEndian, "II")), false, 0, false, 6},
		{jfif + segment(0xe1, exif(binary.BigEndian, "MM")) + adobe, true, 2, true, 6},
		{segment(0xe1, "Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff"), false, 0, false, 1},
		{segment(0xe1, "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x09"), false, 0, false, 1},
	} {
		f, err := roundTrip(t, slices.Insert(slices.Clone(data), 2, []byte(c.insert)...))
		if err != nil {
			t.Fatal(err)
		}
		g, err := ParseFrame(f.AppendFrame(nil), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []*File{f, g} {
			transform, adobe := f.AdobeTransform()
			if f.HasJFIF() != c.jfif || transform != c.transform || adobe != c.adobe || f.Orientation() != c.orientation {
				t.Errorf("%q: JFIF %v, Adobe %v %d, orientation %d", c.insert, f.HasJFIF(), adobe, transform, f.Orientation())
			}
		}
		if _, err := g.Append(nil); err == nil {
			t.Error("a frame was written")
		}
	}
}
