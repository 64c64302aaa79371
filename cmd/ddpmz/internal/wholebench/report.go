package wholebench

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/charts"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/reports"
)

// Kind is what the JSON of a Report calls itself.
const Kind = "whole"

// A Report is all that was measured. Times are seconds of the processor, of user and system: of encoding once, and the least of decoding three
// times. Those of ddpmz and of Go's PNG are of coding in memory; those of programs are of the whole process, which reads and writes files.
type Report struct {
	Kind        string        `json:"kind"`
	Machine     bench.Machine `json:"machine"`
	Model       string        `json:"model"`
	ModelID     string        `json:"model_id"` // first bytes of the weights' SHA-256, in hexadecimal
	KeepColours bool          `json:"keep_colours,omitempty"`
	Peers       []peers.Peer  `json:"peers"`
	Pictures    []Picture     `json:"pictures"`
}

// A Picture is what was measured of one.
type Picture struct {
	Folder string            `json:"folder"` // the last part of its path
	Name   string            `json:"name"`
	Width  int               `json:"width"`
	Height int               `json:"height"`
	Kind   string            `json:"kind"`  // "gray", "palette" or "RGB", and "16 bits", "alpha" where that holds
	Bytes  int64             `json:"bytes"` // of the file that it came in
	Format string            `json:"format"`
	Own    Result            `json:"ddpmz"`
	Peers  map[string]Result `json:"peers"` // by ID, of those that can hold the picture
}

// A Result is what a codec does with a picture.
type Result struct {
	Mode   string  `json:"mode,omitempty"` // of ddpmz: "modelled" or "stored"
	Bytes  int64   `json:"bytes"`
	Encode float64 `json:"encode_seconds"`
	Decode float64 `json:"decode_seconds"`
}

// pixels returns their number.
func (p *Picture) pixels() float64 { return float64(p.Width) * float64(p.Height) }

// Write writes the report as JSON.
func (r *Report) Write(w io.Writer) error {
	return reports.Write(w, r)
}

// Read reads what Write wrote.
func Read(in io.Reader) (*Report, error) {
	r := new(Report)
	if err := reports.Read(in, r); err != nil {
		return nil, fmt.Errorf("wholebench: %w", err)
	}
	if r.Kind != Kind || len(r.Pictures) == 0 {
		return nil, errors.New("wholebench: not a report on whole files")
	}
	return r, nil
}

// WriteCSV writes a row for every file.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Write([]string{"folder", "picture", "width", "height", "kind", "codec", "mode", "bytes", "encode_seconds", "decode_seconds"})
	for i := range r.Pictures {
		p := &r.Pictures[i]
		row := func(codec string, f Result) {
			out.Write([]string{p.Folder, p.Name, fmt.Sprint(p.Width), fmt.Sprint(p.Height), p.Kind, codec, f.Mode, fmt.Sprint(f.Bytes),
				fmt.Sprint(f.Encode), fmt.Sprint(f.Decode)})
		}
		row("ddpmz", p.Own)
		for _, peer := range r.Peers {
			if f, ok := p.Peers[peer.ID]; ok {
				row(peer.ID, f)
			}
		}
	}
	out.Flush()
	return out.Error()
}

// Charts returns none: tables say all.
func (r *Report) Charts() ([]*charts.Chart, error) { return nil, nil }
