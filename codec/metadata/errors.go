package metadata

// A FormatError reports a metadata string, or a chunk in it, that is malformed.
type FormatError string

func (e FormatError) Error() string { return "metadata: malformed: " + string(e) }

// An UnsupportedError reports a metadata string of a later version.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "metadata: unsupported: " + string(e) }

// A LimitError reports metadata that exceed one of this package's limits.
type LimitError string

func (e LimitError) Error() string { return "metadata: over the limit: " + string(e) }
