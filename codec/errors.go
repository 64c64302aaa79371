package codec

import (
	"errors"
	"fmt"
	"io"

	"github.com/ddpmz/ddpmz/container"
)

// Errors by cause. An Encoder gives UnsupportedError and LimitError only; damage to a part of a file is a
// *CorruptSegmentError or *CorruptHeaderError, which name the part. Where the coder of a segment finds it malformed, its error is
// wrapped: a *rans.CorruptError, a *bitstream.SyntaxError, or one of Zstandard.
type (
	// FormatError: the input is not a ddpmz file, or breaks the format in a way that no damage explains; for EncodeJPEG, it is not a
	// JPEG file, or is damaged or cut.
	FormatError = container.FormatError

	// UnsupportedError: the input is fine, but this version of the package cannot do it.
	UnsupportedError = container.UnsupportedError

	// CorruptHeaderError: the header does not match its checksum.
	CorruptHeaderError = container.CorruptHeaderError

	// CorruptSegmentError: a block of a segment does not match its checksum.
	CorruptSegmentError = container.CorruptSegmentError
)

// A LimitError says that an image is larger than a limit of the Encoder or Decoder allows.
type LimitError struct {
	What        string // "pixels", "bytes of memory" or "sites of work for n bytes": see Limits
	Have, Limit int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("codec: image needs %d %s, the limit is %d", e.Have, e.What, e.Limit)
}

// An unsupportedError is an UnsupportedError with a cause.
type unsupportedError struct {
	UnsupportedError
	cause error
}

func (e *unsupportedError) Unwrap() []error { return []error{e.UnsupportedError, e.cause} }

// A formatError is a FormatError with a cause, which it words itself.
type formatError struct {
	FormatError
	cause error
}

func (e *formatError) Unwrap() []error { return []error{e.FormatError, e.cause} }

// malformed returns a FormatError that says what is malformed, and why: its cause, which it wraps.
func malformed(what string, cause error) error { return &causedError{FormatError(what), cause} }

// A causedError is a FormatError with a cause.
type causedError struct {
	FormatError
	cause error
}

func (e *causedError) Error() string { return fmt.Sprintf("%v: %v", e.FormatError, e.cause) }

// Unwrap returns the FormatError and the cause. But what lacks bytes inside a segment that is there in full is not a file that
// ends early.
func (e *causedError) Unwrap() []error {
	if errors.Is(e.cause, io.ErrUnexpectedEOF) {
		return []error{e.FormatError}
	}
	return []error{e.FormatError, e.cause}
}

// framing makes an error of the container one of this package's: what is over a limit of the format was written
// by something newer.
func framing(err error) error {
	var l container.LimitError
	if errors.As(err, &l) {
		return &unsupportedError{UnsupportedError(string(l)), err}
	}
	return err
}
