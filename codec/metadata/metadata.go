package metadata

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

const (
	// MaxSize is the longest string that Marshal gives and Unmarshal takes,
	// in bytes.
	MaxSize = 64 << 20
	// MaxChunks is how many chunks a picture may carry.
	MaxChunks = 1 << 16
)

// Metadata is what a file says beside its pixels. The zero Metadata says nothing.
// The chunks are those of a PNG file, without their checksums, and can be changed as
// they are; methods find and set the usual ones.
type Metadata struct {
	Layout Layout  // of a source PNG, where image/png would choose another
	Chunks []Chunk // in the source's order
}

// The serialized form is specified in codec/FORMAT.md: a version byte, and records of
// a tag, a length in unsigned LEB128, and so many bytes. Records of unknown tags are
// skipped, so that later versions of this package can add some.
const metadataVersion = 1

const (
	tagLayout = 1 // depth, colour type: one byte each
	tagChunk  = 2 // place: one byte; type: four bytes; data: the rest
)

var errTooManyChunks = LimitError(fmt.Sprintf("more than %d chunks", MaxChunks))

// Marshal serializes m. It returns nil if m says nothing, and a LimitError if
// it says too much.
func (m *Metadata) Marshal() ([]byte, error) {
	if len(m.Chunks) > MaxChunks {
		return nil, errTooManyChunks
	}
	if m.Layout == (Layout{}) && len(m.Chunks) == 0 {
		return nil, nil
	}
	out := []byte{metadataVersion}
	if m.Layout != (Layout{}) {
		out = append(out, tagLayout, 2, m.Layout.Depth, m.Layout.ColourType)
	}
	for _, c := range m.Chunks {
		out = append(out, tagChunk)
		out = binary.AppendUvarint(out, uint64(5+len(c.Data)))
		out = append(out, byte(c.Place))
		out = append(out, c.Type...)
		out = append(out, c.Data...)
		if len(out) > MaxSize {
			return nil, LimitError(fmt.Sprintf("metadata of more than %d bytes", MaxSize))
		}
	}
	return out, nil
}

// Unmarshal undoes Marshal. Chunks of a type for which Keeps is false
// are skipped, as a later version may know them; a critical one, which would
// replace the picture, is a FormatError.
func Unmarshal(in []byte) (*Metadata, error) {
	m := new(Metadata)
	if len(in) == 0 {
		return m, nil
	}
	if len(in) > MaxSize {
		return nil, LimitError(fmt.Sprintf("metadata of more than %d bytes", MaxSize))
	}
	if in[0] != metadataVersion {
		return nil, UnsupportedError(fmt.Sprintf("metadata of version %d", in[0]))
	}
	for in = in[1:]; len(in) > 0; {
		tag := in[0]
		n, size := binary.Uvarint(in[1:])
		if size <= 0 || n > uint64(len(in)-1-size) {
			return nil, FormatError("length of a metadata record")
		}
		payload := in[1+size:][:n]
		in = in[1+size+int(n):]
		switch tag {
		case tagLayout:
			if n != 2 || m.Layout != (Layout{}) {
				return nil, FormatError("layout in the metadata")
			}
			m.Layout = Layout{Depth: payload[0], ColourType: payload[1]}
		case tagChunk:
			if err := m.addChunk(payload); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

func (m *Metadata) addChunk(payload []byte) error {
	if len(payload) < 5 || payload[0] >= byte(numPlaces) {
		return FormatError("chunk in the metadata")
	}
	kind := string(payload[1:5])
	if !isChunkType(kind) || !isAncillary(kind) {
		return FormatError(fmt.Sprintf("chunk type %q in the metadata", kind))
	}
	if len(m.Chunks) == MaxChunks {
		return errTooManyChunks
	}
	if Keeps(kind) {
		m.Chunks = append(m.Chunks, Chunk{kind, Place(payload[0]), bytes.Clone(payload[5:])})
	}
	return nil
}
