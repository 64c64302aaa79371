package model

import (
	"math"
	"math/rand/v2"
	"testing"
)

// length is a Coder that adds up ideal lengths in bits.
type length float64

func (l *length) Symbol(d *Distribution, s int32) (int32, bool) {
	_, freq := d.Interval(s)
	*l += length(ProbBits - math.Log2(float64(freq)))
	return s, true
}

func (l *length) Bits(v uint32, n uint) (uint32, bool) {
	*l += length(n)
	return v, true
}

// tape records what an encoder's chain codes, as the intervals that an entropy coder sees; from replay on, it
// is a decoder that plays them back.
type tape struct {
	marks  []mark
	play   bool
	next   int
	random *rand.Rand // where in an interval the decoder's number is
	broken bool       // played back in another order or with another model
}

type mark struct {
	start, freq uint32 // of a symbol; freq is 0 for bits
	bits        uint32
	n           uint
}

func (t *tape) replay(r *rand.Rand) *tape { return &tape{marks: t.marks, play: true, random: r} }

func (t *tape) read() (m mark, ok bool) {
	if t.next == len(t.marks) {
		return mark{}, false
	}
	t.next++
	return t.marks[t.next-1], true
}

func (t *tape) Symbol(d *Distribution, s int32) (int32, bool) {
	if !t.play {
		start, freq := d.Interval(s)
		t.marks = append(t.marks, mark{start: start, freq: freq})
		return s, true
	}
	m, ok := t.read()
	if !ok {
		return 0, false
	}
	s, start, freq := d.Find(m.start + t.random.Uint32N(max(m.freq, 1)))
	if start != m.start || freq != m.freq {
		t.broken = true
	}
	return s, true
}

func (t *tape) Bits(v uint32, n uint) (uint32, bool) {
	if n > 16 || v >= 1<<n {
		t.broken = true
	}
	if !t.play {
		t.marks = append(t.marks, mark{bits: v, n: n})
		return v, true
	}
	m, ok := t.read()
	if m.n != n || m.freq != 0 {
		t.broken = true
	}
	return m.bits, ok
}

// TestTransmit sends cells that the model expects and cells that it does not, far out in its escapes.
func TestTransmit(t *testing.T) {
	r := newRand(15)
	for range 20_000 {
		s := randomStep(r)
		v := r.Int32N(1<<18) - 1<<17 // anything: coefficients have at most 18 bits and a sign
		if s.k != unknown {
			v = s.a - int32(s.u) + r.Int32N(1<<s.k)
		} else if r.IntN(2) == 0 {
			v = int32(s.mean >> 6)
		}
		d, raw := s.distribution()
		var sent tape
		want := cellOf(v, s.u, s.to)
		if a, ok := transmit(&sent, &d, raw, v+int32(s.u)); !ok || a != want || sent.broken {
			t.Fatalf("%+v: %d is sent as cell %d, want %d", s, v, a, want)
		}
		received := sent.replay(r)
		if a, ok := transmit(received, &d, raw, 0); !ok || a != want || received.broken || received.next != len(sent.marks) {
			t.Fatalf("%+v: %d is received as cell %d, want %d", s, v, a, want)
		}
		for n := range sent.marks { // every prefix
			short := &tape{marks: sent.marks[:n], play: true, random: r}
			if _, ok := transmit(short, &d, raw, 0); ok {
				t.Fatalf("%+v: %d of %d marks suffice", s, n, len(sent.marks))
			}
		}
	}
}

func TestDistance(t *testing.T) {
	r := newRand(16)
	check := func(v int32) {
		t.Helper()
		var sent tape
		distance(&sent, v)
		received := sent.replay(r)
		if got, ok := distance(received, 0); !ok || got != v || sent.broken || received.broken {
			t.Errorf("distance %d is received as %d", v, got)
		}
	}
	for v := range int32(2000) {
		check(v)
	}
	for n := range escapeBits {
		check(1<<n - 1)
		check(1 << n)
	}
	check(1<<escapeBits - 2)
}
