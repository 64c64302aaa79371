// Package apng writes animated PNG files: https://www.w3.org/TR/png-3/#apng-frame-based-animation.
package apng

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"time"
)

const signature = "\x89PNG\r\n\x1a\n"

// Encode writes pictures of the same size and colour model, one after another, for ever. Each is shown for so long, and the last for last,
// to a thousandth of a second; neither is more than 65 s. What knows PNG but no animations shows the first picture.
func Encode(w io.Writer, pictures []image.Image, each, last time.Duration) error {
	if len(pictures) == 0 {
		return errors.New("apng: no picture")
	}
	var header []byte // all chunks before the data, which are those of every picture
	out := &writer{w: w}
	sequence := uint32(0)
	for i, m := range pictures {
		before, data, err := split(m)
		if err != nil {
			return err
		}
		if i == 0 {
			header = before
			out.bytes([]byte(signature))
			out.bytes(header)
			control := binary.BigEndian.AppendUint32(nil, uint32(len(pictures)))
			out.chunk("acTL", binary.BigEndian.AppendUint32(control, 0)) // 0: for ever
		} else if !bytes.Equal(before, header) {
			return fmt.Errorf("apng: picture %d is not of the size and colours of the first", i)
		}
		delay := each
		if i == len(pictures)-1 {
			delay = last
		}
		ms := delay.Milliseconds()
		if ms < 0 || ms > 1<<16-1 {
			return fmt.Errorf("apng: a picture cannot be shown for %v", delay)
		}
		out.chunk("fcTL", frameControl(sequence, m.Bounds().Size(), uint16(ms)))
		sequence++
		if i == 0 {
			out.chunk("IDAT", data)
			continue
		}
		out.chunk("fdAT", append(binary.BigEndian.AppendUint32(nil, sequence), data...))
		sequence++
	}
	out.chunk("IEND", nil)
	return out.err
}

// frameControl returns the content of a fcTL chunk: a frame that replaces all of the one before.
func frameControl(sequence uint32, size image.Point, ms uint16) []byte {
	b := binary.BigEndian.AppendUint32(nil, sequence)
	for _, v := range []int{size.X, size.Y, 0, 0} {
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	b = binary.BigEndian.AppendUint16(b, ms)
	b = binary.BigEndian.AppendUint16(b, 1000)
	return append(b, 0, 0)
}

// split returns the chunks of a picture's PNG file before its data, and the data.
func split(m image.Image) (before, data []byte, err error) {
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&file, m); err != nil {
		return nil, nil, err
	}
	rest := file.Bytes()[len(signature):]
	for len(rest) >= 12 {
		n := binary.BigEndian.Uint32(rest)
		chunk := rest[:n+12]
		switch string(chunk[4:8]) {
		case "IDAT":
			data = append(data, chunk[8:8+n]...)
		case "IEND":
		default:
			before = append(before, chunk...)
		}
		rest = rest[n+12:]
	}
	return before, data, nil
}

// A writer writes until an error.
type writer struct {
	w   io.Writer
	err error
}

func (w *writer) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
}

// chunk writes a chunk of PNG.
func (w *writer) chunk(kind string, content []byte) {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	b = append(append(b, kind...), content...)
	w.bytes(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}
