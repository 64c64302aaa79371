package pixels

// A plane holds the samples of a component that the rows of pixels at hand need.
type plane struct {
	index                int  // of the component
	blockWide, blockHigh int  // samples of a block: 8, or fewer for a smaller picture
	perUnit              int  // rows of blocks of a row of MCUs
	h, v, maxH, maxV     int  // h samples for maxH pixels in a row, v for maxV in a column
	wide, high           int  // samples of the picture
	across, down         bool // filtered in that direction
	stride               int
	samples              []byte // a ring of perUnit + 2 rows of blocks
	decoded              int    // rows of blocks that have been made, or passed over
	coef                 []int32
	wider                []byte  // a row of pixels
	decoder              Decoder // whose inverse DCT samples are made by
}

// newPlane makes the plane of a component for a picture that is smaller by 2^reduce, of at most 3. Blocks of subsampled components are
// made larger than others, to need no upsampling, where that can be.
func newPlane(l *Layout, index int, reduce uint) *plane {
	c := l.Components[index]
	p := &plane{index: index, perUnit: c.V}
	p.maxH, p.maxV = l.largest()
	p.maxH, p.maxV = p.maxH*(8>>reduce), p.maxV*(8>>reduce)
	size := func(factor, most int) int {
		n := 8 >> reduce
		for n < 8 && most%(2*n*factor) == 0 {
			n *= 2
		}
		return n
	}
	p.blockWide, p.blockHigh = size(c.H, p.maxH), size(c.V, p.maxV)
	p.h, p.v = c.H*p.blockWide, c.V*p.blockHigh
	width, height := ceilDiv(l.Width, 1<<reduce), ceilDiv(l.Height, 1<<reduce)
	blocksWide, blocksHigh := l.blocks(c) // which hold all samples, but for those of a last pixel that is in part outside the picture
	p.wide, p.high = min(ceilDiv(width*p.h, p.maxH), blocksWide*p.blockWide), min(ceilDiv(height*p.v, p.maxV), blocksHigh*p.blockHigh)
	p.stride = blocksWide * p.blockWide
	p.samples = make([]byte, p.stride*p.blockHigh*(p.perUnit+2))
	p.coef = make([]int32, 64*c.Wide)
	p.across = !l.repeats() && 2*p.h == p.maxH && p.wide > 2 && (p.v == p.maxV || 2*p.v == p.maxV)
	p.down = !l.repeats() && 2*p.v == p.maxV && (p.h == p.maxH || p.across)
	if p.h != p.maxH || p.down {
		p.wider = make([]byte, width+1) // one more, since the filter makes two at a time
	}
	return p
}

// decode makes the samples that the pixels of a row of MCUs (units of the frame) need: its own rows of blocks, and one above and below
// them if rows are filtered.
func (p *plane) decode(unit int, source Blocks, shift uint) {
	from, to := unit*p.perUnit, (unit+1)*p.perUnit
	if p.down {
		from, to = from-1, to+1
	}
	p.decoded = max(p.decoded, from)
	for ; p.decoded < min(to, ceilDiv(p.high, p.blockHigh)); p.decoded++ {
		source(p.index, p.decoded, p.coef)
		size := p.blockHigh * p.stride
		at := p.decoded % (p.perUnit + 2) * size
		out, coef := p.samples[at:at+size], p.coef
		for x := 0; x < p.stride; x += p.blockWide {
			switch block := (*[64]int32)(coef); {
			case p.decoder != LibjpegTurbo:
				p.decoder.invert(out[x:], p.stride, block)
			case p.blockWide == 8 && p.blockHigh == 8:
				invert(out[x:], p.stride, block, shift)
			default:
				invertLow(out[x:], p.stride, block, shift, p.blockWide, p.blockHigh)
			}
			coef = coef[64:]
		}
	}
}

// row returns the samples of a row, or of the nearest that there is.
func (p *plane) row(y int) []byte {
	y = min(max(y, 0), p.high-1)
	at := (y/p.blockHigh%(p.perUnit+2)*p.blockHigh + y%p.blockHigh) * p.stride
	return p.samples[at : at+p.wide]
}

// pixels returns the component's samples at a row of pixels, one a pixel. They are valid until the next call.
func (p *plane) pixels(y int) []byte {
	near := p.row(y * p.v / p.maxV)
	next := near // the row that is next nearest to the pixels' centres
	if p.down {
		next = p.row(y>>1 - 1 + y&1*2)
	}
	switch {
	case p.across && p.down:
		triangles(p.wider, near, next)
		return p.wider
	case p.across:
		triangle(p.wider, near)
		return p.wider
	case p.down:
		bias := 1 + int32(y&1)
		for i, v := range near {
			p.wider[i] = byte((3*int32(v) + int32(next[i]) + bias) >> 2)
		}
		return p.wider
	case p.h == p.maxH:
		return near
	}
	x, rest := 0, 0
	for i := range p.wider[:len(p.wider)-1] {
		p.wider[i] = near[x]
		if rest += p.h; rest >= p.maxH {
			rest -= p.maxH
			x++
		}
	}
	return p.wider
}

// triangle makes two pixels of each sample: three quarters of it and one of the neighbour on the pixel's side. dst has room for them.
func triangle(dst, in []byte) {
	n := len(in)
	dst = dst[:2*n]
	last := int32(in[0])
	dst[0] = in[0]
	for i := 1; i < n; i++ {
		v := int32(in[i])
		pair := dst[2*i-1 : 2*i+1 : 2*i+1]
		pair[0], pair[1] = byte((3*last+v+2)>>2), byte((3*v+last+1)>>2)
		last = v
	}
	dst[2*n-1] = in[n-1]
}

// triangles is triangle for what lies between two rows: three quarters of the first and one of the second.
func triangles(dst, in, second []byte) {
	n := len(in)
	dst, second = dst[:2*n], second[:n]
	last := 3*int32(in[0]) + int32(second[0]) // times 4
	dst[0] = byte((4*last + 8) >> 4)
	for i := 1; i < n; i++ {
		v := 3*int32(in[i]) + int32(second[i])
		pair := dst[2*i-1 : 2*i+1 : 2*i+1]
		pair[0], pair[1] = byte((3*last+v+7)>>4), byte((3*v+last+8)>>4)
		last = v
	}
	dst[2*n-1] = byte((4*last + 7) >> 4)
}
