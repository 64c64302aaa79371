package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/atomicfile"
	"github.com/ddpmz/ddpmz/codec"
)

// errReported stands for errors that have been printed already.
var errReported = errors.New("reported")

// A usageError is a mistake in the command line, rather than in a file.
type usageError struct{ error }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// A fileError says which file an error is about.
type fileError struct {
	name string // as displayName has it
	err  error
}

func (e *fileError) Error() string { return e.name + ": " + message(e.err) }
func (e *fileError) Unwrap() error { return e.err }

// about names the file that an error is about, if nothing deeper down has done so, or it is about none.
func about(name string, err error) error {
	var file *fileError
	var usage *usageError
	if err == nil || errors.As(err, &file) || errors.As(err, &usage) {
		return err
	}
	return &fileError{name, err}
}

// message words an error for people who have named the file and know nothing of packages.
func message(err error) string {
	var exists *atomicfile.ExistsError
	var path *fs.PathError
	var link *os.LinkError
	var limit *codec.LimitError
	switch {
	case errors.As(err, &exists):
		return "exists already; --force replaces it"
	case errors.As(err, &path):
		return path.Err.Error()
	case errors.As(err, &link):
		return link.Err.Error()
	}
	text := err.Error()
	for _, name := range []string{"codec: ", "container: ", "picture: ", "metadata: ", "zoo: ", "metrics: ", "peers: ", "bench: ", "cifar: ", "tables: "} {
		text = strings.TrimPrefix(text, name)
	}
	if errors.As(err, &limit) {
		switch limit.What {
		case "pixels":
			text += "; --max-pixels raises it"
		case "bytes of memory":
			text += "; --max-memory raises it"
		}
	}
	return text
}

// report prints an error.
func (s *streams) report(err error) { fmt.Fprintln(s.stderr, "ddpmz:", err) }

// note prints a remark on a file that is no error.
func (s *streams) note(name, text string) { fmt.Fprintf(s.stderr, "ddpmz: %s: %s\n", name, text) }
