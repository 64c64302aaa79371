package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProgram: a program does the same without its names and lines.
func TestProgram(t *testing.T) {
	if os.Getenv("DDPMZ_LONG") != "1" {
		t.Skip("builds a program: DDPMZ_LONG=1")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no node")
	}
	name := filepath.Join(t.TempDir(), "program.wasm")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", name, "./testdata/program")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	run := func() (stdout, stderr string) {
		t.Helper()
		var out, message bytes.Buffer
		c := exec.Command(filepath.Join(strings.TrimSpace(string(root)), "lib/wasm/go_js_wasm_exec"), name)
		c.Stdout, c.Stderr = &out, &message
		var exit *exec.ExitError
		if err := c.Run(); !errors.As(err, &exit) || exit.ExitCode() != 2 {
			t.Errorf("the program ends with %v, not as one that panics", err)
		}
		return out.String(), message.String()
	}
	size := func() int {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return len(b)
	}
	before, trace := run()
	long := size()
	if !strings.Contains(trace, "panic: the end") || !strings.Contains(trace, "main.main") {
		t.Errorf("the program ends with\n%s", trace)
	}
	if err := stripFile(name); err != nil {
		t.Fatal(err)
	}
	after, trace := run()
	if before != after || strings.Count(after, "\n") < 15 {
		t.Errorf("the program prints\n%s\nand without names\n%s", before, after)
	}
	if !strings.Contains(trace, "panic: the end") || strings.Contains(trace, "main.main") || strings.Contains(trace, ".go:") {
		t.Errorf("without names, the program ends with\n%s", trace)
	}
	t.Logf("%d bytes, and then %d", long, size())
	if err := stripFile(name); err != nil { // once more, there is nothing to do
		t.Error(err)
	}
	if again, _ := run(); again != after {
		t.Errorf("done twice, the program prints\n%s", again)
	}
}

// TestSegments: what cut makes of memory writes the same memory, and the data section in between is read as it was written.
func TestSegments(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		m := make([]byte, r.IntN(5000))
		for at := r.IntN(300); at < len(m); at += 1 + r.IntN(1+r.IntN(400)) {
			m[at] = byte(r.UintN(256))
		}
		list, err := segments(appendSegments(nil, cut(m)))
		if err != nil {
			t.Fatal(err)
		}
		got := memory(list)
		if len(got) > len(m) || !bytes.Equal(append(got, make([]byte, len(m)-len(got))...), m) {
			t.Fatalf("memory of %d bytes is not what %d segments write", len(m), len(list))
		}
	}
}

func TestSigned(t *testing.T) {
	for _, v := range []int{0, 1, 63, 64, 127, 128, 8191, 8192, 1 << 30, 1<<31 - 1, -1, -64, -65, -1 << 31} {
		b := appendSigned(nil, v)
		if got, n := signed(append(b, 0x55)); got != v || n != len(b) {
			t.Errorf("%d is written as % x and read as %d", v, b, got)
		}
	}
	if _, n := signed(bytes.Repeat([]byte{0x80}, 9)); n != 0 {
		t.Error("a number without an end")
	}
}

// TestRefuses: what is no program of Go's, or of another layout, is an error and not another program.
func TestRefuses(t *testing.T) {
	data := func(m []byte) []byte {
		return join([]section{{dataSection, appendSegments(nil, []segment{{0, m}})}})
	}
	tables := make([]byte, 1000)
	copy(tables, magic)
	twice := bytes.Clone(tables)
	copy(twice[500:], magic)
	ordered := bytes.Clone(tables)
	for i := range 5 {
		binary.LittleEndian.PutUint64(ordered[atNames+8*i:], headerSize+uint64(10*i))
	}
	for name, module := range map[string][]byte{
		"nothing":             nil,
		"no module":           []byte("PNG"),
		"no data":             []byte(header),
		"truncated":           data(tables)[:100],
		"no tables":           data(make([]byte, 1000)),
		"tables without end":  data(tables[:20]),
		"tables twice":        data(twice),
		"tables in no order":  data(tables),
		"nothing points here": data(ordered),
		"overlapping":         join([]section{{dataSection, appendSegments(nil, []segment{{0, tables}, {10, tables}})}}),
	} {
		if m, err := strip(module); err == nil || m != nil {
			t.Errorf("%s: %d bytes and no error", name, len(m))
		}
	}
}
