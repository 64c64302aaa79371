package jpeg

import (
	"encoding/binary"
	"slices"

	"github.com/ddpmz/ddpmz/bitstream"
)

// Bits of the first byte of a frame, above the number of components.
const (
	progressiveBit = 8 << iota
	jfifBit
	adobeBit
	exifBit
	namesBit // components are not called 1, 2, 3, 4
)

// AppendFrame appends what it takes to show the coefficients as a picture: its size, the components, their quantization tables,
// and what is known of the colours.
func (f *File) AppendFrame(dst []byte) []byte {
	w := bitstream.Writer{Buf: dst}
	names := false
	for i, c := range f.Components {
		names = names || int(c.ID) != i+1
	}
	w.Byte(byte(len(f.Components)) | bit(f.Progressive, progressiveBit) | bit(f.colour.jfif, jfifBit) |
		bit(f.colour.adobe, adobeBit) | bit(f.colour.exif, exifBit) | bit(names, namesBit))
	w.Uvarint(uint64(f.Width))
	w.Uvarint(uint64(f.Height))
	if f.colour.adobe {
		w.Byte(f.colour.transform)
	}
	if f.colour.exif {
		w.Byte(f.colour.orientation)
	}
	for _, c := range f.Components {
		if names {
			w.Byte(c.ID)
		}
		w.Byte(byte(c.H<<4 | c.V))
	}
	// The first component has the first table, another one of those before it or the next.
	tables := f.tables()
	for i := 1; i < len(f.Components); i++ {
		w.Byte(byte(f.table(i)))
	}
	for _, t := range tables {
		writeTable(&w, t)
	}
	return w.Buf
}

// tables returns the quantization tables of the components, each once.
func (f *File) tables() (list []*[BlockSize]uint16) {
	for i := range f.Components {
		if t := &f.Components[i].Quant; !slices.ContainsFunc(list, func(u *[BlockSize]uint16) bool { return *u == *t }) {
			list = append(list, t)
		}
	}
	return list
}

// table returns which of the tables component i has.
func (f *File) table(i int) int {
	return slices.IndexFunc(f.tables(), func(u *[BlockSize]uint16) bool { return *u == f.Components[i].Quant })
}

// Kinds of tables. Those from scaledTable on are libjpeg's: luma and chroma for a quality of 1, and so on.
const (
	table8 = iota
	table16
	scaledTable
)

func writeTable(w *bitstream.Writer, t *[BlockSize]uint16) {
	for i := range steps {
		if quality := qualityOf(t, i); quality > 0 {
			w.Byte(byte(scaledTable + 2*(quality-1) + i))
			return
		}
	}
	size := 1
	if slices.Max(t[:]) > 255 {
		size = 2
	}
	w.Byte(byte(size - 1))
	w.Buf = appendSteps(w.Buf, t, size)
}

// appendSteps appends the steps of a table in zigzag order, in 1 or 2 bytes each. Larger steps than go into a byte are cut.
func appendSteps(dst []byte, t *[BlockSize]uint16, size int) []byte {
	for _, i := range zigzag {
		if size == 1 {
			dst = append(dst, byte(t[i]))
		} else {
			dst = binary.BigEndian.AppendUint16(dst, t[i])
		}
	}
	return dst
}

// ParseFrame undoes AppendFrame. The File has neither coefficients nor a syntax, and cannot be written.
func ParseFrame(b []byte, l Limits) (*File, error) {
	r := bitstream.NewReader(b)
	flags := r.Byte()
	n := int(flags & 7)
	f := &File{Progressive: flags&progressiveBit != 0, Components: make([]Component, min(n, 4))}
	f.Width, f.Height = int(r.Uvarint(65535)), int(r.Uvarint(65535))
	f.colour.jfif, f.colour.adobe, f.colour.exif = flags&jfifBit != 0, flags&adobeBit != 0, flags&exifBit != 0
	if f.colour.adobe {
		f.colour.transform = r.Byte()
	}
	if f.colour.exif {
		f.colour.orientation = r.Byte()
	}
	for i := range f.Components {
		c := &f.Components[i]
		c.ID = byte(i + 1)
		if flags&namesBit != 0 {
			c.ID = r.Byte()
		}
		sampling := r.Byte()
		c.H, c.V = int(sampling>>4), int(sampling&15)
		if c.H < 1 || c.H > 4 || c.V < 1 || c.V > 4 {
			n = 0
		}
	}
	if n < 1 || n > 4 || f.colour.orientation > 8 {
		return nil, FormatError("frame")
	}
	if err := readTables(r, f); err != nil {
		return nil, err
	}
	if r.Offset() < len(b) {
		return nil, FormatError("bytes after a frame")
	}
	return f, f.lay(l, 1<<31-1)
}

// readTables gives the components their quantization tables.
func readTables(r *bitstream.Reader, f *File) error {
	of, count := [4]int{}, 1
	for i := 1; i < len(f.Components); i++ {
		of[i] = int(r.Byte())
		if of[i] > count {
			return FormatError("quantization table of a component")
		}
		count = max(count, of[i]+1)
	}
	for i := range count {
		t, err := readTable(r)
		if err != nil {
			return err
		}
		for j := range f.Components {
			if of[j] == i {
				f.Components[j].Quant = t
			}
		}
	}
	if r.Err() != nil {
		return r.Err()
	}
	return nil
}

func readTable(r *bitstream.Reader) (t [BlockSize]uint16, err error) {
	switch kind := r.Byte(); {
	case kind >= scaledTable && kind < scaledTable+200:
		return scaled(int(kind-scaledTable)&1, 1+int(kind-scaledTable)>>1), nil
	case kind > scaledTable:
		return t, FormatError("quantization table")
	default:
		b := r.Bytes(BlockSize << kind)
		if r.Err() != nil {
			return t, r.Err()
		}
		t = *readSteps(b)
	}
	if slices.Contains(t[:], 0) {
		return t, FormatError("quantization step of zero")
	}
	return t, nil
}
