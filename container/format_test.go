package container

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

//go:embed FORMAT.md
var formatMD string

var (
	hexdumpBlock = regexp.MustCompile("(?s)```hexdump\n(.*?)```")
	exampleRow   = regexp.MustCompile("(?m)^\\| ([0-9a-f]{2}) \\| `([0-9a-f ]+)` \\|")
	examplesEnd  = regexp.MustCompile("\n(#|```hexdump)") // of what belongs to a dump
)

// TestFormatExamples tests the examples of FORMAT.md: that their dumps look as hex.Dump writes them, that their
// tables list every byte, and that the files decode to what their descriptions say.
func TestFormatExamples(t *testing.T) {
	model := [8]byte{0x5b, 0x1e, 0x09, 0xc4, 0x7a, 0x3f, 0xd8, 0x12}
	wants := []struct {
		header   Header
		payloads []string
	}{
		{
			Header{
				Width: 32, Height: 32, Format: 1, Depth: 8,
				Modelled: true, Model: model, Params: []byte{5},
				Segments: []Segment{{Kind: Passes, Size: 7}},
			},
			[]string{"payload"},
		},
		{
			Header{
				Width: 200, Height: 100, Format: 3, Depth: 16,
				Modelled: true, Model: model, Params: []byte{4, 9},
				Segments: []Segment{{Kind: Metadata, Size: 4}, {Kind: Passes, Units: 2, Size: 6}, {Kind: Passes, Size: 8}},
			},
			[]string{"meta", "coarse", "the rest"},
		},
		{
			Header{
				Width: 32, Height: 32, Format: 1, Depth: 8,
				Modelled: true, Short: true, Number: 2,
				Segments: []Segment{{Kind: Passes, Size: 7}},
			},
			[]string{"payload"},
		},
		{
			Header{
				Width: 200, Height: 100, Format: 3, Depth: 16,
				Modelled: true, Model: model, Params: []byte{4, 9},
				Segments:  []Segment{{Kind: Metadata, Size: 4}, {Kind: Passes, Units: 2, Size: 6}},
				EndsEarly: true, Kept: 3,
			},
			[]string{"meta", "coa"},
		},
		{
			Header{
				Width: 32, Height: 32, Format: 1, Depth: 8,
				Modelled: true, Short: true, Number: 2,
				Segments:  []Segment{{Kind: Passes, Size: 7}},
				EndsEarly: true, Kept: 4,
			},
			[]string{"payl"},
		},
	}
	blocks := hexdumpBlock.FindAllStringSubmatchIndex(formatMD, -1)
	if len(blocks) != len(wants) {
		t.Fatalf("%d examples, want %d", len(blocks), len(wants))
	}
	for i, want := range wants {
		dump := formatMD[blocks[i][2]:blocks[i][3]]
		file := parseHexdump(t, dump)
		if hex.Dump(file) != dump {
			t.Errorf("example %d: a dump of it is\n%s", i, hex.Dump(file))
		}

		rows := formatMD[blocks[i][1]:]
		if end := examplesEnd.FindStringIndex(rows); end != nil {
			rows = rows[:end[0]]
		}
		var tabled []byte
		for _, row := range exampleRow.FindAllStringSubmatch(rows, -1) {
			if at := fmt.Sprintf("%02x", len(tabled)); row[1] != at {
				t.Errorf("example %d: a row at %s should be at %s", i, row[1], at)
			}
			tabled = append(tabled, parseHex(t, row[2])...)
		}
		if !bytes.Equal(tabled, file) {
			t.Errorf("example %d: the table has\n%x, the dump\n%x", i, tabled, file)
		}

		rd, err := NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if got := rd.Header(); !reflect.DeepEqual(got, &want.header) {
			t.Errorf("example %d is %+v, want %+v", i, got, want.header)
		}
		for j, payload := range want.payloads {
			if c, err := rd.Next(); err != nil || !c.Complete && !c.Ends || string(c.Payload) != payload {
				t.Errorf("example %d, segment %d: %+v, %v", i, j, c, err)
			}
		}
		if _, err := rd.Next(); err != io.EOF || rd.Truncated() {
			t.Errorf("example %d: %v at the end", i, err)
		}
	}
}

// parseHexdump returns the bytes of a dump that hex.Dump wrote.
func parseHexdump(t *testing.T, dump string) []byte {
	t.Helper()
	var b []byte
	for line := range strings.Lines(dump) {
		columns, _, _ := strings.Cut(line, "|")
		_, columns, _ = strings.Cut(columns, " ")
		b = append(b, parseHex(t, columns)...)
	}
	return b
}

func parseHex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestFormatLimits tests that the limits in FORMAT.md are those of the package.
func TestFormatLimits(t *testing.T) {
	for _, row := range []struct {
		text  string
		limit uint64
		want  uint64
	}{
		{"| width, height | 1 | 2^24 |", MaxSide, 1 << 24},
		{"| format | 0 | 31 |", MaxFormat, 31},
		{"| depth | 1 | 16 |", MaxDepth, 16},
		{"| params, bytes | 0 | 32 |", MaxParams, 32},
		{"| segments | 0 | 4096 |", MaxSegments, 4096},
		{"| units of a segment | 0 | 2^20 - 1 |", MaxUnits, 1<<20 - 1},
		{"| size of the segment of a short file | 0 | 4000 |", MaxShort, 4000},
		{"| sizes of all segments, together | 0 | 2^56 - 1 |", MaxSize, 1<<56 - 1},
	} {
		if !strings.Contains(formatMD, row.text) || row.limit != row.want {
			t.Errorf("%s: the package has %d", row.text, row.limit)
		}
	}
	for k := Metadata; k <= Syntax; k++ {
		if row := fmt.Sprintf("| %d | %v |", byte(k), k); !strings.Contains(formatMD, row) {
			t.Errorf("no row %q", row)
		}
	}
}
