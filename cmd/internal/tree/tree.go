// Package tree is about trees of files, of which others are made with the same names.
package tree

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Walk calls file for each file in a folder, and in folders in it, that takes is true for: with its path, and its name inside the
// folder. What cannot be read comes with an error. Links to folders are not followed. Walk returns how many other files there are:
// of other names, or no regular files, which may never end.
func Walk(folder string, takes func(path string) bool, file func(path, inside string, err error)) (others int) {
	filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			file(path, "", err)
		case e.IsDir():
		case !takes(path), e.Type()&fs.ModeSymlink != 0 && isFolder(path), e.Type()&^fs.ModeSymlink != 0:
			others++
		default:
			inside, err := filepath.Rel(folder, path)
			file(path, inside, err)
		}
		return nil
	})
	return others
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// SameTime reports whether the time of an output is its input's, as far as the file system keeps it: one that keeps no fractions of a
// second may keep even seconds alone.
func SameTime(in, out time.Time) bool {
	if out.Nanosecond() == 0 {
		const coarse = 2 * time.Second
		return in.Sub(out) < coarse && in.Sub(out) >= 0
	}
	return in.Equal(out)
}
