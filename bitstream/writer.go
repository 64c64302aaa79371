package bitstream

import "encoding/binary"

// A Writer appends fields to Buf. The zero value is ready to use; set Buf to
// append to bytes that exist already. Writing cannot fail.
type Writer struct {
	Buf []byte
}

// Byte appends v.
func (w *Writer) Byte(v byte) { w.Buf = append(w.Buf, v) }

// Uint16 appends v as two bytes, low byte first.
func (w *Writer) Uint16(v uint16) { w.Buf = binary.LittleEndian.AppendUint16(w.Buf, v) }

// Uint32 appends v as four bytes, low byte first.
func (w *Writer) Uint32(v uint32) { w.Buf = binary.LittleEndian.AppendUint32(w.Buf, v) }

// Uvarint appends v as a varint of one to ten bytes, always the shortest.
func (w *Writer) Uvarint(v uint64) { w.Buf = binary.AppendUvarint(w.Buf, v) }

// Bytes appends p, without its length.
func (w *Writer) Bytes(p []byte) { w.Buf = append(w.Buf, p...) }
