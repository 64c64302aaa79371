// Package metadata holds what a picture's file says beside its pixels, in the
// form in which the ddpmz command packs it into a file's metadata segment.
//
// To the codec the metadata are an opaque string of bytes:
// codec.Options.Metadata takes what [Metadata.Marshal] gives, and [Unmarshal]
// takes what codec.Stream.Metadata and codec.Info.Metadata give. The layout of
// the string is specified in codec/FORMAT.md, under "Metadata".
//
// Everything is kept in the form of PNG chunks (PNG, third edition, section 11),
// whatever the source was: a colour profile is an iCCP chunk, EXIF an eXIf
// chunk, XMP an iTXt chunk, the resolution a pHYs chunk.
package metadata
