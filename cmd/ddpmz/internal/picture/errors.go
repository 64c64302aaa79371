package picture

// A FormatError reports malformed input: a file, or a metadata string.
type FormatError string

func (e FormatError) Error() string { return "picture: malformed: " + string(e) }

// An UnsupportedError reports something well-formed that this package does not
// do.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "picture: unsupported: " + string(e) }

// A LimitError reports input that exceeds one of this package's limits.
type LimitError string

func (e LimitError) Error() string { return "picture: over the limit: " + string(e) }
