package history

import "github.com/ddpmz/ddpmz/codec/jpeg/pixels"

// A Picture is what Find looks at: one plane of samples of 8 bits, gray, or three, red, green and blue; row by row.
type Picture struct {
	Width, Height int
	Planes        [][]uint8
	OfGo          bool // the colours are known to be as Go converts them

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

// A conversion is how a decoder makes red, green and blue, by JFIF's matrix, in constants of 16 fractional bits: each of the three is
// luma times a constant plus what is of chroma and a constant, rounded down.
type conversion struct {
	luma, half int32
	decoders   []pixels.Decoder // that have it, the likeliest first
}

// conversions are those that are looked for: see package pixels.
var conversions = [...]conversion{
	{1 << 16, 1 << 15, []pixels.Decoder{pixels.LibjpegTurbo}},
	{1<<16 + 257, 0, []pixels.Decoder{pixels.Go, pixels.GoBefore26}},
}

// ofGo is Go's.
var ofGo = &conversions[1]

// ofGray is that of gray pictures, which any decoder may have made.
var ofGray = conversion{decoders: []pixels.Decoder{pixels.LibjpegTurbo, pixels.Go, pixels.GoBefore26}}

// What chroma, less 128, adds to red, green and blue.
const (
	redOfCr, greenOfCr  = 91881, -46802
	blueOfCb, greenOfCb = 116130, -22554
)

// chroma returns what chroma adds to red, green and blue, with 16 fractional bits.
func (c *conversion) chroma(cb, cr uint8) [3]int32 {
	b, r := int32(cb)-128, int32(cr)-128
	return [3]int32{redOfCr*r + c.half, greenOfCb*b + greenOfCr*r + c.half, blueOfCb*b + c.half}
}

// leastLuma returns the least luma whose part of a sample, with 16 fractional bits, is at least so much.
func (c *conversion) leastLuma(part int32) int32 {
	return ceilDiv(part, c.luma)
}

// lumaReach is how far luma is at most from that of the rounded samples.
const lumaReach = 2

// undo returns the luma and chroma of which a pixel was made, if no sample of it is clipped: then there is one solution at most.
func (c *conversion) undo(r, g, b int32) (y, cb, cr uint8, ok bool) {
	middle := (19595*r + 38470*g + 7471*b + 1<<15) >> 16
	for k := range int32(2*lumaReach + 1) {
		y := middle + (k+1)/2*(1-k&1*2)
		if uint32(y) > 255 {
			continue
		}
		// The least chroma that makes red and blue as large as they are, and 128 more.
		at := c.luma*y + c.half
		red := (r<<16 - at + (128*redOfCr + redOfCr - 1)) / redOfCr
		blue := (b<<16 - at + (128*blueOfCb + blueOfCb - 1)) / blueOfCb
		if uint32(red) > 255 || uint32(blue) > 255 {
			continue
		}
		made := c.chroma(uint8(blue), uint8(red))
		if (c.luma*y+made[0])>>16 == r && (c.luma*y+made[1])>>16 == g && (c.luma*y+made[2])>>16 == b {
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

// firstPixels is how many pixels are looked at before planes are made. Of three or four triples of samples one comes from luma and chroma.
const firstPixels = 64

// possible reports whether the first pixels come from luma and chroma that are neither clipped nor gray, of which any conversion makes the same.
func (c *conversion) possible(p *Picture) bool {
	looked := 0
	for i, r := range p.Planes[0] {
		g, b := p.Planes[1][i], p.Planes[2][i]
		if r == g && r == b || clipped(r) || clipped(g) || clipped(b) {
			continue
		}
		if _, _, _, ok := c.undo(int32(r), int32(g), int32(b)); !ok {
			return false
		}
		if looked++; looked == firstPixels {
			break
		}
	}
	return true
}

// separate returns the luma and chroma that a picture was made of, where no sample is clipped, and the conversion; it is nil if some
// pixel comes from none.
func separate(p *Picture) ([]*plane, *conversion) {
	if len(p.Planes) == 1 {
		return []*plane{grayPlane(p)}, &ofGray
	}
	for i := range conversions {
		c := &conversions[i]
		if p.OfGo && c != ofGo || !c.possible(p) {
			continue
		}
		if planes, ok := c.separate(p); ok {
			return planes, c
		}
	}
	return nil, nil
}

// separate returns luma and chroma. ok is false if some pixel comes from none.
func (c *conversion) separate(p *Picture) (planes []*plane, ok bool) {
	for range p.Planes {
		planes = append(planes, newPlane(p.Width, p.Height))
	}
	red, green, blue := p.Planes[0], p.Planes[1], p.Planes[2]
	for i, r := range red {
		g, b := green[i], blue[i]
		if clipped(r) || clipped(g) || clipped(b) {
			continue
		}
		y, cb, cr, ok := c.undo(int32(r), int32(g), int32(b))
		if !ok {
			return nil, false
		}
		for k, v := range [3]uint8{y, cb, cr} {
			planes[k].samples[i], planes[k].known[i] = v, true
		}
	}
	return planes, true
}

// grayPlane returns the luma of a gray picture, which is known where it is not clipped.
func grayPlane(p *Picture) *plane {
	luma := newPlane(p.Width, p.Height)
	copy(luma.samples, p.Planes[0])
	for i, v := range p.Planes[0] {
		luma.known[i] = !clipped(v)
	}
	return luma
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
