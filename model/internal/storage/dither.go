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
	Mask                    uint16 // the bits of the dither that matter: as many as the coarsest clock says
}

// fillDither fills row with the shared dither of one row of one coefficient of one scale, of which the bits in mask matter: uniform
// integers of process.DitherBits bits from ChaCha8 under a key that is part of the format, so that any row can be made without the others.
// The dither must look random to the image, not to an adversary; the key is no secret. c is scratch: a generator for every row
// would be garbage, half of all that decoding leaves.
func fillDither[T uint8 | uint16](row []T, c *rand.ChaCha8, scale, coefficient, y int, mask T) {
	key := [32]byte{0: 'd', 1: 'd', 2: 'p', 3: 'm', 4: 'z', 5: 0}
	binary.LittleEndian.PutUint32(key[8:], uint32(scale))
	binary.LittleEndian.PutUint32(key[12:], uint32(coefficient))
	binary.LittleEndian.PutUint32(key[16:], uint32(y))
	c.Seed(key)
	for ; len(row) >= 4; row = row[4:] {
		bits := c.Uint64()
		row[0], row[1], row[2], row[3] = T(bits)&mask, T(bits>>16)&mask, T(bits>>32)&mask, T(bits>>48)&mask
	}
	if len(row) > 0 {
		bits := c.Uint64()
		for x := range row {
			row[x] = T(bits) & mask
			bits >>= 16
		}
	}
}

// Rows writes the dither of coefficient i at the sites of rows [y0,y1) to u. It is zero where the coefficient has no value.
func (d *Dither) Rows(u []uint16, i, y0, y1 int) { ditherRows(d, u, i, y0, y1, d.Mask) }

// ditherRows is Dither.Rows for bytes too, if mask has no other bits.
func ditherRows[T uint8 | uint16](d *Dither, u []T, i, y0, y1 int, mask T) {
	c, width := new(rand.ChaCha8), (d.ImageWidth+1)/2
	w, h := transform.SubbandSize(d.ImageWidth, d.ImageHeight, i%transform.Subbands)
	for y := y0; y < y1; y++ {
		row := u[(y-y0)*width:][:width]
		if i/transform.Subbands >= d.Planes || y >= h {
			clear(row)
			continue
		}
		fillDither(row[:w], c, d.Scale, i, y, mask)
		clear(row[w:])
	}
}

// DitherRows hold the dither of a coefficient at the sites of some rows. Of 8-bit samples, whose dither has no more bits that
// matter, they hold a byte for every site.
type DitherRows struct {
	Narrow []uint8  // of 8-bit samples
	Wide   []uint16 // of deeper ones
}

// Fill fills r with the dither of coefficient i at the sites of rows [y0,y1). If r has too little room, it gets room for most
// sites.
func (r *DitherRows) Fill(d *Dither, i, y0, y1, most int) {
	w := (d.ImageWidth + 1) / 2
	if d.Mask > 0xff {
		r.Wide = Resize(r.Wide, (y1-y0)*w, most)
		d.Rows(r.Wide, i, y0, y1)
		return
	}
	r.Narrow = Resize(r.Narrow, (y1-y0)*w, most)
	ditherRows(d, r.Narrow, i, y0, y1, uint8(d.Mask))
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
