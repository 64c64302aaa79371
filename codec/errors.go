package codec

import (
	"errors"
	"fmt"

	"github.com/ddpmz/ddpmz/container"
)

// Errors by cause. An Encoder gives UnsupportedError and LimitError only; damage to a part of a file is a
// *CorruptSegmentError or *CorruptHeaderError, which name the part.
type (
	// FormatError: the input is not a ddpmz file, or breaks the format in a way that no damage explains.
	FormatError = container.FormatError

	// UnsupportedError: the input is fine, but this version of the package cannot do it.
	UnsupportedError = container.UnsupportedError

	// CorruptHeaderError: the header does not match its checksum.
	CorruptHeaderError = container.CorruptHeaderError

	// CorruptSegmentError: a segment does not match its checksum.
	CorruptSegmentError = container.CorruptSegmentError
)

// A LimitError says that an image is larger than a limit of the Encoder or Decoder allows.
type LimitError struct {
	What        string // "pixels" or "bytes of memory"
	Have, Limit int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("codec: image needs %d %s, the limit is %d", e.Have, e.What, e.Limit)
}

// framing makes an error of the container one of this package's: what is over a limit of the format was written
// by something newer.
func framing(err error) error {
	var l container.LimitError
	if errors.As(err, &l) {
		return UnsupportedError(string(l))
	}
	return err
}
