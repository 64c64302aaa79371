package atomicfile

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

// text returns a function that writes s.
func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// wantFiles checks the contents of all files in a folder.
func wantFiles(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if got, err := os.ReadFile(filepath.Join(dir, e.Name())); err != nil || string(got) != want[e.Name()] {
			t.Errorf("%s holds %q, %v, want %q", e.Name(), got, err, want[e.Name()])
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d files, want %d", len(entries), len(want))
	}
}

func TestWrite(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	path := filepath.Join(dir, "a")
	if err := Write(ctx, path, Options{}, text("one")); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, map[string]string{"a": "one"})

	err := Write(ctx, path, Options{}, func(io.Writer) error { t.Error("write was called for nothing"); return nil })
	var exists *ExistsError
	if !errors.As(err, &exists) || exists.Path != path || !errors.Is(err, fs.ErrExist) {
		t.Errorf("an existing file: %v, want an ExistsError", err)
	}
	wantFiles(t, dir, map[string]string{"a": "one"})

	if err := Write(ctx, path, Options{Replace: true}, text("two")); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, map[string]string{"a": "two"})

	// Failing and interrupted writers leave everything as it was.
	failure := errors.New("failure")
	for name, write := range map[string]func(io.Writer) error{
		"failing":   func(w io.Writer) error { io.WriteString(w, "half"); return failure },
		"panicking": func(w io.Writer) error { panic(failure) },
	} {
		err := func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = p.(error)
				}
			}()
			return Write(ctx, path, Options{Replace: true}, write)
		}()
		if err != failure {
			t.Errorf("%s: %v", name, err)
		}
	}
	interrupted, cancel := context.WithCancelCause(ctx)
	err = Write(interrupted, path, Options{Replace: true}, func(w io.Writer) error {
		io.WriteString(w, "half")
		cancel(failure)
		_, err := io.WriteString(w, "other half")
		return err
	})
	if err != failure {
		t.Errorf("interrupted: %v", err)
	}
	if err := Write(interrupted, path, Options{Replace: true}, func(io.Writer) error { return nil }); err != failure {
		t.Errorf("interrupted before the end: %v", err)
	}
	wantFiles(t, dir, map[string]string{"a": "two"})

	if err := Write(ctx, filepath.Join(dir, "no", "b"), Options{}, text("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such folder: %v", err)
	}
	if err := Write(ctx, dir, Options{Replace: true}, text("x")); err == nil {
		t.Error("a folder was replaced")
	}
}

// TestWriteRace lets many writers meet: without force exactly one wins, and
// the file is whole.
func TestWriteRace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	var start, done sync.WaitGroup
	errs := make([]error, 8)
	start.Add(len(errs))
	for i := range errs {
		done.Go(func() {
			errs[i] = Write(context.Background(), path, Options{}, func(w io.Writer) error {
				start.Done()
				start.Wait() // all have seen that there is no such file
				return text("whole")(w)
			})
		})
	}
	done.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, fs.ErrExist) {
			t.Errorf("a loser's error is %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d writers won", won)
	}
	wantFiles(t, dir, map[string]string{"a": "whole"})
}

// TestWriteKinds checks permissions, links and devices, where there are
// such things.
func TestWriteKinds(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" || runtime.GOOS == "js" {
		t.Skip("not a Unix file system")
	}
	ctx, dir := context.Background(), t.TempDir()
	plain, path := filepath.Join(dir, "plain"), filepath.Join(dir, "a")
	if err := os.WriteFile(plain, []byte("plain"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(ctx, path, Options{}, text("a")); err != nil {
		t.Fatal(err)
	}
	p, err1 := os.Stat(plain)
	a, err2 := os.Stat(path)
	if err1 != nil || err2 != nil || p.Mode() != a.Mode() {
		t.Errorf("permissions are %v, want %v as of any new file", a.Mode(), p.Mode())
	}

	link := filepath.Join(dir, "link")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	if err := Write(ctx, link, Options{}, text("b")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a dangling link: %v, want an ExistsError", err)
	}
	if err := Write(ctx, link, Options{Replace: true}, text("b")); err != nil {
		t.Error(err)
	}
	wantFiles(t, dir, map[string]string{"plain": "plain", "a": "a", "link": "b"})

	if err := Write(ctx, os.DevNull, Options{}, text("c")); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("the null device is now %v, %v", info, err)
	}
}

// TestWriteLike checks that permissions and times are those of another file, and that the temporary file is private.
func TestWriteLike(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" || runtime.GOOS == "js" {
		t.Skip("not a Unix file system")
	}
	ctx, dir := context.Background(), t.TempDir()
	like, path := filepath.Join(dir, "like"), filepath.Join(dir, "a")
	then := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, mode := range []fs.FileMode{0o600, 0o640, 0o444, 0o666, 0o755} { // some of which the umask would not give
		for _, keep := range []bool{false, true} {
			os.Remove(like)
			if err := os.WriteFile(like, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(os.Chmod(like, mode), os.Chtimes(like, then, then)); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(like)
			if err != nil {
				t.Fatal(err)
			}
			err = Write(ctx, path, Options{Replace: true, Like: info, KeepTimes: keep}, func(w io.Writer) error {
				entries, err := os.ReadDir(dir)
				if err != nil {
					return err
				}
				for _, e := range entries {
					if info, err := e.Info(); err != nil || filepath.Ext(e.Name()) == ".tmp" && info.Mode().Perm() != 0o600 {
						t.Errorf("the temporary file has permissions %v, %v", info.Mode(), err)
					}
				}
				return text("a")(w)
			})
			if err != nil {
				t.Fatal(err)
			}
			a, err := os.Stat(path)
			if err != nil || a.Mode().Perm() != mode || a.ModTime().Equal(then) != keep {
				t.Errorf("%v, times kept %t: the file has %v, %v, %v", mode, keep, a.Mode(), a.ModTime(), err)
			}
		}
	}
}
