package model

import "github.com/ddpmz/ddpmz/model/internal/fixed"

// A store holds the cells of a coordinate at the sites of a scale, or values. A cell is one integer: number n
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
		unpackRow(cell, clock, s.wide[from:to])
	} else {
		unpackRow(cell, clock, s.narrow[from:to])
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

// values writes what is stored for the sites from the given one on to v.
func (s *store) values(v []int32, from int) {
	if s.wide != nil {
		copy(v, s.wide[from:])
		return
	}
	for j, x := range s.narrow[from : from+len(v)] {
		v[j] = int32(x)
	}
}

// setValues stores v for the sites from the given one on, as setValue does.
func (s *store) setValues(v []int32, from int) {
	if s.wide != nil {
		copy(s.wide[from:], v)
		return
	}
	to := s.narrow[from : from+len(v)]
	for j, x := range v {
		to[j] = fixed.Sat16(x)
	}
}

// setValue stores v for site j, or the outermost value that fits.
func (s *store) setValue(j int, v int32) {
	if s.wide != nil {
		s.wide[j] = v
	} else {
		s.narrow[j] = fixed.Sat16(v)
	}
}

// part returns the store of n sites of s from the given one on.
func (s *store) part(from, n int) store {
	if s.wide != nil {
		return store{wide: s.wide[from:][:n]}
	}
	return store{narrow: s.narrow[from:][:n]}
}

// empty reports whether it is the store of no sites.
func (s *store) empty() bool { return s.wide == nil && s.narrow == nil }

// cell returns the cell of site j and its clock.
func (s *store) cell(j int) (a int32, k uint8) { return unpack(s.at(j)) }

// setCell notes the cell of site j, as save does.
func (s *store) setCell(j int, a int32, k uint8) {
	if s.wide != nil {
		s.wide[j] = pack(a, k, 1<<30)
	} else {
		s.narrow[j] = int16(pack(a, k, 1<<14))
	}
}

// resize makes s a store of n sites like t, of any content, in the storage it has if that is large enough, or else in
// one for most sites.
func (s *store) resize(n, most int, t *store) {
	if t.wide != nil {
		s.wide, s.narrow = resize(s.wide, n, most), nil
	} else {
		s.narrow, s.wide = resize(s.narrow, n, most), nil
	}
}

// copy copies sites [from,to) of t to those from at on.
func (s *store) copy(at int, t *store, from, to int) {
	if t.wide != nil {
		copy(s.wide[at:], t.wide[from:to])
	} else {
		copy(s.narrow[at:], t.narrow[from:to])
	}
}

func pack(a int32, k uint8, bound int32) int32 {
	if k == unknown {
		return 0
	}
	k &= 31 // as it is, but so that the compiler knows
	return fixed.Clamp(a, -bound, bound-1)>>k<<k<<1 | 1<<k
}

func unpack(v int32) (a int32, k uint8) {
	k = packedClock(v)
	return v >> 1 >> (k & 31) << (k & 31), k // nothing is left of 0 either way
}

// packedClock returns the clock of a cell as pack returns it: the number of zeros below the lowest one, or unknown. A table of
// what a multiplication makes of that one takes no branch, which would be mispredicted, and no more time than the instruction.
func packedClock(v int32) uint8 { return packedClocks[uint32(v&-v)*clockHash>>26] }

// clockHash times any power of 2 has other highest 6 bits, and none of them are 0.
const clockHash = 0x2265b1f5

var packedClocks = func() (t [64]uint8) {
	t[0] = unknown
	for k := range 32 {
		t[uint32(1)<<k*clockHash>>26] = uint8(k)
	}
	return
}()

func unpackRow[T int16 | int32](cell []int32, clock []uint8, from []T) {
	cell, clock = cell[:len(from)], clock[:len(from)]
	for j, v := range from {
		cell[j], clock[j] = unpack(int32(v))
	}
}
