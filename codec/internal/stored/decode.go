package stored

import "io"

// Decode fills r.Samples from a stream, or from any prefix of one, and returns
// how many rows it recovered: rows 0 to rows-1 are exact, the others are left
// as they were. The caller has set r's size, channels and depth, and allocated
// its samples or left them nil: then Decode allocates them for as many rows as
// the bytes of src may hold.
//
// A missing tail is not an error unless complete is set, which says that src is
// all there is: then it is io.ErrUnexpectedEOF. A stream that nobody wrote gives
// a *FormatError, an r that cannot be a RasterError. Rows recovered before an
// error are returned with it. Memory use is bounded by the raster's size,
// whatever the stream says, and by 128 KiB for every four bytes of src.
func Decode(src []byte, complete bool, r *Raster) (rows int, err error) {
	if err := r.checkSize(); err != nil {
		return 0, err
	}
	if r.Samples != nil {
		if err := r.check(); err != nil {
			return 0, err
		}
	}
	if r.Width == 0 || r.Height == 0 {
		if len(src) > 0 {
			return r.Height, &FormatError{"data for a raster without samples", nil}
		}
		return r.Height, nil
	}
	if len(src) == 0 {
		return 0, eofIf(complete)
	}
	method, src := src[0], src[1:]
	if method&^byte(methodKnown) != 0 {
		return 0, &FormatError{"unknown method", nil}
	}
	if method&methodGreen != 0 && !r.hasGreen() {
		return 0, &FormatError{"green subtracted where there is none", nil}
	}

	n, last, bad := wholeBlocks(src)
	if r.Samples == nil {
		rows := min(int64(r.Height), blockSizes(src[:n])/int64(r.rowBytes()))
		r.Samples = make([]uint16, rows*int64(r.Width*r.Channels))
	}
	rows, err = decodeBlocks(src[:n], last, method, r)
	switch {
	case err != nil:
		return rows, err
	case bad:
		return rows, &FormatError{"impossible block", nil}
	case last && rows < r.Height:
		return rows, &FormatError{"too few rows", nil}
	case last && n < len(src):
		return rows, &FormatError{"data after the last block", nil}
	}
	return rows, eofIf(complete && !last)
}

// eofIf returns the error for a stream that ends early if that is one.
func eofIf(isError bool) error {
	if isError {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// decodeBlocks decodes rows until the blocks are used up.
func decodeBlocks(blocks []byte, last bool, method byte, r *Raster) (rows int, err error) {
	head := 0 // bytes before the row proper
	if method&methodFiltered != 0 {
		head = 1
	}
	n, bpp := r.rowBytes(), r.pixelBytes()
	in, err := newBlockReader(blocks, last, r.Height*(head+n))
	if err != nil {
		return 0, &FormatError{"blocks", err}
	}
	defer in.Close()

	cur, up := make([]byte, head+n), make([]byte, head+n)
	for y := range r.Height {
		if err := r.stopped(); err != nil {
			return y, err
		}
		switch err := readRow(in, cur); {
		case err == io.EOF:
			return y, nil
		case err != nil:
			return y, &FormatError{"blocks", err}
		case len(r.Samples) < (y+1)*r.Width*r.Channels:
			return y, &FormatError{"more than blocks hold", nil}
		}
		row := cur[head:]
		if head == 1 {
			if cur[0] >= numFilters {
				return y, &FormatError{"unknown filter", nil}
			}
			undoFilter(cur[0], row, up[head:], bpp)
		}
		samples := r.samplesOf(y)
		unpackRow(samples, row, r.Depth)
		if method&methodGreen != 0 {
			addGreen(samples, r.Channels, r.Depth)
		}
		cur, up = up, cur
	}
	switch err := readRow(in, cur[:1]); err {
	case io.EOF:
		return r.Height, nil
	case nil:
		return r.Height, &FormatError{"too many rows", nil}
	default:
		return r.Height, &FormatError{"blocks", err}
	}
}

// readRow fills row. It returns io.EOF if in ends before or within it, and
// else in's own error, which io.ReadFull would let one mistake for an end.
func readRow(in io.Reader, row []byte) error {
	for len(row) > 0 {
		n, err := in.Read(row)
		row = row[n:]
		if err != nil && len(row) > 0 {
			return err
		}
	}
	return nil
}
