package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/cmd/internal/tree"
)

func init() {
	register.DoFn4x0[context.Context, string, func(string, string), func(string)](&expandFn{})
	register.Emitter1[string]()
	register.Emitter2[string, string]()
}

// An expandFn finds the files of patterns: it emits the name of each file after that of its output, and rows of patterns that fail.
// A pattern is a file; a folder, with a / at its end, and all that is below it; or has *, ? and [] in the names of one folder after another;
// ? is no pattern on S3 and GCS.
// Of folders and patterns, it takes the files with suffixes of pictures.
type expandFn struct{ Options options }

func (fn *expandFn) ProcessElement(ctx context.Context, pattern string, file func(output, input string), row func(string)) {
	err := fn.expand(ctx, pattern, func(name, inside string, err error) {
		if err != nil {
			row(newRow(name, "").failed(err).text())
			return
		}
		file(fn.Options.Output+"/"+inside+coding.Suffix, name)
	})
	if err != nil {
		row(newRow(pattern, "").failed(err).text())
	}
}

// expand calls found for each file of a pattern, with its name inside the folder that the pattern begins with.
func (fn *expandFn) expand(ctx context.Context, pattern string, found func(name, inside string, err error)) error {
	if strings.HasSuffix(pattern, "/") && isLocal(pattern) {
		tree.Walk(filepath.FromSlash(pattern), coding.Reads, func(name, inside string, err error) { found(name, filepath.ToSlash(inside), err) })
		return nil
	}
	if !strings.HasSuffix(pattern, "/") && !strings.ContainsAny(pattern, "*?[") {
		found(pattern, path.Base(filepath.ToSlash(pattern)), nil)
		return nil
	}
	if strings.Contains(pattern, "**") && !strings.HasPrefix(pattern, "gs://") {
		return errors.New("** is for gs:// alone; elsewhere a folder with / at its end is taken with all that is below it")
	}
	if err := checkName(pattern); err != nil {
		return err
	}
	f, err := fileSystem(pattern)
	if err != nil {
		return err
	}
	root := fixedPart(pattern)
	for _, p := range patternsOf(pattern) {
		var names []string
		err := fn.Options.retry(ctx, func() (err error) {
			names, err = f.List(ctx, p)
			return faulty(err)
		})
		if err != nil {
			return err
		}
		for _, name := range names {
			inside, ok := strings.CutPrefix(filepath.ToSlash(name), root)
			if !ok {
				return fmt.Errorf("lists %s, which is not below %s", name, root)
			}
			if coding.Reads(name) && !strings.HasSuffix(name, "/") {
				found(name, inside, nil)
			}
		}
	}
	return nil
}

// fixedPart returns the folder that a pattern begins with, up to and with its /.
func fixedPart(pattern string) string {
	fixed := pattern
	if i := strings.IndexAny(pattern, "*?["); i >= 0 {
		fixed = pattern[:i]
	}
	return fixed[:strings.LastIndexByte(fixed, '/')+1]
}

// deepest is how many folders there can be one in another in a folder of a file system that knows no **.
const deepest = 16

// patternsOf returns what a file system lists for a pattern: of a folder, all files below it.
func patternsOf(pattern string) []string {
	switch {
	case !strings.HasSuffix(pattern, "/"):
		return []string{pattern}
	case strings.HasPrefix(pattern, "gs://"):
		return []string{pattern + "**"}
	}
	var list []string
	for depth := range deepest {
		list = append(list, pattern+strings.Repeat("*/", depth)+"*")
	}
	return list
}
