// Package logistictest has coders for the tests of what package logistic is used for, and its distribution in floating point.
package logistictest

import (
	"math"
	"math/rand/v2"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
)

// A Length is a Coder that adds up ideal code lengths, in bits.
type Length float64

// Symbol implements logistic.Coder.
func (l *Length) Symbol(d *logistic.Distribution, s int32) (int32, bool) {
	_, freq := d.Interval(s)
	*l += Length(logistic.ProbBits - math.Log2(float64(freq)))
	return s, true
}

// Bits implements logistic.Coder.
func (l *Length) Bits(v uint32, n uint) (uint32, bool) {
	*l += Length(n)
	return v, true
}

// Bit implements logistic.Coder.
func (l *Length) Bit(b, p uint32) (uint32, bool) {
	_, freq := logistic.BitInterval(b, p)
	*l += Length(logistic.ProbBits - math.Log2(float64(freq)))
	return b, true
}

// A Tape is a Coder that records what an encoder codes, as the intervals that an entropy coder sees; Replay makes a decoder of
// it.
type Tape struct {
	Marks  []Mark
	Next   int  // marks that have been decoded
	Broken bool // what was asked for is not what was recorded, or was not valid

	play   bool
	random *rand.Rand // draws the number that a decoder looks for in an interval
}

// A Mark is the interval of a symbol, or some bits.
type Mark struct {
	start, freq uint32 // freq is 0 for bits
	bits        uint32
	n           uint
}

// Replay returns a decoder of the marks that t has recorded.
func (t *Tape) Replay(r *rand.Rand) *Tape { return &Tape{Marks: t.Marks, play: true, random: r} }

func (t *Tape) read() (m Mark, ok bool) {
	if t.Next == len(t.Marks) {
		return Mark{}, false
	}
	t.Next++
	return t.Marks[t.Next-1], true
}

// Symbol implements logistic.Coder.
func (t *Tape) Symbol(d *logistic.Distribution, s int32) (int32, bool) {
	if !t.play {
		start, freq := d.Interval(s)
		t.Marks = append(t.Marks, Mark{start: start, freq: freq})
		return s, true
	}
	m, ok := t.read()
	if !ok {
		return 0, false
	}
	s, start, freq := d.Find(m.start + t.random.Uint32N(max(m.freq, 1)))
	if start != m.start || freq != m.freq {
		t.Broken = true
	}
	return s, true
}

// Half implements logistic.HalfCoder.
func (t *Tape) Half(split uint32, s int32) (int32, bool) {
	b, ok := t.Bit(uint32(1-s), split)
	return int32(1 - b), ok
}

// Bits implements logistic.Coder.
func (t *Tape) Bits(v uint32, n uint) (uint32, bool) {
	if n > 16 || v >= 1<<n {
		t.Broken = true
	}
	if !t.play {
		t.Marks = append(t.Marks, Mark{bits: v, n: n})
		return v, true
	}
	m, ok := t.read()
	if m.n != n || m.freq != 0 {
		t.Broken = true
	}
	return m.bits, ok
}

// Bit implements logistic.Coder.
func (t *Tape) Bit(b, p uint32) (uint32, bool) {
	if p < 1 || p >= 1<<logistic.ProbBits || b > 1 {
		t.Broken = true
	}
	start, freq := logistic.BitInterval(b, p)
	if !t.play {
		t.Marks = append(t.Marks, Mark{start: start, freq: freq})
		return b, true
	}
	m, ok := t.read()
	if !ok {
		return 0, false
	}
	b = 0
	if m.start+t.random.Uint32N(max(m.freq, 1)) < p {
		b = 1
	}
	if start, freq = logistic.BitInterval(b, p); start != m.start || freq != m.freq {
		t.Broken = true
	}
	return b, true
}
