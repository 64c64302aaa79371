package bench

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
)

// A Photo is a picture to measure with.
type Photo struct {
	Name   string
	Raster *metrics.Raster
}

// NewPhoto takes a picture. Transparency and more than 8 bits a sample are a metrics.UnsupportedError.
func NewPhoto(name string, m image.Image) (Photo, error) {
	r, err := metrics.NewRaster(m)
	return Photo{name, r}, err
}

// hash identifies what is to be coded, whatever file it came in.
func (p *Photo) hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d\n", p.Raster.Width, p.Raster.Height)
	h.Write(p.Raster.Pix)
	return hex.EncodeToString(h.Sum(nil))
}
