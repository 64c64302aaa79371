package model

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/parallel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Colour is the colour transform of an image, by its number in the format. The zero value is YCoCg-R, which networks
// are trained with.
type Colour = transform.Colour

// Colours is how many there are.
const Colours = transform.Colours

const (
	// leastChanges is how many pixels have to differ from the one before, without being gray or clipped, for an image to count as
	// derived from luma and chroma: with fewer, that happens at random.
	leastChanges = 64
	// triesPerPixel bounds, on average, how many combinations of luma and chroma are tried for a pixel.
	triesPerPixel = 64
	// gradientRun is how many gradients in a row share a scale.
	gradientRun = 16
	// leastGain is the part of YCoCg-R's estimate by which that of another transform has to be less. Files become smaller by half
	// of that or a little more, and pictures of their prefixes are worse: see docs/experiments/colour-transform.md.
	leastGain = 16
)

// ChooseColour returns the colour transform for an image of the planes R, G, B. If derive is set and samples have 8 bits, and all of
// them were computed from luma and chroma by a known conversion, it is the transform that inverts this. Otherwise it is YCoCg-R,
// unless the image will take much fewer bits with another. mirror and turn say whether the image should be mirrored, left to right,
// and turned upside down, for the transform. Gray images have YCoCg-R.
func ChooseColour(image []Plane, depth int, derive bool) (c Colour, mirror, turn bool) {
	if len(image) != process.Planes {
		return transform.YCoCg, false, false
	}
	if derive && depth == 8 {
		some := informativePixels(image)
		enough := sync.OnceValue(func() bool { return informativeChanges(image) >= leastChanges })
		for c := range Colours {
			if c.Derived() && !c.Subsampled() && some.derived(c) && enough() && derived(c, image) {
				return c.FindUpsampling([process.Planes]Plane(image))
			}
		}
	}
	best, least := transform.YCoCg, colourLength(transform.YCoCg, image)
	least -= least / leastGain
	for c := range Colours {
		if c == transform.YCoCg || c.Derived() {
			continue
		}
		if n := colourLength(c, image); n < least {
			best, least = c, n
		}
	}
	return best, false, false
}

// A sample is the R, G and B of some pixels.
type sample [process.Planes][]int32

// informativePixels returns some pixels of an image, from all over it, that are neither gray nor clipped: nearly any two or three of them show
// that a conversion did not make the image. A whole image takes time to look through, if most of it is white.
func informativePixels(image []Plane) (s sample) {
	const (
		looked = 4096
		most   = 256
	)
	n := len(image[0].Pix)
	step := max(n/looked, 1)
	for i := step / 2; i < n && len(s[0]) < most; i += step {
		k := min(i+i/step*7%step, n-1) // not all in the same columns
		r, g, b := image[0].Pix[k], image[1].Pix[k], image[2].Pix[k]
		if (r != g || g != b) && min(r, g, b) > 0 && max(r, g, b) < 255 {
			s[0], s[1], s[2] = append(s[0], r), append(s[1], g), append(s[2], b)
		}
	}
	return s
}

// derived reports whether every pixel of the sample can have been computed from luma and chroma by the conversion of c.
func (s sample) derived(c Colour) bool {
	for p := range s {
		s[p] = slices.Clone(s[p])
	}
	return c.Derive(s[0], s[1], s[2], nil)
}

// informativeChanges returns how many pixels differ from the one before, and are neither gray nor clipped.
func informativeChanges(image []Plane) int {
	var all atomic.Int64
	parallel.Ranges(runtime.GOMAXPROCS(0), image[0].H, 5*len(image[0].Pix), func(_, y0, y1 int) {
		n := 0
		for y := y0; y < y1; y++ {
			red, green, blue := image[0].Row(y), image[1].Row(y), image[2].Row(y)
			for x := 1; x < len(red); x++ {
				r, g, b := red[x], green[x], blue[x]
				if (r != g || g != b) && min(r, g, b) > 0 && max(r, g, b) < 255 && (r != red[x-1] || g != green[x-1] || b != blue[x-1]) {
					n++
				}
			}
		}
		all.Add(int64(n))
	})
	return int(all.Load())
}

// derived reports whether every pixel of an image can have been computed from luma and chroma by the conversion of c.
func derived(c Colour, image []Plane) bool {
	var (
		tried  atomic.Int64 // combinations, so far
		failed atomic.Bool
	)
	most := int64(triesPerPixel) * int64(len(image[0].Pix))
	parallel.Ranges(runtime.GOMAXPROCS(0), image[0].H, 50*len(image[0].Pix), func(_, y0, y1 int) {
		var row [process.Planes][]int32
		for y := y0; y < y1 && !failed.Load(); y++ {
			for p := range row {
				row[p] = append(row[p][:0], image[p].Row(y)...)
			}
			left := int(most)
			if !c.Derive(row[0], row[1], row[2], &left) || tried.Add(most-int64(left)) > most {
				failed.Store(true)
			}
		}
	})
	return !failed.Load()
}

// colourLength estimates the length of an image under a colour transform, in bits, Q16. It reads every row of small images and up to
// every fourth of large ones. The gradients x - left - above + above left of every few samples in a row are taken to have a
// Laplace distribution of their own scale. What planes say about each other is neglected, because the model gains little from it.
func colourLength(c Colour, image []Plane) uint64 {
	w, h := image[0].W, image[0].H
	step := 1 + min(w*h>>16, 3)
	length := uint64(0)
	var rows [process.Planes][]int32 // two rows of every plane, one after the other
	for y := 1; y < h; y += step {
		for p := range rows {
			rows[p] = append(rows[p][:0], image[p].Pix[(y-1)*w:(y+1)*w]...)
		}
		c.Forward(rows[0], rows[1], rows[2])
		for _, r := range rows {
			length += gradientLength(r[:w], r[w:])
		}
	}
	return length
}

// gradientLength estimates the length of a row, given the one above, in bits, Q16. A sample with a Laplace distribution of mean
// magnitude m takes log2(2e·m) bits if m is large; with 2e·m + 1 in place of 2e·m that is right to a sixth of a bit for small m too.
func gradientLength(above, row []int32) uint64 {
	length := uint64(0)
	for from := 1; from < len(row); from += gradientRun {
		to := min(from+gradientRun, len(row))
		sum := int32(0)
		for x := from; x < to; x++ {
			g := row[x] - row[x-1] - above[x] + above[x-1]
			sum += max(g, -g)
		}
		n := uint64(to - from)
		length += n * uint64(fixed.FastLog2Q16(uint32(256+1392*uint64(sum)/n))-8<<16) // 2e in Q8 is 1392
	}
	return length
}
