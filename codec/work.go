package codec

import (
	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/model"
)

// Pixels and bytes of a picture that count as a site of work, which takes the network up to 2.5 µs.
const (
	pixelsPerSite = 32  // of a modelled file of 8 bits a sample, whose coarser scales are merged even where nothing is predicted
	bytesPerSite  = 384 // of a stored file, alpha included; what they take of memory is bounded by this, too

	jpegPixelsPerSite = 64 // of a picture made of a JPEG file's coefficients
	blocksPerSite     = 2  // of a JPEG file's, whose coefficients are estimated
)

// storedWork returns the work of a stored image, in sites: what it takes of memory, with the rows that its decoder looks back on.
func (p *info) storedWork() int64 {
	return (p.imageBytes() + stored.RowMemory*int64(p.w)) / bytesPerSite
}

// work counts the sites that passes have to visit.
type work struct {
	sites        func(p model.Pass) int64
	total, sofar int64 // of passes that are done
	report       func(permille int)
}

func newWork(passes []model.Pass, sites func(p model.Pass) int64, report func(permille int)) *work {
	k := &work{sites: sites, report: report}
	for _, p := range passes {
		k.total += k.sites(p)
	}
	return k
}

// scaleSites returns the sites of the scale of a pass over a modelled image of w x h pixels.
func scaleSites(w, h int) func(p model.Pass) int64 {
	return func(p model.Pass) int64 { return (int64(w)>>p.Scale + 1) * (int64(h)>>p.Scale + 1) }
}

func (k *work) done(p model.Pass) {
	k.sofar += k.sites(p)
	if k.report != nil {
		k.report(int(k.sofar * 1000 / k.total))
	}
}

// leastRows is how many rows a scale or a picture counts at least: the network keeps that many around one that it predicts, and merging
// scales several around one of the picture.
const leastRows = 8

// scaleWork returns the work of predicting all sites of a scale of a modelled image once.
func scaleWork(l, w, h int) int64 {
	return (int64(w)>>l + 1) * max(int64(h)>>l+1, leastRows)
}

// pictureWork returns the work that the picture of a modelled image takes at most after some of its passes, reduced by so many scales.
func (p *info) pictureWork(passes []model.Pass, done, scales int) int64 {
	w, h := model.Reduction{Scales: scales}.Size(p.w, p.h)
	n := int64(w) * int64(max(h, leastRows)) * int64(max(p.depth, 8)/8) / pixelsPerSite
	if done == len(passes) && scales == 0 {
		return n
	}
	finest := model.FinestPredicted(passes[:done])
	for l := passes[0].Scale; l >= max(finest, scales+1) && done > 0; l-- {
		n += scaleWork(l, p.w, p.h)
	}
	return n
}

// modelledWork returns the work that decoding the first passes of a modelled image takes at most, with the picture after them.
func (p *info) modelledWork(passes []model.Pass, done, scales int) int64 {
	n := p.pictureWork(passes, done, scales)
	for _, pass := range passes[:done] {
		n += scaleWork(pass.Scale, p.w, p.h)
	}
	return n
}

// jpegPictureWork returns the work of making a picture of the coefficients of a JPEG file, once these are known.
func jpegPictureWork(w, h int) int64 { return int64(w) * int64(h) / jpegPixelsPerSite }
