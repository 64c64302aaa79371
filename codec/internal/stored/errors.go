package stored

import "fmt"

// A FormatError reports a stream that no encoder wrote.
type FormatError struct {
	Problem string
	Cause   error // what bitstream or rans says of it, or nil
}

func (e *FormatError) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("malformed stream: %s: %v", e.Problem, e.Cause)
	}
	return "malformed stream: " + e.Problem
}

func (e *FormatError) Unwrap() error { return e.Cause }

// A RasterError reports a raster that cannot be: a mistake of the caller, not
// of the stream.
type RasterError string

func (e RasterError) Error() string { return "bad raster: " + string(e) }
