package picture

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

func TestWriteFile(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	path := filepath.Join(dir, "a")
	if err := WriteFile(ctx, path, false, text("one")); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, map[string]string{"a": "one"})

	err := WriteFile(ctx, path, false, func(io.Writer) error { t.Error("write was called for nothing"); return nil })
	var exists *ExistsError
	if !errors.As(err, &exists) || exists.Path != path || !errors.Is(err, fs.ErrExist) {
		t.Errorf("an existing file: %v, want an ExistsError", err)
	}
	wantFiles(t, dir, map[string]string{"a": "one"})

	if err := WriteFile(ctx, path, true, text("two")); err != nil {
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
			return WriteFile(ctx, path, true, write)
		}()
		if err != failure {
			t.Errorf("%s: %v", name, err)
		}
	}
	interrupted, cancel := context.WithCancelCause(ctx)
	err = WriteFile(interrupted, path, true, func(w io.Writer) error {
		io.WriteString(w, "half")
		cancel(failure)
		_, err := io.WriteString(w, "other half")
		return err
	})
	if err != failure {
		t.Errorf("interrupted: %v", err)
	}
	if err := WriteFile(interrupted, path, true, func(io.Writer) error { return nil }); err != failure {
		t.Errorf("interrupted before the end: %v", err)
	}
	wantFiles(t, dir, map[string]string{"a": "two"})

	if err := WriteFile(ctx, filepath.Join(dir, "no", "b"), false, text("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such folder: %v", err)
	}
	if err := WriteFile(ctx, dir, true, text("x")); err == nil {
		t.Error("a folder was replaced")
	}
}

// TestWriteFileRace lets many writers meet: without force exactly one wins, and
// the file is whole.
func TestWriteFileRace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	var start, done sync.WaitGroup
	errs := make([]error, 8)
	start.Add(len(errs))
	for i := range errs {
		done.Go(func() {
			errs[i] = WriteFile(context.Background(), path, false, func(w io.Writer) error {
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

// TestWriteFileKinds checks permissions, links and devices, where there are
// such things.
func TestWriteFileKinds(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" || runtime.GOOS == "js" {
		t.Skip("not a Unix file system")
	}
	ctx, dir := context.Background(), t.TempDir()
	plain, path := filepath.Join(dir, "plain"), filepath.Join(dir, "a")
	if err := os.WriteFile(plain, []byte("plain"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(ctx, path, false, text("a")); err != nil {
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
	if err := WriteFile(ctx, link, false, text("b")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a dangling link: %v, want an ExistsError", err)
	}
	if err := WriteFile(ctx, link, true, text("b")); err != nil {
		t.Error(err)
	}
	wantFiles(t, dir, map[string]string{"plain": "plain", "a": "a", "link": "b"})

	if err := WriteFile(ctx, os.DevNull, false, text("c")); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("the null device is now %v, %v", info, err)
	}
}
