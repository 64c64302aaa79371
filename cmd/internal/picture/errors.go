package picture

// A FormatError reports a malformed file.
type FormatError string

func (e FormatError) Error() string { return "picture: malformed: " + string(e) }

// An UnsupportedError names something that this package does not read or write.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "picture: " + string(e) }

// A LimitError reports input that exceeds one of this package's limits.
type LimitError string

func (e LimitError) Error() string { return "picture: over the limit: " + string(e) }
