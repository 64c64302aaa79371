package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// damaged returns a file with several segments, one of whose bytes is wrong, and where that segment begins.
func damaged(t *testing.T) (file []byte, good int64, number string) {
	t.Helper()
	file = must(t, load(t, "text.png"), "encode", "--mode", "modelled")
	d := describeJSON(t, must(t, file, "info", "--json"))
	if len(d.Segments) < 3 {
		t.Fatalf("%d segments are too few for the test", len(d.Segments))
	}
	s := d.Segments[len(d.Segments)-1]
	file[s.Offset+s.Bytes/2] ^= 1
	return file, s.Offset, fmt.Sprintf("segment %d", s.Index)
}

// TestDamage checks that the error names the segment, and that nothing is written.
func TestDamage(t *testing.T) {
	file, good, segment := damaged(t)
	dir := folder(t)
	name := filepath.Join(dir, "a.ddpmz")
	writeFile(t, name, file)
	fails(t, 1, []string{"ddpmz: " + name + ": " + segment, "(passes) damaged"}, nil, "decode", name)
	fails(t, 1, []string{"ddpmz: standard input: " + segment, "(passes) damaged"}, file, "decode")
	wantFiles(t, dir, "a.ddpmz")

	// The error says how to see what there is.
	r := ddpmz(file, "decode")
	_, hint, _ := strings.Cut(r.err, "--bytes ")
	n, _, _ := strings.Cut(hint, " ")
	must(t, file, "decode", "--bytes", n)
	must(t, file, "truncate", "--bytes", n)
	if n != fmt.Sprint(good) {
		t.Errorf("the hint is %q, segments before it have %d bytes", n, good)
	}
	must(t, file, "decode", "--steps", "900") // comes not so far

	for name, f := range map[string][]byte{
		"header":         append([]byte(nil), file...),
		"not a ddpmz":    load(t, "alpha.png"),
		"unexpected EOF": {},
	} {
		if name == "header" {
			f[9] ^= 0x40
		}
		fails(t, 1, []string{"ddpmz: standard input: ", name}, f, "decode")
		fails(t, 1, []string{"ddpmz: standard input: ", name}, f, "info")
		fails(t, 1, []string{"ddpmz: standard input: ", name}, f, "truncate", "--bytes", "100")
	}
	fails(t, 1, []string{"ddpmz: standard input: ", "not a picture"}, file, "encode")
	fails(t, 1, []string{"ddpmz: standard input: "}, load(t, "alpha.png")[:5000], "encode")
}

// TestInfoDamage checks that info prints what it knows before it fails.
func TestInfoDamage(t *testing.T) {
	file, _, segment := damaged(t)
	for _, args := range [][]string{{"info"}, {"info", "--json"}} {
		r := ddpmz(file, args...)
		if r.status != 1 || !strings.Contains(r.err, "ddpmz: standard input: "+segment) {
			t.Errorf("%q: status %d, %q", args, r.status, r.err)
		}
		if !bytes.Contains(r.out, []byte(segment)) {
			t.Errorf("%q prints\n%s", args, r.out)
		}
		if len(args) == 2 {
			if d := describeJSON(t, r.out); d.Exact || d.Cut || len(d.Levels) == 0 || d.Levels[len(d.Levels)-1].Level == 0 {
				t.Errorf("%+v", d)
			}
		}
	}
}
