package jpegs

import (
	"math"
	"math/rand/v2"
)

// Settings say how a picture becomes a JPEG file.
type Settings struct {
	Gray         bool
	H, V         int        // how many samples of luma there are for one of chroma, across and down: 1, 2 or 4
	Sharp        bool       // whether chroma is scaled down by a cubic filter and not by a mean
	Luma, Chroma [64]uint16 // quantization steps, natural order
}

// Standard tables are those of ISO/IEC 10918-1, Annex K, which libjpeg scales by its quality; natural order.
var (
	standardLuma = [64]uint16{
		16, 11, 10, 16, 24, 40, 51, 61,
		12, 12, 14, 19, 26, 58, 60, 55,
		14, 13, 16, 24, 40, 57, 69, 56,
		14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77,
		24, 35, 55, 64, 81, 104, 113, 92,
		49, 64, 78, 87, 103, 121, 120, 101,
		72, 92, 95, 98, 112, 100, 103, 99,
	}
	standardChroma = [64]uint16{
		17, 18, 24, 47, 99, 99, 99, 99,
		18, 21, 26, 66, 99, 99, 99, 99,
		24, 26, 56, 99, 99, 99, 99, 99,
		47, 66, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
	}
)

// Standard returns the settings of libjpeg for a quality of 1 to 100, with chroma sampled h by v.
func Standard(quality, h, v int) Settings {
	percent := 200 - 2*quality
	if quality < 50 {
		percent = 5000 / quality
	}
	s := Settings{H: h, V: v}
	for i := range s.Luma {
		s.Luma[i] = clampStep((int(standardLuma[i])*percent + 50) / 100)
		s.Chroma[i] = clampStep((int(standardChroma[i])*percent + 50) / 100)
	}
	return s
}

// clampStep returns the nearest step that a baseline file can have.
func clampStep(step int) uint16 { return uint16(min(max(step, 1), 255)) }

// random draws settings: sampling as files of cameras and programs have it, and tables of three families.
func random(r *rand.Rand) Settings {
	quality := 40 + r.IntN(59)
	if r.IntN(2) == 0 {
		quality = 75 + r.IntN(24) // most files are better than the mean of all qualities
	}
	var s Settings
	switch x := r.Float64(); {
	case x < .5:
		s = Standard(quality, 1, 1)
	case x < .75:
		s = finelyScaled(r, quality)
	default:
		s = capped(r, quality)
	}
	s.H, s.V = 2, 2
	switch x := r.Float64(); {
	case x < .4:
	case x < .7:
		s.V = 1
	case x < .9:
		s.H, s.V = 1, 1
	case x < .92:
		s.H = 1
	default:
		s.Gray = true
	}
	s.Sharp = r.IntN(3) == 0
	return s
}

// finelyScaled returns Annex K's tables times a factor that is no whole percentage, chroma's times another, as cameras scale them
// towards a size of file; a third use luma's table for chroma too.
func finelyScaled(r *rand.Rand, quality int) (s Settings) {
	luma := float64(100-quality) / 50 * math.Exp(.2*r.NormFloat64())
	chroma := luma * math.Exp(.3*r.NormFloat64())
	table := &standardChroma
	if r.IntN(3) == 0 {
		table = &standardLuma
	}
	for i := range s.Luma {
		s.Luma[i] = clampStep(int(math.Round(float64(standardLuma[i]) * luma)))
		s.Chroma[i] = clampStep(int(math.Round(float64(table[i]) * chroma)))
	}
	return s
}

// capped returns tables that grow with the frequency up to a step that none exceeds, as those of Adobe's programs do.
func capped(r *rand.Rand, quality int) (s Settings) {
	top := float64(101-quality) * (.6 + .8*r.Float64())
	first := top * (.08 + .25*r.Float64())
	power := .8 + 1.2*r.Float64()
	reach := 4 + 6*r.Float64() // the frequency from which on steps are equal
	more := 1 + .8*r.Float64() // chroma's steps to luma's
	for i := range s.Luma {
		f := math.Hypot(float64(i%8), float64(i/8)) / reach
		step := first + (top-first)*math.Pow(min(f, 1), power)
		s.Luma[i] = clampStep(int(math.Round(step)))
		s.Chroma[i] = clampStep(int(math.Round(step * more)))
	}
	return s
}
