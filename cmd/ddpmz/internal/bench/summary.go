package bench

import (
	"cmp"
	"math"
	"slices"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
)

// A Line is the mean of what one codec does at every rate, over all images.
type Line struct {
	ID, Name string
	Own      bool
	Means    []Mean // one for each rate that it can do with every image
	// BD is by which factor ddpmz needs more bits than this codec for the same PSNR, less 1: the mean over the
	// images on which that can be said, whose number is BDImages. For ddpmz itself it is 0 of none.
	BD       float64
	BDImages int
}

// A Mean is the mean over all images at a rate. PSNR is in dB, over the images whose picture is not exact, and infinite
// if there are none; Exact is the number of the others.
type Mean struct {
	Target, Rate, PSNR       float64
	Exact                    int
	MSSSIM                   *float64 // none if an image was too small
	SSIMULACRA2, Butteraugli *float64 // none if not measured, or if a picture was exact
}

// Lines returns a line for ddpmz, whose prefixes are in both comparisons, and one for each peer that was measured.
func (r *Report) Lines(c peers.Comparison) []Line {
	own := Line{ID: "ddpmz", Name: "ddpmz", Own: true, Means: r.means(func(i *Image) []Point { return i.Own.Cuts })}
	lines := []Line{own}
	for _, p := range r.Peers {
		if p.Comparison != c {
			continue
		}
		points := func(i *Image) []Point { return i.Peers[p.ID].Points }
		l := Line{ID: p.ID, Name: p.Name, Means: r.means(points)}
		if len(l.Means) == 0 {
			continue
		}
		sum := 0.0
		for i := range r.Images {
			image := &r.Images[i]
			if bd, ok := metrics.BDRate(curve(image, points(image)), curve(image, image.Own.Cuts)); ok {
				sum += bd
				l.BDImages++
			}
		}
		if l.BDImages > 0 {
			l.BD = sum / float64(l.BDImages)
		}
		lines = append(lines, l)
	}
	return lines
}

// curve returns the points of one image for BDRate. Exact pictures have no PSNR and are left out.
func curve(i *Image, points []Point) (list []metrics.RatePoint) {
	for _, p := range points {
		if p.PSNR != nil {
			list = append(list, metrics.RatePoint{Rate: p.Rate, Quality: *p.PSNR})
		}
	}
	return list
}

func (r *Report) means(points func(*Image) []Point) (list []Mean) {
	n := float64(len(r.Images))
	for _, rate := range r.Rates {
		var all []*Point
		m := Mean{Target: rate}
		for i := range r.Images {
			p, ok := at(points(&r.Images[i]), rate)
			if !ok {
				break
			}
			all = append(all, p)
			m.Rate += p.Rate / n
		}
		if len(all) < len(r.Images) {
			continue
		}
		m.PSNR, m.Exact = meanPSNR(all)
		m.MSSSIM = mean(all, func(p *Point) *float64 { return p.MSSSIM })
		m.SSIMULACRA2 = mean(all, func(p *Point) *float64 { return p.SSIMULACRA2 })
		m.Butteraugli = mean(all, func(p *Point) *float64 { return p.Butteraugli })
		list = append(list, m)
	}
	return list
}

// meanPSNR returns the mean PSNR of the pictures that are not exact, infinite if all are, and how many are.
func meanPSNR(all []*Point) (mean float64, exact int) {
	for _, p := range all {
		if p.PSNR == nil {
			exact++
		} else {
			mean += *p.PSNR
		}
	}
	if exact == len(all) {
		return math.Inf(1), exact
	}
	return mean / float64(len(all)-exact), exact
}

// mean returns the mean of a figure that all points have, or nil.
func mean(all []*Point, of func(*Point) *float64) *float64 {
	sum := 0.0
	for _, p := range all {
		v := of(p)
		if v == nil {
			return nil
		}
		sum += *v
	}
	sum /= float64(len(all))
	return &sum
}

// A Size is what lossless files of a codec take, over all images.
type Size struct {
	ID, Name       string
	Own            bool
	PerSubpixel    float64 // mean bits
	Encode, Decode float64 // medians
	Reused         bool    // times are of another run
}

// Sizes returns the sizes for ddpmz and each peer that was measured on all images, from the smallest.
func (r *Report) Sizes() []Size {
	n := float64(len(r.Images))
	own := Size{ID: "ddpmz", Name: "ddpmz", Own: true}
	var encode, decode []float64
	for i := range r.Images {
		image := &r.Images[i]
		own.PerSubpixel += 8 * float64(image.Own.Bytes) / (3 * image.Pixels()) / n
		encode, decode = append(encode, image.Own.Encode), append(decode, image.Own.Decode)
	}
	own.Encode, own.Decode = median(encode), median(decode)
	list := []Size{own}
	for _, p := range r.Peers {
		s := Size{ID: p.ID, Name: p.Name}
		encode, decode = nil, nil
		for i := range r.Images {
			image := &r.Images[i]
			result, ok := image.Peers[p.ID]
			if p.Comparison != peers.Lossless || !ok || len(result.Points) != 1 {
				break
			}
			point := result.Points[0]
			s.PerSubpixel += 8 * float64(point.Bytes) / (3 * image.Pixels()) / n
			s.Reused = s.Reused || result.Reused
			encode, decode = append(encode, point.Encode), append(decode, point.Decode)
		}
		if len(encode) == len(r.Images) {
			s.Encode, s.Decode = median(encode), median(decode)
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b Size) int { return cmp.Compare(a.PerSubpixel, b.PerSubpixel) })
	return list
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	n := len(list)
	if n == 0 {
		return math.NaN()
	}
	return (list[(n-1)/2] + list[n/2]) / 2
}

// A LevelMean is the mean over all images after a level of the process.
type LevelMean struct {
	Level, Steps int
	Bytes        float64
	Rate, Ideal  float64 // bits a pixel, real and ideal
	RMSE         float64 // root of the mean squared error of all samples
	PSNR         float64 // in dB, mean of the pictures that are not exact; infinite if all are
}

// LevelMeans returns the levels that all images come to, from the coarsest on. Large pictures have levels before
// those; stored files have none but the last.
func (r *Report) LevelMeans() (list []LevelMean) {
	if len(r.Images) == 0 {
		return nil
	}
	n := float64(len(r.Images))
	for _, first := range r.Images[0].Own.Levels {
		m := LevelMean{Level: *first.Level, Steps: *first.Steps}
		squares, samples := 0.0, 0.0
		var all []*Point
		for i := range r.Images {
			image := &r.Images[i]
			for j := range image.Own.Levels {
				p := &image.Own.Levels[j]
				if *p.Level != m.Level {
					continue
				}
				all = append(all, p)
				m.Bytes += float64(p.Bytes) / n
				m.Rate += p.Rate / n
				m.Ideal += float64(p.IdealBits) / image.Pixels() / n
				samples += 3 * image.Pixels()
				if p.PSNR != nil {
					squares += 3 * image.Pixels() * metrics.OfPSNR(*p.PSNR)
				}
				break
			}
		}
		if len(all) == len(r.Images) {
			m.RMSE = math.Sqrt(squares / samples)
			m.PSNR, _ = meanPSNR(all)
			list = append(list, m)
		}
	}
	return list
}
