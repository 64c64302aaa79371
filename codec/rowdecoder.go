package codec

import (
	"context"
	"image"
	"image/color"
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A rowDecoder decodes the picture of a stored file, whose one segment is of rows.
type rowDecoder struct {
	stream  *Stream
	chunk   container.Chunk // the segment, of which the picture is made again if it is wanted once more
	rows    int             // decoded
	picture image.Image     // with these rows; nil once it is given away
	at      Refinement
}

// next decodes the rows, or what comes after them.
func (d *rowDecoder) next(ctx context.Context) (at Refinement, fresh bool, err error) {
	if d.stream.rowLimit() == 0 {
		return d.at, false, io.EOF
	}
	c, err := d.stream.segment()
	if err == nil {
		err = d.read(ctx, c)
		fresh = err == nil
	}
	return d.at, fresh, err
}

func (d *rowDecoder) last(ctx context.Context) (at Refinement, fresh bool, err error) {
	return d.next(ctx)
}

// read decodes the segment of rows.
func (d *rowDecoder) read(ctx context.Context, c container.Chunk) error {
	s, p := d.stream, &d.stream.picture
	if err := s.checkPicture(p.storedWork()); err != nil { // of wide images, rows alone take more than the picture
		return err
	}
	d.chunk = c
	limit := s.rowLimit()
	rows, used, err := d.decode(ctx, limit)
	if err != nil {
		d.picture = nil
		return err
	}
	d.at.Bytes = s.offsets[c.Index] + container.Reach(uint64(used))
	if c.Complete && limit == p.h {
		d.at.Bytes = s.offsets[c.Index+1]
	}
	d.rows = rows
	d.at.Steps = model.T * d.rows / p.h
	d.at.Timestep = model.T - d.at.Steps
	d.at.IdealBits = 8 * int64(used)
	if d.rows == p.h && s.whole {
		d.at.Level, d.at.Exact = 0, s.reduce == 0
	}
	return nil
}

// decode decodes at most so many rows of the segment to a picture. It returns how many there are, and how many bytes these need.
func (d *rowDecoder) decode(ctx context.Context, limit int) (rows, used int, err error) {
	s, p := d.stream, &d.stream.picture
	m := d.newPicture()
	r := &stored.Raster{Width: p.w, Height: p.h, Channels: p.format.planes(), Depth: p.depth, Stop: ctx.Err, SetRow: m.set}
	largest := stored.Pixel(0) // palette index
	if p.format == formatPaletted {
		r.SetRow = func(y int, row []stored.Pixel) {
			largest = max(largest, slices.Max(row))
			m.set(y, row)
		}
	}
	rows, used, err = stored.DecodeRows(d.chunk.Payload, d.chunk.Complete, r, limit)
	if err != nil {
		return 0, 0, s.storedError(d.chunk, err)
	}
	if p.format == formatPaletted && int(largest) >= len(p.palette) {
		return 0, 0, FormatError("a pixel's index is outside the palette")
	}
	if rows < p.h {
		m.setMissing(p, rows)
	}
	d.picture = m.image
	return rows, used, nil
}

// newPicture returns a picture to be filled.
func (d *rowDecoder) newPicture() storedPicture {
	p := &d.stream.picture
	if d.stream.reduce > 0 {
		return p.newReducedPicture(d.stream.reduce)
	}
	return p.newStoredPicture()
}

// rowLimit is where the rows of a stored file stop, which has no steps: after as large a share of them.
func (s *Stream) rowLimit() int {
	return s.picture.h * (model.T - min(s.timestep, model.T)) / model.T
}

// image returns the rows so far, and gray for those that are missing.
func (d *rowDecoder) image(ctx context.Context) (image.Image, error) {
	p := &d.stream.picture
	if err := d.stream.checkPicture(p.storedWork()); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil && !d.at.Exact {
		return nil, err
	}
	if d.picture == nil && d.rows > 0 { // it was given away, and may have been drawn on
		if d.at.Exact {
			ctx = context.WithoutCancel(ctx)
		}
		if _, _, err := d.decode(ctx, d.rows); err != nil {
			return nil, err
		}
	}
	if d.picture == nil {
		m := d.newPicture()
		m.setMissing(p, 0)
		return m.image, nil
	}
	m := d.picture
	d.picture = nil
	return m, nil
}

// withGray returns a palette with mid-gray, for the rows that are missing, and its index. If the palette is
// full, that is the color nearest to it.
func withGray(p color.Palette) (color.Palette, int32) {
	gray := color.RGBA{0x80, 0x80, 0x80, 0xff}
	if len(p) < 256 {
		return append(p[:len(p):len(p)], gray), int32(len(p))
	}
	return p, int32(p.Index(gray))
}
