package jpeg

import "encoding/binary"

// exifHeader begins the parameters of EXIF's marker. What follows is laid out as a TIFF file.
const exifHeader = "Exif\x00\x00"

// Tags of TIFF 6.0, section 8, which EXIF uses.
const (
	tagWidth        = 0x100
	tagHeight       = 0x101
	tagCompression  = 0x103
	tagPhotometric  = 0x106
	tagStripOffsets = 0x111
	tagOrientation  = 0x112
	tagSamples      = 0x115
	tagStripSizes   = 0x117
)

// A tiff is a TIFF file. What lies outside of it reads as zeros.
type tiff struct {
	data  []byte
	order binary.ByteOrder
}

func newTIFF(data []byte) tiff {
	if len(data) > 0 && data[0] == 'M' {
		return tiff{data, binary.BigEndian}
	}
	return tiff{data, binary.LittleEndian}
}

func (t tiff) short(at uint32) uint16 {
	if uint64(at)+2 > uint64(len(t.data)) {
		return 0
	}
	return t.order.Uint16(t.data[at:])
}

func (t tiff) long(at uint32) uint32 {
	if uint64(at)+4 > uint64(len(t.data)) {
		return 0
	}
	return t.order.Uint32(t.data[at:])
}

// A directory is one of a TIFF file, 12 bytes a field.
type directory struct {
	tiff
	fields uint32 // where they begin
	count  uint32
	next   uint32 // where the next directory begins, or 0
}

// directory returns the directory at an offset; at 0 there is none.
func (t tiff) directory(at uint32) (d directory) {
	if at == 0 || uint64(at) > uint64(len(t.data)) {
		return directory{tiff: t}
	}
	n := uint32(t.short(at))
	return directory{t, at + 2, n, t.long(at + 2 + 12*n)}
}

// value returns the value of a field that has one only, of 16 or 32 bits, or 0.
func (d directory) value(tag uint16) uint32 {
	for i := range d.count {
		field := d.fields + 12*i
		if d.short(field) != tag {
			continue
		}
		const short, long = 3, 4
		switch kind := d.short(field + 2); {
		case d.long(field+4) != 1:
			return 0
		case kind == short:
			return uint32(d.short(field + 8))
		case kind == long:
			return d.long(field + 8)
		}
		return 0
	}
	return 0
}
