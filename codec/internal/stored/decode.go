package stored

import (
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/bitstream"
)

// maxGroup is the most bytes that a group may claim.
const maxGroup = 1 << 30

// Decode fills r.Samples from a stream, or from any prefix of one, and returns
// how many rows it recovered: rows 0 to rows-1 are exact, the others are left
// as they were. The caller has set r's size, channels and depth, and allocated
// its samples or left them nil: then Decode allocates them for as many rows as
// the bytes of src may hold, or calls r.SetRow if that is set, once for each row
// from the top down.
//
// A missing tail is not an error unless complete is set, which says that src is
// all there is: then it is io.ErrUnexpectedEOF. A stream that nobody wrote gives
// a *FormatError, an r that cannot be a RasterError. Rows recovered before an
// error are returned with it. Memory use is bounded by the raster's size,
// whatever the stream says, and by 64 KiB for every byte of src beyond 8 MiB.
func Decode(src []byte, complete bool, r *Raster) (rows int, err error) {
	rows, _, err = DecodeRows(src, complete, r, -1)
	return rows, err
}

// DecodeRows is Decode that stops after a number of rows, unless that is negative. It also returns the length of the shortest prefix of the
// stream that decodes to as many rows as it recovered.
func DecodeRows(src []byte, complete bool, r *Raster, limit int) (rows, used int, err error) {
	if err := r.checkSize(); err != nil {
		return 0, 0, err
	}
	if r.Samples != nil {
		if err := r.check(); err != nil {
			return 0, 0, err
		}
	}
	if r.Width == 0 || r.Height == 0 {
		if len(src) > 0 {
			return r.Height, 0, &FormatError{"data for a raster without samples", nil}
		}
		return r.Height, 0, nil
	}
	if limit < 0 || limit > r.Height {
		limit = r.Height
	}
	if len(src) == 0 {
		return 0, 0, eofIf(complete)
	}
	allowed := rowsAllowed(r, len(src))
	if src[0] == methodPlain {
		allowed = min(r.Height, (len(src)-1)/r.rowBytes())
	}
	allowed = min(allowed, limit)
	if r.Samples == nil && r.SetRow == nil {
		r.Samples = make([]uint16, allowed*r.Width*r.Channels)
	}
	switch src[0] {
	case methodPlain:
		return decodePlain(src, complete, r, allowed, limit)
	case methodDifference:
	case methodValue:
		if r.Channels != 1 || r.Depth > 8 {
			return 0, 0, &FormatError{"values of colours", nil}
		}
	default:
		return 0, 0, &FormatError{"unknown method", nil}
	}
	d := groupDecoder{pixelCoder: newPixelCoder(r, src[0]), src: src, pos: 1}
	return d.decode(complete, r, allowed, limit)
}

// eofIf returns the error for a stream that ends early if that is one.
func eofIf(isError bool) error {
	if isError {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// decodePlain decodes samples that are only packed.
func decodePlain(src []byte, complete bool, r *Raster, rows, limit int) (int, int, error) {
	n := r.rowBytes()
	var samples []uint16
	var row []Pixel
	if r.SetRow != nil {
		samples, row = make([]uint16, r.Width*r.Channels), make([]Pixel, r.Width)
	}
	for y := range rows {
		if err := r.stopped(); err != nil {
			return y, 1 + y*n, err
		}
		if r.SetRow == nil {
			samples = r.samplesOf(y)
		}
		unpackRow(samples, src[1+y*n:][:n], r.Depth)
		if r.SetRow != nil {
			packPixels(row, samples, r.Channels, r.Depth)
			r.SetRow(y, row)
		}
	}
	end := 1 + rows*n
	if rows == 0 {
		end = 0
	}
	switch {
	case rows < limit:
		return rows, end, eofIf(complete)
	case rows == r.Height && len(src) > end:
		return rows, end, &FormatError{"data after the last row", nil}
	}
	return rows, end, nil
}

// A groupDecoder decodes the groups of a stream.
type groupDecoder struct {
	*pixelCoder
	src        []byte
	pos, next  int // where the group's stream begins, and where it ends
	incomplete bool
	begun      bool
}

// begin starts on the next group. It reports false if not all of the bytes that say how long it is are there.
func (d *groupDecoder) begin() (ok bool, err error) {
	if d.begun {
		if err := d.end(); err != nil || d.incomplete {
			return false, err
		}
	}
	in := bitstream.NewReader(d.src[d.pos:])
	size := int(in.Uvarint(maxGroup))
	switch err := in.Err(); err {
	case nil:
	case io.ErrUnexpectedEOF:
		d.incomplete = true
		return false, nil
	default:
		return false, &FormatError{"length of a group", err}
	}
	d.begun = true
	d.pos += in.Offset()
	d.next = d.pos + size
	d.incomplete = d.next > len(d.src)
	d.symbols = 0
	if err := d.dec.Reset(d.src[d.pos:], size); err != nil {
		return false, &FormatError{"group", err}
	}
	return true, nil
}

// end checks that the group ends where its symbols do.
func (d *groupDecoder) end() error {
	if d.incomplete {
		return nil
	}
	if err := d.dec.Close(); err != nil {
		return &FormatError{"group", err}
	}
	d.pos = d.next
	return nil
}

// decode decodes rows: as many as are wanted, and as the bytes of the stream allow.
func (d *groupDecoder) decode(complete bool, r *Raster, allowed, limit int) (rows, used int, err error) {
	if ok, err := d.begin(); !ok || err != nil {
		if err == nil {
			err = eofIf(complete)
		}
		return 0, 0, err
	}
	for y := range allowed {
		if err := r.stopped(); err != nil {
			return y, used, err
		}
		for x := 0; x < d.width; {
			if d.symbols >= groupSymbols {
				if ok, err := d.begin(); !ok || err != nil {
					if err == nil {
						err = eofIf(complete)
					}
					return y, used, err
				}
			}
			x = d.step(x)
		}
		if d.dec.Truncated() {
			if !d.incomplete {
				return y, used, &FormatError{"group", d.dec.Close()}
			}
			return y, used, eofIf(complete)
		}
		if row := d.cur[margin:][:d.width]; r.SetRow != nil {
			r.SetRow(y, row)
		} else {
			unpackPixels(r.samplesOf(y), row, r.Channels, r.Depth)
		}
		d.nextRow()
		used = max(d.pos+d.dec.Consumed(), bytesFor(r, y+1))
	}
	if allowed < r.Height {
		return allowed, used, eofIf(complete && allowed < limit)
	}
	if err := d.end(); err != nil || d.incomplete {
		if err == nil {
			err = eofIf(complete)
		}
		return r.Height, used, err
	}
	padding := d.src[d.pos:]
	if len(padding) > max(bytesFor(r, r.Height)-d.pos, 0) || slices.ContainsFunc(padding, func(b byte) bool { return b != 0 }) {
		return r.Height, used, &FormatError{"data after the last group", nil}
	}
	return r.Height, used, nil
}
