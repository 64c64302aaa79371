package picture

import (
	"image"
	"io"
	"math"

	"github.com/ddpmz/ddpmz/cmd/internal/bmp"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// writeBMP writes a Windows bitmap.
func writeBMP(w io.Writer, img image.Image, m *metadata.Metadata, _ WriteOptions) ([]Loss, error) {
	var losses []Loss
	var o bmp.Options
	resolution, ok := m.Resolution()
	if ok = ok && resolution.Metre && max(resolution.X, resolution.Y) <= math.MaxInt32; ok {
		o.XPerMetre, o.YPerMetre = int(resolution.X), int(resolution.Y)
	}
	icc, err := m.ICCProfile()
	if err != nil {
		losses = append(losses, Loss{LossProfile, "a damaged colour profile"})
	}
	o.Profile = icc
	losses = append(losses, unwritten(m, func(c metadata.Chunk) bool {
		return c.Type == "iCCP" || c.Type == "pHYs" && ok
	})...)
	return losses, bmp.Encode(w, img, o)
}
