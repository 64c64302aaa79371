package bench

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
)

// A comparison measures pictures against their original.
type comparison struct {
	original  *metrics.Raster
	work      *peers.Work
	externals []metrics.External // installed
}

// point measures a picture that so many bytes hold.
func (c *comparison) point(ctx context.Context, m image.Image, n int64) (Point, error) {
	r, err := metrics.NewRaster(m)
	if err != nil {
		return Point{}, err
	}
	return c.rasterPoint(ctx, r, n)
}

func (c *comparison) rasterPoint(ctx context.Context, r *metrics.Raster, n int64) (Point, error) {
	p := Point{Bytes: n, Rate: 8 * float64(n) / float64(r.Width*r.Height)}
	mse, err := metrics.MSE(c.original, r)
	if err != nil {
		return p, err
	}
	similarity, ok, err := metrics.MSSSIM(c.original, r)
	if err != nil {
		return p, err
	}
	if ok {
		p.MSSSIM = &similarity
	}
	if mse == 0 {
		p.Exact = true
		return p.rounded(), nil
	}
	psnr := metrics.PSNR(mse)
	p.PSNR = &psnr
	err = c.external(ctx, r, &p)
	return p.rounded(), err
}

// external runs the metrics that are programs.
func (c *comparison) external(ctx context.Context, r *metrics.Raster, p *Point) error {
	if len(c.externals) == 0 {
		return nil
	}
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, r.Image()); err != nil {
		return err
	}
	name := c.work.Path("measured.png")
	if err := os.WriteFile(name, file.Bytes(), 0o666); err != nil {
		return err
	}
	for _, e := range c.externals {
		v, err := e.Measure(ctx, c.work.Path("original.png"), name)
		if err != nil {
			return err
		}
		switch e {
		case metrics.SSIMULACRA2:
			p.SSIMULACRA2 = &v
		case metrics.Butteraugli:
			p.Butteraugli = &v
		default:
			return fmt.Errorf("bench: no place for %s", e.Name)
		}
	}
	return nil
}
