package model

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// ditherBits is the width of a dither. It bounds the clocks: no cell is wider than 2^ditherBits. Of these bits only
// the lowest topClock matter, plus one for every bit by which samples are deeper than 8: no cell is wider.
const ditherBits = 16

// topClock is the coarsest clock of a coordinate of 8-bit samples.
const topClock = process.TopClock

// fillDither fills row with the shared dither of one row of one coordinate of one scale: uniform integers
// of ditherBits bits from ChaCha8 under a key that is part of the format, so that any row can be made
// without the others. Dither must look random to the image, not to an adversary; the key is no secret. c is scratch: a
// generator for every row would be garbage, half of all that decoding leaves.
func fillDither(row []uint16, c *rand.ChaCha8, scale, coordinate, y int) {
	key := [32]byte{0: 'd', 1: 'd', 2: 'p', 3: 'm', 4: 'z', 5: 0}
	binary.LittleEndian.PutUint32(key[8:], uint32(scale))
	binary.LittleEndian.PutUint32(key[12:], uint32(coordinate))
	binary.LittleEndian.PutUint32(key[16:], uint32(y))
	c.Seed(key)
	var bits uint64
	for x := range row {
		if x&3 == 0 {
			bits = c.Uint64()
		}
		row[x] = uint16(bits)
		bits >>= 16
	}
}

// ditherRows writes to u the dither of coordinate i at the sites of rows [y0,y1): zero where there is none.
func (s *scale) ditherRows(u []uint16, i, y0, y1 int) {
	w, h := transform.BandSize(s.fw, s.fh, i%bands)
	c := new(rand.ChaCha8)
	for y := y0; y < y1; y++ {
		row := u[(y-y0)*s.w:][:s.w]
		if i/bands >= s.planes || y >= h {
			clear(row)
			continue
		}
		fillDither(row[:w], c, s.number, i, y)
		for x := range row[:w] {
			row[x] &= s.mask
		}
		clear(row[w:])
	}
}
