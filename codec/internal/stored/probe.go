package stored

// A probe looks at sampledRows rows of every sampledStep, if those are minProbe samples or more. It has nothing to say of rasters
// that shrink to less than one part in graphic: these are graphics, of which the stream is often the smaller file, so that it had
// better be made without waiting for a limit.
const (
	sampledRows = 16
	sampledStep = 128
	minProbe    = 16 << 10
	graphic     = 4
)

// Probe returns how many bytes Encode's stream of the raster will take at least, after an eighth of the work: who has a smaller
// file already need not make it. It is five eighths of what the rows that it looks at take, times eight; nothing proves that this
// suffices. It returns 0 where it has nothing to say: of small rasters, and of graphics. It fails with a RasterError, or that of
// r.Stop.
func Probe(r *Raster) (int64, error) {
	if err := r.check(); err != nil {
		return 0, err
	}
	if !r.Probed() {
		return 0, nil
	}
	height := r.probedRows()
	part := *r
	part.Height, part.Samples = height, nil
	part.Row = func(y int, samples []uint16) {
		copy(samples, r.row(y/sampledRows*sampledStep+y%sampledRows, samples))
	}
	b, err := encode(&part, methodDifference)
	if err != nil || len(b) < height*part.rowBytes()/graphic {
		return 0, err
	}
	return int64(len(b)) * int64(r.Height) / int64(height) * 5 / 8, nil
}

// Probed reports whether the raster is large enough for Probe to look at it: then, a 0 of Probe means a graphic.
func (r *Raster) Probed() bool {
	return int64(r.probedRows())*int64(r.Width)*int64(r.Channels) >= minProbe
}

// probedRows returns how many rows Probe looks at.
func (r *Raster) probedRows() int { return r.Height / sampledStep * sampledRows }
