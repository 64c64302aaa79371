package tiff

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
)

// A FieldType is how a field's values are stored.
type FieldType uint16

// Types of fields. Others are of BigTIFF, or are not known.
const (
	Byte      FieldType = 1
	ASCII     FieldType = 2
	Short     FieldType = 3
	Long      FieldType = 4
	Rational  FieldType = 5
	SByte     FieldType = 6
	Undefined FieldType = 7
	SShort    FieldType = 8
	SLong     FieldType = 9
	SRational FieldType = 10
	Float     FieldType = 11
	Double    FieldType = 12
	IFD       FieldType = 13
	long8     FieldType = 16
	ifd8      FieldType = 18
)

// size returns what a value takes, in bytes, or 0 if the type is not known.
func (t FieldType) size() uint64 {
	switch t {
	case Byte, ASCII, SByte, Undefined:
		return 1
	case Short, SShort:
		return 2
	case Long, SLong, Float, IFD:
		return 4
	case Rational, SRational, Double, long8, 17, ifd8:
		return 8
	}
	return 0
}

// A Field is an entry of a directory.
type Field struct {
	Tag   uint16
	Type  FieldType
	Count uint64 // of values
	Data  []byte // the values, in the file's byte order
}

// A Directory is a list of fields, in the order of the file.
type Directory struct {
	Order  binary.ByteOrder
	Fields []Field
	Unread []uint16 // tags of fields of an unknown type, or whose values or directory are not in the file
	Next   uint64   // offset of the next directory in the chain, 0 at its end
}

// limits of what a file may ask for
const (
	maxDirectories = 1 << 12
	maxFields      = 1 << 12
)

// A file is TIFF or BigTIFF: four bytes of byte order and version, and the offset
// of the first directory. Every offset is from the beginning of the file.
type file struct {
	data  []byte
	order binary.ByteOrder
	big   bool   // BigTIFF: offsets and counts of 8 bytes
	first uint64 // offset of the first directory
}

// open reads a file's header.
func open(data []byte) (*file, error) {
	if len(data) < 8 {
		return nil, io.ErrUnexpectedEOF
	}
	f := &file{data: data}
	switch string(data[:2]) {
	case "II":
		f.order = binary.LittleEndian
	case "MM":
		f.order = binary.BigEndian
	default:
		return nil, FormatError("no byte order")
	}
	switch version := f.order.Uint16(data[2:]); version {
	case 42:
		f.first = uint64(f.order.Uint32(data[4:]))
	case 43:
		if len(data) < 16 {
			return nil, io.ErrUnexpectedEOF
		}
		if f.order.Uint16(data[4:]) != 8 || f.order.Uint16(data[6:]) != 0 {
			return nil, FormatError("header of BigTIFF")
		}
		f.big, f.first = true, f.order.Uint64(data[8:])
	default:
		return nil, FormatError(fmt.Sprintf("version %d", version))
	}
	return f, nil
}

// part returns n bytes at an offset.
func (f *file) part(at, n uint64) ([]byte, error) {
	if at > uint64(len(f.data)) || n > uint64(len(f.data))-at {
		return nil, io.ErrUnexpectedEOF
	}
	return f.data[at : at+n], nil
}

// directory reads the directory at an offset. Fields of an unknown type or with
// values outside the file are left out, and noted as unread.
func (f *file) directory(at uint64) (*Directory, error) {
	countSize, entrySize, valueSize := uint64(2), uint64(12), uint64(4)
	if f.big {
		countSize, entrySize, valueSize = 8, 20, 8
	}
	b, err := f.part(at, countSize)
	if err != nil {
		return nil, err
	}
	n := uint64(f.order.Uint16(b))
	if f.big {
		n = f.order.Uint64(b)
	}
	if n > maxFields {
		return nil, FormatError(fmt.Sprintf("a directory of %d fields", n))
	}
	if b, err = f.part(at+countSize, n*entrySize); err != nil {
		return nil, err
	}
	d := &Directory{Order: f.order}
	for ; len(b) > 0; b = b[entrySize:] {
		field := Field{Tag: f.order.Uint16(b), Type: FieldType(f.order.Uint16(b[2:]))}
		value := b[4+valueSize : entrySize]
		if f.big {
			field.Count = f.order.Uint64(b[4:])
		} else {
			field.Count = uint64(f.order.Uint32(b[4:]))
		}
		size := field.Type.size()
		if size == 0 || field.Count > math.MaxInt32 {
			d.Unread = append(d.Unread, field.Tag)
			continue
		}
		if size *= field.Count; size <= valueSize {
			field.Data = value[:size]
		} else {
			offset := uint64(f.order.Uint32(value))
			if f.big {
				offset = f.order.Uint64(value)
			}
			if field.Data, err = f.part(offset, size); err != nil {
				d.Unread = append(d.Unread, field.Tag)
				continue
			}
		}
		d.Fields = append(d.Fields, field)
	}
	// A file that ends after the last field is taken to end the chain.
	if b, err := f.part(at+countSize+n*entrySize, valueSize); err == nil {
		d.Next = uint64(f.order.Uint32(b))
		if f.big {
			d.Next = f.order.Uint64(b)
		}
	}
	return d, nil
}

// Field returns the first field with a tag, or nil.
func (d *Directory) Field(tag uint16) *Field {
	for i := range d.Fields {
		if d.Fields[i].Tag == tag {
			return &d.Fields[i]
		}
	}
	return nil
}

// Uints returns a field's values if they are whole numbers without a sign, else
// nil.
func (d *Directory) Uints(tag uint16) []uint64 {
	f := d.Field(tag)
	if f == nil {
		return nil
	}
	out := make([]uint64, 0, f.Count)
	for b := f.Data; len(b) > 0; b = b[f.Type.size():] {
		switch f.Type {
		case Byte, Undefined:
			out = append(out, uint64(b[0]))
		case Short:
			out = append(out, uint64(d.Order.Uint16(b)))
		case Long, IFD:
			out = append(out, uint64(d.Order.Uint32(b)))
		case long8, ifd8:
			out = append(out, d.Order.Uint64(b))
		default:
			return nil
		}
	}
	return out
}

// Uint returns a field's first value, or other if there is none.
func (d *Directory) Uint(tag uint16, other uint64) uint64 {
	if v := d.Uints(tag); len(v) > 0 {
		return v[0]
	}
	return other
}

// Rationals returns a field's values as numerators and denominators, or nil.
func (d *Directory) Rationals(tag uint16) [][2]uint32 {
	f := d.Field(tag)
	if f == nil || f.Type != Rational {
		return nil
	}
	var out [][2]uint32
	for b := f.Data; len(b) > 0; b = b[8:] {
		out = append(out, [2]uint32{d.Order.Uint32(b), d.Order.Uint32(b[4:])})
	}
	return out
}

// Bytes returns the values of a field of bytes, or nil.
func (d *Directory) Bytes(tag uint16) []byte {
	if f := d.Field(tag); f != nil && f.Type.size() == 1 {
		return f.Data
	}
	return nil
}

// A Tree is a directory with the directories that its fields point to, and
// without these fields.
type Tree struct {
	Directory
	Children map[uint16]*Tree // by the tag of the field that points to it
}

// childTags are the fields that point to one directory each, within an EXIF
// structure.
var childTags = []uint16{TagEXIF, TagGPS, TagInteroperability}

// ReadTree reads the first directory of a TIFF or EXIF structure, and those that
// hold its EXIF, GPS and interoperability fields. One of these that is damaged is
// left out, and noted as unread.
func ReadTree(data []byte) (*Tree, error) {
	f, err := open(data)
	if err != nil {
		return nil, err
	}
	return f.tree(f.first, 0)
}

func (f *file) tree(at uint64, depth int) (*Tree, error) {
	d, err := f.directory(at)
	if err != nil {
		return nil, err
	}
	t := &Tree{Directory: *d, Children: map[uint16]*Tree{}}
	t.Unread = slices.Clone(d.Unread)
	t.Fields = slices.DeleteFunc(slices.Clone(d.Fields), func(f Field) bool { return slices.Contains(childTags, f.Tag) })
	for _, tag := range childTags {
		offset := d.Uint(tag, 0)
		if offset == 0 || depth == 2 {
			continue
		}
		if child, err := f.tree(offset, depth+1); err == nil {
			t.Children[tag] = child
		} else {
			t.Unread = append(t.Unread, tag)
		}
	}
	return t, nil
}

// Select returns a copy of t with those of its own fields that keep says; its
// children stay whole.
func (t *Tree) Select(keep func(tag uint16) bool) *Tree {
	out := &Tree{Directory: Directory{Order: t.Order}, Children: map[uint16]*Tree{}}
	for _, f := range t.Fields {
		if keep(f.Tag) {
			out.Fields = append(out.Fields, f)
		}
	}
	for tag, child := range t.Children {
		if keep(tag) {
			out.Children[tag] = child
		}
	}
	return out
}

// AllUnread returns the tags of the fields of t and of its children that could not
// be read, in ascending order.
func (t *Tree) AllUnread() []uint16 {
	out := slices.Clone(t.Unread)
	for _, child := range t.Children {
		out = append(out, child.AllUnread()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Empty reports whether t says nothing.
func (t *Tree) Empty() bool { return len(t.Fields) == 0 && len(t.Children) == 0 }

// Marshal returns t as a TIFF structure of its own, with one directory in the
// chain.
func (t *Tree) Marshal() ([]byte, error) {
	out := []byte("II*\x00")
	if t.Order == binary.BigEndian {
		out = []byte("MM\x00*")
	}
	out = t.append32(out, 8)
	return t.Append(out)
}

// Append appends the directory to a file, at an even offset, after that its
// values, and after them its children. The fields are sorted by their tags, as
// TIFF wants them. Fields of BigTIFF's types become Long ones. It is an
// UnsupportedError if the file becomes larger than TIFF's offsets can tell.
func (t *Tree) Append(out []byte) ([]byte, error) {
	fields := make([]Field, 0, len(t.Fields)+len(t.Children))
	for _, f := range t.Fields {
		fields = append(fields, narrow(f, t.Order))
	}
	for tag := range t.Children {
		fields = append(fields, Field{Tag: tag, Type: Long, Count: 1, Data: make([]byte, 4)})
	}
	sort.SliceStable(fields, func(i, j int) bool { return fields[i].Tag < fields[j].Tag })
	if len(fields) > maxFields {
		return nil, UnsupportedError(fmt.Sprintf("a directory of %d fields", len(fields)))
	}
	if len(out)%2 == 1 {
		out = append(out, 0)
	}
	at := len(out)
	out = t.append16(out, uint16(len(fields)))
	out = append(out, make([]byte, 12*len(fields)+4)...)
	for i, f := range fields {
		entry := at + 2 + 12*i
		t.Order.PutUint16(out[entry:], f.Tag)
		t.Order.PutUint16(out[entry+2:], uint16(f.Type))
		t.Order.PutUint32(out[entry+4:], uint32(f.Count))
		if child := t.Children[f.Tag]; child != nil {
			offset := len(out) + len(out)%2
			t.Order.PutUint32(out[entry+8:], uint32(offset))
			if child.Order != t.Order {
				return nil, FormatError("directories of different byte orders")
			}
			var err error
			if out, err = child.Append(out); err != nil {
				return nil, err
			}
			continue
		}
		if len(f.Data) <= 4 {
			copy(out[entry+8:entry+12], f.Data)
			continue
		}
		if len(out)%2 == 1 {
			out = append(out, 0)
		}
		t.Order.PutUint32(out[entry+8:], uint32(len(out)))
		out = append(out, f.Data...)
		if len(out) > math.MaxInt32 {
			return nil, UnsupportedError("a TIFF file of more than 2 GiB")
		}
	}
	return out, nil
}

// narrow makes a field of whole numbers of 8 bytes one of 4, in which numbers that
// do not fit are cut; TIFF knows no larger ones.
func narrow(f Field, order binary.ByteOrder) Field {
	if f.Type != long8 && f.Type != ifd8 {
		return f
	}
	out := Field{Tag: f.Tag, Type: Long, Count: f.Count, Data: make([]byte, 0, len(f.Data)/2)}
	for b := f.Data; len(b) >= 8; b = b[8:] {
		var v [4]byte
		order.PutUint32(v[:], uint32(order.Uint64(b)))
		out.Data = append(out.Data, v[:]...)
	}
	return out
}

func (d *Directory) append16(out []byte, v uint16) []byte {
	var b [2]byte
	d.Order.PutUint16(b[:], v)
	return append(out, b[:]...)
}

func (d *Directory) append32(out []byte, v uint32) []byte {
	var b [4]byte
	d.Order.PutUint32(b[:], v)
	return append(out, b[:]...)
}

// Reorder changes the byte order of a tree's values. Those of type Undefined, whose
// order nobody knows, stay as they are.
func (t *Tree) Reorder(order binary.ByteOrder) error {
	for i := range t.Fields {
		f := &t.Fields[i]
		unit := int(f.Type.size())
		if f.Type == Rational || f.Type == SRational {
			unit = 4
		}
		if unit == 0 {
			return FormatError(fmt.Sprintf("field of type %d", f.Type))
		}
		if order == t.Order || unit == 1 {
			continue
		}
		data := slices.Clone(f.Data)
		for at := 0; at+unit <= len(data); at += unit {
			slices.Reverse(data[at : at+unit])
		}
		f.Data = data
	}
	for _, child := range t.Children {
		if err := child.Reorder(order); err != nil {
			return err
		}
	}
	t.Order = order
	return nil
}
