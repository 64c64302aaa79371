package container

import "fmt"

// Kind says what a segment's payload is. Its value is the byte on the wire.
type Kind uint8

// Zero is no kind, so that a forgotten one is noticed.
const (
	Metadata Kind = 1 + iota // colour profile and the like
	Palette
	Alpha
	Stored // the image, in a file that is not modelled
	Passes // passes of the image, in a modelled file
)

var kindNames = [...]string{Metadata: "metadata", Palette: "palette", Alpha: "alpha", Stored: "stored", Passes: "passes"}

func (k Kind) known() bool { return Metadata <= k && k <= Passes }

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
	// Zero means all that the level plan has left; only the last Passes
	// segment may say so. It is zero for every other kind.
	Units uint32

	// Size is the payload's length in bytes, without its checksum.
	Size uint64
}
