package model

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// ditherBits is the width of a dither. It bounds the clocks: no cell is wider than 2^ditherBits. Of these bits only
// the lowest topClock matter, plus one for every bit by which samples are deeper than 8: no cell is wider.
const ditherBits = process.DitherBits

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
	c := new(rand.ChaCha8)
	for y := y0; y < y1; y++ {
		s.ditherRow(u[(y-y0)*s.w:][:s.w], c, i, y)
	}
}

// ditherRow writes to row the dither of coordinate i at the sites of row y. c is scratch.
func (s *scale) ditherRow(row []uint16, c *rand.ChaCha8, i, y int) {
	w, h := transform.BandSize(s.fw, s.fh, i%bands)
	if i/bands >= s.planes || y >= h {
		clear(row)
		return
	}
	fillDither(row[:w], c, s.number, i, y)
	for x := range row[:w] {
		row[x] &= s.mask
	}
	clear(row[w:])
}

// A ditherStore holds the dither of a coordinate at some sites: in a byte each, of which 8-bit samples need no more.
type ditherStore struct {
	narrow []uint8
	wide   []uint16
}

// rows fills d with the dither of coordinate i at the sites of rows [y0,y1); if it has too little room, it gets room for
// most sites. row is scratch for a row.
func (d *ditherStore) rows(s *scale, i, y0, y1, most int, row []uint16) {
	if s.mask > 0xff {
		d.wide = resize(d.wide, (y1-y0)*s.w, most)
		s.ditherRows(d.wide, i, y0, y1)
		return
	}
	d.narrow = resize(d.narrow, (y1-y0)*s.w, most)
	c := new(rand.ChaCha8)
	for y := y0; y < y1; y++ {
		s.ditherRow(row[:s.w], c, i, y)
		to := d.narrow[(y-y0)*s.w:][:s.w]
		for x, u := range row[:s.w] {
			to[x] = uint8(u)
		}
	}
}

// at returns the dither of site j.
func (d *ditherStore) at(j int) uint16 {
	if d.wide != nil {
		return d.wide[j]
	}
	return uint16(d.narrow[j])
}

// part returns the store of n sites of d from site j on.
func (d *ditherStore) part(j, n int) ditherStore {
	if d.wide != nil {
		return ditherStore{wide: d.wide[j:][:n]}
	}
	return ditherStore{narrow: d.narrow[j:][:n]}
}

// load writes the dither of the sites from j on to row.
func (d *ditherStore) load(row []uint16, j int) {
	if d.wide != nil {
		copy(row, d.wide[j:])
		return
	}
	for x, u := range d.narrow[j : j+len(row)] {
		row[x] = uint16(u)
	}
}
