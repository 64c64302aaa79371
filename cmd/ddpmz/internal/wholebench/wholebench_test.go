package wholebench

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/codec"
)

// source is a picture of testdata.
func source(t *testing.T, name string) (Source, image.Image) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return Source{Folder: "testdata", Name: name, Read: func() (image.Image, string, int64, error) { return m, "png", int64(len(file)), nil }}, m
}

// installed are the peers that are there; PNG always is.
func installed() []peers.Peer {
	return slices.DeleteFunc(peers.AllWhole(), func(p peers.Peer) bool { return len(p.Missing) > 0 })
}

// TestRun measures pictures of every kind, with all peers that are installed, and compares with the files themselves.
func TestRun(t *testing.T) {
	kinds := map[string]string{"tiny/rock.png": "RGB", "alpha.png": "RGB, alpha", "alpha16.png": "RGB, 16 bits, alpha", "gray16.png": "gray, 16 bits", "odd/gray-17x13.png": "gray", "palette.png": "palette"}
	var sources []Source
	pictures := map[string]image.Image{}
	for name := range kinds {
		s, m := source(t, name)
		sources, pictures[name] = append(sources, s), m
	}
	last := 0
	r, err := Run(context.Background(), sources, Config{Peers: installed(), Progress: func(p int) { last = p }})
	if err != nil {
		t.Fatal(err)
	}
	if last != 1000 || len(r.Pictures) != len(kinds) {
		t.Errorf("progress ends at %d, with %d pictures", last, len(r.Pictures))
	}
	for i := range r.Pictures {
		p := &r.Pictures[i]
		var file, plain bytes.Buffer
		if err := codec.Encode(&file, pictures[p.Name], nil); err != nil {
			t.Fatal(err)
		}
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&plain, pictures[p.Name]); err != nil {
			t.Fatal(err)
		}
		if p.Kind != kinds[p.Name] || p.Own.Bytes != int64(file.Len()) || p.Peers["png"].Bytes != int64(plain.Len()) {
			t.Errorf("%+v: %d and %d bytes", p, file.Len(), plain.Len())
		}
		if wide := strings.Contains(p.Kind, "16"); wide {
			if _, ok := p.Peers["webp"]; ok {
				t.Errorf("%s: WebP has 16 bits", p.Name)
			}
		}
	}
	var buffer bytes.Buffer
	if err := r.Write(&buffer); err != nil {
		t.Fatal(err)
	}
	again, err := Read(&buffer)
	if err != nil || !reflect.DeepEqual(again.Tables(), r.Tables()) {
		t.Errorf("read again, the tables are others; %v", err)
	}
}

// TestErrors: what cannot be measured ends the run, and so does its context.
func TestErrors(t *testing.T) {
	if _, err := Run(context.Background(), nil, Config{}); err == nil {
		t.Error("no pictures are measured")
	}
	gone := errors.New("gone")
	s := Source{Name: "lost.png", Read: func() (image.Image, string, int64, error) { return nil, "", 0, gone }}
	if _, err := Run(context.Background(), []Source{s}, Config{}); !errors.Is(err, gone) || !strings.Contains(err.Error(), "lost.png") {
		t.Errorf("%v", err)
	}
	s, _ = source(t, "tiny/rock.png")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, []Source{s}, Config{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	for _, bad := range []string{"", "{}", `{"kind":"whole"}`, `{"kind":"pictures","pictures":[{}]}`, `{"kind":"whole","pictures":[{"unknown":1}]}`} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is a report", bad)
		}
	}
}

// A peer whose picture comes back otherwise is an error, not a figure.
func TestMeasureCoder(t *testing.T) {
	_, m := source(t, "tiny/rock.png")
	encode := func(file *bytes.Buffer) error { file.WriteString("file"); return nil }
	if w, err := peers.MeasureCoder(m, encode, func([]byte) (image.Image, error) { return m, nil }); err != nil || w.Bytes != 4 {
		t.Errorf("%+v, %v", w, err)
	}
	other := image.NewRGBA(m.Bounds())
	other.Set(3, 4, color.White)
	if _, err := peers.MeasureCoder(m, encode, func([]byte) (image.Image, error) { return other, nil }); err == nil {
		t.Error("another picture is taken for the same")
	}
}

// invented is a report of which everything can be computed by hand: two pictures of 1 and 4 megapixels, of which one peer cannot hold
// the second.
func invented() *Report {
	return &Report{Kind: Kind, Model: "m", ModelID: "1234",
		Peers: []peers.Peer{{ID: "a", Name: "Larger", Version: "A 1", Encode: "ea", Decode: "da"}, {ID: "b", Name: "Narrow", Version: "B 1"}, {ID: "c", Name: "Absent", Missing: []string{"absent"}}},
		Pictures: []Picture{
			{Name: "x", Width: 1000, Height: 1000, Kind: "RGB", Bytes: 4000, Own: Result{"stored", 1000, 0.5, 0.05},
				Peers: map[string]Result{"a": {"", 2000, 1, 0.2}, "b": {"", 500, 1, 1}}},
			{Name: "y", Width: 2000, Height: 2000, Kind: "gray, 16 bits", Bytes: 64000, Own: Result{"modelled", 4000, 2, 0.05},
				Peers: map[string]Result{"a": {"", 32000, 4, 0.8}}},
		}}
}

func TestTables(t *testing.T) {
	texts := map[string]string{}
	for _, table := range invented().Tables() {
		texts[strings.TrimPrefix(table.Name, Prefix)] = table.Text
	}
	for name, parts := range map[string][]string{
		"run": {"2 pictures, 5.0 megapixels, of which ddpmz stores 1 and codes 1 by a model", "Absent, for want of absent"},
		"files": {"| **ddpmz**              |  5000 |        0.008 |                             |       |       |           2.00 |          50.00 |",
			"| Larger                 | 34000 |        0.054 |                       0.250 | 0.125 | 0.500 |           1.00 |           5.00 |",
			"| Narrow (1)             |   500 |        0.004 |                       2.000 | 2.000 | 2.000 |", "cannot hold",
			"| the files they came in | 68000 |        0.109 |                       0.125 | 0.062 | 0.250 |              – |              – |"},
		"pictures": {"| x     | 1000x1000 |           RGB |      1000 |   2000 |    500 |", "| y     | 2000x2000 | gray, 16 bits |      4000 |  32000 |      – |"},
		"peers":    {"| Larger |     A 1 |    `ea` |    `da` |", "missing"},
	} {
		for _, part := range parts {
			if !strings.Contains(texts[name], part) {
				t.Errorf("%s: no %q in\n%s", name, part, texts[name])
			}
		}
	}
	if order := places(texts["files"], "Narrow", "ddpmz", "Larger", "came in"); !slices.IsSorted(order) {
		t.Errorf("not from the fewest bits on:\n%s", texts["files"])
	}
}

func places(text string, parts ...string) (list []int) {
	_, text, _ = strings.Cut(text, "\n") // without the head
	for _, part := range parts {
		list = append(list, strings.Index(text, part))
	}
	return list
}

func TestCSV(t *testing.T) {
	var out bytes.Buffer
	if err := invented().WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 1+5 {
		t.Errorf("%d rows; %v", len(rows), err)
	}
	if l := invented().lines()[1]; !l.own || math.Abs(l.ratio-1) > 1e-9 {
		t.Errorf("%+v", l)
	}
}
