package bench

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/reports"
)

// method counts changes of what the figures mean. Results of another method are not reused.
const method = 1

// Kind is what the JSON of a Report calls itself.
const Kind = "pictures"

// A Report is all that was measured. Rates are in bits a pixel, times in seconds.
type Report struct {
	Kind        string       `json:"kind"`
	Method      int          `json:"method"`
	Machine     Machine      `json:"machine"`
	Jobs        int          `json:"jobs"` // pictures measured side by side: with more than one, times are longer
	Model       string       `json:"model"`
	ModelID     string       `json:"model_id"`               // first bytes of the weights' SHA-256, in hexadecimal
	KeepColours bool         `json:"keep_colours,omitempty"` // see codec.Options
	Rates       []float64    `json:"rates"`                  // rising
	Externals   []string     `json:"external_metrics"`
	Peers       []peers.Peer `json:"peers"`
	Images      []Image      `json:"images"`
}

// A Machine is where times were taken.
type Machine struct {
	System string `json:"system"` // operating system and architecture
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"` // that the program may use
	Go     string `json:"go"`
}

// An Image is what was measured of one picture.
type Image struct {
	Name   string            `json:"name"`
	SHA256 string            `json:"sha256"` // of its samples, as RGB, row by row, after "width height"
	Width  int               `json:"width"`
	Height int               `json:"height"`
	Own    Own               `json:"ddpmz"`
	Peers  map[string]Result `json:"peers"` // by ID
}

// Own is what ddpmz does with a picture.
type Own struct {
	Mode      string  `json:"mode"` // "modelled" or "stored"
	Bytes     int64   `json:"bytes"`
	IdealBits int64   `json:"ideal_bits"` // code length under the model
	Encode    float64 `json:"encode_seconds"`
	Decode    float64 `json:"decode_seconds"`
	Preview   float64 `json:"preview_seconds"` // of PreviewSteps reverse steps
	Levels    []Point `json:"levels"`          // of the process, from the coarsest on
	Cuts      []Point `json:"cuts"`            // one for each rate that holds more than the header
}

// A Result is what a peer does with a picture.
type Result struct {
	Points []Point `json:"points"`           // one if lossless, else one for each rate that it can do
	Reused bool    `json:"reused,omitempty"` // taken over from an earlier report, times too
}

// A Point is a file, or the beginning of one, and the picture it holds.
type Point struct {
	Target      float64  `json:"target,omitempty"` // the rate that was asked for
	Bytes       int64    `json:"bytes"`
	Rate        float64  `json:"bits_per_pixel"`
	Level       *int     `json:"level,omitempty"` // of ddpmz: counts down to 0
	Steps       *int     `json:"steps,omitempty"` // of 1000, that ddpmz did
	IdealBits   int64    `json:"ideal_bits,omitempty"`
	Exact       bool     `json:"exact,omitempty"`
	PSNR        *float64 `json:"psnr,omitempty"`   // dB, over RGB; none if exact
	MSSSIM      *float64 `json:"msssim,omitempty"` // of luma; none of small pictures
	SSIMULACRA2 *float64 `json:"ssimulacra2,omitempty"`
	Butteraugli *float64 `json:"butteraugli,omitempty"`
	Setting     string   `json:"setting,omitempty"` // of quality, of a peer
	Encode      float64  `json:"encode_seconds,omitempty"`
	Decode      float64  `json:"decode_seconds,omitempty"`
}

// rounded returns the point with as many decimals as mean something, so that reports stay small: 0.00001 dB, a
// millionth of the similarity and of a bit, a tenth of a millisecond.
func (p Point) rounded() Point {
	p.Rate, p.Encode, p.Decode = round(p.Rate, 6), round(p.Encode, 4), round(p.Decode, 4)
	p.PSNR, p.MSSSIM = roundOptional(p.PSNR, 5), roundOptional(p.MSSSIM, 6)
	return p
}

func round(v float64, decimals int) float64 {
	unit := math.Pow10(decimals)
	return math.Round(v*unit) / unit
}

func roundOptional(v *float64, decimals int) *float64 {
	if v == nil {
		return nil
	}
	r := round(*v, decimals)
	return &r
}

// Pixels returns the number of pixels.
func (i *Image) Pixels() float64 { return float64(i.Width) * float64(i.Height) }

// at returns the point for a rate, if there is one.
func at(points []Point, rate float64) (*Point, bool) {
	i := slices.IndexFunc(points, func(p Point) bool { return p.Target == rate })
	if i < 0 {
		return nil, false
	}
	return &points[i], true
}

// Write writes the report as JSON.
func (r *Report) Write(w io.Writer) error {
	return reports.Write(w, r)
}

// Read reads what Write wrote.
func Read(in io.Reader) (*Report, error) {
	r := new(Report)
	if err := reports.Read(in, r); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if r.Kind != Kind {
		return nil, fmt.Errorf("bench: not a report on pictures")
	}
	if r.Method != method {
		return nil, fmt.Errorf("bench: a report by method %d, and this is method %d", r.Method, method)
	}
	if len(r.Images) == 0 {
		return nil, fmt.Errorf("bench: a report without images")
	}
	return r, nil
}
