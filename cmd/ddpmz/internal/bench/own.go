package bench

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"time"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
)

// PreviewSteps is the number of reverse steps of the preview that is timed.
const PreviewSteps = 900

// decoder returns a decoder of the files made here, which stops at a timestep.
func (r *run) decoder(timestep int) *codec.Decoder {
	d := &codec.Decoder{Timestep: timestep, Limits: r.Limits}
	if r.Net != nil {
		d.Nets = []*model.Net{r.Net}
	}
	return d
}

// own measures ddpmz on a photo: one file, made here, and prefixes of it.
func (r *run) own(ctx context.Context, p *Photo, c *comparison) (own Own, err error) {
	original := p.Raster.Image()
	var buffer bytes.Buffer
	begin := time.Now()
	if err := codec.Encode(&buffer, original, &codec.Options{Model: r.Model, Net: r.Net, KeepColours: r.KeepColours, Limits: r.Limits}); err != nil {
		return own, err
	}
	own.Encode = seconds(begin)
	file := buffer.Bytes()
	own.Bytes = int64(len(file))

	if ctx.Err() != nil {
		return own, context.Cause(ctx)
	}
	begin = time.Now()
	m, err := r.decoder(0).Decode(bytes.NewReader(file))
	if err != nil {
		return own, err
	}
	own.Decode = seconds(begin)
	if err := c.exact(m); err != nil {
		return own, err
	}
	begin = time.Now()
	if _, err := r.decoder(1000 - PreviewSteps).Decode(bytes.NewReader(file)); err != nil {
		return own, err
	}
	own.Preview = seconds(begin)
	if err := r.levels(ctx, file, c, &own); err != nil {
		return own, err
	}
	info, err := r.decoder(1000).Inspect(bytes.NewReader(file)) // the header only
	if err != nil {
		return own, err
	}
	own.Mode = "stored"
	if info.Modelled {
		own.Mode = "modelled"
	}
	own.IdealBits = own.Levels[len(own.Levels)-1].IdealBits
	for _, rate := range r.Rates {
		if ctx.Err() != nil {
			return own, context.Cause(ctx)
		}
		point, ok, err := r.prefix(ctx, file, rate, c)
		if err != nil {
			return own, err
		}
		if ok {
			own.Cuts = append(own.Cuts, point)
		}
	}
	return own, nil
}

// levels measures the picture of every level.
func (r *run) levels(ctx context.Context, file []byte, c *comparison, own *Own) error {
	s, err := r.decoder(0).Open(bytes.NewReader(file))
	if err != nil {
		return err
	}
	for {
		at, err := s.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := s.Image()
		if err != nil {
			return err
		}
		point, err := c.point(ctx, m, at.Bytes)
		if err != nil {
			return err
		}
		own.Levels = append(own.Levels, annotated(point, at))
	}
}

// prefix measures the picture of the first bytes of a file, as many as a rate allows.
func (r *run) prefix(ctx context.Context, file []byte, rate float64, c *comparison) (point Point, ok bool, err error) {
	n := min(peers.Budget(rate, c.original), int64(len(file)))
	s, err := r.decoder(0).Open(bytes.NewReader(file[:n]))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return point, false, nil // less than the header
	}
	if err != nil {
		return point, false, err
	}
	var last codec.Refinement // none, if the cut comes before the first
	for {
		at, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return point, false, err
		}
		last = at
	}
	m, err := s.Image()
	if err != nil {
		return point, false, err
	}
	point, err = c.point(ctx, m, n)
	point.Target = rate
	return annotated(point, last), true, err
}

func seconds(begin time.Time) float64 { return round(time.Since(begin).Seconds(), 4) }

// annotated says which refinement a point is of.
func annotated(p Point, at codec.Refinement) Point {
	if at.Bytes == 0 {
		return p
	}
	p.Level, p.Steps, p.IdealBits = &at.Level, &at.Steps, at.IdealBits
	return p
}

// exact returns an error unless m is the original.
func (c *comparison) exact(m image.Image) error {
	r, err := metrics.NewRaster(m)
	if err == nil && !bytes.Equal(r.Pix, c.original.Pix) {
		err = errors.New("the picture comes back otherwise")
	}
	return err
}
