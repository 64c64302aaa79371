package stored

import (
	"slices"

	"github.com/klauspost/compress/zstd"
)

// omens are the strategies that a forecast measures: those without a choice of
// filters for each row, which takes time, that suit graphics and photographs.
var omens = []strategy{unfiltered, allPaeth}

// A forecast is for rasters of minForecast bytes of rows or more; the others
// take no time. And it is for rasters that shrink to more than one part in
// graphic: what shrinks further is a graphic, of which the stream is often the
// smaller file, so that it had better be made without waiting for a limit.
const (
	minForecast = 64 << 10
	graphic     = 4
)

// Forecast returns how many bytes Encode's stream of the raster will take at
// least, after a seventh of the work: who has a smaller file already need not
// make it. Without a forecast it returns 0: for a raster of less than 64 KiB, or
// one that shrinks to a quarter at once. It fails with a RasterError only.
func Forecast(r *Raster) (int64, error) {
	t, err := newTrial(r)
	if t == nil {
		return 0, err
	}
	return t.forecast()
}

// A glimpse looks at glimpsed rows of glimpseStep, which are at least 64 KiB.
const (
	glimpsed    = 16
	glimpseStep = 128
)

// Glimpse is Forecast for rasters that are expected to be photographs, from an
// eighth of the rows and the quick compressor alone: five eighths of what it
// makes of them, times eight. Forecasts of photographs are three quarters of
// that or more. Without a glimpse it returns the Forecast.
func Glimpse(r *Raster) (int64, error) {
	if r == nil || r.Height/glimpseStep*glimpsed < minForecast/max(r.Width*r.Channels*r.Depth/8, 1) {
		return Forecast(r)
	}
	part := *r
	part.Height = r.Height / glimpseStep * glimpsed
	part.Samples = nil
	part.Row = func(y int, samples []uint16) {
		copy(samples, r.row(y/glimpsed*glimpseStep+y%glimpsed, samples))
	}
	t, err := newTrial(&part)
	if t == nil {
		return 0, err
	}
	omen, err := t.omen()
	if err != nil {
		return 0, err
	}
	if omen.size < part.Height*t.stride(omen)/graphic {
		return Forecast(r)
	}
	return int64(omen.size) * int64(r.Height) / int64(part.Height) * 5 / 8, nil
}

// omen returns the best omen.
func (t *trial) omen() (candidate, error) {
	for _, s := range omens {
		if err := t.try(s); err != nil {
			return candidate{}, err
		}
	}
	return slices.MinFunc(t.tried, candidate.compare), nil
}

// forecast is Forecast, for rasters with samples. It returns the less of two:
//
//   - the size of the best omen by the quick compressor, times what the best
//     compressor saves in every third block or, if these are many, in some 16,
//     times 7/8;
//   - the least entropy of an omen's bytes, times 15/16: compressors give up on
//     what looks like noise to them at first, but seldom in all candidates.
//
// The fractions stand for the strategies and the matches not looked at. Nothing
// proves that they suffice: on 61 pictures, of testdata, Kodak, the training set
// and libjxl's, forecasts were 0.72 to 0.94 of the streams. The screenshots and
// charts of the shared data all shrink too much for a forecast.
func (t *trial) forecast() (int64, error) {
	t.entropies = true
	omen, err := t.omen()
	if err != nil {
		return 0, err
	}
	if n := t.raster.Height * t.stride(omen); n < minForecast || omen.size < n/graphic {
		return 0, nil
	}
	least, err := t.save(omen)
	if err != nil {
		return 0, err
	}
	least = least * 7 / 8
	for _, c := range t.tried {
		least = min(least, c.entropy*15/16)
	}
	return least, nil
}

// maxSaved is about how many blocks save compresses. In 2 megapixels every third
// is fewer; of more, the share that is saved is known well enough.
const maxSaved = 16

// save returns the size of a candidate by the quick compressor, times what the
// best compressor saves in every third block, or fewer.
func (t *trial) save(c candidate) (int64, error) {
	rows := t.blockRows(c)
	whole := t.raster.Height / rows // blocks
	step := max(3, whole/maxSaved)
	earnest := compressor{level: zstd.SpeedBestCompression}
	var before, after int64
	err := t.blocks(c, rows, func(i int, block []byte) error {
		if i == 0 || i >= whole || i%step != 1 {
			return nil
		}
		quick, err := t.quick.compress(block, len(block))
		if err != nil {
			return err
		}
		best, err := earnest.compress(block, len(block))
		if err != nil {
			return err
		}
		before += int64(len(quick))
		after += int64(len(best))
		return nil
	})
	if err != nil || before == 0 { // a single row
		return 0, err
	}
	return int64(c.size) * after / before, nil
}
