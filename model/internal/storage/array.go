package storage

import (
	"slices"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
)

// An Array holds an integer for every site of a grid: the packed cell of a coefficient, or a sample of an image. Of 8-bit
// samples that takes two bytes: with the dither, whose highest bits no clock reaches, coefficients of any lifting are below
// 2^14.
type Array struct {
	Narrow []int16 // of 8-bit samples
	Wide   []int32 // of deeper ones
}

// Cells that fit are within these bounds: see pack.
const (
	narrowBound = 1 << 14
	wideBound   = 1 << 30
)

// NewArray returns an array of n sites, all zero, for samples of 8 + extraBits bits.
func NewArray(n int, extraBits uint) Array {
	if extraBits == 0 {
		return Array{Narrow: make([]int16, n)}
	}
	return Array{Wide: make([]int32, n)}
}

// LoadCells writes the cells and clocks of sites [from,to) to the beginning of cell and clock.
func (s *Array) LoadCells(cell []int32, clock []uint8, from, to int) {
	if s.Wide != nil {
		unpackRow(cell, clock, s.Wide[from:to])
	} else {
		unpackRow(cell, clock, s.Narrow[from:to])
	}
}

// SetCells stores cells and clocks of the sites from the given one on. Cells that do not fit, as only a damaged file has them,
// become the outermost that do.
func (s *Array) SetCells(cell []int32, clock []uint8, from int) {
	if s.Wide != nil {
		for j, k := range clock {
			s.Wide[from+j] = pack(cell[j], k, wideBound)
		}
		return
	}
	for j, k := range clock {
		s.Narrow[from+j] = int16(pack(cell[j], k, narrowBound))
	}
}

// Cell returns the cell of site j and its clock.
func (s *Array) Cell(j int) (a int32, k uint8) { return unpack(s.At(j)) }

// SetCell stores the cell of site j, as SetCells does.
func (s *Array) SetCell(j int, a int32, k uint8) {
	if s.Wide != nil {
		s.Wide[j] = pack(a, k, wideBound)
	} else {
		s.Narrow[j] = int16(pack(a, k, narrowBound))
	}
}

// At returns the integer of site j.
func (s *Array) At(j int) int32 {
	if s.Wide != nil {
		return s.Wide[j]
	}
	return int32(s.Narrow[j])
}

// Set stores v for site j. An integer that does not fit becomes the outermost that does.
func (s *Array) Set(j int, v int32) {
	if s.Wide != nil {
		s.Wide[j] = v
	} else {
		s.Narrow[j] = fixed.Sat16(v)
	}
}

// Load writes the integers of the sites from the given one on to v.
func (s *Array) Load(v []int32, from int) {
	if s.Wide != nil {
		copy(v, s.Wide[from:])
		return
	}
	for j, x := range s.Narrow[from : from+len(v)] {
		v[j] = int32(x)
	}
}

// SetAll stores v for the sites from the given one on, as Set does.
func (s *Array) SetAll(v []int32, from int) {
	if s.Wide != nil {
		copy(s.Wide[from:], v)
		return
	}
	to := s.Narrow[from : from+len(v)]
	for j, x := range v {
		to[j] = fixed.Sat16(x)
	}
}

// Part returns the array of n sites of s from the given one on, which shares the storage of s.
func (s *Array) Part(from, n int) Array {
	if s.Wide != nil {
		return Array{Wide: s.Wide[from:][:n]}
	}
	return Array{Narrow: s.Narrow[from:][:n]}
}

// Len returns the number of sites.
func (s *Array) Len() int { return len(s.Narrow) + len(s.Wide) }

// Empty reports whether s has never had sites.
func (s *Array) Empty() bool { return s.Wide == nil && s.Narrow == nil }

// Resize makes s an array of n sites as wide as those of t, of any content, in the storage it has if that is large enough, or
// else in new storage for most sites.
func (s *Array) Resize(n, most int, t *Array) {
	if t.Wide != nil {
		s.Wide, s.Narrow = Resize(s.Wide, n, most), nil
	} else {
		s.Narrow, s.Wide = Resize(s.Narrow, n, most), nil
	}
}

// Copy copies sites [from,to) of t to those from at on.
func (s *Array) Copy(at int, t *Array, from, to int) {
	if t.Wide != nil {
		copy(s.Wide[at:], t.Wide[from:to])
	} else {
		copy(s.Narrow[at:], t.Narrow[from:to])
	}
}

// Clone returns a copy of s with storage of its own.
func (s Array) Clone() Array { return Array{slices.Clone(s.Narrow), slices.Clone(s.Wide)} }

// Resize returns a slice of n elements of any value, in the storage of s if that is large enough. If it is not, the new
// storage is for most of them, so that a larger slice of the same use finds room.
func Resize[T any](s []T, n, most int) []T {
	if n > cap(s) {
		return make([]T, n, most)
	}
	return s[:n]
}

// Allocated returns how many bytes a number of slices take that have so many bytes each: Go's allocator takes whole pages for
// large ones, and wastes an eighth of small ones at most.
func Allocated(slices, bytes int64) int64 {
	const page, large = 8 << 10, 32 << 10
	if bytes > large {
		return slices * ((bytes + page - 1) / page * page)
	}
	return slices * (bytes + bytes/8 + 16)
}
