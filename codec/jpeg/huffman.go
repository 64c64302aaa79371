package jpeg

import "sync"

// fastBits is how many bits of a code are looked up at once.
const fastBits = 10

// A huffman is a Huffman table, for both directions.
type huffman struct {
	fast   [1 << fastBits]uint16 // by the next bits: the code's length, and above it the value; 0 for longer codes
	limit  [18]uint32            // by length: codes of that length, shifted to 16 bits, are below; the last is above all
	offset [17]int32             // by length: what to add to a code to get its value's index
	values [256]uint8

	// short is for AC coefficients whose code and bits are found at once, by the next bits: how many they are, how many
	// zeros precede, in 8 bits each, and the coefficient; 0 for others. See prepare.
	short *[1 << fastBits]uint32

	codes   [256]uint32 // by value: the code's length, and above it the code; 0 for values without a code
	repeats bool        // a value has two codes

	missing bool      // all of it is to be made when the file is written
	counts  *[256]int // by value: how often it is written, of a table that only counts
}

// newHuffman makes a table of what a DHT segment says: 16 counts, and as many values as these count. Of p it uses as much as
// it needs, n bytes.
func newHuffman(p []byte) (h *huffman, n int, err error) {
	if len(p) < 16 {
		return nil, 0, FormatError("Huffman table is cut")
	}
	total := 0
	for _, c := range p[:16] {
		total += int(c)
	}
	if total > 256 {
		return nil, 0, FormatError("Huffman table of more than 256 codes")
	}
	if len(p) < 16+total {
		return nil, 0, FormatError("Huffman table is cut")
	}
	h = new(huffman)
	copy(h.values[:], p[16:16+total])
	code, index := uint32(0), 0
	for length := 1; length <= 16; length++ {
		h.offset[length] = int32(index) - int32(code)
		for range p[length-1] {
			if code >= 1<<length {
				return nil, 0, FormatError("Huffman table of too many short codes")
			}
			v := h.values[index]
			if h.codes[v] != 0 {
				h.repeats = true
			}
			h.codes[v] = code<<8 | uint32(length)
			if length <= fastBits {
				first := code << (fastBits - length)
				for i := range uint32(1) << (fastBits - length) {
					h.fast[first+i] = uint16(v)<<8 | uint16(length)
				}
			}
			code++
			index++
		}
		h.limit[length] = code << (16 - length)
		code <<= 1
	}
	h.limit[17] = 1 << 17
	return h, 16 + total, nil
}

// prepare makes short.
func (h *huffman) prepare() {
	if h.short != nil {
		return
	}
	h.short = new([1 << fastBits]uint32)
	for i, e := range h.fast {
		length, zeros, size := int(e&0xff), uint32(e>>12), int(e>>8&15)
		if all := length + size; length > 0 && size > 0 && all <= fastBits {
			v := extend(uint32(i)>>(fastBits-all)&(1<<size-1), size)
			h.short[i] = uint32(uint16(v))<<16 | zeros<<8 | uint32(all)
		}
	}
}

// long finds a code that is longer than fastBits in the next 16 bits. Its length is 17 if there is none.
func (h *huffman) long(bits uint32) (value uint8, length int) {
	length = fastBits + 1
	for bits >= h.limit[length] {
		length++
	}
	if length == 17 {
		return 0, 17
	}
	return h.values[uint8(int32(bits>>(16-length))+h.offset[length])], length
}

// typicalHuffman returns the tables of typical.
var typicalHuffman = sync.OnceValue(func() (h [len(typical)]*huffman) {
	for i, t := range typical {
		h[i], _, _ = newHuffman([]byte(t))
	}
	return h
})
