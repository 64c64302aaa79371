package render

import (
	"fmt"
	"image"
)

// Kind names a scene.
type Kind int

const (
	Landscape Kind = iota // a lake under mountains
	StillLife             // fruit and a bowl on a cloth
	Street                // a street between tall houses
)

func (k Kind) String() string {
	switch k {
	case Landscape:
		return "landscape"
	case StillLife:
		return "still-life"
	case Street:
		return "street"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// oversample is how many samples a pixel gets each way.
const oversample = 3

// scene16 draws a scene as a camera with 16-bit samples would take it. The
// seed changes both the motif and the grain. Sizes below 1 count as 1.
func scene16(k Kind, width, height int, seed uint32) *image.RGBA64 {
	return expose(k, width, height, seed).develop(seed, true)
}

// Scene is scene16 rounded to 8 bits.
func Scene(k Kind, width, height int, seed uint32) *image.RGBA {
	m := scene16(k, width, height, seed)
	out := image.NewRGBA(m.Rect)
	to8(out.Pix, m.Pix)
	return out
}

func expose(k Kind, width, height int, seed uint32) *film {
	w, h := max(width, 1)*oversample, max(height, 1)*oversample
	var f *film
	switch k {
	case StillLife:
		f = stillLife(w, h, seed)
	case Street:
		f = street(w, h, seed)
	default:
		f = landscape(w, h, seed)
	}
	return f.shrink(oversample)
}
