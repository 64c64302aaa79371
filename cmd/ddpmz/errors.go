package main

import (
	"errors"
	"fmt"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/cmd/internal/wording"
)

// errReported stands for errors that have been printed already.
var errReported = errors.New("reported")

// errIncomplete stands for files of which something is missing, when that has been said and all went well otherwise.
var errIncomplete = errors.New("incomplete")

// A usageError is a mistake in the command line, rather than in a file.
type usageError = commandline.UsageError

func usagef(format string, args ...any) error { return commandline.Usagef(format, args...) }

// A fileError says which file an error is about.
type fileError struct {
	name string // as displayName has it
	err  error
}

func (e *fileError) Error() string { return e.name + ": " + message(e.err) }
func (e *fileError) Unwrap() error { return e.err }

// about names the file that an error is about, unless the error does so already or is about the command line.
func about(name string, err error) error {
	var file *fileError
	var usage *usageError
	if err == nil || errors.As(err, &file) || errors.As(err, &usage) {
		return err
	}
	return &fileError{name, err}
}

// message words an error for people who have named the file and do not know the program's packages.
func message(err error) string { return wording.Message(err) }

// report prints an error.
func (s *streams) report(err error) { fmt.Fprintln(s.stderr, "ddpmz:", err) }
