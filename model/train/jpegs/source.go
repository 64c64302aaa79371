package jpegs

import (
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/train"
)

// A Source is an endless sequence of training pictures, made of photographs. It may be used by several goroutines.
type Source struct {
	photographs []train.Image
	seed        uint64
}

// NewSource returns the sequence that a seed gives. There must be photographs.
func NewSource(photographs []train.Image, seed uint64) *Source {
	return &Source{photographs, seed}
}

// A turn through all photographs is an epoch: pictures n*Epoch ... (n+1)*Epoch-1 are made of all of them, in another order each time.
func (s *Source) Epoch() int { return len(s.photographs) }

// Limits of the pictures in pixels: an enlarged part of a photograph has at most mostPixels.
const (
	leastSide  = 16
	mostPixels = 1 << 20
)

// Picture returns picture i.
func (s *Source) Picture(i int) *dct.Image {
	order := rand.New(rand.NewPCG(s.seed, uint64(i/s.Epoch()))).Perm(s.Epoch())
	m := s.photographs[order[i%s.Epoch()]]
	r := rand.New(rand.NewPCG(s.seed^0x9e3779b97f4a7c15, uint64(i)))
	settings := random(r)
	scene := rgb(m)
	if r.IntN(2) == 0 {
		scene = turn(r, cropRandomly(r, scene, m.W, m.H))
		return quantize(components(scene), settings)
	}
	scale := 1.3 + 1.7*r.Float64()
	w, h := m.W, m.H
	for float64(w)*float64(h)*scale*scale > mostPixels {
		w, h = w*9/10, h*9/10
	}
	scene = turn(r, cropRandomly(r, scene, w, h))
	w, h = int(float64(scene[0].w)*scale), int(float64(scene[0].h)*scale)
	for c, p := range scene {
		scene[c] = p.enlarge(w, h)
	}
	return quantize(randomCamera(r).take(r, scene), settings)
}

// cropRandomly returns a part of at most w x h pixels, often all of these, sometimes much less: small files have to be learned from,
// too, and sides that are no multiples of a block.
func cropRandomly(r *rand.Rand, scene [3]plane, w, h int) [3]plane {
	switch r.IntN(8) {
	case 0:
		w, h = leastSide+r.IntN(max(w-leastSide, 1)), leastSide+r.IntN(max(h-leastSide, 1))
	case 1, 2:
		w, h = max(w-r.IntN(32), 1), max(h-r.IntN(32), 1)
	}
	w, h = min(w, scene[0].w), min(h, scene[0].h)
	x, y := r.IntN(scene[0].w-w+1), r.IntN(scene[0].h-h+1)
	for c, p := range scene {
		scene[c] = p.crop(x, y, w, h)
	}
	return scene
}

// turn mirrors a scene or not; a quarter of the scenes stand on their side, as photographs in portrait orientation do.
func turn(r *rand.Rand, scene [3]plane) [3]plane {
	mirror, side := r.IntN(2) == 0, r.IntN(4) == 0
	for c, p := range scene {
		if mirror {
			p = p.mirror()
		}
		if side {
			p = p.transpose()
		}
		scene[c] = p
	}
	return scene
}
