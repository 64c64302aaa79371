package tiff

import "io"

// A faxMode is one of the ways in which fax rows are coded.
type faxMode struct {
	t6      bool // all rows are two-dimensional, ITU-T T.6
	twoD    bool // a bit after the end-of-line code says whether a row is one-dimensional, T.4
	aligned bool // rows are one-dimensional, have no end-of-line code and begin at bytes
}

// decodeFax returns the rows of a fax picture, in which bits of black runs are 1.
// The first row's bits are after the highest bit of the first byte. Errors in the
// code are FormatError; what is after the last row is not looked at.
func decodeFax(in []byte, width, height int, mode faxMode) ([]byte, error) {
	tables := faxTables()
	d := faxDecoder{in: bitReader{data: in}, width: width, runs: &tables.runs, modes: &tables.modes}
	stride := (width + 7) / 8
	out := make([]byte, stride*height)
	for y := range height {
		oneD := !mode.t6
		if !mode.t6 && !mode.aligned && d.in.endOfLine() && mode.twoD {
			oneD = d.in.peek(1) == 1
			d.in.skip(1)
		}
		if mode.aligned {
			d.in.align()
		}
		d.reference, d.row = d.row, d.reference[:0]
		var err error
		if oneD {
			err = d.oneDimensional()
		} else {
			err = d.twoDimensional()
		}
		if d.in.pos > 8*len(in) {
			return nil, io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		d.paint(out[y*stride : (y+1)*stride])
	}
	return out, nil
}

// A bitReader reads bits, the highest of a byte first. After the end there are
// zeros.
type bitReader struct {
	data []byte
	pos  int // in bits
}

// peek returns the next n bits, at most 16.
func (r *bitReader) peek(n int) int {
	v := 0
	for i := range 3 {
		v <<= 8
		if at := r.pos/8 + i; at < len(r.data) {
			v |= int(r.data[at])
		}
	}
	return v >> (24 - n - r.pos%8) & (1<<n - 1)
}

func (r *bitReader) skip(n int) { r.pos += n }

func (r *bitReader) align() { r.pos = (r.pos + 7) &^ 7 }

// endOfLine skips an end-of-line code, at least eleven zeros and a one, and
// reports whether there was one.
func (r *bitReader) endOfLine() bool {
	if r.peek(11) != 0 {
		return false
	}
	begin := r.pos
	for r.pos < 8*len(r.data) {
		r.pos++
		if r.peek(1) == 1 {
			r.pos++
			return true
		}
	}
	r.pos = begin
	return false
}

// A faxDecoder decodes rows. A row is the list of the pixels at which the colour
// changes; the first is where black begins.
type faxDecoder struct {
	in             bitReader
	width          int
	runs           *[2]codeTable
	modes          *codeTable
	reference, row []int
}

// change appends a change of colour. Two at the same pixel are none.
func (d *faxDecoder) change(at int) {
	if n := len(d.row); n > 0 && d.row[n-1] == at {
		d.row = d.row[:n-1]
		return
	}
	d.row = append(d.row, at)
}

// run reads the length of a run of a colour: any number of codes for multiples of
// 64, and one for the rest.
func (d *faxDecoder) run(colour int) (int, error) {
	for n := 0; ; {
		code := d.runs[colour][d.in.peek(codeBits)]
		if code.bits == 0 {
			return 0, FormatError("run-length code of fax")
		}
		d.in.skip(int(code.bits))
		if n += int(code.value); n > d.width {
			return 0, FormatError("fax row longer than the picture is wide")
		}
		if code.value < 64 {
			return n, nil
		}
	}
}

// oneDimensional decodes a row of runs, white and black in turn.
func (d *faxDecoder) oneDimensional() error {
	at := 0
	for colour := 0; at < d.width; colour ^= 1 {
		n, err := d.run(colour)
		if err != nil {
			return err
		}
		if at += n; at > d.width {
			return FormatError("fax row longer than the picture is wide")
		}
		d.change(at)
	}
	return nil
}

// twoDimensional decodes a row by the changes of the one above. a0, b1 and b2 are
// those of T.4, section 4.2.1.3.1: where coding has come to; the first change
// above, to the right of a0, from a0's colour to the other; and the one after.
func (d *faxDecoder) twoDimensional() error {
	a0, colour, i := -1, 0, 0
	above := func(i int) int {
		if i < len(d.reference) {
			return d.reference[i]
		}
		return d.width
	}
	for a0 < d.width {
		for i > 0 && above(i-1) > a0 { // a0's colour may have changed, and b1 moved back
			i--
		}
		for i < len(d.reference) && (above(i) <= a0 || i%2 != colour) {
			i++
		}
		b1, b2 := above(i), above(i+1)
		code := d.modes[d.in.peek(codeBits)]
		if code.bits == 0 {
			return FormatError("mode of a fax row")
		}
		d.in.skip(int(code.bits))
		switch code.value {
		case modePass:
			a0 = b2
		case modeHorizontal:
			a0 = max(a0, 0)
			for range 2 {
				n, err := d.run(colour)
				if err != nil {
					return err
				}
				if a0 += n; a0 > d.width {
					return FormatError("fax row longer than the picture is wide")
				}
				d.change(a0)
				colour ^= 1
			}
		default:
			a1 := b1 + int(code.value) - modeVertical
			if a1 < max(a0, 0) || a1 > d.width {
				return FormatError("fax row that goes backwards or beyond the picture")
			}
			d.change(a1)
			a0, colour = a1, colour^1
		}
		if d.in.pos > 8*len(d.in.data) {
			return io.ErrUnexpectedEOF
		}
	}
	return nil
}

// paint sets the bits of the row's black runs.
func (d *faxDecoder) paint(out []byte) {
	for i := 0; i < len(d.row); i += 2 {
		end := d.width
		if i+1 < len(d.row) {
			end = d.row[i+1]
		}
		for x := d.row[i]; x < end; x++ {
			out[x/8] |= 0x80 >> (x % 8)
		}
	}
}
