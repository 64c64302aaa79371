package peers

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
)

// writePPM returns a P6 file.
func writePPM(r *metrics.Raster) []byte {
	return append(fmt.Appendf(nil, "P6\n%d %d\n255\n", r.Width, r.Height), r.Pix...)
}

// readPicture reads what a decoder wrote: PNM (P5 or P6 of 8 bits) or PNG.
func readPicture(file []byte) (*metrics.Raster, error) {
	if bytes.HasPrefix(file, []byte("\x89PNG")) {
		m, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		return metrics.NewRaster(m)
	}
	return readPNM(file)
}

var errPNM = errors.New("peers: not a PNM picture of 8 bits")

func readPNM(file []byte) (*metrics.Raster, error) {
	// OpenJPEG signs its files with a comment in the second line.
	if first, rest, ok := bytes.Cut(file, []byte("\n#")); ok && len(first) == len("P6") {
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
		file = slices.Concat(first, []byte("\n"), rest)
	}
	in := bufio.NewReader(bytes.NewReader(file))
	var magic string
	var w, h, maximum int
	if _, err := fmt.Fscan(in, &magic, &w, &h, &maximum); err != nil {
		return nil, errPNM
	}
	channels := map[string]int{"P5": 1, "P6": 3}[magic]
	if channels == 0 || maximum != 255 || w <= 0 || h <= 0 || w > len(file) || h > len(file)/w {
		return nil, errPNM
	}
	if _, err := in.ReadByte(); err != nil { // one blank
		return nil, errPNM
	}
	samples := make([]byte, channels*w*h)
	if _, err := io.ReadFull(in, samples); err != nil {
		return nil, errPNM
	}
	r := &metrics.Raster{Width: w, Height: h, Pix: samples}
	if channels == 1 {
		r.Pix = make([]uint8, 3*w*h)
		for i := range r.Pix {
			r.Pix[i] = samples[i/3]
		}
	}
	return r, nil
}
