package history

// A Picture is what Find looks at: one plane of samples of 8 bits, gray, or three, red, green and blue; row by row.
type Picture struct {
	Width, Height int
	Planes        [][]uint8

	Done <-chan struct{} // once it is closed, Find returns soon, with whatever it has
}

// stopped reports whether a channel is closed.
func stopped(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// Chroma's part in red, green and blue, by JFIF's matrix and libjpeg's rounding: see package pixels. green holds what the two take
// together, Q16, before it is rounded.
var (
	redOfCr, blueOfCb    [256]int32
	greenOfCr, greenOfCb [256]int32
	crOfRed, cbOfBlue    [512]int16 // what of chroma makes a difference of 256 less than the index, or -1
)

func init() {
	for i := range crOfRed {
		crOfRed[i], cbOfBlue[i] = -1, -1
	}
	for i := range 256 {
		x := int32(i) - 128
		redOfCr[i], blueOfCb[i] = (91881*x+1<<15)>>16, (116130*x+1<<15)>>16
		greenOfCr[i], greenOfCb[i] = -46802*x, -22554*x+1<<15
		crOfRed[redOfCr[i]+256], cbOfBlue[blueOfCb[i]+256] = int16(i), int16(i)
	}
}

// lumaReach is how far luma is at most from that of the rounded samples.
const lumaReach = 2

// undo returns the luma and chroma of which a pixel was made, if no sample of it is clipped: then there is one solution at most.
func undo(r, g, b int32) (y, cb, cr uint8, ok bool) {
	middle := (19595*r + 38470*g + 7471*b + 1<<15) >> 16
	for k := range int32(2*lumaReach + 1) {
		y := middle + (k+1)/2*(1-k&1*2)
		red, blue := crOfRed[(r-y+256)&511], cbOfBlue[(b-y+256)&511]
		if red >= 0 && blue >= 0 && y+(greenOfCb[blue]+greenOfCr[red])>>16 == g && uint32(y) < 256 {
			return uint8(y), uint8(blue), uint8(red), true
		}
	}
	return 0, 0, 0, false
}

// clipped reports whether a sample is 0 or 255, and so may have been beyond.
func clipped(v uint8) bool { return v-1 > 253 }

// A plane has samples of which some are known. Those of others are guesses, within bounds once there are any.
type plane struct {
	wide, high int
	samples    []uint8
	known      []bool
	bounds     []bound // nil if nothing is known of other samples
}

func newPlane(wide, high int) *plane {
	return &plane{wide: wide, high: high, samples: make([]uint8, wide*high), known: make([]bool, wide*high)}
}

// bound returns what is known of a sample.
func (p *plane) bound(i int) bound {
	switch {
	case p.known[i]:
		return bound{p.samples[i], p.samples[i]}
	case p.bounds != nil:
		return p.bounds[i]
	}
	return anything
}

// placed returns the plane in a larger one, where it begins in column x and row y; the others are unknown.
func (p *plane) placed(x, y, wide, high int) *plane {
	if wide == p.wide && high == p.high {
		return p
	}
	q := newPlane(wide, high)
	for row := range p.high {
		copy(q.samples[(row+y)*q.wide+x:], p.samples[row*p.wide:][:p.wide])
		copy(q.known[(row+y)*q.wide+x:], p.known[row*p.wide:][:p.wide])
	}
	return q
}

// separate returns the luma and chroma that the picture was made of, where no sample is clipped; luma is known of gray pictures alone
// where it is clipped. ok is false if some pixel comes from none.
func separate(p *Picture) (planes []*plane, ok bool) {
	for range p.Planes {
		planes = append(planes, newPlane(p.Width, p.Height))
	}
	if len(planes) == 1 {
		copy(planes[0].samples, p.Planes[0])
		for i, v := range p.Planes[0] {
			planes[0].known[i] = !clipped(v)
		}
		return planes, true
	}
	red, green, blue := p.Planes[0], p.Planes[1], p.Planes[2]
	for i, r := range red {
		g, b := green[i], blue[i]
		if clipped(r) || clipped(g) || clipped(b) {
			continue
		}
		y, cb, cr, ok := undo(int32(r), int32(g), int32(b))
		if !ok {
			return nil, false
		}
		for k, v := range [3]uint8{y, cb, cr} {
			planes[k].samples[i], planes[k].known[i] = v, true
		}
	}
	return planes, true
}

// fill gives samples that are not known the value of one beside them.
func (p *plane) fill() []uint8 {
	filled := append([]uint8(nil), p.samples...)
	done := append([]bool(nil), p.known...)
	for i := range filled {
		if done[i] {
			continue
		}
		switch x := i % p.wide; {
		case x > 0 && done[i-1]:
			filled[i], done[i] = filled[i-1], true
		case i >= p.wide && done[i-p.wide]:
			filled[i], done[i] = filled[i-p.wide], true
		}
	}
	for i := len(filled) - 1; i >= 0; i-- {
		if done[i] {
			continue
		}
		switch x := i % p.wide; {
		case x+1 < p.wide && done[i+1]:
			filled[i], done[i] = filled[i+1], true
		case i+p.wide < len(filled) && done[i+p.wide]:
			filled[i], done[i] = filled[i+p.wide], true
		default:
			filled[i] = 128
		}
	}
	return filled
}
