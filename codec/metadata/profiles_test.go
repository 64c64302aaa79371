package metadata

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestFormatDocument reads the example of codec/FORMAT.md.
func TestFormatDocument(t *testing.T) {
	document, err := os.ReadFile("../FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(document), "```metadata\n")
	digits, _, ok := strings.Cut(rest, "\n```")
	if !ok {
		t.Fatal("no example")
	}
	in, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unmarshal(in)
	want := &Metadata{Layout{4, Indexed}, []Chunk{{"gAMA", BeforePLTE, []byte{0, 0, 0xb1, 0x8f}}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v and %v, want %+v", got, err, want)
	}
	if out, err := want.Marshal(); err != nil || !bytes.Equal(out, in) {
		t.Errorf("% x and %v, want % x", out, err, in)
	}
}

// through returns m after Marshal and Unmarshal.
func through(t *testing.T, m *Metadata) *Metadata {
	t.Helper()
	in, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	out, err := Unmarshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestProfiles(t *testing.T) {
	icc, exif, xmp, iptc := bytes.Repeat([]byte("profile "), 1000), []byte("II*\x00\x08\x00\x00\x00\x00\x00"), []byte("<x:xmpmeta>ß</x:xmpmeta>"), bytes.Repeat([]byte("8BIM"), 101)
	m := &Metadata{Chunks: []Chunk{{"sRGB", BeforePLTE, []byte{0}}, {"tEXt", AfterIDAT, []byte("Title\x00x")}}}
	for range 2 { // the second time, they are replaced
		m.SetICCProfile(icc)
		m.SetXMP(xmp)
		m.SetIPTC(iptc)
		m.SetResolution(Resolution{3, 4, true})
		if err := m.SetEXIF(append([]byte("Exif\x00\x00"), exif...)); err != nil {
			t.Fatal(err)
		}
		m = through(t, m)
	}
	if got, err := m.ICCProfile(); !bytes.Equal(got, icc) || err != nil {
		t.Errorf("%d bytes of a profile and %v", len(got), err)
	}
	if got, err := m.XMP(); !bytes.Equal(got, xmp) || err != nil {
		t.Errorf("XMP is %q and %v", got, err)
	}
	if got, err := m.IPTC(); !bytes.Equal(got, iptc) || err != nil {
		t.Errorf("%d bytes of IPTC data and %v", len(got), err)
	}
	if got := m.EXIF(); !bytes.Equal(got, exif) {
		t.Errorf("EXIF is %q", got)
	}
	if got, ok := m.Resolution(); got != (Resolution{3, 4, true}) || !ok {
		t.Errorf("resolution is %v, %t", got, ok)
	}
	if got := m.Texts(); len(got) != 1 || got[0].Text != "x" {
		t.Errorf("texts are %v", got)
	}
	if len(m.Chunks) != 6 || m.first("sRGB") != nil {
		t.Errorf("%d chunks, want 6, with no sRGB", len(m.Chunks))
	}
	m.SetICCProfile(nil)
	m.SetXMP(nil)
	m.SetIPTC(nil)
	m.SetEXIF(nil)
	m.SetResolution(Resolution{})
	m.RemoveText("Title")
	if len(m.Chunks) > 0 {
		t.Errorf("%v is left", m.Chunks)
	}
}

func TestTexts(t *testing.T) {
	var m Metadata
	for _, text := range []Text{
		{"Title", "plain", "", ""}, {"Author", "José", "", ""}, {"Comment", "日本", "", ""}, {"Comment", "hello", "en", "Remark"}, {"Größe", "", "", ""},
	} {
		if err := m.AddText(text); err != nil {
			t.Fatal(err)
		}
		got := through(t, &m).Texts()
		if got[len(got)-1] != text {
			t.Errorf("%+v became %+v", text, got[len(got)-1])
		}
	}
	if types := m.Chunks[1].Type + m.Chunks[2].Type; types != "tEXtiTXt" {
		t.Errorf("types are %s", types)
	}
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte("packed"))
	w.Close()
	m.Chunks = []Chunk{{"zTXt", BeforePLTE, append([]byte("a\x00\x00"), z.Bytes()...)}, {"iTXt", BeforePLTE, append([]byte("b\x00\x01\x00\x00\x00"), z.Bytes()...)}}
	if got := m.Texts(); len(got) != 2 || got[0].Text != "packed" || got[1].Text != "packed" {
		t.Errorf("compressed texts are %+v", got)
	}
	for _, bad := range []Text{{}, {Keyword: " a"}, {Keyword: "日"}, {Keyword: "a\n"}, {Keyword: strings.Repeat("a", 80)},
		{Keyword: "a", Text: "\x00"}, {Keyword: "a", Text: "\xff"}, {Keyword: "a", Language: "日"}} {
		var want FormatError
		if err := m.AddText(bad); !errors.As(err, &want) {
			t.Errorf("%+v: %v, want a FormatError", bad, err)
		}
	}
}

// TestMalformed reads chunks that are not what their types say.
func TestMalformed(t *testing.T) {
	var want FormatError
	for _, c := range []Chunk{{"iCCP", 0, nil}, {"iCCP", 0, []byte("a\x00\x01")}, {"iCCP", 0, []byte("a\x00\x00no zlib")}} {
		if _, err := (&Metadata{Chunks: []Chunk{c}}).ICCProfile(); !errors.As(err, &want) {
			t.Errorf("%q: %v, want a FormatError", c.Data, err)
		}
	}
	for _, c := range []Chunk{{"tEXt", 0, nil}, {"zTXt", 0, []byte("a\x00")}, {"zTXt", 0, []byte("a\x00\x00x")}, {"iTXt", 0, []byte("a\x00\x00\x00")}, {"gAMA", 0, make([]byte, 4)}} {
		if _, err := c.Text(); !errors.As(err, &want) {
			t.Errorf("%s %q: %v, want a FormatError", c.Type, c.Data, err)
		}
	}
	for _, text := range []string{"", "\niptc\n", "\niptc\n  3\n00\n", "\niptc\n 1\nxx\n"} {
		m := &Metadata{Chunks: []Chunk{{"tEXt", 0, []byte(iptcKeyword + "\x00" + text)}}}
		if _, err := m.IPTC(); !errors.As(err, &want) {
			t.Errorf("IPTC %q: %v, want a FormatError", text, err)
		}
	}
	var m Metadata
	if m.SetEXIF([]byte("no")) == nil || m.SetXMP([]byte{0}) == nil || m.SetXMP([]byte{0xff}) == nil {
		t.Error("what is no EXIF and no XMP was taken")
	}
	if _, ok := (&Metadata{Chunks: []Chunk{{"pHYs", 0, []byte{1}}}}).Resolution(); ok {
		t.Error("a resolution of one byte")
	}
}
