package rans

import (
	"math/big"
	"math/rand"
)

// interval is a symbol as the tests see it.
type interval struct{ start, freq uint32 }

func encode(syms []interval) []byte {
	var e Encoder
	for _, s := range syms {
		e.Put(s.start, s.freq)
	}
	return e.Finish(nil)
}

// decode returns how many of syms are decoded correctly before the first that is not, and
// whether the Decoder was truncated there, or at the end (and no symbol was wrong).
func decode(d *Decoder, syms []interval) (n int, clean bool) {
	for _, s := range syms {
		v := d.Peek()
		d.Advance(s.start, s.freq)
		if d.Truncated() {
			return n, true
		}
		if v < s.start || v-s.start >= s.freq {
			return n, false
		}
		n++
	}
	return n, true
}

// bigState is ANS as in the paper: one unbounded state, from which symbols are popped.
type bigState struct{ x big.Int }

func (b *bigState) peek() uint32 {
	return uint32(new(big.Int).And(&b.x, big.NewInt(total-1)).Uint64())
}

func (b *bigState) pop(s interval) {
	v := int64(b.peek())
	b.x.Rsh(&b.x, ProbBits)
	b.x.Mul(&b.x, big.NewInt(int64(s.freq)))
	b.x.Add(&b.x, big.NewInt(v-int64(s.start)))
}

// An oracle decodes a whole stream slowly, exactly as the package comment defines it.
type oracle interface {
	peek() uint32
	advance(interval)
	rest() int // how many words are left
}

func newOracle(stream []byte) oracle {
	if len(stream) > 0 && stream[0]&0x80 != 0 {
		return newRANSOracle(stream)
	}
	f := &fraction{place: 6}
	f.value.SetBytes(stream)
	f.value.Lsh(&f.value, 8*8) // with eight of the zeros that follow it
	f.bytes = len(stream) + 8
	f.width.SetInt64(1 << 47)
	return f
}

// fraction is the oracle of range-coded streams.
type fraction struct {
	value      big.Int
	bytes      int // how many bytes value has after the point
	low, width big.Int
	place      int // how many bytes low and width have after the point
}

// parts returns the width of a 65536th of the interval, and the fraction less low,
// both with as many bytes after the point as the interval.
func (f *fraction) parts() (unit, at *big.Int) {
	at = new(big.Int)
	if f.place > f.bytes {
		at.Lsh(&f.value, uint(8*(f.place-f.bytes)))
	} else {
		at.Rsh(&f.value, uint(8*(f.bytes-f.place)))
	}
	return new(big.Int).Rsh(&f.width, 16), at.Sub(at, &f.low)
}

func (f *fraction) peek() uint32 {
	unit, at := f.parts()
	return uint32(min(at.Div(at, unit).Int64(), total-1))
}

func (f *fraction) advance(s interval) {
	unit, _ := f.parts()
	from := new(big.Int).Mul(unit, big.NewInt(int64(s.start)))
	f.low.Add(&f.low, from)
	if s.start+s.freq == total {
		f.width.Sub(&f.width, from)
	} else {
		f.width.Mul(unit, big.NewInt(int64(s.freq)))
	}
	for f.width.BitLen() <= 40 {
		f.low.Lsh(&f.low, 8)
		f.width.Lsh(&f.width, 8)
		f.place++
	}
}

func (f *fraction) rest() int { return 0 }

// ransOracle is the oracle of rANS streams: states without bound, and words as in the
// layout.
type ransOracle struct {
	lanes [4]bigState
	words []uint32
	next  int
}

func newRANSOracle(stream []byte) *ransOracle {
	o := new(ransOracle)
	// number reads big-endian bytes off the front.
	number := func(k int) *big.Int {
		v := new(big.Int).SetBytes(stream[:k])
		stream = stream[k:]
		return v
	}
	for i := range o.lanes {
		o.lanes[i].x.Set(number(8))
	}
	o.lanes[0].x.SetBit(&o.lanes[0].x, 63, 0)
	for len(stream) > 0 {
		o.words = append(o.words, uint32(number(4).Uint64()))
	}
	return o
}

func (o *ransOracle) rest() int { return len(o.words) }

func (o *ransOracle) peek() uint32 {
	x := &o.lanes[o.next%4].x
	if x.BitLen() < 32 && len(o.words) > 0 {
		x.Lsh(x, 32)
		x.Add(x, big.NewInt(int64(o.words[0])))
		o.words = o.words[1:]
	}
	return (&bigState{*x}).peek()
}

func (o *ransOracle) advance(s interval) {
	o.lanes[o.next%4].pop(s)
	o.next++
}

// A source makes symbols at random, each with a distribution of its own.
type source struct {
	name string
	next func(*rand.Rand) interval
}

// cut cuts [0, total) at the given places and returns the piece that holds a random number.
func cut(rng *rand.Rand, cuts ...uint32) interval {
	v := uint32(rng.Intn(total))
	s := interval{0, total}
	for _, c := range cuts {
		if c <= v && c > s.start {
			s.freq -= c - s.start
			s.start = c
		} else if c > v && c < s.start+s.freq {
			s.freq = c - s.start
		}
	}
	return s
}

var sources = []source{
	{"gauss", func(rng *rand.Rand) interval { return gauss(rng).interval() }},
	{"bits", func(rng *rand.Rand) interval { return cut(rng, total/2) }},
	{"thirds", func(rng *rand.Rand) interval { return cut(rng, total/3, 2*total/3) }},
	{"raw", func(rng *rand.Rand) interval {
		n := rng.Intn(17)
		return interval{uint32(rng.Intn(1<<n)) << (16 - n), 1 << (16 - n)}
	}},
	{"splits", func(rng *rand.Rand) interval { return cut(rng, 1+uint32(rng.Intn(total-1))) }},
	{"rare", func(rng *rand.Rand) interval { // freq 1 against 65535, either way round
		return [...]interval{{0, 65535}, {1, 65535}, {65535, 1}, {0, 1}, {0, 65536}}[rng.Intn(5)]
	}},
	{"likely", func(rng *rand.Rand) interval { return cut(rng, 100, 65000) }},
	{"any", func(rng *rand.Rand) interval {
		f := uint32(rng.Intn(total))>>rng.Intn(16) + 1
		return interval{uint32(rng.Intn(int(total - f + 1))), f}
	}},
	{"mixed", func(rng *rand.Rand) interval {
		c := make([]uint32, rng.Intn(40))
		for i := range c {
			c[i] = uint32(rng.Intn(total)) >> rng.Intn(17)
		}
		return cut(rng, c...)
	}},
}

func draw(s source, seed int64, n int) []interval {
	rng := rand.New(rand.NewSource(seed))
	syms := make([]interval, n)
	for i := range syms {
		syms[i] = s.next(rng)
	}
	return syms
}
