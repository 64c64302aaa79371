package main

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// damaged returns a file with several segments, one of whose bytes is wrong, and the segment's description.
func damaged(t *testing.T) (file []byte, d *description, last segment) {
	t.Helper()
	file = must(t, damagedOriginal(t), "encode", "--mode", "modelled")
	d = describeJSON(t, must(t, file, "info", "--levels", "--json"))
	if len(d.Segments) < 3 {
		t.Fatalf("%d segments are too few for the test", len(d.Segments))
	}
	last = d.Segments[len(d.Segments)-1]
	file[last.Offset+last.Bytes/2] ^= 1
	return file, d, last
}

func damagedOriginal(t *testing.T) []byte {
	return part(t, "landscape.png", image.Rect(40, 20, 170, 150))
}

// damageWords are what the error says of a file of which byte at of a segment, counted from its offset, is damaged.
func damageWords(d *description, s segment, at int64) string {
	offset, place := s.Offset, fmt.Sprintf("segment %d, %s", s.Index, s.Kind)
	if s.Bytes > 16384 {
		block := at / (16384 + 4)
		offset += block * (16384 + 4)
		place += fmt.Sprintf(", block %d", block)
	}
	return fmt.Sprintf("damaged at %d%% of the file (%s); --bytes %d gives what is whole", 100*offset/d.FileBytes, place, offset)
}

// TestDamageHint damages each segment of a file in turn. The error says how many bytes come before: these decode as those of
// the undamaged file do, and with the damaged segment, nothing does.
func TestDamageHint(t *testing.T) {
	for name, kinds := range map[string]string{"noise.png": "passes passes digest metadata", "alpha16.png": "alpha passes digest metadata"} {
		good := must(t, withText(t, load(t, name), 9000), "encode", "--mode", "modelled") // so much metadata is behind the picture
		d := describeJSON(t, must(t, good, "info", "--json"))
		var have []string
		for _, s := range d.Segments {
			have = append(have, s.Kind)
		}
		if strings.Join(have, " ") != kinds {
			t.Fatalf("%s has segments %q", name, have)
		}
		for i, s := range d.Segments {
			file := bytes.Clone(good)
			file[s.Offset+s.Bytes/3] ^= 0x10
			words := damageWords(d, s, s.Bytes/3)
			r := ddpmz(file, "decode")
			if r.status != 1 || len(r.out) > 0 || !strings.Contains(r.err, words) {
				t.Errorf("%s, segment %d: status %d, %d bytes, %q, want %q", name, i, r.status, len(r.out), r.err, words)
			}
			if header := strings.Contains(r.err, "no more than the picture's size"); header != (i == 0) {
				t.Errorf("%s, segment %d: %q", name, i, r.err)
			}
			checkHint(t, file, good, s.Offset)
			next := d.FileBytes
			if i+1 < len(d.Segments) {
				next = d.Segments[i+1].Offset
			}
			fails(t, 1, []string{words}, file, "decode", "--bytes", fmt.Sprint(next))
		}
	}
}

// checkHint checks that n bytes of a damaged file decode as those of the good one, and are cut without complaint.
func checkHint(t *testing.T, damaged, good []byte, n int64) {
	t.Helper()
	hint := fmt.Sprint(n)
	if !bytes.Equal(must(t, damaged, "decode", "--bytes", hint), must(t, good, "decode", "--bytes", hint)) {
		t.Errorf("the first %s bytes decode to another picture", hint)
	}
	must(t, damaged, "truncate", "--bytes", hint)
}

// TestDamage checks that the error names the file, and that nothing is written.
func TestDamage(t *testing.T) {
	file, d, last := damaged(t)
	words := damageWords(d, last, last.Bytes/2)
	dir := folder(t)
	name := filepath.Join(dir, "a.ddpmz")
	writeFile(t, name, file)
	fails(t, 1, []string{"ddpmz: " + name + ": " + words}, nil, "decode", name)
	fails(t, 1, []string{"ddpmz: standard input: " + words}, file, "decode")
	wantFiles(t, dir, "a.ddpmz")
	must(t, file, "decode", "--steps", "900") // comes not so far

	// What is whole of the level in which the damage is counts as well.
	good := bytes.Clone(file)
	good[last.Offset+last.Bytes/2] ^= 1
	checkHint(t, file, good, last.Offset)
	var level int64 // bytes of the last level that is whole
	for _, l := range d.Levels {
		if l.Bytes <= last.Offset {
			level = l.Bytes
		}
	}
	original := decodePNG(t, damagedOriginal(t)).Image
	apart := func(n int64) float64 {
		return distance(decodePNG(t, must(t, file, "decode", "--bytes", fmt.Sprint(n))).Image, original)
	}
	if level == last.Offset || apart(last.Offset) >= apart(level) {
		t.Errorf("all segments before the damaged one have %d bytes, whole levels %d, and the picture is no better", last.Offset, level)
	}

	for name, f := range map[string][]byte{
		"header":                  append([]byte(nil), file...),
		"not a ddpmz":             load(t, "alpha.png"),
		"the file ends too early": {},
	} {
		if name == "header" {
			f[9] ^= 0x40
		}
		fails(t, 1, []string{"ddpmz: standard input: ", name}, f, "decode")
		fails(t, 1, []string{"ddpmz: standard input: ", name}, f, "info")
		fails(t, 1, []string{"ddpmz: standard input: ", name}, f, "truncate", "--bytes", "100")
	}
	fails(t, 1, []string{"ddpmz: standard input: ", "a ddpmz file already"}, file, "encode")
	fails(t, 1, []string{"ddpmz: standard input: "}, load(t, "alpha.png")[:5000], "encode")
}

// TestInfoDamage checks that info prints what it knows before it fails.
func TestInfoDamage(t *testing.T) {
	if os.Getenv("DDPMZ_LONG") != "1" {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	file, whole, last := damaged(t)
	words := damageWords(whole, last, last.Bytes/2)
	for _, args := range [][]string{{"info", "--levels"}, {"info", "--levels", "--json"}} {
		r := ddpmz(file, args...)
		if r.status != 1 || !strings.Contains(r.err, "ddpmz: standard input: "+words) {
			t.Errorf("%q: status %d, %q", args, r.status, r.err)
		}
		if !bytes.Contains(r.out, []byte(words)) {
			t.Errorf("%q prints\n%s", args, r.out)
		}
		if args[len(args)-1] == "--json" {
			if d := describeJSON(t, r.out); d.Exact || d.Cut || len(d.Levels) == 0 || d.Levels[len(d.Levels)-1].Level == 0 {
				t.Errorf("%+v", d)
			}
		}
	}
}
