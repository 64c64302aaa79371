package codec

import "fmt"

// Efforts of an encoder: see Options.Effort.
const (
	LeastEffort   = 1
	DefaultEffort = 7
	MostEffort    = 9
)

// An EffortError is an effort that there is not: see Options.Effort.
type EffortError int

func (e EffortError) Error() string {
	return fmt.Sprintf("codec: no effort %d: there are %d to %d", int(e), LeastEffort, MostEffort)
}

// tries are what an encoder tries at an effort. Each effort tries what the one before it does, and one thing more.
type tries struct {
	plainColours bool // the colour transform is the plain one of the least estimate, in place of YCoCg-R
	derive       bool // the luma and chroma that samples were made from are looked for, for another transform
	decompress   bool // the coefficients of which a JPEG decoder made the picture are looked for
	race         bool // the mode is that of the smaller file; else it is by stored.Probe, but for rasters that have no probe, and for graphics that a JPEG decoder has made
	oriented     int  // pixels of the largest pictures that are coded in all orientations
	all          bool // both modes are coded without a probe, and samples as well as coefficients that were found
	allColours   bool // every plain colour transform is coded, beside the one that was chosen
}

// efforts are what is tried, by effort. docs/effort.md says what this costs and brings.
var efforts = [MostEffort + 1]tries{
	1: {},
	2: {plainColours: true},
	3: {plainColours: true, derive: true},
	4: {plainColours: true, derive: true, decompress: true},
	5: {plainColours: true, derive: true, decompress: true, race: true},
	6: {plainColours: true, derive: true, decompress: true, race: true, oriented: 32 * 32},
	7: {plainColours: true, derive: true, decompress: true, race: true, oriented: searchedPixels},
	8: {plainColours: true, derive: true, decompress: true, race: true, oriented: 256 * 256, all: true},
	9: {plainColours: true, derive: true, decompress: true, race: true, oriented: 1 << 30, all: true, allColours: true},
}

// checkEffort returns an EffortError if there is no such effort.
func (o *Options) checkEffort() error {
	if o.Effort != 0 && (o.Effort < LeastEffort || o.Effort > MostEffort) {
		return EffortError(o.Effort)
	}
	return nil
}

// tries returns what is tried at the effort, which there is.
func (o *Options) tries() tries {
	if o.Effort == 0 {
		return efforts[DefaultEffort]
	}
	return efforts[o.Effort]
}

// several reports whether a picture of so many pixels is coded several times, one after another.
func (t tries) several(pixels int64) bool {
	return t.allColours || pixels > searchedPixels && pixels <= int64(t.oriented)
}
