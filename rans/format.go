package rans

// ProbBits is the precision of probabilities: frequencies at one place in the
// stream sum to 1<<ProbBits.
const ProbBits = 16

const (
	total = 1 << ProbBits
	lower = 1 << 31 // a state below this wants a word

	// A state x about to take a symbol of frequency f gives up a word first if
	// x >= f<<growBits: exactly then would it grow past 1<<63.
	growBits = 63 - ProbBits

	lanes    = 4
	headSize = 8 * lanes // bytes of state before the words, with four lanes

	// maxSingle is the largest stream, in bytes, for which the encoder uses one
	// lane. Four cost about 20 bytes more, here an eighth of a percent. It is
	// the encoder's choice only: the decoder goes by the stream's first bit.
	maxSingle = 1 << 14
)

// A CorruptError is a stream that no Encoder wrote, or one read with other
// frequencies than it was written with.
type CorruptError struct {
	Reason string
}

func (e *CorruptError) Error() string { return "rans: corrupt stream: " + e.Reason }

// singleHead is the number of bytes before the words in a stream of one lane
// and size bytes.
func singleHead(size int) int {
	if size < 4 {
		return size
	}
	return 4 + size%4
}
