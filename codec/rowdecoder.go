package codec

import (
	"context"
	"image"
	"image/color"
	"io"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A rowDecoder decodes the picture of a stored file, whose one segment is of rows.
type rowDecoder struct {
	stream *Stream
	raster *stored.Raster
	rows   int // decoded
	at     Refinement
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
	n := p.format.planes()
	d.raster = &stored.Raster{Width: p.w, Height: p.h, Channels: n, Depth: p.depth, Stop: ctx.Err}
	if err := s.checkPicture(p.storedWork()); err != nil { // of wide images, rows alone take more than the picture
		return err
	}
	limit := s.rowLimit()
	rows, used, err := stored.DecodeRows(c.Payload, c.Complete, d.raster, limit)
	if err != nil {
		return s.storedError(c, err)
	}
	if p.format == formatPaletted {
		for _, v := range d.raster.Samples[:rows*p.w] {
			if int(v) >= len(p.palette) {
				return FormatError("a pixel's index is outside the palette")
			}
		}
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

// rowLimit is where the rows of a stored file stop, which has no steps: after as large a share of them.
func (s *Stream) rowLimit() int {
	return s.picture.h * (model.T - min(s.timestep, model.T)) / model.T
}

// image returns the rows so far, and gray for those that are missing.
func (d *rowDecoder) image(ctx context.Context) (image.Image, error) {
	p := d.stream.picture
	if err := d.stream.checkPicture(p.storedWork()); err != nil {
		return nil, err
	}
	if d.stream.reduce > 0 {
		return d.reduced(ctx)
	}
	n := p.format.planes()
	step := int32(p.grayStep())
	blank := int32(1) << (max(p.depth, 8) - 1)
	if p.format == formatPaletted && d.rows < p.h {
		p.palette, blank = withGray(p.palette)
	}
	m, set := p.newImage()
	if opaque, ok := m.(*image.RGBA); ok && n == 3 && p.alpha == nil {
		if err := ctx.Err(); err != nil && !d.at.Exact {
			return nil, err
		}
		d.setOpaque(opaque.Pix)
		return m, nil
	}
	strip := make([]model.Plane, n) // of a few rows: all at once would take much memory
	for c := range strip {
		strip[c] = model.NewPlane(p.w, max(1, min(p.h, 1<<12/p.w)))
	}
	for y := 0; y < p.h; y += strip[0].H {
		for c := range strip {
			s := &strip[c]
			s.Resize(p.w, min(s.H, p.h-y))
			known := min(s.H, max(0, d.rows-y)) * p.w
			for i := range s.Pix[known:] {
				s.Pix[known+i] = blank
			}
			if known == 0 {
				continue
			}
			samples := d.raster.Samples[y*p.w*n:]
			for i := range known {
				s.Pix[i] = int32(samples[i*n+c]) * step
			}
		}
		set(y, strip)
	}
	if err := ctx.Err(); err != nil && !d.at.Exact {
		return nil, err
	}
	return m, nil
}

// setOpaque sets the pixels of an opaque picture of 8-bit colours, which most are that are stored, without planes in between.
func (d *rowDecoder) setOpaque(pix []byte) {
	known := d.rows * d.stream.picture.w // there is no raster if it is 0
	for i := range known {
		s, q := d.raster.Samples[3*i:][:3], pix[4*i:][:4]
		q[0], q[1], q[2], q[3] = byte(s[0]), byte(s[1]), byte(s[2]), 0xff
	}
	for i := 4 * known; i < len(pix); i += 4 {
		copy(pix[i:], []byte{0x80, 0x80, 0x80, 0xff})
	}
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
