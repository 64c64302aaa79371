package tree

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWalk: files are found at any depth, and folders that links lead to are not.
func TestWalk(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"a.png", "b/c/d.png", "b/notes.txt", "ü [1]*.png"} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	linked := os.Symlink(filepath.Join(root, "b"), filepath.Join(root, "link.png")) == nil
	var names []string
	others := Walk(root, func(path string) bool { return strings.HasSuffix(path, ".png") }, func(path, inside string, err error) {
		if err != nil || path != filepath.Join(root, inside) {
			t.Errorf("%q is %q inside, %v", path, inside, err)
		}
		names = append(names, filepath.ToSlash(inside))
	})
	slices.Sort(names)
	if want := []string{"a.png", "b/c/d.png", "ü [1]*.png"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if others != 1 && !linked || linked && others != 2 {
		t.Errorf("%d others", others)
	}
	var failed error
	Walk(filepath.Join(root, "nowhere"), nil, func(_, _ string, err error) { failed = err })
	if !os.IsNotExist(failed) {
		t.Errorf("a folder that is not there: %v", failed)
	}
}

// TestSameTime: only what a file system may lose of a time is overlooked.
func TestSameTime(t *testing.T) {
	in := time.Date(2011, 12, 13, 14, 15, 17, 160_000_000, time.UTC)
	for _, c := range []struct {
		later time.Duration
		want  bool
	}{{0, true}, {-160 * time.Millisecond, true}, {-1160 * time.Millisecond, true}, {-2160 * time.Millisecond, false}, {1, false}, {-1, false}, {840 * time.Millisecond, false}} {
		if have := SameTime(in, in.Add(c.later)); have != c.want {
			t.Errorf("%v later: %v", c.later, have)
		}
	}
}
