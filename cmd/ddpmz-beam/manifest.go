package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/cmd/internal/wording"
)

func init() {
	register.DoFn3x1[context.Context, []byte, func(*string) bool, error](&manifestFn{})
	register.Iter1[string]()
}

const (
	manifestName = "manifest.jsonl"
	totalsSuffix = ".totals.json"
)

// The states of a file, as rows have them.
const (
	stateDone     = "done"
	stateUpToDate = "up to date" // nothing was to be done
	stateFailed   = "failed"
)

// A row is a line of the manifest. The names of the fields, and what they mean, stay, and are those of ddpmz encode --log where it
// has them; later versions may add some.
type row struct {
	Input       string         `json:"input"`
	Output      string         `json:"output"`       // empty if nothing was written
	InputBytes  int64          `json:"input_bytes"`  //
	Bytes       int64          `json:"bytes"`        // of the output
	InputSHA256 string         `json:"input_sha256"` // in hexadecimal; empty if the input was not read
	SHA256      string         `json:"sha256"`       // of the output
	Kind        string         `json:"kind"`         // "jpeg", a JPEG file; "modelled" or "stored", a picture
	Width       int            `json:"width"`        // in pixels
	Height      int            `json:"height"`
	Losses      []picture.Loss `json:"losses"`   // what the input holds and the output does not
	Original    bool           `json:"original"` // the output holds the input, a JPEG file
	State       string         `json:"state"`    // done, up to date, or failed
	Error       string         `json:"error"`    // why nothing was written; else empty
	Verified    bool           `json:"verified"` // the output was decoded, and is the same
	Tries       int            `json:"tries"`    // it took
	Seconds     float64        `json:"seconds"`  // it took
}

func newRow(input, output string) *row {
	return &row{Input: input, Output: output, Losses: []picture.Loss{}, State: stateDone}
}

// failed says in a row that nothing was written, and why.
func (r *row) failed(err error) *row {
	r.Output, r.Bytes, r.SHA256, r.Kind, r.Verified = "", 0, "", "", false
	r.State, r.Error = stateFailed, wording.Message(err)
	return r
}

// text returns the line of a row, without its end.
func (r *row) text() string {
	line, err := json.Marshal(r)
	if err != nil {
		panic(err) // of a type like this, it has no errors
	}
	return string(line)
}

// Totals are what a manifest comes to.
type totals struct {
	Files      int     `json:"files"`
	Done       int     `json:"done"`
	UpToDate   int     `json:"up_to_date"`
	Failed     int     `json:"failed"`
	InputBytes int64   `json:"input_bytes"` // of those that are done
	Bytes      int64   `json:"bytes"`       // of those that are done
	Seconds    float64 `json:"seconds"`     // that files took, one after the other
}

// add counts a file.
func (t *totals) add(r *row) {
	t.Files++
	t.Seconds += r.Seconds
	switch r.State {
	case stateDone:
		t.Done++
		t.InputBytes += r.InputBytes
		t.Bytes += r.Bytes
	case stateUpToDate:
		t.UpToDate++
	default:
		t.Failed++
	}
}

func (t *totals) String() string {
	text := fmt.Sprintf("%d files: %d encoded", t.Files, t.Done)
	if t.UpToDate > 0 {
		text += fmt.Sprintf(", %d up to date", t.UpToDate)
	}
	if t.Failed > 0 {
		text += fmt.Sprintf(", %d failed", t.Failed)
	}
	if t.InputBytes > 0 {
		text += fmt.Sprintf("; %d bytes to %d, %.1f%%", t.InputBytes, t.Bytes, 100*float64(t.Bytes)/float64(t.InputBytes))
	}
	return text
}

// A manifestFn writes the manifest and its totals.
type manifestFn struct{ Name string }

func (fn *manifestFn) ProcessElement(ctx context.Context, _ []byte, rows func(*string) bool) error {
	var sum totals
	err := create(ctx, fn.Name, func(w io.Writer) error {
		var line string
		for rows(&line) {
			var r row
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				return err
			}
			sum.add(&r)
			if _, err := io.WriteString(w, line+"\n"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", fn.Name, err)
	}
	return create(ctx, fn.Name+totalsSuffix, func(w io.Writer) error { return json.NewEncoder(w).Encode(&sum) })
}

// readTotals returns the totals of a manifest.
func readTotals(ctx context.Context, manifest string) (*totals, error) {
	data, err := read(ctx, manifest+totalsSuffix)
	if err != nil {
		return nil, err
	}
	t := new(totals)
	return t, json.Unmarshal(data, t)
}

// create makes a file, on any file system, of what write writes, or replaces it.
func create(ctx context.Context, name string, write func(io.Writer) error) error {
	buffered := func(w io.Writer) error {
		b := bufio.NewWriter(w)
		if err := write(b); err != nil {
			return err
		}
		return b.Flush()
	}
	if isLocal(name) {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		return atomicfile.Write(ctx, name, atomicfile.Options{Replace: true}, buffered)
	}
	f, err := fileSystem(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := f.OpenWrite(ctx, name)
	if err != nil {
		return err
	}
	if err := buffered(w); err != nil {
		cancel() // no part of the file appears
		w.Close()
		return err
	}
	return w.Close()
}
