// Package container frames a ddpmz file: a header, then segments, in blocks with
// a checksum each. FORMAT.md beside this file is the specification.
//
// A prefix of a file that holds the whole header is a file, too: a missing tail is
// not an error. [Reader] returns the bytes that are present and says that they are not
// complete. Damage is an error that names the segment and the block; the segments
// after it can still be read, because the header says where they are. A file that ends early on purpose ([Header.EndAfter]) says so
// in its header, and is complete.
//
// The header states the size of every segment, so a file can be
// written only when all payloads are known ([Write]), but read as it arrives ([Reader]).
//
// The package knows nothing of models, transforms or entropy coders. Formats,
// model identities, level plans and payloads are opaque to it.
//
// The format is version 1, a release candidate: files of it stay decodable by every later release, and those of version 0, its drafts, are an
// [UnsupportedError]. Exported names follow semantic versioning. README.md of the repository has the promises in full.
package container
