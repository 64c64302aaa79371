package rans

// ProbBits is the precision of probabilities: the frequencies of all symbols that are possible at one place in the stream
// sum to 1<<ProbBits.
const ProbBits = 16

const (
	total = 1 << ProbBits // the sum of all frequencies

	// rANS streams.

	lanes    = 4
	minState = 1 << 31   // a lane whose state is below this reads a word before its next symbol
	headSize = 8 * lanes // bytes of states, before the words

	// A state x that is about to take a symbol of frequency f first gives up a word if x >= f<<growBits: exactly then it
	// would otherwise grow beyond 1<<63.
	growBits = 63 - ProbBits

	// Range-coded streams. The window is the part of the fraction that low, width and code are measured in.

	window   = 6                       // bytes in the window
	one      = 1 << (8 * window)       // the number 1, in units of the window's last place
	minWidth = 1 << (8 * (window - 1)) // an interval narrower than this moves the window on by a byte

	ransFlag = 0x80 // this bit of a stream's first byte is set in rANS streams

	// maxRangeBytes is the size in bytes of the largest stream that the encoder codes with the range coder. The states of a
	// rANS stream cost about 16 bytes more, which is a tenth of a percent of this size. The choice is the encoder's alone:
	// decoders go by ransFlag.
	maxRangeBytes = 1 << 14
)

// A CorruptError says why a stream is not one that an Encoder wrote: it is damaged, or it was decoded with other frequencies
// than it was encoded with.
type CorruptError struct {
	Reason string
}

func (e *CorruptError) Error() string { return "rans: corrupt stream: " + e.Reason }
