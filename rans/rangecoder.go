package rans

// The range coder of small streams: see the package comment.

// subinterval returns the part of an interval of the given width that belongs to a symbol: the distance of its lower end from
// the interval's, and its width. The last symbol also has what the division leaves over.
func subinterval(width, start, freq uint64) (from, w uint64) {
	unit := width >> ProbBits
	from = unit * start
	if start+freq >= total {
		return from, width - from
	}
	return from, unit * freq
}

// rangeEncode appends the range-coded stream of all symbols to dst. It reports false, and appends nothing, if that stream would
// have more than maxRangeBytes bytes.
func (e *Encoder) rangeEncode(dst []byte) (out []byte, ok bool) {
	begin := len(dst)
	low, width := uint64(0), uint64(one/2) // the interval, in units of the last byte of the window, which begins at len(dst)
	for c := range e.begun {
		for _, s := range e.chunk(c) {
			var from uint64
			from, width = subinterval(width, s.start(), s.freq())
			if low += from; low >= one {
				low -= one
				propagateCarry(dst)
			}
			for width < minWidth {
				dst = append(dst, byte(low>>(8*(window-1))))
				low, width = low<<8&(one-1), width<<8
			}
			if len(dst)-begin > maxRangeBytes {
				return dst[:begin], false
			}
		}
	}

	// The stream ends with the shortest fraction in [low, low+width), and with the least of several such. Bytes that have left
	// the window are kept even if they are zeros: so Decoder.Close knows how many zeros may follow the end of a stream.
	v, k := low, window // the fraction in the window, and how many of its bytes are written
	for n := range window {
		step := uint64(one) >> (8 * n)
		if up := (low + step - 1) &^ (step - 1); up < low+width {
			v, k = up, n
			break
		}
	}
	if v >= one {
		v -= one
		propagateCarry(dst)
	}
	for n := range k {
		dst = append(dst, byte(v>>(8*(window-1-n))))
	}
	return dst, len(dst)-begin <= maxRangeBytes
}

// propagateCarry adds one to the last place of a fraction. The carry never leaves the first place, because every interval
// lies within [0, 1/2).
func propagateCarry(fraction []byte) {
	for i := len(fraction) - 1; ; i-- {
		fraction[i]++
		if fraction[i] != 0 {
			return
		}
	}
}

// A rangeDecoder is the part of a Decoder that decodes range-coded streams.
type rangeDecoder struct {
	code  uint64 // the bytes of the stream in the window, less the lower end of the interval
	slack uint64 // how much larger code may be, since bytes in the window are missing
	width uint64 // the width of the interval, at least minWidth; 0 if the stream is not range-coded

	// The symbol that Advance was given last, until removePending removes it; there is none if freq is 0.
	start, freq uint32
}

// startRange moves the first bytes of the stream into the window.
func (d *Decoder) startRange() {
	d.width = one / 2
	for range window {
		d.shiftIn()
	}
}

// shiftIn moves the next byte into the window: a byte of the stream, a placeholder for one that is missing, or one of the
// zeros that follow the stream. More zeros than the window holds follow none that an Encoder wrote, which keeps what has left its
// window: a stream that needs them is over, or else a few bytes would supply symbols without end.
func (d *Decoder) shiftIn() {
	d.code <<= 8
	d.slack <<= 8
	if d.pos < len(d.src) {
		d.code |= uint64(d.src[d.pos])
	} else if d.pos < d.size {
		d.slack |= 0xff
	} else if d.pos >= d.size+window {
		d.truncated = true
	}
	d.pos++
}

// removePending removes the symbol that Advance only noted, if there is one. Advance itself does not, so that it can be inlined.
func (d *Decoder) removePending() {
	if d.freq > 0 {
		d.rangeAdvance(d.start, d.freq)
		d.freq = 0
	}
}

// rangePeek is Peek of a range-coded stream.
func (d *Decoder) rangePeek() uint32 {
	d.removePending()
	// Advance has changed the state as if the stream were rANS's, to 1<<ProbBits at most. It must stay below minState.
	d.x[d.lane%lanes] = 0
	return uint32(min(d.code/(d.width>>ProbBits), total-1))
}

// rangeAdvance is Advance of a range-coded stream. A symbol is certain if every value that the missing bytes may give the
// fraction lies in the symbol's subinterval; otherwise the stream is truncated.
func (d *Decoder) rangeAdvance(start, freq uint32) {
	from, width := subinterval(d.width, uint64(start), uint64(freq))
	code := d.code - from // wraps around to a huge value if it is negative
	if code > one || code+d.slack >= width {
		d.truncated = true
		return
	}
	d.code = code
	for d.width = width; d.width < minWidth; d.width <<= 8 {
		d.shiftIn()
	}
}

// rangeTruncated is Truncated of a range-coded stream.
func (d *Decoder) rangeTruncated() bool {
	d.removePending()
	return d.truncated
}

// rangeConsumed is Consumed of a range-coded stream: the last bytes in the window do not count if the interval holds the
// fraction whatever their values are.
func (d *Decoder) rangeConsumed() int {
	d.removePending()
	n, code, slack := d.pos, d.code, uint64(0)
	for weight := uint64(1); n > 1 && weight < one; weight <<= 8 {
		if n <= d.size {
			slack += 0xff * weight
			if n <= len(d.src) {
				code -= uint64(d.src[n-1]) * weight
			}
			if code > one || code+slack >= d.width {
				break
			}
		}
		n--
	}
	return min(n, d.size)
}

// rangeClose is Close of a range-coded stream: the fraction must be the one that rangeEncode chooses.
func (d *Decoder) rangeClose() error {
	after := d.pos - d.size // the bytes of the window that lie after the stream
	switch {
	case len(d.src) < d.size:
		return &CorruptError{"bytes are missing"}
	case after < 0:
		return &CorruptError{"it goes on after the last symbol"}
	case after == window:
		return nil
	}
	last, weight := uint64(d.src[d.size-1]), uint64(1)<<(8*after)
	if last == 0 || d.code >= weight || d.code+(256-last)*weight < d.width {
		return &CorruptError{"not the shortest for its symbols"}
	}
	return nil
}
