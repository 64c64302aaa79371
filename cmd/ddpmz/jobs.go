package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// suffix is that of the files this program makes.
const suffix = coding.Suffix

// A job is one file to make of another; either can be stdio.
type job struct{ in, out string }

// pair pairs the names on a command line with the files to make: what -o names, or else what rename makes of
// each input's name. No input at all is standard input, which goes to standard output; nobody types images, so
// it is an error if that is a terminal.
func (s *streams) pair(inputs []string, output string, rename func(string) string) ([]job, error) {
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

// jobs is pair for commands that write files. It refuses, before any work is done, outputs that are their own
// inputs, unless --force allows it.
func (s *streams) jobs(inputs []string, o *outputFlags, rename func(string) string) ([]job, error) {
	list, err := s.pair(inputs, o.name, rename)
	if err != nil {
		return nil, err
	}
	for _, j := range list {
		if o.keepTimes && (j.in == stdio || j.out == stdio) {
			return nil, usagef("--keep-times is for files, and %s is none", streamName(j))
		}
		if !o.force && s.sameFile(j) {
			return nil, usagef("%s is the input and the output; --force replaces it", displayName(j.in))
		}
	}
	return list, nil
}

// streamName names the standard stream of a job that has one.
func streamName(j job) string {
	if j.in == stdio {
		return "standard input"
	}
	return "standard output"
}

// sameFile reports whether the input of a job is its output as well. Devices and pipes do not count, which can be both.
func (s *streams) sameFile(j job) bool {
	stat := func(name string, stream any) (os.FileInfo, error) {
		if name != stdio {
			return os.Stat(name)
		}
		if f, ok := stream.(*os.File); ok {
			return f.Stat()
		}
		return nil, os.ErrInvalid
	}
	in, err1 := stat(j.in, s.stdin)
	out, err2 := stat(j.out, s.stdout)
	return err1 == nil && err2 == nil && in.Mode().IsRegular() && os.SameFile(in, out)
}

// outputOf finds the output among names without -o. Of two, as other codecs' commands have it, the second is the
// output if it is "-", or if isOutput recognizes its suffix and there is no such file. It is a usage error if the
// second of two names no file, and if any of several has an output's suffix. The inputs are returned.
func outputOf(inputs []string, o *outputFlags, isOutput func(name string) bool) ([]string, error) {
	if o.name != "" || len(inputs) < 2 {
		return inputs, nil
	}
	second := inputs[1]
	if len(inputs) == 2 {
		_, err := os.Lstat(second)
		missing := errors.Is(err, fs.ErrNotExist)
		switch {
		case second == stdio || missing && isOutput(second):
			o.name = second
			return inputs[:1], nil
		case missing:
			return nil, usagef("there is no file %s; if it is to be the output, name it with -o", second)
		case isOutput(second):
			return nil, usagef("%s exists; if it is to be the output, name it with -o, and --force replaces it", second)
		}
	}
	if i := slices.IndexFunc(inputs, isOutput); i >= 0 {
		return nil, usagef("%s is no input by its suffix; with several inputs, -o names a folder", inputs[i])
	}
	return inputs, nil
}

// otherSuffixes are those of image files which this program does not write.
var otherSuffixes = []string{".webp", ".avif", ".heic", ".heif", ".jxl", ".jp2", ".j2k", ".qoi", ".ico", ".dng", ".svg", ".pdf", ".psd", ".exr"}

// namesPicture reports whether a file's name has the suffix of an image file other than ddpmz's.
func namesPicture(name string) bool {
	_, ok := picture.FormatOf(name)
	return ok || slices.Contains(otherSuffixes, strings.ToLower(filepath.Ext(name)))
}

// namesDdpmz reports whether a file's name has the suffix of the files this program makes.
func namesDdpmz(name string) bool { return strings.EqualFold(filepath.Ext(name), suffix) }

// checkSuffix refuses the value of -o if its suffix says that the file is something else than it will be.
func (f *outputFlags) checkSuffix(wrong func(name string) bool, made string) error {
	if f.force || f.name == "" || f.name == stdio || isFolder(f.name) || !wrong(f.name) {
		return nil
	}
	return usagef("%s would be a %s file, which its suffix denies; --force makes it all the same", f.name, made)
}

// each does all jobs, even if some fail, and prints their errors. It returns errReported if there were any, or else errIncomplete
// if a job did. A usageError, and the end of ctx, are returned at once.
func (s *streams) each(ctx context.Context, list []job, do func(context.Context, job) error) error {
	var failed, incomplete error
	for _, j := range list {
		err := do(ctx, j)
		var usage *usageError
		switch {
		case err == nil:
		case ctx.Err() != nil || errors.As(err, &usage):
			return err
		case errors.Is(err, errReported): // by a line of its own
			failed = err
		case errors.Is(err, errIncomplete):
			incomplete = err
		default:
			s.report(err)
			failed = errReported
		}
	}
	return cmp.Or(failed, incomplete)
}

func isFolder(name string) bool {
	if name == "" || name == stdio {
		return false
	}
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// encodedName makes photo.ddpmz of photo.png. Suffixes of other files than pictures stay.
func encodedName(name string) string {
	if namesPicture(name) {
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	return name + suffix
}

// decodedName makes photo.png of photo.ddpmz, or whatever the format.
func decodedName(name, format string) string {
	if namesDdpmz(name) {
		name = strings.TrimSuffix(name, filepath.Ext(name))
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
