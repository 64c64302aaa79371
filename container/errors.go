package container

import "fmt"

// FormatError says that the input is not a ddpmz file, or that a field of its
// header is malformed. From [Header.Append] and [Write] it says that the header
// cannot be written.
type FormatError string

func (e FormatError) Error() string { return "container: malformed: " + string(e) }

// UnsupportedError says that the file needs something that this version of
// the package does not know: a newer version, an option bit, a segment kind.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "container: unsupported: " + string(e) }

// LimitError says that a number is well-formed but above a limit of the format, or that a payload is larger than this
// machine's memory.
type LimitError string

func (e LimitError) Error() string { return "container: over the limit: " + string(e) }

// CorruptHeaderError says that the header does not match its checksum.
type CorruptHeaderError struct {
	Stored, Computed uint32 // CRC-32C; in a short file CRC-8
}

func (e *CorruptHeaderError) Error() string {
	return fmt.Sprintf("container: header damaged: checksum %08x, computed %08x", e.Stored, e.Computed)
}

// CorruptSegmentError says that a block of a segment does not match its checksum: it is
// damaged, or it belongs to another place or another file.
type CorruptSegmentError struct {
	Index int // the segment's index in Header.Segments
	Kind  Kind

	Block  int // the block's index in the segment
	Blocks int // blocks that the segment has

	// Offset is where in the file the block begins, in bytes: a
	// prefix of that length holds all blocks before it, and their checksums.
	Offset   int64
	FileSize int64 // of the complete file, in bytes
}

func (e *CorruptSegmentError) Error() string {
	if e.Blocks > 1 {
		return fmt.Sprintf("container: segment %d (%v), block %d damaged: checksum mismatch", e.Index, e.Kind, e.Block)
	}
	return fmt.Sprintf("container: segment %d (%v) damaged: checksum mismatch", e.Index, e.Kind)
}
