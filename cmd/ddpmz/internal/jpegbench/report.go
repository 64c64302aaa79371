package jpegbench

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/reports"
)

// Kind is what the JSON of a Report calls itself.
const Kind = "jpeg"

// A Report is all that was measured. Times are in seconds.
type Report struct {
	Kind    string        `json:"kind"`
	Machine bench.Machine `json:"machine"`
	Jobs    int           `json:"jobs"`   // files measured side by side: with more than one, times are longer
	Shares  []float64     `json:"shares"` // of a file's bytes, rising, at which it is cut
	Peers   []peers.Peer  `json:"peers"`
	Files   []File        `json:"files"`
}

// A File is what was measured of one JPEG file.
type File struct {
	Folder string            `json:"folder"` // the last part of its path
	Name   string            `json:"name"`
	SHA256 string            `json:"sha256"`
	Bytes  int64             `json:"bytes"`
	Width  int               `json:"width,omitempty"`
	Height int               `json:"height,omitempty"`
	Own    Result            `json:"ddpmz"`
	Peers  map[string]Result `json:"peers"` // by ID
}

// A Result is what a codec does with a JPEG file.
type Result struct {
	Refused string  `json:"refused,omitempty"` // why it does not take the file
	Wrapped bool    `json:"wrapped,omitempty"` // ddpmz holds the JPEG file as it is
	Bytes   int64   `json:"bytes,omitempty"`
	Encode  float64 `json:"encode_seconds,omitempty"`
	Decode  float64 `json:"decode_seconds,omitempty"`  // to the JPEG file
	Preview float64 `json:"preview_seconds,omitempty"` // of bench.PreviewSteps reverse steps
	Levels  []Point `json:"levels,omitempty"`          // of ddpmz's process
	Cuts    []Point `json:"cuts,omitempty"`            // one for each share
}

// A Point is the beginning of a file, and the picture it holds.
type Point struct {
	Bytes int64    `json:"bytes"`
	Exact bool     `json:"exact,omitempty"`
	PSNR  *float64 `json:"psnr,omitempty"` // dB, over RGB, of the whole file's picture; none if exact, or if there is no picture
}

// Shown reports whether the beginning holds a picture.
func (p *Point) Shown() bool { return p.Exact || p.PSNR != nil }

// Write writes the report as JSON.
func (r *Report) Write(w io.Writer) error {
	return reports.Write(w, r)
}

// Read reads what Write wrote.
func Read(in io.Reader) (*Report, error) {
	r := new(Report)
	if err := reports.Read(in, r); err != nil {
		return nil, fmt.Errorf("jpegbench: %w", err)
	}
	if r.Kind != Kind {
		return nil, fmt.Errorf("jpegbench: not a report on JPEG files")
	}
	for _, f := range r.Files {
		for id, result := range f.Peers {
			if len(result.Cuts) != 0 && len(result.Cuts) != len(r.Shares) {
				return nil, fmt.Errorf("jpegbench: %s: %d cuts by %s for %d shares", f.Name, len(result.Cuts), id, len(r.Shares))
			}
		}
		if f.Own.Refused == "" && len(f.Own.Cuts) != len(r.Shares) {
			return nil, fmt.Errorf("jpegbench: %s: %d cuts for %d shares", f.Name, len(f.Own.Cuts), len(r.Shares))
		}
	}
	return r, nil
}

// WriteCSV writes a row for every point: sizes, then cuts, then levels.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Write([]string{"folder", "file", "jpeg_bytes", "codec", "what", "share", "bytes", "psnr", "encode_seconds", "decode_seconds", "refused"})
	for i := range r.Files {
		f := &r.Files[i]
		for _, c := range r.codecs() {
			result, ok := c.of(f)
			if !ok {
				continue
			}
			row := func(what, share string, bytes int64, psnr string, more ...string) {
				cells := append([]string{f.Folder, f.Name, fmt.Sprint(f.Bytes), c.name, what, share, fmt.Sprint(bytes), psnr}, more...)
				out.Write(append(cells, make([]string, 11-len(cells))...))
			}
			row("file", "", result.Bytes, "", fmt.Sprint(result.Encode), fmt.Sprint(result.Decode), result.Refused)
			for j, p := range result.Cuts {
				row("cut", fmt.Sprint(r.Shares[j]), p.Bytes, p.word())
			}
			for _, p := range result.Levels {
				row("level", "", p.Bytes, p.word())
			}
		}
	}
	out.Flush()
	return out.Error()
}

// word returns the PSNR as a cell of CSV: a number, "exact" or nothing.
func (p *Point) word() string {
	switch {
	case p.Exact:
		return "exact"
	case p.PSNR != nil:
		return fmt.Sprint(*p.PSNR)
	}
	return ""
}

// A codecName names ddpmz or a peer.
type codecName struct {
	id, name string
	own      bool
}

// of returns what the codec does with a file, if it was measured.
func (c *codecName) of(f *File) (Result, bool) {
	if c.own {
		return f.Own, true
	}
	result, ok := f.Peers[c.id]
	return result, ok
}

// codecs returns ddpmz and the peers that were measured.
func (r *Report) codecs() []codecName {
	list := []codecName{{"", "ddpmz", true}}
	for _, p := range r.Peers {
		for _, f := range r.Files {
			if _, ok := f.Peers[p.ID]; ok {
				list = append(list, codecName{p.ID, p.Name, false})
				break
			}
		}
	}
	return list
}
