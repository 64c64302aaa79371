package stored

import (
	"encoding/binary"
	"slices"
)

// The methods, which are the first byte of a stream.
const (
	methodPlain      = iota // the samples, packed
	methodDifference        // coded; new colours by differences
	methodValue             // coded; new colours by their values
)

// groupSymbols is how many symbols end a group: the encoder keeps them, in four bytes each, until it codes them.
const groupSymbols = 1 << 19

// Encode returns the smallest stream found for the raster; the same raster
// always gives the same stream. It fails with a RasterError, or that of r.Stop.
func Encode(r *Raster) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if r.Width == 0 || r.Height == 0 {
		return nil, nil
	}
	best, err := encode(r, methodDifference)
	if err != nil {
		return nil, err
	}
	if r.Channels == 1 && r.Depth <= 8 {
		b, err := encode(r, methodValue)
		if err != nil {
			return nil, err
		}
		if len(b) < len(best) {
			best = b
		}
	}
	if plain := 1 + r.Height*r.rowBytes(); plain <= len(best) {
		best = slices.Grow(best[:0], plain)[:plain]
		best[0] = methodPlain
		var samples []uint16
		for y := range r.Height {
			samples = r.row(y, samples)
			packRow(best[1+y*r.rowBytes():][:r.rowBytes()], samples, r.Depth)
		}
	}
	return best, nil
}

// encode returns the stream of a method.
func encode(r *Raster, method byte) ([]byte, error) {
	c := newPixelCoder(r, method)
	c.encoding = true
	out := []byte{method}
	var scratch []uint16
	var group []byte
	finish := func() {
		group = c.enc.Finish(group[:0])
		out = append(binary.AppendUvarint(out, uint64(len(group))), group...)
		c.symbols = 0
	}
	for y := range r.Height {
		if err := r.stopped(); err != nil {
			return nil, err
		}
		scratch = r.row(y, scratch)
		if err := r.checkRow(y, scratch); err != nil {
			return nil, err
		}
		packPixels(c.cur[margin:][:c.width], scratch, r.Channels, r.Depth)
		for x := 0; x < r.Width; {
			if c.symbols >= groupSymbols {
				finish()
			}
			x = c.step(x)
		}
		c.nextRow()
	}
	finish()
	if n := bytesFor(r, r.Height); n > len(out) {
		out = append(out, make([]byte, n-len(out))...)
	}
	return out, nil
}

// A stream supplies no more samples than its bytes allow: freeSamples, and for each byte samplesPerByte.
const (
	freeSamples    = 1 << 20
	samplesPerByte = 1 << 15
)

// bytesFor returns how many bytes a stream must have for so many rows.
func bytesFor(r *Raster, rows int) int {
	n := int64(rows) * int64(r.Width*r.Channels)
	return int((max(n-freeSamples, 0) + samplesPerByte - 1) / samplesPerByte)
}

// rowsAllowed returns how many rows so many bytes of a stream may supply.
func rowsAllowed(r *Raster, bytes int) int {
	n := (freeSamples + samplesPerByte*int64(bytes)) / int64(r.Width*r.Channels)
	return int(min(n, int64(r.Height)))
}
