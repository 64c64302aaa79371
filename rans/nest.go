package rans

// Small streams: intervals within intervals (see the package comment).

// part returns where the part of an interval of the given width that belongs to
// a symbol begins, and how wide it is. The last symbol has what division leaves.
func part(width uint64, start, freq uint64) (from, w uint64) {
	unit := width >> ProbBits
	from = unit * start
	if start+freq >= total {
		return from, width - from
	}
	return from, unit * freq
}

// nest appends the stream that codes all symbols in one fraction to dst. It gives
// up if that takes more than maxNest bytes.
func (e *Encoder) nest(dst []byte) (out []byte, ok bool) {
	begin := len(dst)
	low, width := uint64(0), uint64(whole/2) // of the bytes from len(dst) on
	for _, s := range e.syms {
		var from uint64
		from, width = part(width, s.start(), s.freq())
		if low += from; low >= whole {
			low -= whole
			carry(dst)
		}
		for width < least {
			dst = append(dst, byte(low>>(8*(window-1))))
			low, width = low<<8&(whole-1), width<<8
		}
		if len(dst)-begin > maxNest {
			return dst[:begin], false
		}
	}

	// The shortest fraction in [low, low+width); of several, the least. Zeros out of
	// view stay where they are, so that Close knows how many zeros may follow the end.
	v, k := low, window // its bytes in view
	for n := range window {
		step := uint64(whole) >> (8 * n)
		if up := (low + step - 1) &^ (step - 1); up < low+width {
			v, k = up, n
			break
		}
	}
	if v >= whole {
		v -= whole
		carry(dst)
	}
	for n := range k {
		dst = append(dst, byte(v>>(8*(window-1-n))))
	}
	return dst, len(dst)-begin <= maxNest
}

// carry adds one to the last place of a fraction. It never runs out of places: all
// intervals are within [0, 1/2).
func carry(fraction []byte) {
	for i := len(fraction) - 1; ; i-- {
		fraction[i]++
		if fraction[i] != 0 {
			return
		}
	}
}

// A nested is the decoder's side of nest.
type nested struct {
	code  uint64 // the fraction, less the lower end of the interval
	slack uint64 // by how much it may be more, for bytes that are missing
	width uint64 // of the interval, at least `least`; 0 if the stream has four lanes

	start, freq uint32 // of the symbol that Advance removed, which settle has yet to do; none if freq is 0
}

// startNest takes the first bytes into view.
func (d *Decoder) startNest() {
	d.width = whole / 2
	for range window {
		d.shift()
	}
}

// shift takes the next byte into view: one of the stream, one that is missing, or
// one of the zeros that follow the stream.
func (d *Decoder) shift() {
	d.code <<= 8
	d.slack <<= 8
	if d.pos < len(d.src) {
		d.code |= uint64(d.src[d.pos])
	} else if d.pos < d.size {
		d.slack |= 0xff
	}
	d.pos++
}

// settle does what Advance put off, so that it can be inlined.
func (d *Decoder) settle() {
	if d.freq > 0 {
		d.narrow(d.start, d.freq)
		d.freq = 0
	}
}

// point is Peek.
func (d *Decoder) point() uint32 {
	d.settle()
	d.x[d.lane%lanes] = 0 // whatever Advance made of it: at most 1<<ProbBits, or negative
	return uint32(min(d.code/(d.width>>ProbBits), total-1))
}

// narrow is Advance. A symbol is certain if its part of the interval holds all that
// the fraction may be.
func (d *Decoder) narrow(start, freq uint32) {
	from, width := part(d.width, uint64(start), uint64(freq))
	code := d.code - from // if negative, huge
	if code > whole || code+d.slack >= width {
		d.starved = true
		return
	}
	d.code = code
	for d.width = width; d.width < least; d.width <<= 8 {
		d.shift()
	}
}

// starvedNest is Starved.
func (d *Decoder) starvedNest() bool {
	d.settle()
	return d.starved
}

// consumedNest is Consumed: bytes are given back while the interval holds whatever
// might have stood in their place.
func (d *Decoder) consumedNest() int {
	d.settle()
	n, code, slack := d.pos, d.code, uint64(0)
	for weight := uint64(1); n > 1 && weight < whole; weight <<= 8 {
		if n <= d.size {
			slack += 0xff * weight
			if n <= len(d.src) {
				code -= uint64(d.src[n-1]) * weight
			}
			if code > whole || code+slack >= d.width {
				break
			}
		}
		n--
	}
	return min(n, d.size)
}

// closeNest is Close: the fraction must be the one that nest chooses.
func (d *Decoder) closeNest() error {
	after := d.pos - d.size // zeros in view that are not in the stream
	switch {
	case len(d.src) < d.size:
		return &CorruptError{"bytes are missing"}
	case after < 0:
		return &CorruptError{"it goes on after the last symbol"}
	case after > window:
		return &CorruptError{"it ends before the last symbol"}
	case after == window:
		return nil
	}
	last, weight := uint64(d.src[d.size-1]), uint64(1)<<(8*after)
	if last == 0 || d.code >= weight || d.code+(256-last)*weight < d.width {
		return &CorruptError{"not the shortest for its symbols"}
	}
	return nil
}
