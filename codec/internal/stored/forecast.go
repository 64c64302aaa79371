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
// least, after a seventh of the work, and less of it for large ones, of which it
// looks at a part: who has a smaller file already need not make it. Without a forecast it returns 0: for a raster of less than 64 KiB, or
// one that shrinks to a quarter at once. It fails with a RasterError only.
func Forecast(r *Raster) (int64, error) {
	part := r
	if err := r.check(); err != nil {
		return 0, err
	}
	if n := int64(r.Height) * int64(r.rowBytes()) / maxForecast; n > 0 {
		part = r.part(forecastRows, int(n+1)*forecastRows)
	}
	t, err := newTrial(part)
	if t == nil {
		return 0, err
	}
	least, err := t.forecast()
	return least * int64(r.Height) / int64(part.Height), err
}

// Of a raster of more than maxForecast bytes, strips of forecastRows are looked at that have about as many.
const (
	maxForecast  = 16 << 20
	forecastRows = 64
)

// part returns the raster that the first rows of every step rows make up.
func (r *Raster) part(rows, step int) *Raster {
	part := *r
	part.Height = r.Height/step*rows + min(r.Height%step, rows)
	part.Samples = nil
	part.Row = func(y int, samples []uint16) {
		copy(samples, r.row(y/rows*step+y%rows, samples))
	}
	return &part
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
	part := r.part(glimpsed, glimpseStep)
	t, err := newTrial(part)
	if t == nil {
		return 0, err
	}
	omen, bytes, err := t.omen()
	if err != nil {
		return 0, err
	}
	if omen.size < bytes/graphic {
		return Forecast(r)
	}
	return int64(omen.size) * int64(r.Height) / int64(part.Height) * 5 / 8, nil
}

// omen returns the best omen, and the length of its rows.
func (t *trial) omen() (candidate, int, error) {
	for _, s := range omens {
		if err := t.try(s); err != nil {
			return candidate{}, 0, err
		}
	}
	omen := slices.MinFunc(t.tried, candidate.compare)
	return omen, len(t.rows(omen)), nil
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
	omen, _, err := t.omen()
	if err != nil {
		return 0, err
	}
	rows := t.rows(omen)
	if len(rows) < minForecast || omen.size < len(rows)/graphic {
		return 0, nil
	}
	saved, err := t.save(rows, omen.size)
	if err != nil {
		return 0, err
	}
	least := saved * 7 / 8
	for _, c := range t.tried {
		least = min(least, t.entropyBytes(t.rows(c))*15/16)
	}
	return least, nil
}

// maxSaved is about how many blocks save compresses. In 2 megapixels every third
// is fewer; of more, the share that is saved is known well enough.
const maxSaved = 16

// save returns size, which rows take by the quick compressor, times what the
// best compressor saves in every third block, or fewer.
func (t *trial) save(rows []byte, size int) (int64, error) {
	n := t.blockBytes(rows)
	earnest := compressor{level: zstd.SpeedBestCompression}
	var before, after int64
	step := max(3, len(rows)/n/maxSaved)
	for i := n; i+n <= len(rows); i += step * n {
		quick, err := t.quick.compress(rows[i:i+n], n)
		if err != nil {
			return 0, err
		}
		best, err := earnest.compress(rows[i:i+n], n)
		if err != nil {
			return 0, err
		}
		before += int64(len(quick))
		after += int64(len(best))
	}
	if before == 0 {
		return 0, nil // a single row
	}
	return int64(size) * after / before, nil
}

// entropyBytes returns the entropy of rows in bytes, each block having a
// distribution of its own.
func (t *trial) entropyBytes(rows []byte) int64 {
	var sum int64 // bits, Q16
	for block := range slices.Chunk(rows, t.blockBytes(rows)) {
		sum += t.scorer.entropy(block) + int64(len(block))*log2(len(block))
	}
	return sum >> 19
}
