package rans

// ProbBits is the precision of probabilities: frequencies at one place in the
// stream sum to 1<<ProbBits.
const ProbBits = 16

const (
	total = 1 << ProbBits

	// Four lanes.
	lower = 1 << 31 // a state below this wants a word

	// A state x about to take a symbol of frequency f gives up a word first if
	// x >= f<<growBits: exactly then would it grow past 1<<63.
	growBits = 63 - ProbBits

	lanes    = 4
	headSize = 8 * lanes // bytes of state before the words

	// A nest of intervals.
	window   = 6                       // bytes of the fraction in view
	whole    = 1 << (8 * window)       // the width of [0, 1)
	least    = 1 << (8 * (window - 1)) // an interval narrower than this takes in a byte
	fourFlag = 0x80                    // of the first byte: four lanes

	// maxNest is the largest stream, in bytes, for which the encoder nests
	// intervals. Four lanes cost about 16 bytes more, here a tenth of a percent.
	// It is the encoder's choice only: the decoder goes by the stream's first bit.
	maxNest = 1 << 14
)

// A CorruptError is a stream that no Encoder wrote, or one read with other
// frequencies than it was written with.
type CorruptError struct {
	Reason string
}

func (e *CorruptError) Error() string { return "rans: corrupt stream: " + e.Reason }
