package bitstream

import "encoding/binary"

// A Writer appends fields to Buf. The zero value is ready to use; set Buf to
// append to existing bytes. Writing cannot fail.
type Writer struct {
	Buf []byte
}

// Byte appends v.
func (w *Writer) Byte(v byte) { w.Buf = append(w.Buf, v) }

// Uint32 appends v as four bytes, low byte first.
func (w *Writer) Uint32(v uint32) { w.Buf = binary.LittleEndian.AppendUint32(w.Buf, v) }

// Uvarint appends v as a varint of one to ten bytes, in its shortest form.
func (w *Writer) Uvarint(v uint64) { w.Buf = binary.AppendUvarint(w.Buf, v) }

// Bytes appends p, without its length.
func (w *Writer) Bytes(p []byte) { w.Buf = append(w.Buf, p...) }
