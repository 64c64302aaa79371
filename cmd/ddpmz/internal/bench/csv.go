package bench

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
)

// WriteCSV writes every point of the report as a row. Figures that a point has not are empty.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Write([]string{"image", "codec", "comparison", "target_bits_per_pixel", "bytes", "bits_per_pixel", "level", "steps",
		"ideal_bits", "exact", "psnr", "msssim", "ssimulacra2", "butteraugli", "setting", "encode_seconds", "decode_seconds"})
	for i := range r.Images {
		image := &r.Images[i]
		rows := func(codec string, comparison peers.Comparison, points []Point) {
			for _, p := range points {
				out.Write([]string{image.Name, codec, string(comparison), number(p.Target), fmt.Sprint(p.Bytes), fmt.Sprint(p.Rate),
					optional(p.Level), optional(p.Steps), number(float64(p.IdealBits)), fmt.Sprint(p.Exact), optional(p.PSNR), optional(p.MSSSIM),
					optional(p.SSIMULACRA2), optional(p.Butteraugli), p.Setting, number(p.Encode), number(p.Decode)})
			}
		}
		whole := Point{Bytes: image.Own.Bytes, Rate: 8 * float64(image.Own.Bytes) / image.Pixels(), IdealBits: image.Own.IdealBits,
			Exact: true, Encode: image.Own.Encode, Decode: image.Own.Decode}
		rows("ddpmz", peers.Lossless, []Point{whole})
		rows("ddpmz", "levels", image.Own.Levels)
		rows("ddpmz", peers.Cut, image.Own.Cuts)
		for _, p := range r.Peers {
			rows(p.ID, p.Comparison, image.Peers[p.ID].Points)
		}
	}
	out.Flush()
	return out.Error()
}

// number leaves out zeros, which stand for no figure.
func number(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprint(v)
}

func optional[T any](v *T) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(*v)
}
