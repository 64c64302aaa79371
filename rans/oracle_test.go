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

// decode returns how many of syms come out right, one after the other, and
// whether the Decoder stopped by itself (and not at a wrong symbol).
func decode(d *Decoder, syms []interval) (n int, clean bool) {
	for _, s := range syms {
		if !d.Ready() {
			return n, true
		}
		if v := d.Peek(); v < s.start || v-s.start >= s.freq {
			return n, false
		}
		d.Advance(s.start, s.freq)
		n++
	}
	return n, true
}

// bigState is ANS as the paper has it: one state without bound, pushed and
// popped with real division.
type bigState struct{ x big.Int }

func (b *bigState) push(s interval) {
	var r big.Int
	q, _ := b.x.QuoRem(&b.x, big.NewInt(int64(s.freq)), &r)
	q.Lsh(q, ProbBits)
	q.Add(q, &r)
	q.Add(q, big.NewInt(int64(s.start)))
}

func (b *bigState) peek() uint32 {
	return uint32(new(big.Int).And(&b.x, big.NewInt(total-1)).Uint64())
}

func (b *bigState) pop(s interval) {
	v := int64(b.peek())
	b.x.Rsh(&b.x, ProbBits)
	b.x.Mul(&b.x, big.NewInt(int64(s.freq)))
	b.x.Add(&b.x, big.NewInt(v-int64(s.start)))
}

// oracle decodes a stream the slow way, from the words of the package comment:
// unbounded states, and words and zero bits taken as the layout says.
type oracle struct {
	lanes []bigState
	words []uint32
	next  int
}

func newOracle(stream []byte) *oracle {
	o := new(oracle)
	n := len(stream)
	// number reads little-endian bytes off the front.
	number := func(k int) *big.Int {
		v := new(big.Int)
		for i := k - 1; i >= 0; i-- {
			v.Lsh(v, 8)
			v.Add(v, big.NewInt(int64(stream[i])))
		}
		stream = stream[k:]
		return v
	}
	switch {
	case n == 0:
		o.lanes = make([]bigState, 1)
		o.lanes[0].x.SetInt64(1)
	case stream[0]&1 == 0:
		h := n
		if n >= 4 {
			h = 4 + n%4
		}
		o.lanes = make([]bigState, 1)
		o.lanes[0].x.Rsh(number(h), 1)
	default:
		o.lanes = make([]bigState, 4)
		for i := range o.lanes {
			o.lanes[i].x.Set(number(8))
		}
		o.lanes[0].x.Rsh(&o.lanes[0].x, 1)
	}
	for len(stream) > 0 {
		o.words = append(o.words, uint32(number(4).Uint64()))
	}
	return o
}

func (o *oracle) peek() uint32 {
	x := &o.lanes[o.next%len(o.lanes)].x
	if x.BitLen() < 32 {
		if len(o.words) > 0 {
			x.Lsh(x, 32)
			x.Add(x, big.NewInt(int64(o.words[0])))
			o.words = o.words[1:]
		} else {
			for x.BitLen() < 17 && x.Sign() > 0 {
				x.Lsh(x, 1)
			}
		}
	}
	return (&bigState{*x}).peek()
}

func (o *oracle) advance(s interval) {
	o.lanes[o.next%len(o.lanes)].pop(s)
	o.next++
}

// A source makes symbols of one kind, each with a distribution of its own.
type source struct {
	name string
	next func(*rand.Rand) interval
}

// cut returns a random point's piece of a total cut at the given places.
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
