package stored

// A FormatError reports a stream that no encoder wrote.
type FormatError string

func (e FormatError) Error() string { return "stored: malformed stream: " + string(e) }

// A RasterError reports a raster that cannot be: a mistake of the caller, not
// of the stream.
type RasterError string

func (e RasterError) Error() string { return "stored: bad raster: " + string(e) }
