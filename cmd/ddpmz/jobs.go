package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/picture"
)

// suffix is that of the files this program makes.
const suffix = ".ddpmz"

// A job is one file to make of another; either can be stdio.
type job struct{ in, out string }

// jobs pairs the names on a command line with the files to make: what output names, the value of -o, or else
// what rename makes of each input's name. No input at all is standard input, which goes to standard output;
// nobody types images, so it is an error if that is a terminal.
func (s *streams) jobs(inputs []string, output string, rename func(string) string) ([]job, error) {
	if len(inputs) == 0 {
		inputs = []string{stdio}
	}
	if inputs[0] == stdio && isTerminal(s.stdin) {
		return nil, usagef("no file is named, and standard input is a terminal")
	}
	folder := ""
	if isFolder(output) {
		folder = output
	} else if len(inputs) > 1 && output != "" {
		return nil, usagef("%d inputs cannot go to %s: with several, -o names a folder that exists", len(inputs), output)
	}
	var list []job
	taken := make(map[string]string)
	for _, in := range inputs {
		if in == stdio && len(inputs) > 1 {
			return nil, usagef("standard input cannot be one of several files")
		}
		var out string
		switch {
		case in == stdio && folder != "":
			return nil, usagef("what comes from standard input needs a name, and %s is a folder", folder)
		case folder != "":
			out = filepath.Join(folder, filepath.Base(rename(in)))
		case output != "":
			out = output
		case in == stdio:
			out = stdio
		default:
			out = rename(in)
		}
		if other, ok := taken[out]; ok { // which --force would allow otherwise
			return nil, usagef("both %s and %s would become %s", other, in, out)
		}
		taken[out] = in
		list = append(list, job{in, out})
	}
	return list, nil
}

// each does all jobs, whether or not some fail, and prints the errors. It returns errReported if there were
// any, but a usageError or the end of ctx at once.
func (s *streams) each(ctx context.Context, list []job, do func(context.Context, job) error) error {
	var failed error
	for _, j := range list {
		err := do(ctx, j)
		var usage *usageError
		switch {
		case err == nil:
		case ctx.Err() != nil || errors.As(err, &usage):
			return err
		default:
			s.report(err)
			failed = errReported
		}
	}
	return failed
}

func isFolder(name string) bool {
	if name == "" || name == stdio {
		return false
	}
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// encodedName makes photo.ddpmz of photo.png. Suffixes that are no picture's stay.
func encodedName(name string) string {
	ext := filepath.Ext(name)
	if _, ok := picture.FormatOf(name); ok || strings.EqualFold(ext, ".webp") {
		name = strings.TrimSuffix(name, ext)
	}
	return name + suffix
}

// decodedName makes photo.png of photo.ddpmz, or whatever the format.
func decodedName(name, format string) string {
	if ext := filepath.Ext(name); strings.EqualFold(ext, suffix) {
		name = strings.TrimSuffix(name, ext)
	}
	if format == "jpeg" {
		format = "jpg"
	}
	return name + "." + format
}

// displayName is how messages call an input file.
func displayName(name string) string {
	if name == stdio {
		return "standard input"
	}
	return name
}
