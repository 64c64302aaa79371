package metadata

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

// someMetadata has a bit of everything.
var someMetadata = Metadata{
	Layout: Layout{4, Indexed},
	Chunks: []Chunk{
		{"gAMA", BeforePLTE, []byte{0, 0, 177, 143}},
		{"bKGD", BeforeIDAT, []byte{3}},
		{"tEXt", AfterIDAT, bytes.Repeat([]byte("long "), 100)},
		{"tEXt", AfterIDAT, nil},
	},
}

func TestMarshal(t *testing.T) {
	in, err := someMetadata.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unmarshal(in)
	if err != nil {
		t.Fatal(err)
	}
	want := someMetadata
	want.Chunks = append([]Chunk{}, want.Chunks...)
	want.Chunks[3].Data = []byte{}
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v, want %+v", *got, want)
	}
	// Only a cut between records goes unnoticed: the container has checksums.
	for n := 1; n < len(in); n++ {
		if cut, err := Unmarshal(in[:n]); err == nil && len(cut.Chunks) == len(want.Chunks) {
			t.Errorf("no error for %d of %d bytes", n, len(in))
		}
	}
}

// TestMarshalBytes writes the serialized form out.
func TestMarshalBytes(t *testing.T) {
	m := Metadata{Layout{1, Gray}, []Chunk{{"tIME", AfterIDAT, []byte{7, 230, 1, 2, 3, 4, 5}}}}
	want := "\x01" + "\x01\x02\x01\x00" + "\x02\x0c\x02tIME\x07\xe6\x01\x02\x03\x04\x05"
	if got, err := m.Marshal(); string(got) != want || err != nil {
		t.Errorf("got %q and %v, want %q", got, err, want)
	}
	if got, err := new(Metadata).Marshal(); got != nil || err != nil {
		t.Errorf("nothing to say became %q and %v", got, err)
	}
}

func TestUnmarshal(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		want any // a pointer to the error's type
	}{
		"version 2":         {"\x02", new(UnsupportedError)},
		"tag alone":         {"\x01\x02", new(FormatError)},
		"length too long":   {"\x01\x63\x05abcd", new(FormatError)},
		"length of 2^64-1":  {"\x01\x63\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", new(FormatError)},
		"length over 64":    {"\x01\x63\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", new(FormatError)},
		"short layout":      {"\x01\x01\x01\x08", new(FormatError)},
		"two layouts":       {"\x01\x01\x02\x08\x03\x01\x02\x08\x03", new(FormatError)},
		"short chunk":       {"\x01\x02\x04\x00tEX", new(FormatError)},
		"unknown place":     {"\x01\x02\x05\x03tEXt", new(FormatError)},
		"critical chunk":    {"\x01\x02\x05\x00IEND", new(FormatError)},
		"not a chunk type":  {"\x01\x02\x05\x00t\x00Xt", new(FormatError)},
		"too long a string": {string(make([]byte, MaxSize+1)), new(LimitError)},
	} {
		if _, err := Unmarshal([]byte(test.in)); !errors.As(err, test.want) {
			t.Errorf("%s: %v, want a %T", name, err, test.want)
		}
	}
	for name, in := range map[string]string{
		"nothing":            "",
		"version alone":      "\x01",
		"unknown record":     "\x01\x63\x03abc",
		"chunk not kept":     "\x01\x02\x05\x00prVT",
		"transparency":       "\x01\x02\x05\x00tRNS",
		"two unknown, empty": "\x01\x63\x00\x64\x00",
	} {
		if m, err := Unmarshal([]byte(in)); err != nil || len(m.Chunks) > 0 {
			t.Errorf("%s: %v and %v, want nothing", name, m, err)
		}
	}
}

func TestTooManyChunks(t *testing.T) {
	m := Metadata{Chunks: make([]Chunk, MaxChunks+1)}
	for i := range m.Chunks {
		m.Chunks[i].Type = "tEXt"
	}
	var want LimitError
	if _, err := m.Marshal(); !errors.As(err, &want) {
		t.Errorf("Marshal: %v, want a LimitError", err)
	}
	in := append([]byte{metadataVersion}, bytes.Repeat([]byte("\x02\x05\x00tEXt"), MaxChunks+1)...)
	if _, err := Unmarshal(in); !errors.As(err, &want) {
		t.Errorf("Unmarshal: %v, want a LimitError", err)
	}
}

// FuzzUnmarshal checks that whatever is accepted comes back the same.
func FuzzUnmarshal(f *testing.F) {
	in, err := someMetadata.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(in)
	f.Add([]byte("\x01\x63\x03abc\x02\x05\x00tEXt"))
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := Unmarshal(in)
		if err != nil {
			return
		}
		out, err := m.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Unmarshal(out)
		if err != nil || !reflect.DeepEqual(m, again) {
			t.Fatalf("%+v became %+v and %v", m, again, err)
		}
	})
}
