package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
)

const (
	diesIdle  = "DDPMZ_TEST_DIES_IDLE"  // has it do so before there are any
	asCommand = "DDPMZ_TEST_AS_COMMAND" // makes the test's own binary the command
	diesAfter = "DDPMZ_TEST_DIES_AFTER" // names a folder: a process kills itself when files are there, if it is the first to
)

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		if folder := os.Getenv(diesAfter); folder != "" && isWorker() {
			go die(folder)
		}
		main()
	}
	flag.Parse()
	log.SetupLogging("error", "text")
	beam.Init()
	firstPause, deadWorkerPause = time.Millisecond, 100*time.Millisecond
	os.Exit(m.Run())
}

func isWorker() bool {
	for _, a := range os.Args {
		if strings.HasPrefix(a, "--worker") {
			return true
		}
	}
	return false
}

// die kills this process when files are done in a folder, unless one has been killed so before.
func die(folder string) {
	for ; ; time.Sleep(time.Millisecond) {
		done := 0
		filepath.WalkDir(folder, func(path string, _ fs.DirEntry, _ error) error {
			done += strings.Count(filepath.Base(path), coding.Suffix)
			return nil
		})
		if done < 2 && os.Getenv(diesIdle) == "" {
			continue
		}
		mark, err := os.OpenFile(folder+".died", os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			return
		}
		mark.Close()
		if itself, err := os.FindProcess(os.Getpid()); err == nil {
			itself.Kill()
		}
		return
	}
}

// oddNames are names that some part of the way might take for something else.
var oddNames = []string{"-o", "%s\n", "ü–日本", " a b ", "[1]*?", `back\slash`, "a.b.PNG", "emoji 🙂", "quote\"'", "$HOME"}

// photographs returns pictures to cut from: training photographs, or, without the shared data, a rendered one.
func photographs(t testing.TB, n int) []image.Image {
	t.Helper()
	data := os.Getenv("DDPMZ_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data")
	}
	names, _ := filepath.Glob(filepath.Join(data, "train", "*.webp"))
	if len(names) == 0 {
		names = []string{filepath.Join("..", "..", "testdata", "landscape.png")}
	}
	var list []image.Image
	for i := range min(n, len(names)) {
		file, err := os.ReadFile(names[i*len(names)/min(n, len(names))])
		if err != nil {
			t.Fatal(err)
		}
		p, err := picture.Read(bytes.NewReader(file), picture.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p.Image)
	}
	return list
}

// makeTree makes a tree of n files: cuts of w x h pixels of photographs, in PNG, and some in other formats; every fourth is a JPEG file,
// every tenth is broken, every seventh has an odd name. It returns how many are broken.
func makeTree(t testing.TB, root string, n, w, h int) (broken int) {
	t.Helper()
	photos := photographs(t, min(n, 60))
	for i := range n {
		r := rand.New(rand.NewPCG(uint64(i), 29))
		from := photos[i%len(photos)]
		b := from.Bounds()
		cw, ch := min(w, b.Dx()), min(h, b.Dy())
		at := b.Min.Add(image.Pt(r.IntN(b.Dx()-cw+1), r.IntN(b.Dy()-ch+1)))
		cut := image.NewRGBA(image.Rect(0, 0, cw, ch))
		draw.Draw(cut, cut.Bounds(), from, at, draw.Src)
		stem, format := fmt.Sprintf("%03d", i), "png"
		if i%7 == 0 {
			stem += oddNames[i/7%len(oddNames)]
		}
		var file bytes.Buffer
		var err error
		var m image.Image = cut
		switch {
		case i%4 == 1:
			format = "jpg"
			err = jpeg.Encode(&file, cut, &jpeg.Options{Quality: 60 + i%40})
		case i%11 == 2:
			format = "bmp"
		case i%11 == 4:
			format = "tiff"
		case i%11 == 6:
			gray := image.NewGray(cut.Bounds())
			draw.Draw(gray, gray.Bounds(), cut, image.Point{}, draw.Src)
			m = gray
		case i%11 == 8:
			indexed := image.NewPaletted(cut.Bounds(), color.Palette{color.Black, color.White, color.NRGBA{90, 140, 90, 255}, color.NRGBA{150, 100, 80, 120}})
			draw.FloydSteinberg.Draw(indexed, indexed.Bounds(), cut, image.Point{})
			m = indexed
		}
		if format != "jpg" {
			_, err = picture.Write(&file, format, m, nil, picture.WriteOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
		content := file.Bytes()
		if i%10 == 3 {
			content = content[:len(content)/2]
			broken++
		}
		path := filepath.Join(root, []string{"", "a", "a/b", "ç"}[i%4], stem+"."+format)
		writeFile(t, path, content)
		then := time.Date(2011, 12, 13, 14, 15, i, 170_000_000, time.UTC)
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(root, "notes.txt"), []byte("no picture"))
	return broken
}

func writeFile(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, content, 0o666)); err != nil {
		t.Fatal(err)
	}
}

// filesIn returns the files in a folder and in folders in it, with their contents, but for manifests.
func filesIn(t testing.TB, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), manifestName) {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		files[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// wantFiles checks that a tree has the files of another, with the same contents.
func wantFiles(t testing.TB, have, want map[string]string) {
	t.Helper()
	for name, content := range want {
		if other, ok := have[name]; !ok || other != content {
			t.Errorf("%q: there is one %t, %d bytes, want %d", name, ok, len(other), len(content))
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			t.Errorf("%q is one too many", name)
		}
	}
}

// defaults returns the options of a command line without flags.
func defaults(output string) options {
	var o options
	o.define(flag.NewFlagSet("", flag.ContinueOnError))
	o.Output = output
	return o
}

// pipeline runs a pipeline in this process, and returns its exit status, and what it prints.
func pipeline(o options, patterns ...string) (status int, printed string) {
	var stderr bytes.Buffer
	status = run(context.Background(), o, patterns, &stderr)
	return status, stderr.String()
}

// rowsOf returns the rows of a manifest by their inputs.
func rowsOf(t testing.TB, manifest string) map[string]row {
	t.Helper()
	data, err := read(context.Background(), manifest)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]row{}
	for line := range bytes.Lines(data) {
		var r row
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if _, twice := rows[r.Input]; twice {
			t.Errorf("%q has two rows", r.Input)
		}
		rows[r.Input] = r
	}
	return rows
}

// ddpmz is the command of files and folders, which is built once.
var ddpmz = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ddpmz-beam-test-")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "ddpmz")
	build := exec.Command("go", "build", "-o", name, "./cmd/ddpmz")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

// encodeTree makes a tree as ddpmz encode -r does, in a process, which is returned.
func encodeTree(t testing.TB, in, out string, flags ...string) *exec.Cmd {
	t.Helper()
	name, err := ddpmz()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(name, append([]string{"encode", "-r", in, "-o", out, "--verify"}, flags...)...)
	text, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("%v: %s", err, text)
	}
	return c
}

// pipelineProcess prepares a pipeline in a process of its own.
func pipelineProcess(t testing.TB, arguments ...string) *exec.Cmd {
	t.Helper()
	itself, err := os.Executable()
	if err != nil {
		t.Skip("no processes here:", err)
	}
	c := exec.Command(itself, arguments...)
	c.Env = append(os.Environ(), asCommand+"=1")
	return c
}

// memoryLimit returns an error as codec returns it for a picture that needs so many bytes of memory.
func memoryLimit(have, limit int64) error {
	if have <= limit {
		return nil
	}
	return &codec.LimitError{What: "bytes of memory", Have: have, Limit: limit}
}
