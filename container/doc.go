// Package container frames a ddpmz file: a header, then segments, each with
// its checksum. FORMAT.md beside this file is the specification.
//
// A prefix of a file is a file. Once the header is whole, a missing tail is
// not an error: [Reader] returns what is there and says that it is not
// complete. Damage is an error, and one that names the segment; the segments
// after it are still readable, for their places are in the header.
//
// The header needs every size before the first payload byte, so a file is
// written in one go ([Write]) and read as it arrives ([Reader]).
//
// The package knows nothing of models, transforms or entropy coders. Formats,
// model identities, level plans and payloads are opaque to it.
package container
