package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// TestOverwrite checks that files are replaced only if that is asked for, and kept if what should replace
// them fails.
func TestOverwrite(t *testing.T) {
	dir := folder(t, "tiny/rock.png")
	in, out := filepath.Join(dir, "rock.png"), filepath.Join(dir, "rock.ddpmz")
	writeFile(t, out, []byte("precious"))
	fails(t, 1, []string{"ddpmz: " + out + ": exists already; --force"}, nil, "encode", in)
	fails(t, 1, []string{"ddpmz: " + out + ": exists already; --force"}, nil, "encode", in, "-o", out)
	writeFile(t, in, []byte("no picture"))
	fails(t, 1, []string{"ddpmz: " + in + ": "}, nil, "encode", "--force", in)
	if have := readFile(t, out); string(have) != "precious" {
		t.Errorf("the file holds %q", have)
	}
	writeFile(t, in, load(t, "tiny/rock.png"))
	must(t, nil, "encode", "--force", in)
	wantSame(t, must(t, nil, "decode", out, "-o", "-"), load(t, "tiny/rock.png"))
	wantFiles(t, dir, "rock.png", "rock.ddpmz")
}

// TestFailures checks that failing leaves nothing behind and goes on with the next file.
func TestFailures(t *testing.T) {
	dir := folder(t, "tiny/rock.png", "tiny/cloud.png")
	bad, none := filepath.Join(dir, "bad.png"), filepath.Join(dir, "none.png")
	writeFile(t, bad, load(t, "alpha.png")[:5000])
	fails(t, 1, []string{"ddpmz: " + bad + ": ", "ddpmz: " + none + ": "}, nil,
		"encode", filepath.Join(dir, "rock.png"), bad, none, filepath.Join(dir, "cloud.png"))
	wantFiles(t, dir, "bad.png", "rock.png", "cloud.png", "rock.ddpmz", "cloud.ddpmz")

	fails(t, 1, []string{"ddpmz: "}, nil, "encode", filepath.Join(dir, "rock.png"), "-o", filepath.Join(dir, "no", "x.ddpmz"))
	fails(t, 1, []string{"ddpmz: "}, nil, "info", dir)
	fails(t, 1, []string{"standard input: ", "pixels", "--max-pixels"}, load(t, "tiny/rock.png"), "encode", "--max-pixels", "1023")
	fails(t, 1, []string{"standard input: ", "memory", "--max-memory"}, load(t, "tiny/rock.png"), "encode", "--max-memory", "1K")
	coded := must(t, load(t, "tiny/rock.png"), "encode", "--max-pixels", "1K")
	fails(t, 1, []string{"standard input: ", "pixels"}, coded, "decode", "--max-pixels", "1023")
	fails(t, 1, []string{"standard input: ", "pixels"}, coded, "info", "--levels", "--max-pixels", "1023")
	fails(t, 1, []string{"standard input: ", "pixels"}, coded, "truncate", "--max-pixels", "1023", "--steps", "990")
}

// TestBrokenStreams checks that errors of the streams themselves count.
func TestBrokenStreams(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		in   io.Reader
		out  io.Writer
		args []string
		want string
	}{
		{iotest.ErrReader(broken), io.Discard, []string{"encode"}, "standard input: broken"},
		{iotest.ErrReader(broken), io.Discard, []string{"decode"}, "standard input: "},
		{iotest.ErrReader(broken), io.Discard, []string{"info"}, "standard input: broken"},
		{iotest.ErrReader(broken), io.Discard, []string{"truncate", "--steps", "0"}, "standard input: in the header: broken"},
		{bytes.NewReader(load(t, "tiny/rock.png")), failing{broken}, []string{"encode"}, "standard output: broken"},
	} {
		var stderr strings.Builder
		status := run(append([]string{"ddpmz"}, c.args...), c.in, c.out, &stderr)
		if status != 1 || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("%q: status %d, %q", c.args, status, stderr.String())
		}
	}
}

// A failing stream takes nothing.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestInterrupt ends the program in the midst of reading.
func TestInterrupt(t *testing.T) {
	for _, command := range []string{"encode", "decode", "info"} {
		dir := folder(t)
		args := []string{"ddpmz", command}
		if command != "info" {
			args = append(args, "-o", filepath.Join(dir, "x"))
		}
		ctx, interrupt := context.WithCancel(context.Background())
		wait := make(chan struct{})
		in := readerFunc(func([]byte) (int, error) {
			interrupt()
			<-wait
			return 0, io.EOF
		})
		var stdout, stderr bytes.Buffer
		if status := runContext(ctx, args, &streams{in, &stdout, &stderr}); status != 130 || stderr.String() != "ddpmz: interrupted\n" {
			t.Errorf("%s: status %d, %q", command, status, stderr.String())
		}
		wantFiles(t, dir)
		close(wait)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestTerminal checks that nothing binary comes from a terminal or goes to one.
func TestTerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminal to be had:", err)
	}
	defer terminal.Close()
	if !isTerminal(terminal) {
		t.Skip("not a terminal here")
	}
	coded := encoded(t, "tiny/rock.png")
	for _, args := range [][]string{{"encode"}, {"decode"}, {"truncate", "--steps", "0"}} {
		var stderr strings.Builder
		status := run(append([]string{"ddpmz"}, args...), bytes.NewReader(coded), terminal, &stderr)
		if status != 2 || !strings.Contains(stderr.String(), "standard output is a terminal") {
			t.Errorf("to a terminal, %q: status %d, %q", args, status, stderr.String())
		}
		stderr.Reset()
		status = run(append([]string{"ddpmz"}, args...), terminal, io.Discard, &stderr)
		if status != 2 || !strings.Contains(stderr.String(), "standard input is a terminal") {
			t.Errorf("from a terminal, %q: status %d, %q", args, status, stderr.String())
		}
	}
	if (&streams{stderr: terminal}).bar("x", false) == nil {
		t.Error("no progress bar on a terminal")
	}
	if (&streams{stderr: terminal}).bar("x", true) != nil || (&streams{stderr: io.Discard}).bar("x", false) != nil {
		t.Error("a progress bar where none should be")
	}
}

// TestSource checks that a source knows whether its reader asked for too much.
func TestSource(t *testing.T) {
	for _, wrap := range []func(io.Reader) io.Reader{iotest.DataErrReader, iotest.OneByteReader} {
		s := newSource(wrap(strings.NewReader("abc")))
		if _, err := s.ReadByte(); err != nil || s.ended {
			t.Error(err, s.ended)
		}
		if _, err := io.ReadFull(s, make([]byte, 2)); err != nil || s.ended {
			t.Error(err, s.ended)
		}
		if _, err := s.ReadByte(); err != io.EOF || !s.ended {
			t.Error(err, s.ended)
		}
	}
}

// TestBar checks what a bar draws, and that it is gone in the end.
func TestBar(t *testing.T) {
	var out strings.Builder
	b := &bar{streams: &streams{stderr: &out}, label: "a.png"}
	b.update(503)
	b.update(504) // too soon
	if want := eraseLine + "a.png [###############...............]  50%"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	out.Reset()
	b.end()
	b.update(900)
	b.end()
	if out.String() != eraseLine {
		t.Errorf("the end is %q", out.String())
	}
}

// TestSameFile: an output that is the input is refused before any work, whatever it is called, unless --force allows it.
func TestSameFile(t *testing.T) {
	dir := folder(t, "tiny/rock.png")
	in, again := filepath.Join(dir, "rock.png"), filepath.Join(dir, "again")
	if err := os.Link(in, again); err != nil {
		t.Skip("no links here:", err)
	}
	for _, out := range []string{in + "/../rock.png", again, filepath.Join(dir, ".", "rock.png")} {
		fails(t, 2, []string{"rock.png is the input and the output; --force"}, nil, "encode", in, "-o", filepath.Clean(out))
	}
	f, err := os.OpenFile(in, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var stderr strings.Builder
	if status := run([]string{"ddpmz", "encode", in, "-o", "-"}, nil, f, &stderr); status != 2 || !strings.Contains(stderr.String(), "is the input and the output") {
		t.Errorf("to standard output: status %d, %q", status, stderr.String())
	}
	if !bytes.Equal(readFile(t, in), load(t, "tiny/rock.png")) {
		t.Error("the input has changed")
	}
	must(t, nil, "encode", "--force", in, "-o", in)
	wantSame(t, must(t, readFile(t, in), "decode"), load(t, "tiny/rock.png"))
}

// TestKept checks that an output has the permissions of its input, and its time if that is asked for.
func TestKept(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		t.Skip("not a Unix file system")
	}
	dir := folder(t, "tiny/rock.png")
	in, coded := filepath.Join(dir, "rock.png"), filepath.Join(dir, "rock.ddpmz")
	then := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := errors.Join(os.Chmod(in, 0o640), os.Chtimes(in, then, then)); err != nil {
		t.Fatal(err)
	}
	must(t, nil, "encode", "--keep-times", in)
	must(t, nil, "decode", "--keep-times", coded, "-o", filepath.Join(dir, "back.png"))
	must(t, nil, "truncate", "--keep-times", "--steps", "900", coded, "-o", filepath.Join(dir, "cut.ddpmz"))
	must(t, nil, "encode", in, "-o", filepath.Join(dir, "now.ddpmz"))
	for _, name := range []string{"rock.ddpmz", "back.png", "cut.ddpmz", "now.ddpmz"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if kept := name != "now.ddpmz"; info.Mode().Perm() != 0o640 || info.ModTime().Equal(then) != kept {
			t.Errorf("%s has permissions %v, time %v", name, info.Mode(), info.ModTime())
		}
	}
}

// TestTwoNames: the second of two names is the output, as other codecs' commands have it.
func TestTwoNames(t *testing.T) {
	dir := folder(t, "tiny/rock.png")
	t.Chdir(dir)
	must(t, nil, "encode", "rock.png", "out.ddpmz")
	must(t, nil, "decode", "out.ddpmz", "back.tiff")
	coded := readFile(t, "out.ddpmz")
	if out := must(t, nil, "encode", "rock.png", "-"); !bytes.Equal(out, coded) {
		t.Error("standard output has another file")
	}
	if out := must(t, nil, "encode", "back.tiff", "-"); !bytes.Equal(out, coded) {
		t.Error("another picture comes back")
	}
	fails(t, 2, []string{"out.ddpmz exists; if it is to be the output"}, nil, "encode", "rock.png", "out.ddpmz")
	fails(t, 2, []string{"no file out.jxl"}, nil, "encode", "rock.png", "out.jxl")
	wantFiles(t, ".", "rock.png", "out.ddpmz", "back.tiff")
}
