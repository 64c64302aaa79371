package cifar

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/reports"
)

// Kind is what the JSON of a Report calls itself.
const Kind = "cifar10"

// A Report is all that was measured. Rates are real bytes unless they say ideal.
type Report struct {
	Kind    string        `json:"kind"`
	Machine bench.Machine `json:"machine"`
	Jobs    int           `json:"jobs"`
	Seconds float64       `json:"seconds"` // that all took
	Model   string        `json:"model"`
	ModelID string        `json:"model_id"` // first bytes of the weights' SHA-256, in hexadecimal
	File    string        `json:"file"`
	SHA256  string        `json:"sha256"` // of the images' samples, as RGBA
	Images  int           `json:"images"`

	Bytes  int64   `json:"bytes"` // of all files
	PerDim float64 `json:"bits_per_dim"`
	Ideal  float64 `json:"ideal_bits_per_dim"`
	Least  int64   `json:"least_bytes"` // of a file
	Median int64   `json:"median_bytes"`
	Most   int64   `json:"most_bytes"`

	Levels []Level `json:"levels"` // from nothing but the header to the image
	Cuts   []Cut   `json:"cuts"`
}

// A Level is the mean over all images of a state that decoding comes to.
type Level struct {
	Level    int     `json:"level"`    // counts down to 0
	Timestep int     `json:"timestep"` // t of x_t
	Steps    int     `json:"steps"`    // 1000 - t
	Bytes    float64 `json:"bytes"`    // of a file
	PerDim   float64 `json:"bits_per_dim"`
	Ideal    float64 `json:"ideal_bits_per_dim"`
	Errors
}

// A Cut is the mean over all images of what a number of bytes shows.
type Cut struct {
	Target float64 `json:"target_bits_per_pixel"`
	PerDim float64 `json:"bits_per_dim"` // some files are shorter
	Errors
}

// Errors are what is missing to the images.
type Errors struct {
	RMSE     float64 `json:"rmse"`      // root of the mean squared error of all samples
	RMSEMean float64 `json:"rmse_mean"` // mean over the images of theirs
	PSNR     float64 `json:"psnr"`      // mean over the images; an exact one counts as one sample off by one
}

// Rate returns the bits a dimension down to x_1, and Distortion those of the last level: the discretized decoder.
func (r *Report) Rate() float64       { return r.before(1).PerDim }
func (r *Report) Distortion() float64 { return r.PerDim - r.Rate() }

// before returns the last state whose timestep is not below t, as Decoder.Timestep has it.
func (r *Report) before(t int) Level {
	found := r.Levels[0]
	for _, l := range r.Levels {
		if l.Timestep >= t {
			found = l
		}
	}
	return found
}

// Write writes the report as JSON.
func (r *Report) Write(w io.Writer) error {
	return reports.Write(w, r)
}

// ReadReport reads what Write wrote.
func ReadReport(in io.Reader) (*Report, error) {
	r := new(Report)
	if err := reports.Read(in, r); err != nil {
		return nil, fmt.Errorf("cifar: %w", err)
	}
	if r.Kind != Kind || len(r.Levels) == 0 {
		return nil, fmt.Errorf("cifar: not a report")
	}
	return r, nil
}

// WriteCSV writes the levels, then the cuts.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Write([]string{"level", "timestep", "steps", "target_bits_per_pixel", "bits_per_dim", "ideal_bits_per_dim", "rmse", "rmse_mean", "psnr"})
	for _, l := range r.Levels {
		out.Write([]string{fmt.Sprint(l.Level), fmt.Sprint(l.Timestep), fmt.Sprint(l.Steps), "", fmt.Sprint(l.PerDim), fmt.Sprint(l.Ideal),
			fmt.Sprint(l.RMSE), fmt.Sprint(l.RMSEMean), fmt.Sprint(l.PSNR)})
	}
	for _, c := range r.Cuts {
		out.Write([]string{"", "", "", fmt.Sprint(c.Target), fmt.Sprint(c.PerDim), "", fmt.Sprint(c.RMSE), fmt.Sprint(c.RMSEMean), fmt.Sprint(c.PSNR)})
	}
	out.Flush()
	return out.Error()
}
