package pixels

// A plane holds the samples of a component that the rows of pixels at hand need.
type plane struct {
	Component
	index          int // of the component
	wide, high     int // samples of the picture
	maxH, maxV     int
	across, down   bool // filtered in that direction
	stride         int
	samples        []byte // a ring of V + 2 rows of blocks
	first, decoded int    // rows of blocks that have been made: from first up to decoded
	coef           []int32
	wider          []byte  // a row of pixels
	sums           []int32 // of two rows
}

func newPlane(l *Layout, index int) *plane {
	p := &plane{Component: l.Components[index], index: index}
	p.wide, p.high = l.samples(p.Component)
	p.maxH, p.maxV = l.largest()
	p.stride = 8 * blocks(p.wide)
	p.samples = make([]byte, p.stride*8*(p.V+2))
	p.coef = make([]int32, 64*p.Wide)
	half := 2*p.H == p.maxH
	p.across = half && p.wide > 2 && (p.V == p.maxV || 2*p.V == p.maxV)
	p.down = 2*p.V == p.maxV && (p.H == p.maxH || p.across)
	if p.H != p.maxH {
		p.wider = make([]byte, l.Width+1) // one more, since the filter makes two at a time
	}
	if p.across && p.down {
		p.sums = make([]int32, p.wide)
	} else if p.down {
		p.wider = make([]byte, l.Width)
	}
	return p
}

// decode makes the samples that the pixels of a row of MCUs (units of the frame) need: its own rows of blocks, and one above and below
// them if rows are filtered.
func (p *plane) decode(unit int, source Blocks, shift uint) {
	from, to := unit*p.V, (unit+1)*p.V
	if p.down {
		from, to = max(from-1, 0), to+1
	}
	for row := max(from, p.decoded); row < min(to, blocks(p.high)); row++ {
		source(p.index, row, p.coef)
		at := row % (p.V + 2) * 8 * p.stride
		out, coef := p.samples[at:at+8*p.stride], p.coef
		for x := 0; x < p.stride; x += 8 {
			invert(out[x:], p.stride, (*[64]int32)(coef), shift)
			coef = coef[64:]
		}
		p.decoded = row + 1
	}
}

// row returns the samples of a row, or of the nearest that there is.
func (p *plane) row(y int) []byte {
	y = min(max(y, 0), p.high-1)
	at := (y>>3%(p.V+2)*8 + y&7) * p.stride
	return p.samples[at : at+p.wide]
}

// pixels returns the component's samples at a row of pixels, one a pixel. They are valid until the next call.
func (p *plane) pixels(y int) []byte {
	near := p.row(y * p.V / p.maxV)
	next := near // the row that is next nearest to the pixels' centres
	if p.down {
		next = p.row(y>>1 - 1 + y&1*2)
	}
	switch {
	case p.across && p.down:
		for i, v := range near {
			p.sums[i] = 3*int32(v) + int32(next[i])
		}
		triangle16(p.wider, p.sums)
		return p.wider
	case p.across:
		triangle4(p.wider, near)
		return p.wider
	case p.down:
		bias := 1 + int32(y&1)
		for i, v := range near {
			p.wider[i] = byte((3*int32(v) + int32(next[i]) + bias) >> 2)
		}
		return p.wider
	case p.H == p.maxH:
		return near
	}
	x, rest := 0, 0
	for i := range p.wider[:len(p.wider)-1] {
		p.wider[i] = near[x]
		if rest += p.H; rest >= p.maxH {
			rest -= p.maxH
			x++
		}
	}
	return p.wider
}

// triangle4 makes two pixels of each sample: three quarters of it and one of the neighbour on the pixel's side. dst has room for them.
func triangle4(dst, in []byte) {
	n := len(in)
	dst[0] = in[0]
	for i := range n - 1 {
		a, b := int32(in[i]), int32(in[i+1])
		dst[2*i+1], dst[2*i+2] = byte((3*a+b+2)>>2), byte((3*b+a+1)>>2)
	}
	dst[2*n-1] = in[n-1]
}

// triangle16 is triangle4 for samples times four.
func triangle16(dst []byte, in []int32) {
	n := len(in)
	dst[0] = byte((4*in[0] + 8) >> 4)
	for i := range n - 1 {
		a, b := in[i], in[i+1]
		dst[2*i+1], dst[2*i+2] = byte((3*a+b+7)>>4), byte((3*b+a+8)>>4)
	}
	dst[2*n-1] = byte((4*in[n-1] + 7) >> 4)
}
