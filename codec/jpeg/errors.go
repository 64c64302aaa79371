package jpeg

import "fmt"

// FormatError says that the input is not a JPEG file, or that it is damaged or cut; from ParseFrame, ParseSyntax and Append, that
// these did not get what AppendFrame, AppendSyntax and Parse gave.
type FormatError string

func (e FormatError) Error() string { return "jpeg: malformed: " + string(e) }

// UnsupportedError names what this package cannot do, or cannot give back as it was.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "jpeg: unsupported: " + string(e) }

// LimitError says that a file asks for more than the limits allow.
type LimitError struct {
	What      string // of what
	Have, Max int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("jpeg: over the limit: %d %s, at most %d", e.Have, e.What, e.Max)
}
