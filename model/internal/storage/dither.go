package storage

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Dither makes the dither of the coefficients of one scale.
type Dither struct {
	Scale                   int
	ImageWidth, ImageHeight int    // of the image that the scale synthesizes, in samples
	Planes                  int    // planes that have dither
	Absent                  uint16 // coefficients of them that have none: bit i is that of coefficient i
	Mask                    uint16 // the bits of the dither that matter: as many as the coarsest clock says
}

// fillDither fills row with the shared dither of one row of one coefficient of one scale: uniform integers of
// process.DitherBits bits from ChaCha8 under a key that is part of the format, so that any row can be made without the others.
// The dither must look random to the image, not to an adversary; the key is no secret. c is scratch: a generator for every row
// would be garbage, half of all that decoding leaves.
func fillDither(row []uint16, c *rand.ChaCha8, scale, coefficient, y int) {
	key := [32]byte{0: 'd', 1: 'd', 2: 'p', 3: 'm', 4: 'z', 5: 0}
	binary.LittleEndian.PutUint32(key[8:], uint32(scale))
	binary.LittleEndian.PutUint32(key[12:], uint32(coefficient))
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

// Rows writes the dither of coefficient i at the sites of rows [y0,y1) to u. It is zero where the coefficient has no value.
func (d *Dither) Rows(u []uint16, i, y0, y1 int) {
	c, w := new(rand.ChaCha8), (d.ImageWidth+1)/2
	for y := y0; y < y1; y++ {
		d.row(u[(y-y0)*w:][:w], c, i, y)
	}
}

// row writes the dither of coefficient i at the sites of row y to row. c is scratch.
func (d *Dither) row(row []uint16, c *rand.ChaCha8, i, y int) {
	w, h := transform.SubbandSize(d.ImageWidth, d.ImageHeight, i%transform.Subbands)
	if i/transform.Subbands >= d.Planes || y >= h || d.Absent>>i&1 == 1 {
		clear(row)
		return
	}
	fillDither(row[:w], c, d.Scale, i, y)
	for x := range row[:w] {
		row[x] &= d.Mask
	}
	clear(row[w:])
}

// DitherRows hold the dither of a coefficient at the sites of some rows. Of 8-bit samples, whose dither has no more bits that
// matter, they hold a byte for every site.
type DitherRows struct {
	Narrow []uint8  // of 8-bit samples
	Wide   []uint16 // of deeper ones
}

// Fill fills r with the dither of coefficient i at the sites of rows [y0,y1). If r has too little room, it gets room for most
// sites. row is scratch, with room for the sites of a row.
func (r *DitherRows) Fill(d *Dither, i, y0, y1, most int, row []uint16) {
	w := (d.ImageWidth + 1) / 2
	if d.Mask > 0xff {
		r.Wide = Resize(r.Wide, (y1-y0)*w, most)
		d.Rows(r.Wide, i, y0, y1)
		return
	}
	r.Narrow = Resize(r.Narrow, (y1-y0)*w, most)
	c := new(rand.ChaCha8)
	for y := y0; y < y1; y++ {
		d.row(row[:w], c, i, y)
		to := r.Narrow[(y-y0)*w:][:w]
		for x, u := range row[:w] {
			to[x] = uint8(u)
		}
	}
}

// At returns the dither of site j.
func (r *DitherRows) At(j int) uint16 {
	if r.Wide != nil {
		return r.Wide[j]
	}
	return uint16(r.Narrow[j])
}

// Part returns the dither of n sites from site j on, which shares the storage of r.
func (r *DitherRows) Part(j, n int) DitherRows {
	if r.Wide != nil {
		return DitherRows{Wide: r.Wide[j:][:n]}
	}
	return DitherRows{Narrow: r.Narrow[j:][:n]}
}

// Load writes the dither of the sites from j on to row.
func (r *DitherRows) Load(row []uint16, j int) {
	if r.Wide != nil {
		copy(row, r.Wide[j:])
		return
	}
	for x, u := range r.Narrow[j : j+len(row)] {
		row[x] = uint16(u)
	}
}
