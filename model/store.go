package model

import "math/bits"

// A store holds the cells, or the values, of a coordinate at the sites of a scale. A cell is one integer: number n
// at clock k is (2n+1)·2^k, and 0 says that nothing is known. That takes two bytes for 8-bit samples: with the
// dither, whose highest bits no clock reaches, details of any lifting are below 2^14.
type store struct {
	narrow []int16
	wide   []int32
}

func newStore(n int, deep uint) store {
	if deep == 0 {
		return store{narrow: make([]int16, n)}
	}
	return store{wide: make([]int32, n)}
}

// load writes the cells and clocks of sites [from,to) to the beginning of cell and clock.
func (s *store) load(cell []int32, clock []uint8, from, to int) {
	if s.wide != nil {
		unpack(cell, clock, s.wide[from:to])
	} else {
		unpack(cell, clock, s.narrow[from:to])
	}
}

// save notes cells and clocks of the sites from the given one on. Cells that do not fit, as only a damaged file has
// them, become the outermost that do.
func (s *store) save(cell []int32, clock []uint8, from int) {
	if s.wide != nil {
		for j, k := range clock {
			s.wide[from+j] = pack(cell[j], k, 1<<30)
		}
		return
	}
	for j, k := range clock {
		s.narrow[from+j] = int16(pack(cell[j], k, 1<<14))
	}
}

// at returns what is stored for site j.
func (s *store) at(j int) int32 {
	if s.wide != nil {
		return s.wide[j]
	}
	return int32(s.narrow[j])
}

// set stores v for site j.
func (s *store) set(j int, v int32) {
	if s.wide != nil {
		s.wide[j] = v
	} else {
		s.narrow[j] = int16(v)
	}
}

// empty reports whether it is the store of no sites.
func (s *store) empty() bool { return s.wide == nil && s.narrow == nil }

// clone returns a copy of the sites [from,to).
func (s *store) clone(from, to int) store {
	if s.wide != nil {
		return store{wide: append([]int32(nil), s.wide[from:to]...)}
	}
	return store{narrow: append([]int16(nil), s.narrow[from:to]...)}
}

func pack(a int32, k uint8, bound int32) int32 {
	if k == unknown {
		return 0
	}
	return clamp(a, -bound, bound-1)>>k<<k<<1 | 1<<k
}

func unpack[T int16 | int32](cell []int32, clock []uint8, from []T) {
	cell, clock = cell[:len(from)], clock[:len(from)]
	for j, v := range from {
		if v == 0 {
			cell[j], clock[j] = 0, unknown
			continue
		}
		k := bits.TrailingZeros32(uint32(v))
		cell[j], clock[j] = int32(v)>>1>>k<<k, uint8(k)
	}
}

// A storedTrace is a trace in two bytes: the score in bits 0 to 6, the flag in bit 7, the residual above.
type storedTrace uint16

func loadTraces(to []trace, from []storedTrace) {
	to = to[:len(from)]
	for j, t := range from {
		to[j] = trace(t&0x7f) | trace(t>>7&1)<<16 | trace(t>>8)<<24
	}
}

func storeTraces(to []storedTrace, from []trace) {
	from = from[:len(to)]
	for j := range to {
		t := from[j]
		to[j] = storedTrace(t&0x7f) | storedTrace(t>>16&1)<<7 | storedTrace(t>>24)<<8
	}
}
