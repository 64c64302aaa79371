package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// An outcome is what encode --json prints of a file. The names of the fields, and what they mean, stay; later versions may
// add some.
type outcome struct {
	Input      string         `json:"input"`       // as named, or "standard input"
	Output     string         `json:"output"`      // as named, or "standard output"; empty if nothing was written
	InputBytes int64          `json:"input_bytes"` // that were read
	Bytes      int64          `json:"bytes"`       // of the output
	Width      int            `json:"width"`       // in pixels
	Height     int            `json:"height"`      //
	Losses     []picture.Loss `json:"losses"`      // what the input holds and the output does not
	Error      string         `json:"error"`       // why nothing was written; else empty
	Original   bool           `json:"original"`    // the output holds the input, a JPEG file, or is the JPEG file that the input holds
}

func newOutcome(j job) *outcome {
	o := &outcome{Input: displayName(j.in), Output: j.out, Losses: []picture.Loss{}} // never null in JSON
	if j.out == stdio {
		o.Output = "standard output"
	}
	return o
}

// fail says in an outcome that nothing was written, and why.
func (o *outcome) fail(err error) {
	o.Output, o.Bytes, o.Error = "", 0, message(err)
	var file *fileError
	if errors.As(err, &file) {
		if o.Error = file.Error(); file.name == o.Input {
			o.Error = message(file.err) // whose name is there already
		}
	}
}

// lossFlags say how losses are reported, which are what an input holds and its output does not.
type lossFlags struct{ strict, json bool }

func (f *lossFlags) flags(strict string) []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "strict", Destination: &f.strict, DisableDefaultText: true, Usage: strict},
		&cli.BoolFlag{Name: "json", Destination: &f.json, DisableDefaultText: true, Usage: "print an object in JSON for each file"},
	}
}

// check refuses --json where standard output has the file itself.
func (f *lossFlags) check(list []job) error {
	if f.json && slices.ContainsFunc(list, func(j job) bool { return j.out == stdio }) {
		return usagef("--json prints to standard output, where the file goes: name the file with -o")
	}
	return nil
}

// printJSON prints an object for people and programs to read.
func printJSON(w io.Writer, object any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(object)
}

// A counter counts the bytes that come through a reader.
type counter struct {
	r   io.Reader
	n   int64
	err error // of reading, other than io.EOF
}

func (c *counter) Read(p []byte) (n int, err error) {
	n, err = c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// Seek seeks in what the reader reads, if that can.
func (c *counter) Seek(offset int64, whence int) (int64, error) {
	if s, ok := c.r.(io.Seeker); ok {
		return s.Seek(offset, whence)
	}
	return 0, errors.ErrUnsupported
}

// note prints a remark on a file that is no error.
func (s *streams) note(name, text string) { fmt.Fprintf(s.stderr, "ddpmz: note: %s: %s\n", name, text) }
