package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/model/zoo"
)

// findings parses what test --json prints.
func findings(t *testing.T, out []byte) (list []finding) {
	t.Helper()
	in := json.NewDecoder(bytes.NewReader(out))
	in.DisallowUnknownFields()
	for in.More() {
		var f finding
		if err := in.Decode(&f); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		list = append(list, f)
	}
	return list
}

// TestTest tests a file of each state, and what they come to together.
func TestTest(t *testing.T) {
	dir := folder(t)
	whole := encoded(t, "alpha16.png", "--mode", "modelled")
	d := describeJSON(t, must(t, whole, "info", "--json"))
	last := d.Segments[len(d.Segments)-1]
	flipped := bytes.Clone(whole)
	flipped[last.Offset+last.Bytes/2] ^= 1
	unknown := must(t, load(t, "tiny/rock.png"), "encode", "--mode", "stored")
	files := map[string][]byte{
		"a-whole.ddpmz":   whole,
		"b-ends.ddpmz":    must(t, whole, "truncate", "--bytes", "4000"),
		"c-cut.ddpmz":     whole[:4000],
		"d-damaged.ddpmz": flipped,
		"e-header.ddpmz":  whole[:6],
		"f-other.ddpmz":   load(t, "gray.png"),
		"sub/g.ddpmz":     append(bytes.Clone(unknown), "more"...),
		"no.txt":          whole[:5],
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o777); err != nil {
		t.Fatal(err)
	}
	path := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for name, file := range files {
		writeFile(t, path(name), file)
	}
	states := map[string]string{
		"a-whole.ddpmz": stateWhole, "b-ends.ddpmz": stateEnds, "c-cut.ddpmz": stateCut, "d-damaged.ddpmz": stateDamaged,
		"e-header.ddpmz": stateCut, "f-other.ddpmz": stateDamaged, "sub/g.ddpmz": stateWhole,
	}

	r := ddpmz(nil, "test", "--json", dir)
	if r.status != 1 || r.err != "" {
		t.Errorf("status %d, %q", r.status, r.err)
	}
	list := findings(t, r.out)
	if len(list) != len(states) {
		t.Errorf("%d files are tested, want %d", len(list), len(states))
	}
	for _, f := range list {
		name, err := filepath.Rel(dir, f.File)
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.ToSlash(name)
		if f.State != states[name] || f.State != stateDamaged && f.Bytes != int64(len(files[name])) || (f.Error == "") != (f.State == stateWhole || f.State == stateEnds) || f.Exact != (f.State == stateWhole) {
			t.Errorf("%s: %+v", name, f)
		}
		if damaged := name == "d-damaged.ddpmz"; damaged != (f.Segment != nil) || damaged && (*f.Segment != last.Index || f.Offset < last.Offset || f.Offset > last.Offset+last.Bytes/2) {
			t.Errorf("%s: damaged at %d, in segment %v", name, f.Offset, f.Segment)
		}
		if (f.Trailing == 4) != (name == "sub/g.ddpmz") {
			t.Errorf("%s: followed by %d bytes", name, f.Trailing)
		}
	}

	for name, state := range states {
		want := map[string]int{stateWhole: 0, stateEnds: 0, stateCut: 3}
		status, ok := want[state]
		if !ok {
			status = 1
		}
		r := ddpmz(nil, "test", path(name))
		if r.status != status || !strings.HasPrefix(string(r.out), path(name)+": "+state) || r.err != "" {
			t.Errorf("%s: status %d, want %d, %q, %q", name, r.status, status, r.out, r.err)
		}
		if r := ddpmz(nil, "test", "--quiet", path(name)); (len(r.out) == 0) != (status == 0) || r.status != status {
			t.Errorf("%s, quiet: status %d, %q", name, r.status, r.out)
		}
	}
	r = ddpmz(nil, "test", path("a-whole.ddpmz"), path("c-cut.ddpmz"), path("b-ends.ddpmz"))
	if r.status != 3 || strings.Count(string(r.out), "\n") != 3 {
		t.Errorf("status %d, %q", r.status, r.out)
	}
	must(t, whole, "test", "-q")
	fails(t, 1, []string{"no .ddpmz file in this folder"}, nil, "test", t.TempDir())
	if r := ddpmz(nil, "test", path("none.ddpmz")); r.status != 1 || !strings.Contains(string(r.out), "none.ddpmz: not tested: ") {
		t.Errorf("no such file: status %d, %q", r.status, r.out)
	}
}

// TestTestNames pins the names of the fields, which scripts rely on: add to them, but do not change them.
func TestTestNames(t *testing.T) {
	const want = "file state file_bytes complete_bytes trailing_bytes steps exact damage_offset damage_segment damage_block error"
	var have []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(finding{})) {
		have = append(have, f.Tag.Get("json"))
	}
	if !slices.Equal(have, strings.Fields(want)) {
		t.Errorf("%q", have)
	}
}

// TestTestUnknownModel tests a file whose model is not known unless its weights are named.
func TestTestUnknownModel(t *testing.T) {
	dir := folder(t)
	own, err := zoo.File(zoo.Default)
	if err != nil {
		t.Fatal(err)
	}
	own = bytes.Clone(own)
	own[10]-- // its τ
	weights := filepath.Join(dir, "own.ddpw")
	writeFile(t, weights, own)
	name := filepath.Join(dir, "own.ddpmz")
	must(t, load(t, "tiny/rock.png"), "encode", "--mode", "modelled", "--model", weights, "-o", name)
	if r := ddpmz(nil, "test", name); r.status != 1 || !strings.Contains(string(r.out), name+": unknown model: ") {
		t.Errorf("status %d, %q", r.status, r.out)
	}
	if out := string(must(t, nil, "test", "--model", weights, name)); out != name+": whole\n" {
		t.Errorf("%q", out)
	}
}

// TestCutIsStatus3 tests that decode and info of a cut file do their work, say so even with --quiet, and end with status 3, or 0
// with --allow-partial; and that other failures count more.
func TestCutIsStatus3(t *testing.T) {
	dir := folder(t)
	whole := encoded(t, "alpha16.png", "--mode", "modelled")
	cut := whole[:len(whole)/2]
	a, b := filepath.Join(dir, "a.ddpmz"), filepath.Join(dir, "b.ddpmz")
	writeFile(t, a, whole)
	writeFile(t, b, cut)
	for _, args := range [][]string{{"decode"}, {"info", "--levels"}, {"info", "--levels", "--json"}} {
		for _, quiet := range []string{"--quiet", "--keep"} {
			args := slices.Clone(args)
			if quiet == "--quiet" {
				args = append(args, quiet)
			}
			r := ddpmz(cut, args...)
			if r.status != 3 || len(r.out) == 0 || !strings.HasPrefix(r.err, "ddpmz: note: standard input: the file is cut") {
				t.Errorf("%q: status %d, %d bytes, %q", args, r.status, len(r.out), r.err)
			}
			r = ddpmz(cut, append(args, "--allow-partial")...)
			if r.status != 0 || len(r.out) == 0 || !strings.Contains(r.err, "the file is cut") {
				t.Errorf("%q --allow-partial: status %d, %d bytes, %q", args, r.status, len(r.out), r.err)
			}
			must(t, whole, args...)
		}
	}
	if r := ddpmz(nil, "decode", b, a); r.status != 3 {
		t.Errorf("a cut file and a whole one: status %d", r.status)
	}
	wantFiles(t, dir, "a.ddpmz", "a.png", "b.ddpmz", "b.png")
	if r := ddpmz(nil, "decode", "-f", b, filepath.Join(dir, "none.ddpmz"), "-o", dir); r.status != 1 {
		t.Errorf("a cut file and none: status %d", r.status)
	}
	out := filepath.Join(dir, "strict.png")
	fails(t, 1, []string{"the file is cut"}, nil, "decode", "--strict", b, "-o", out)
	if _, err := os.Stat(out); err == nil {
		t.Error("--strict writes a picture of a cut file")
	}
	var o decodeOutcome
	r := ddpmz(nil, "decode", "--json", b, "-o", out)
	if err := json.Unmarshal(r.out, &o); err != nil || r.status != 3 || !o.Cut || o.Exact || o.Ends {
		t.Errorf("--json: status %d, %s, %v", r.status, r.out, err)
	}
}
