package train

import "fmt"

// maxScales is more than the number of scales of any pyramid.
const maxScales = 32

// Bits counts ideal code lengths by scale and stage.
type Bits struct {
	SubPixels float64 // the number of samples
	Sum       [maxScales][stages]float64
	Thumbnail float64 // the length of the first pass of whole images
}

func (b *Bits) count(scale, stage int, bits float64) { b.Sum[scale][stage] += bits }

// Add adds the lengths and samples of c.
func (b *Bits) Add(c Bits) {
	b.SubPixels += c.SubPixels
	b.Thumbnail += c.Thumbnail
	for l := range b.Sum {
		for s := range b.Sum[l] {
			b.Sum[l][s] += c.Sum[l][s]
		}
	}
}

// PerSubPixel returns bits per sub-pixel, in all.
func (b Bits) PerSubPixel() float64 {
	sum := b.Thumbnail
	for l := range b.Sum {
		sum += b.scale(l)
	}
	return sum / b.SubPixels
}

func (b Bits) scale(l int) (sum float64) {
	for _, v := range b.Sum[l] {
		sum += v
	}
	return sum
}

// String gives bits per sub-pixel in all, by scale from the finest, those of the fifth on together, and by stage of
// the finest scale.
func (b Bits) String() string {
	s := fmt.Sprintf("%.3f", b.PerSubPixel())
	const last = 5
	rest := b.Thumbnail
	for l := last; l < maxScales; l++ {
		rest += b.scale(l)
	}
	for l := 1; l < last; l++ {
		if l == 1 {
			s += " | scales"
		}
		s += fmt.Sprintf(" %.3f", b.scale(l)/b.SubPixels)
	}
	s += fmt.Sprintf(" %.3f | finest by level", rest/b.SubPixels)
	for _, v := range b.Sum[1] {
		s += fmt.Sprintf(" %.3f", v/b.SubPixels)
	}
	return s
}
