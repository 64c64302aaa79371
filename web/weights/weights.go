// Package weights makes the weights files of models smaller, for where they are fetched over a network: Pack and Unpack.
//
// A weights file is hundreds of tensors of 16-bit numbers. They look like noise, of which brotli takes a third. But the experts of a
// model have been trained from one another, so that a number is much like the one at its place in the expert before; and where numbers
// are large, others nearby are large as well. So a number is predicted from some that are known, by a sum of products, and its
// difference from that is coded with one of a set of distributions. A second sum, of how large differences and numbers are at places
// like it, says with which. Pack fits the factors to every tensor, and counts the distributions. What Unpack computes are
// integers, and knows nothing of models: a packed file says where tensors are, and what each is like.
//
// # Format
//
// A number is an unsigned one as encoding/binary's Uvarint reads it, or signed, as its Varint does.
//
//	"ddpk", version 1 (a byte)
//	size of the file; number of tensors
//	for every tensor:
//	    number of bytes of the file between the tensor before and it; these bytes
//	    number of elements, not 0; how many make a row, and how many a plane, which is made of rows, as the tensor is of planes
//	    repeat: how many rows before a row one is that may have the same elements, or 0
//	    number of references, at most 8; for each, how many tensors before the tensor it is, from 1 on: one with as many elements
//	    factors of the prediction, signed, Q8: of every reference, of the row before and of the plane before
//	    factors of the magnitude, Q8, in the order of features; and what is added to their sum, Q4
//	bytes of the file after the last tensor: the rest of it
//	for every class: number of symbols; for each, its frequency; they sum to 2^16, unless there are none
//	the elements of all tensors, coded by package rans, to the end
//
// Where a tensor has rows that repeat, every row that is not one of the first begins with a bit: 1 if its elements are those of the
// row that is repeat before it. Then nothing follows, and their differences count as 0.
//
// A difference d of class c is a symbol, with the frequencies of c: the number of bits of |d| and, below the highest of them, the next
// two, as symbolOf says. Then follow the other bits of |d|, and the sign, 1 if d < 0, unless d is 0; both as bits of equal probability.
//
// A weights file of JPEG files has version 2. What follows is its first 5 bytes; how many bytes come after these, which are numbers of 16
// bits; the number that is the most frequent, big-endian; how many numbers are others, then how many are that one, then others, and so on to
// the end; the high bytes of the others, and their low bytes; the last byte, if it is half a number.
package weights

import (
	"errors"
	"math/bits"
)

const (
	magic       = "ddpk"
	version     = 1 // of files of networks
	runsVersion = 2 // of those of JPEG files

	maxReferences = 8
	maxSize       = 1 << 28 // of a file
	maxRatio      = 8       // of the sizes of a file and of what it is packed to, so that a short file takes little memory

	factorBits = 8 // fraction bits

	classes = 48 // of magnitudes, four to an octave: see classOf
	symbols = 64
)

// ErrFormat is the error of a file that is no packed one, or is damaged.
var ErrFormat = errors.New("weights: not a packed file, or a damaged one")

// features are what the magnitude of a difference is estimated from, Q4.
const (
	meanOfAll    = iota // of the magnitudes of differences, of all in their order
	meanOfColumn        // of those at the same place of rows before
	meanOfPlace         // of those at the same place of planes before
	difference          // of the same element of the first reference
	element             // its magnitude
	disagreement        // of the first two references
	features
)

// A tensor is what a packed file says of one, and its elements as far as they are known. They come in rows.
type tensor struct {
	row, plane int
	repeat     int // rows, or 0
	references []*tensor
	prediction []int64 // factors: of references, row and plane
	magnitude  [features]int64
	constant   int64 // Q4

	place       int // in the file, of the first element
	data        []int16
	differences []uint16 // their magnitudes

	mean         int32
	column, same []int32 // means of columns and of places

	// Of the row that is next.
	at        int // its first element
	predicted []int64
	features  [features][]int32 // but for meanOfAll
	expected  []int64           // magnitudes, Q12, but for what meanOfAll adds
}

// begin makes room for elements, none of which is known.
func (t *tensor) begin(n int) {
	t.data, t.differences = make([]int16, n), make([]uint16, n)
	t.at, t.mean, t.column, t.same = 0, 0, make([]int32, t.row), make([]int32, t.plane)
	t.predicted, t.expected = make([]int64, t.row), make([]int64, t.row)
	for i := range t.features {
		t.features[i] = make([]int32, t.row)
	}
}

// prepare computes what is known of the next row before its elements are.
func (t *tensor) prepare() {
	for j := range t.predicted {
		t.predicted[j] = 1 << (factorBits - 1)
	}
	add := func(f int64, data []int16) {
		if f == 0 {
			return
		}
		for j, v := range data[:len(t.predicted)] {
			t.predicted[j] += f * int64(v)
		}
	}
	for k, r := range t.references {
		add(t.prediction[k], r.data[t.at:])
	}
	if t.at >= t.row {
		add(t.prediction[len(t.references)], t.data[t.at-t.row:])
	}
	if t.at >= t.plane {
		add(t.prediction[len(t.references)+1], t.data[t.at-t.plane:])
	}
	for j, v := range t.predicted {
		t.predicted[j] = min(max(v>>factorBits, -1<<15), 1<<15-1)
	}

	copy(t.features[meanOfColumn], t.column)
	copy(t.features[meanOfPlace], t.same[t.at%t.plane:])
	if len(t.references) > 0 {
		first := t.references[0]
		for j, v := range first.data[t.at:][:t.row] {
			t.features[element][j] = abs(int32(v)) << 4
		}
		for j, m := range first.differences[t.at:][:t.row] {
			t.features[difference][j] = int32(m) << 4
		}
		if len(t.references) > 1 {
			second := t.references[1].data[t.at:][:t.row]
			for j, v := range first.data[t.at:][:t.row] {
				t.features[disagreement][j] = abs(int32(v)-int32(second[j])) << 4
			}
		}
	}
	for j := range t.expected {
		t.expected[j] = t.constant << factorBits
	}
	for k := range features {
		if f := t.magnitude[k]; f != 0 && k != meanOfAll {
			for j, v := range t.features[k][:len(t.expected)] {
				t.expected[j] += f * int64(v)
			}
		}
	}
}

// class returns the class of the difference of element j of the row.
func (t *tensor) class(j int) int {
	return classOf((t.expected[j] + t.magnitude[meanOfAll]*int64(t.mean)) >> factorBits)
}

// set makes element j of the row known, and the magnitude of its difference.
func (t *tensor) set(j int, v int16, magnitude int) {
	t.data[t.at+j], t.differences[t.at+j] = v, uint16(magnitude)
	t.mean += (int32(magnitude)<<4 - t.mean) >> 3
}

// repeated returns the row that the next row may repeat, or nothing if there is none.
func (t *tensor) repeated() []int16 {
	if t.repeat == 0 || t.at < t.repeat*t.row {
		return nil
	}
	return t.data[t.at-t.repeat*t.row:][:t.row]
}

// next goes on to the next row.
func (t *tensor) next() {
	same := t.same[t.at%t.plane:]
	for j, m := range t.differences[t.at:][:t.row] {
		m := int32(m) << 4
		t.column[j] += (m - t.column[j]) >> 2
		same[j] += (m - same[j]) >> 2
	}
	t.at += t.row
}

// classOf returns the class of an estimated magnitude, Q4.
func classOf(m int64) int {
	m = max(m, 4)
	n := bits.Len64(uint64(m))
	return min(4*(n-3)+int(m>>(n-3)&3), classes-1)
}

// symbolOf returns the symbol of a magnitude, and how many of its low bits follow.
func symbolOf(m int) (symbol int, low uint) {
	if m < 8 {
		return m, 0
	}
	n := bits.Len(uint(m))
	return 4*(n-2) + m>>(n-3)&3, uint(n - 3)
}

// magnitudeOf is the inverse of symbolOf: the least magnitude of a symbol.
func magnitudeOf(symbol int) (m int, low uint) {
	if symbol < 8 {
		return symbol, 0
	}
	low = uint(symbol/4 - 1)
	return (4 + symbol%4) << low, low
}

func abs[T int | int32 | int64](v T) T { return max(v, -v) }
