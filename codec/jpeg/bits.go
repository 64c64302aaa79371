package jpeg

import "encoding/binary"

// A bitReader reads entropy-coded data, in which a byte 0xff is followed by a zero that means nothing.
type bitReader struct {
	data []byte
	pos  int

	acc   uint64 // bits read ahead, from the top
	n     int    // how many
	after int    // how many of these, the last ones, stand for what would follow the data: zeros
}

// hasFF reports whether one of the four bytes is 0xff.
func hasFF(w uint32) bool { return (^w-0x01010101)&w&0x80808080 != 0 }

// fill reads ahead until there are more than 32 bits.
func (r *bitReader) fill() {
	if r.n > 32 {
		return
	}
	if p := r.data[r.pos:]; len(p) >= 4 {
		if w := binary.BigEndian.Uint32(p); !hasFF(w) {
			r.acc |= uint64(w) << (32 - r.n)
			r.n += 32
			r.pos += 4
			return
		}
	}
	for r.n <= 32 {
		c := uint64(0)
		switch p := r.data[r.pos:]; {
		case r.after == 0 && len(p) > 0 && p[0] != 0xff:
			c = uint64(p[0])
			r.pos++
		case r.after == 0 && len(p) > 1 && p[1] == 0:
			c = 0xff
			r.pos += 2
		default:
			r.after += 8
		}
		r.acc |= c << (56 - r.n)
		r.n += 8
	}
}

// take removes and returns up to 16 bits, which fill has read.
func (r *bitReader) take(n int) uint32 {
	v := uint32(r.acc >> 48 >> (16 - n))
	r.acc <<= n
	r.n -= n
	return v
}

// skip removes bits.
func (r *bitReader) skip(n int) {
	r.acc <<= n
	r.n -= n
}

// symbol reads a code. It leaves at least 16 bits read ahead. Where there is no such code, ok is false.
func (r *bitReader) symbol(h *huffman) (value uint8, ok bool) {
	r.fill()
	e := h.fast[r.acc>>(64-fastBits)]
	value, length := uint8(e>>8), int(e&0xff)
	if length == 0 {
		if value, length = h.long(uint32(r.acc >> 48)); length > 16 {
			return 0, false
		}
	}
	r.skip(length)
	return value, true
}

// ended reports whether more bits were taken than there are.
func (r *bitReader) ended() bool { return r.n < r.after }

// align ends an interval: it gives back the bytes that were not begun, and returns the other bits below a one: those
// that fill the last byte.
func (r *bitReader) align() (pad uint8) {
	unread := r.n - r.after
	pad = 1
	if rest := unread % 8; rest > 0 {
		pad = 1<<rest | uint8(r.acc>>(64-rest))
	}
	for range unread / 8 {
		r.pos--
		if r.data[r.pos] == 0 && r.data[r.pos-1] == 0xff {
			r.pos--
		}
	}
	r.acc, r.n, r.after = 0, 0, 0
	return pad
}

// extend makes a number of the n > 0 bits that follow its category n. T.81, figure F.12.
func extend(bits uint32, n int) int32 {
	v := int32(bits)
	return v - (1<<n-1)&((v-1<<(n-1))>>31)
}

// A bitWriter is the opposite of a bitReader.
type bitWriter struct {
	out  []byte
	acc  uint64 // the last n bits count
	n    int
	lost bool // a value had no code
}

// put appends up to 32 bits.
func (w *bitWriter) put(bits uint32, n int) {
	w.acc = w.acc<<n | uint64(bits)
	if w.n += n; w.n >= 32 {
		w.write()
	}
}

// write writes four bytes.
func (w *bitWriter) write() {
	w.n -= 32
	word := uint32(w.acc >> w.n)
	if !hasFF(word) {
		w.out = binary.BigEndian.AppendUint32(w.out, word)
		return
	}
	for shift := 24; shift >= 0; shift -= 8 {
		w.byte(byte(word >> shift))
	}
}

func (w *bitWriter) byte(c byte) {
	w.out = append(w.out, c)
	if c == 0xff {
		w.out = append(w.out, 0)
	}
}

// symbol appends the code of a value, and n bits after it: at most 15, of which T.81 needs no more.
func (w *bitWriter) symbol(h *huffman, value uint8, bits uint32, n int) {
	c := h.codes[value]
	if c == 0 || n > 15 {
		w.uncoded(h, value, n)
		return
	}
	w.put(c>>8<<n|bits, int(c&0xff)+n)
}

// uncoded takes notice of a value without a code.
func (w *bitWriter) uncoded(h *huffman, value uint8, n int) {
	if h.counts == nil || n > 15 {
		w.lost = true
		return
	}
	h.counts[value]++
}

// missing returns how many bits the last byte lacks.
func (w *bitWriter) missing() int { return -w.n & 7 }

// flush writes whole bytes, which is what there must be.
func (w *bitWriter) flush() {
	for w.n > 0 {
		w.n -= 8
		w.byte(byte(w.acc >> w.n))
	}
}
