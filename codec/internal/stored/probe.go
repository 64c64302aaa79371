package stored

import (
	"slices"

	"github.com/klauspost/compress/zstd"
)

// probed are the strategies that a probe measures: those without a choice of
// filters for each row, which takes time, that suit graphics and photographs.
var probed = []strategy{unfiltered, allPaeth}

// A probe is for rasters of minProbe bytes of rows or more; the others take no
// time to encode. And it is for rasters that shrink to more than one part in
// graphic: what shrinks further is a graphic, of which the stream is often the
// smaller file, so that it had better be made without waiting for a limit.
const (
	minProbe = 64 << 10
	graphic  = 4
)

// Probe returns how many bytes Encode's stream of the raster will take at
// least, after a seventh of the work: who has a smaller file already need not
// make it. It returns 0 where it has nothing to say: of a raster of less than
// 64 KiB, or one that shrinks to a quarter at once. It fails with a RasterError,
// or that of r.Stop.
func Probe(r *Raster) (int64, error) {
	t, err := newTrial(r)
	if t == nil {
		return 0, err
	}
	return t.probe()
}

// A quick probe looks at sampledRows rows of every sampledStep, which are at
// least 64 KiB.
const (
	sampledRows = 16
	sampledStep = 128
)

// QuickProbe is Probe for rasters that are expected to be photographs, from an
// eighth of the rows and the quick compressor alone: five eighths of what it
// makes of them, times eight. Probes of photographs come to three quarters of
// that or more. Where the rows are too few for it, or shrink too much, it is
// Probe.
func QuickProbe(r *Raster) (int64, error) {
	if r == nil || r.Height/sampledStep*sampledRows < minProbe/max(r.Width*r.Channels*r.Depth/8, 1) {
		return Probe(r)
	}
	part := *r
	part.Height = r.Height / sampledStep * sampledRows
	part.Samples = nil
	part.Row = func(y int, samples []uint16) {
		copy(samples, r.row(y/sampledRows*sampledStep+y%sampledRows, samples))
	}
	t, err := newTrial(&part)
	if t == nil {
		return 0, err
	}
	best, err := t.probeBest()
	if err != nil {
		return 0, err
	}
	if best.size < part.Height*t.stride(best)/graphic {
		return Probe(r)
	}
	return int64(best.size) * int64(r.Height) / int64(part.Height) * 5 / 8, nil
}

// probeBest returns the best of the candidates that a probe measures.
func (t *trial) probeBest() (candidate, error) {
	for _, s := range probed {
		if err := t.try(s); err != nil {
			return candidate{}, err
		}
	}
	return slices.MinFunc(t.tried, candidate.compare), nil
}

// probe is Probe, for rasters with samples. It returns the less of two:
//
//   - the size of the best candidate by the quick compressor, times what the best
//     compressor saves in every third block or, if these are many, in some 16,
//     times 7/8;
//   - the least entropy of a candidate's bytes, times 15/16: compressors give up on
//     what looks like noise to them at first, but seldom in all candidates.
//
// The fractions stand for the strategies and the matches not looked at. Nothing
// proves that they suffice: on 61 pictures, of testdata, Kodak, the training set
// and libjxl's, probes were 0.72 to 0.94 of the streams. The screenshots and
// charts of the shared data all shrink too much for a probe.
func (t *trial) probe() (int64, error) {
	t.entropies = true
	best, err := t.probeBest()
	if err != nil {
		return 0, err
	}
	if n := t.raster.Height * t.stride(best); n < minProbe || best.size < n/graphic {
		return 0, nil
	}
	least, err := t.save(best)
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
