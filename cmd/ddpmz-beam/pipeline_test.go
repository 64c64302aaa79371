package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
)

// small is how many files the quick tests have: of 40 x 30 pixels.
const small = 20

// TestPipeline: a tree becomes what ddpmz encode -r makes of it, byte for byte, with the inputs' times; the manifest has a row for each
// file; and a second run does nothing.
func TestPipeline(t *testing.T) {
	in, out, want := t.TempDir(), filepath.Join(t.TempDir(), "new", "out"), t.TempDir()
	broken := makeTree(t, in, small, 40, 30)
	encodeTree(t, in, want)
	status, printed := pipeline(defaults(out), in+"/")
	if text := fmt.Sprintf("%d files: %d encoded, %d failed;", small, small-broken, broken); status != 1 || !strings.Contains(printed, text) {
		t.Fatalf("status %d, %q, want %q", status, printed, text)
	}
	wantFiles(t, filesIn(t, out), filesIn(t, want))
	rows := rowsOf(t, filepath.Join(out, manifestName))
	if len(rows) != small {
		t.Errorf("%d rows", len(rows))
	}
	infos := map[string]os.FileInfo{}
	for name, r := range rows {
		input, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if r.InputBytes != int64(len(input)) || r.InputSHA256 != hash(input) || r.Tries != 1 {
			t.Errorf("%q: %+v", name, r)
		}
		if r.State == stateFailed {
			if r.Error == "" || r.Output != "" || r.Bytes != 0 {
				t.Errorf("%q: %+v", name, r)
			}
			continue
		}
		output, err := os.ReadFile(r.Output)
		if err != nil || r.State != stateDone || !r.Verified || r.Bytes != int64(len(output)) || r.SHA256 != hash(output) || r.Width != 40 || r.Height != 30 || (r.Kind == "jpeg") != r.Original ||
			r.Original != strings.HasSuffix(name, ".jpg") {
			t.Errorf("%q: %v, %+v", name, err, r)
			continue
		}
		before, err1 := os.Stat(name)
		after, err2 := os.Stat(r.Output)
		if err1 != nil || err2 != nil || !before.ModTime().Equal(after.ModTime()) || before.Mode() != after.Mode() {
			t.Errorf("%q: %v, %v", name, err1, err2)
		}
		infos[r.Output] = after
	}

	status, printed = pipeline(defaults(out), in+"/")
	if text := fmt.Sprintf("%d files: 0 encoded, %d up to date, %d failed;", small, small-broken, broken); status != 1 || !strings.Contains(printed, text) {
		t.Errorf("again: status %d, %q, want %q", status, printed, text)
	}
	for name, before := range infos {
		if after, err := os.Stat(name); err != nil || !os.SameFile(before, after) {
			t.Errorf("%q was made again, %v", name, err)
		}
	}
	for name, again := range rowsOf(t, filepath.Join(out, manifestName)) {
		first := rows[name]
		if again.SHA256 != first.SHA256 || again.Kind != first.Kind || again.Bytes != first.Bytes || again.Width != first.Width || again.Original != first.Original {
			t.Errorf("%+v was %+v", again, first)
		}
	}

	// What ddpmz encode -r has made is up to date, too, and the other way round.
	if status, printed := pipeline(defaults(want), in+"/"); !strings.Contains(printed, "0 encoded") {
		t.Errorf("after the command: status %d, %q", status, printed)
	}

	// An input that has changed is not replaced unawares.
	changed := rows[oneOf(t, rows, "jpeg")]
	later := time.Now().Add(-time.Minute)
	if err := os.Chtimes(changed.Input, later, later); err != nil {
		t.Fatal(err)
	}
	pipeline(defaults(out), in+"/")
	if r := rowsOf(t, filepath.Join(out, manifestName))[changed.Input]; r.State != stateFailed || !strings.Contains(r.Error, "--force") {
		t.Errorf("a changed input: %+v", r)
	}
	forced := defaults(out)
	forced.Force = true
	pipeline(forced, in+"/")
	if r := rowsOf(t, filepath.Join(out, manifestName))[changed.Input]; r.State != stateDone {
		t.Errorf("--force: %+v", r)
	}
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// oneOf returns an input of a kind.
func oneOf(t *testing.T, rows map[string]row, kind string) string {
	t.Helper()
	for name, r := range rows {
		if r.Kind == kind {
			return name
		}
	}
	t.Fatalf("no input is %s", kind)
	return ""
}

// TestObjects: on a file system of Beam's which is not local, where files appear when they are closed, the tree is the same, a second run
// does nothing, and patterns that overlap do each file once.
func TestObjects(t *testing.T) {
	in, want := t.TempDir(), t.TempDir()
	makeTree(t, in, small, 40, 30)
	encodeTree(t, in, want)
	bucket := "memfs://objects/" + t.Name()
	names := filesIn(t, in)
	for name, content := range names {
		memfs.Write(bucket+"/in/"+name, []byte(content))
	}
	for i, state := range []string{stateDone, stateUpToDate} {
		status, printed := pipeline(defaults(bucket+"/out"), bucket+"/in/", bucket+"/in/*")
		if status != 1 || strings.Contains(printed, "starts again") {
			t.Fatalf("status %d, %q", status, printed)
		}
		done := 0
		for _, r := range rowsOf(t, bucket+"/out/"+manifestName) {
			if r.State == state {
				done++
			}
		}
		if all := len(filesIn(t, want)); done != all {
			t.Errorf("run %d: %d rows are %s, want %d", i, done, state, all)
		}
	}
	have := map[string]string{}
	fs, err := filesystem.New(context.Background(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	for name := range filesIn(t, want) {
		data, err := filesystem.Read(context.Background(), fs, bucket+"/out/"+name)
		if err != nil {
			t.Errorf("%q: %v", name, err)
		}
		have[name] = string(data)
	}
	wantFiles(t, have, filesIn(t, want))
}

// TestCollision: of two inputs that would become one file, one does, and the other is an error.
func TestCollision(t *testing.T) {
	root := "memfs://objects/" + t.Name()
	picture, err := os.ReadFile(filepath.Join("..", "..", "testdata", "tiny", "rock.png"))
	if err != nil {
		t.Fatal(err)
	}
	memfs.Write(root+"/x/a.png", picture)
	memfs.Write(root+"/y/a.png", picture)
	pipeline(defaults(root+"/out"), root+"/x/*", root+"/y/*", root+"/x/a.png")
	rows := rowsOf(t, root+"/out/"+manifestName)
	if x, y := rows[root+"/x/a.png"], rows[root+"/y/a.png"]; len(rows) != 2 || x.State != stateDone || y.State != stateFailed || !strings.Contains(y.Error, "already") {
		t.Errorf("%+v", rows)
	}
}

// A brittle file system fails the first time that a file is read or written: it panics for some files, as a fault of the machine may
// have it, and has errors for others.
type brittle struct {
	filesystem.Interface
	mutex sync.Mutex
	seen  map[string]int
}

var brittleFS = &brittle{seen: map[string]int{}}

func init() {
	filesystem.Register("brittle", func(ctx context.Context) filesystem.Interface {
		brittleFS.Interface, _ = filesystem.New(ctx, "memfs://")
		return brittleFS
	})
}

func (b *brittle) fail(name string) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.seen[name]++; b.seen[name] > 1 && !strings.Contains(name, "never") {
		return nil
	}
	if strings.Contains(name, "panic") {
		panic("a fault of the machine")
	}
	return errors.New("a fault of the network")
}

func inMemory(name string) string { return strings.Replace(name, "brittle://", "memfs://", 1) }

func (b *brittle) OpenRead(ctx context.Context, name string) (io.ReadCloser, error) {
	if !strings.Contains(name, "/in/") { // the totals
		return b.Interface.OpenRead(ctx, inMemory(name))
	}
	if err := b.fail(name); err != nil {
		return nil, err
	}
	return b.Interface.OpenRead(ctx, inMemory(name))
}

func (b *brittle) OpenWrite(ctx context.Context, name string) (io.WriteCloser, error) {
	if strings.Contains(name, coding.Suffix) {
		if err := b.fail(name); err != nil {
			return nil, err
		}
	}
	return b.Interface.OpenWrite(ctx, inMemory(name))
}

func (b *brittle) Size(ctx context.Context, name string) (int64, error) {
	return b.Interface.Size(ctx, inMemory(name))
}

// TestFaults: a file system that fails, and code that panics, are tried again, and lose nothing; what fails every time is an error of
// that file alone.
func TestFaults(t *testing.T) {
	root := "brittle://objects/" + t.Name()
	picture, err := os.ReadFile(filepath.Join("..", "..", "testdata", "tiny", "rock.png"))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"a.png", "b.png", "panic.png", "never.png"}
	var patterns []string
	for _, name := range names {
		memfs.Write(inMemory(root)+"/in/"+name, picture)
		patterns = append(patterns, root+"/in/"+name)
	}
	status, printed := pipeline(defaults(root+"/out"), patterns...)
	if status != 1 || !strings.Contains(printed, "4 files: 3 encoded, 1 failed") || strings.Contains(printed, "starts again") {
		t.Fatalf("status %d, %q", status, printed)
	}
	for name, r := range rowsOf(t, root+"/out/"+manifestName) {
		if never := strings.Contains(name, "never"); (r.State == stateDone) == never || r.Tries != 3 || never && r.Error != "a fault of the network" {
			t.Errorf("%+v", r)
		}
	}
}

// TestMemory: all files together have no more memory than there is for the worker; one that needs more than its share waits for it, and
// one that needs more than all fails.
func TestMemory(t *testing.T) {
	o := defaults("out")
	o.Jobs, o.MaxMemory = 4, 1000
	w, err := workerOf(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	var used, most int64
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			needs := []int64{100, 200, 500, 900, 2000}[i%5]
			var tries []int64
			err := w.withMemory(context.Background(), 20, func(memory int64) error {
				tries = append(tries, memory)
				mutex.Lock()
				used += memory + 40
				most = max(most, used)
				mutex.Unlock()
				time.Sleep(time.Millisecond)
				mutex.Lock()
				used -= memory + 40
				mutex.Unlock()
				return memoryLimit(needs, memory)
			})
			if (err != nil) != (needs > 960) || !slices.IsSorted(tries) || len(slices.Compact(slices.Clone(tries))) != len(tries) {
				t.Errorf("%d bytes: %v, after %d", needs, err, tries)
			}
		})
	}
	all.Wait()
	if most > 1000 || most < 900 {
		t.Errorf("%d bytes were in use", most)
	}
	if err := w.withMemory(context.Background(), 600, func(int64) error { return nil }); err == nil {
		t.Error("no error for a file that there is no memory for")
	}
}

// TestMemoryOfPictures: a limit that is too small for a share of it, but large enough for one picture, changes no byte; one that is too
// small for any is an error that names the flag.
func TestMemoryOfPictures(t *testing.T) {
	in, want := t.TempDir(), t.TempDir()
	makeTree(t, in, 4, 40, 30)
	encodeTree(t, in, want)
	for _, test := range []struct {
		memory int64
		ok     bool
	}{{1 << 30, true}, {60 << 20, true}, {1 << 10, false}} {
		out := filepath.Join(t.TempDir(), "out")
		o := defaults(out)
		o.Jobs = 64
		o.MaxMemory.Set(fmt.Sprint(test.memory))
		status, printed := pipeline(o, in+"/")
		if test.ok {
			wantFiles(t, filesIn(t, out), filesIn(t, want))
			continue
		}
		if len(filesIn(t, out)) > 0 || status != 1 {
			t.Errorf("status %d, %q", status, printed)
		}
		for _, r := range rowsOf(t, filepath.Join(out, manifestName)) {
			if !strings.Contains(r.Error, "--max-memory") {
				t.Errorf("%+v", r)
			}
		}
	}
}

// TestExpand: patterns find files, with their names inside the folder that the pattern begins with.
func TestExpand(t *testing.T) {
	local, bucket := filepath.ToSlash(t.TempDir()), "memfs://"+t.Name()
	for _, root := range []string{local, bucket} {
		for _, name := range []string{"a.png", "b.txt", "c/d.jpg", "c/e/f.WEBP", "c/e/g/h/i.tif"} {
			if root == local {
				writeFile(t, filepath.Join(local, name), nil)
			} else {
				memfs.Write(bucket+"/"+name, nil)
			}
		}
		for _, c := range []struct{ pattern, want string }{
			{"/", "a.png c/d.jpg c/e/f.WEBP c/e/g/h/i.tif"},
			{"/c/", "d.jpg e/f.WEBP e/g/h/i.tif"},
			{"/*", "a.png"},
			{"/c/*/*", "e/f.WEBP"},
			{"/c/?/f*", "e/f.WEBP"},
			{"/c/[a-z].jpg", "d.jpg"},
			{"/b.txt", "b.txt"}, // as named
			{"/x/", ""},
			{"/x/*", ""},
		} {
			fn := &expandFn{defaults("out")}
			var have []string
			err := fn.expand(context.Background(), root+c.pattern, func(name, inside string, err error) {
				if !strings.HasSuffix(filepath.ToSlash(name), "/"+inside) && err == nil {
					t.Errorf("%q inside %q", name, inside)
				}
				if err == nil {
					have = append(have, inside)
				}
			})
			slices.Sort(have)
			if want := strings.Fields(c.want); err != nil || !slices.Equal(have, want) {
				t.Errorf("%s: %q, %v, want %q", root+c.pattern, have, err, want)
			}
		}
		if err := (&expandFn{defaults("out")}).expand(context.Background(), root+"/**", nil); err == nil || !strings.Contains(err.Error(), "**") {
			t.Errorf("**: %v", err)
		}
	}
	for _, pattern := range []string{"s3://b/photo?.png", "gs://b/%41/*", "gs://b/#/"} { // of which Beam would list others
		if err := (&expandFn{defaults("out")}).expand(context.Background(), pattern, nil); err == nil || !strings.Contains(err.Error(), "for another") {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	for pattern, want := range map[string]string{"gs://b/p/": "gs://b/p/**", "gs://b/p/**": "gs://b/p/**", "s3://b/*.png": "s3://b/*.png"} {
		if have := patternsOf(pattern); len(have) != 1 || have[0] != want {
			t.Errorf("%s: %q", pattern, have)
		}
	}
}

// TestRefused: a command line that is wrong ends with status 2, and what cannot be listed or read with status 1 and a row.
func TestRefused(t *testing.T) {
	out := t.TempDir()
	var stderr bytes.Buffer
	for _, o := range []options{defaults(""), {Output: out, Mode: "best", Effort: 7, Tries: 1}, {Output: out, Mode: "auto", Effort: 7}, {Output: out, Mode: "auto", Effort: 7, Tries: 1, Jobs: -1}, {Output: out, Mode: "auto", Effort: 10, Tries: 1}} {
		if status := run(context.Background(), o, []string{"a/"}, &stderr); status != 2 {
			t.Errorf("%+v: status %d, %s", o, status, &stderr)
		}
	}
	if status := run(context.Background(), defaults(out), nil, &stderr); status != 2 {
		t.Errorf("status %d, %s", status, &stderr)
	}
	for _, pattern := range []string{filepath.Join(out, "nowhere.png"), filepath.Join(out, "nowhere") + "/", "nothing://a/*", "memfs://nothing.png"} {
		status, printed := pipeline(defaults(out), pattern)
		if status != 1 || !strings.Contains(printed, "1 files: 0 encoded, 1 failed") {
			t.Errorf("%s: status %d, %q", pattern, status, printed)
		}
		if r := rowsOf(t, filepath.Join(out, manifestName)); len(r) != 1 {
			t.Errorf("%+v", r)
		}
	}
	if status, printed := pipeline(defaults(out), "memfs://nothing/*"); status != 0 || !strings.Contains(printed, "0 files") {
		t.Errorf("status %d, %q", status, printed)
	}
}
