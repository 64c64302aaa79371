package container

import "fmt"

// Kind says what a segment holds. Its value is the byte in the file.
type Kind uint8

// The kinds. Zero is not a kind, so that a Segment without one is refused.
const (
	Metadata Kind = 1 + iota // colour profile and similar data
	Palette                  // the colours of an indexed image
	Alpha                    // transparency
	Stored                   // the image, in a stored file
	Passes                   // passes of the image, in a modelled file
	Digest                   // of the samples, or of the file, to prove that they come back
	Frame                    // of an image that was a file of another format: what its picture needs to be known of that
	Syntax                   // and the rest of that file, beside what the other segments hold
)

var kindNames = [...]string{Metadata: "metadata", Palette: "palette", Alpha: "alpha", Stored: "stored", Passes: "passes", Digest: "digest", Frame: "frame", Syntax: "syntax"}

// Ancillary is the first of the kinds that have no meaning yet, and that a decoder which does not know them passes over: up to 255.
const Ancillary Kind = 128

func (k Kind) known() bool { return Metadata <= k && k <= Syntax }

// valid reports whether segments may be of the kind.
func (k Kind) valid() bool { return k.known() || k >= Ancillary }

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if !k.known() {
		return fmt.Sprintf("kind %d", uint8(k))
	}
	return kindNames[k]
}

// Segment is one entry of the segment table.
type Segment struct {
	Kind Kind

	// Units is the number of passes in a Passes segment, at most MaxUnits.
	// Zero means all remaining passes of the level plan; it is allowed only in the last Passes
	// segment. Segments of other kinds have zero Units.
	Units uint32

	// Size is the payload's length in bytes, without its checksum.
	Size uint64
}
