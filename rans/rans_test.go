package rans

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand"
	"os"
	"testing"
)

// encodings returns the stream that Finish chooses, and also the rANS stream, however
// small it is.
func encodings(syms []interval) [][]byte {
	var e, four Encoder
	for _, s := range syms {
		e.Put(s.start, s.freq)
		four.Put(s.start, s.freq)
	}
	return [][]byte{e.Finish(nil), four.ransEncode(nil)}
}

// put returns how many symbols an encoder holds.
func put(e *Encoder) (n int) {
	for c := range e.begun {
		n += len(e.chunk(c))
	}
	return n
}

func checkRoundTrip(t *testing.T, syms []interval, stream []byte) {
	t.Helper()
	var d Decoder
	if err := d.Reset(stream, len(stream)); err != nil {
		t.Fatal(err)
	}
	if n, _ := decode(&d, syms); n != len(syms) || d.Truncated() {
		t.Fatalf("symbol %d of %d is wrong", n, len(syms))
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func checkOracle(t *testing.T, syms []interval, stream []byte) {
	t.Helper()
	o := newOracle(stream)
	for i, s := range syms {
		if v := o.peek(); v < s.start || v-s.start >= s.freq {
			t.Fatalf("oracle: symbol %d of %d is wrong", i, len(syms))
		}
		o.advance(s)
	}
	if n := o.rest(); n > 0 {
		t.Fatalf("oracle: %d words left", n)
	}
}

func TestRoundTrip(t *testing.T) {
	for _, src := range sources {
		t.Run(src.name, func(t *testing.T) {
			for n := range 200 {
				syms := draw(src, int64(n), n)
				for _, stream := range encodings(syms) {
					checkRoundTrip(t, syms, stream)
					checkOracle(t, syms, stream)
				}
			}
			var e Encoder // its chunks are used again and again
			for _, n := range []int{50001, firstChunk - 1, firstChunk, firstChunk + 1, 3*firstChunk - 1, 3 * firstChunk, 3*firstChunk + 1, 100000} {
				syms := draw(src, 1, n)
				for _, finish := range []func([]byte) []byte{e.Finish, e.ransEncode, e.Finish} {
					for _, s := range syms {
						e.Put(s.start, s.freq)
					}
					checkRoundTrip(t, syms, finish(nil))
					e.Finish(nil) // also after ransEncode, which leaves what it overwrote
				}
			}
		})
	}
}

// TestChoiceOfCoder tests streams just below and just above the size up to which Finish uses the range coder.
func TestChoiceOfCoder(t *testing.T) {
	byteSymbols := func(n int) []interval {
		rng := rand.New(rand.NewSource(1))
		syms := make([]interval, n)
		for i := range syms {
			syms[i] = interval{uint32(rng.Intn(256)) << 8, 256}
		}
		return syms
	}
	seen := [2]bool{}
	for n := maxRangeBytes - 50; n < maxRangeBytes+10; n++ {
		syms := byteSymbols(n)
		stream := encode(syms)
		four := stream[0]>>7 == 1
		seen[stream[0]>>7] = true
		if !four && len(stream) > maxRangeBytes || four && n < maxRangeBytes-20 {
			t.Errorf("%d bytes: rANS %v, %d bytes", n, four, len(stream))
		}
		checkRoundTrip(t, syms, stream)
	}
	if !seen[0] || !seen[1] {
		t.Error("the sizes tried do not straddle the limit")
	}
	// Many symbols that are nearly certain make a small stream.
	syms := make([]interval, 1<<18)
	for i := range syms {
		syms[i] = interval{3, 65530}
	}
	if stream := encode(syms); stream[0]>>7 != 0 || len(stream) > 6 {
		t.Errorf("symbols that are nearly certain take %d bytes", len(stream))
	} else {
		checkRoundTrip(t, syms, stream)
	}
}

// TestBits mixes bits of every width with binary symbols of every probability in one stream.
func TestBits(t *testing.T) {
	var e Encoder
	rng := rand.New(rand.NewSource(1))
	type item struct {
		v, p0 uint32 // the low n bits of v; then its lowest bit, which is 0 with probability p0/65536
		n     uint
	}
	binary := func(it item) interval {
		if it.v&1 == 1 {
			return interval{it.p0, total - it.p0}
		}
		return interval{0, it.p0}
	}
	items := make([]item, 3000)
	symbols := 0
	for i := range items {
		it := item{v: rng.Uint32(), n: uint(i % 33), p0: 1 + uint32(rng.Intn(65535))}
		e.PutBits(it.v, it.n) // the bits above n are ignored
		e.Put(binary(it).start, binary(it).freq)
		items[i] = it
		symbols += int(it.n+15)/16 + 1
	}
	if n := put(&e); n != symbols {
		t.Errorf("%d symbols, want %d", n, symbols)
	}
	stream := e.Finish([]byte("before"))
	if string(stream[:6]) != "before" || put(&e) != 0 {
		t.Fatal("Finish does not append, or does not reset")
	}
	stream = stream[6:]
	for n := 0; n <= len(stream); n += 1 + n/50 {
		var d Decoder
		if err := d.Reset(stream[:n], len(stream)); err != nil {
			t.Fatal(err)
		}
		for i, it := range items {
			v := d.Bits(it.n)
			if d.Truncated() {
				break
			}
			if v != uint32(uint64(it.v)&(1<<it.n-1)) {
				t.Fatalf("%d bytes: item %d: %x in %d bits", n, i, v, it.n)
			}
			bit := d.Peek() >= it.p0
			d.Advance(binary(it).start, binary(it).freq)
			if d.Truncated() {
				break
			}
			if bit != (it.v&1 == 1) {
				t.Fatalf("%d bytes: binary symbol %d is wrong", n, i)
			}
		}
		if n == len(stream) && d.Truncated() {
			t.Fatal("a whole stream is truncated")
		}
	}
}

// Every prefix of a stream decodes to a prefix of its symbols, more bytes never
// to fewer, and Consumed is the shortest prefix that would have done.
func TestEveryPrefix(t *testing.T) {
	for _, src := range sources {
		for _, n := range []int{1, 2, 5, 40, 700} {
			syms := draw(src, int64(n), n)
			for _, stream := range encodings(syms) {
				last := 0
				for k := 0; k <= len(stream); k++ {
					var d Decoder
					if err := d.Reset(stream[:k:k], len(stream)); err != nil {
						t.Fatal(err)
					}
					got, clean := decode(&d, syms)
					if !clean || d.Truncated() != (got < n) {
						t.Fatalf("%s, %d of %d bytes: symbol %d is wrong", src.name, k, len(stream), got)
					}
					if got < last {
						t.Fatalf("%s: %d bytes give %d symbols, one less gave %d", src.name, k, got, last)
					}
					if got > last && d.Consumed() != k {
						t.Fatalf("%s: symbol %d came with byte %d, but Consumed is %d", src.name, got, k, d.Consumed())
					}
					last = got
				}
				if last != n {
					t.Fatalf("%s: whole stream gives %d of %d symbols", src.name, last, n)
				}
			}
		}
	}
}

// TestZerosAfterTheEnd codes symbols that the zeros after the end of a stream decode to, which cost nothing. A decoder that
// goes on past what an Encoder would have left to these zeros must learn from Close that the stream is damaged.
func TestZerosAfterTheEnd(t *testing.T) {
	for _, f := range []uint32{1, 3, 100, 21845, 32768, 65000, 65535, 65536} {
		for n := range 100 {
			syms := make([]interval, n)
			for i := range syms {
				syms[i] = interval{0, f}
			}
			stream := encode(syms)
			checkRoundTrip(t, syms, stream)
			checkOracle(t, syms, stream)
		}
	}
	var d Decoder
	d.Reset(nil, 0)
	for range 1000 {
		d.Bits(1)
	}
	if d.Close() == nil {
		t.Error("a thousand bits out of no bytes")
	}
}

// TestSmallOverhead measures by how much streams are larger than the information content of their symbols.
func TestSmallOverhead(t *testing.T) {
	for _, src := range sources {
		if src.name == "rare" || src.name == "any" {
			continue // not symbols of the probability they claim
		}
		const rounds = 2000
		var sum, bound float64
		for i := range rounds {
			syms := draw(src, int64(i), 1+i%300)
			bits := ideal(syms)
			over := float64(len(encode(syms))) - bits/8
			sum += over
			bound = max(bound, over)
		}
		t.Logf("%-7s %.2f bytes over ideal in the mean, %.2f at most", src.name, sum/rounds, bound)
		if sum/rounds > 0.75 || bound > 2 {
			t.Errorf("%s: overhead %.2f bytes in the mean, %.2f at most", src.name, sum/rounds, bound)
		}
	}
}

// TestPrefixDeterminesSymbols tests that a prefix of a range-coded stream decodes to every symbol that it determines: the
// information that it holds beyond these is less than that of the next symbol.
func TestPrefixDeterminesSymbols(t *testing.T) {
	const symbols = 2000
	syms := draw(sources[0], 1, symbols)
	stream := encode(syms)
	var hidden float64 // bits of prefixes beyond the symbols that they decode to
	for k := 1; k < len(stream); k++ {
		var d Decoder
		d.Reset(stream[:k], len(stream))
		n, _ := decode(&d, syms)
		bits := float64(8*k-1) - ideal(syms[:n])
		if bits > ideal(syms[n:n+1])+20 {
			t.Errorf("%d bytes hide %.1f bits, of which the next symbol has %.1f", k, bits, ideal(syms[n:n+1]))
		}
		hidden += bits
	}
	hidden /= float64(len(stream) - 1)
	t.Logf("prefixes hide %.1f bits in the mean, a symbol has %.1f", hidden, ideal(syms)/symbols)
	if hidden > 8 {
		t.Errorf("prefixes hide %.1f bits in the mean", hidden)
	}
}

func TestLargeOverhead(t *testing.T) {
	syms := draw(sources[0], 1, 1<<20)
	stream := encode(syms)
	want := ideal(syms) / 8
	over := float64(len(stream)) - want
	t.Logf("%d bytes, %.1f over ideal (%.4f%%)", len(stream), over, 100*over/want)
	if over > 32 || over > want/1000 {
		t.Errorf("%d bytes, %.1f over ideal", len(stream), over)
	}
	checkRoundTrip(t, syms, stream)
}

// Of all streams of up to two bytes that decode to the symbols, Finish returns the
// shortest, and of several the least; and it is the only one that Close accepts.
func TestEndAgainstSearch(t *testing.T) {
	found, times := 0, 24
	if os.Getenv("DDPMZ_LONG") == "1" {
		times = 60
	}
	for _, src := range sources {
		for i := range times {
			syms := draw(src, int64(i), i%12)
			zeros := src.name == "rare" || src.name == "any" // symbols that nobody expects may end in zeros
			var fits, closes [][]byte
			for v := range 1 + 1<<8 + 1<<16 {
				var try []byte
				if v > 256 {
					try = []byte{byte((v - 257) >> 8), byte(v - 257)}
				} else if v > 0 {
					try = []byte{byte(v - 1)}
				}
				var d Decoder
				if len(try) > 0 && try[0] >= ransFlag || d.Reset(try, len(try)) != nil {
					continue
				}
				if n, _ := decode(&d, syms); n == len(syms) {
					fits = append(fits, try)
					if d.Close() == nil {
						closes = append(closes, try)
					}
				}
			}
			got := encode(syms)
			if len(got) > 2 {
				if len(closes) > 0 {
					t.Fatalf("%s: %d symbols take %d bytes, %x would do", src.name, len(syms), len(got), closes[0])
				}
				continue
			}
			found++
			if len(closes) != 1 || !bytes.Equal(closes[0], got) || !zeros && !bytes.Equal(fits[0], got) {
				t.Fatalf("%s: %d symbols: %x; the search found %x, of which Close accepts %x", src.name, len(syms), got, fits[:min(len(fits), 1)], closes)
			}
		}
	}
	t.Logf("%d streams of two bytes or less", found)
}

// TestGolden holds streams fixed, since the coding of a symbol is part of the file format: see golden before changing
// it.
func TestGolden(t *testing.T) {
	// The "small" streams are range-coded, the "wide" ones are rANS.
	h := map[string]string{}
	for _, src := range []string{"bits", "thirds", "raw", "splits", "any", "mixed"} {
		for _, c := range []struct {
			kind string
			n    int
		}{{"small", 1000}, {"wide", 200000}} {
			// A generator of the test's own, which no release will change.
			state := uint64(88172645463325252)
			rnd := rand.New(xorshift{&state})
			var syms []interval
			for _, s := range sources {
				for s.name == src && len(syms) < c.n {
					syms = append(syms, s.next(rnd))
				}
			}
			var e Encoder
			for _, s := range syms {
				e.Put(s.start, s.freq)
			}
			sum := sha256.Sum256(e.Finish(nil))
			h[src+" "+c.kind] = hex.EncodeToString(sum[:8])
		}
	}
	for k, v := range h {
		if golden[k] != v {
			t.Errorf("%q: %q,", k, v)
		}
	}
	for _, c := range goldenBytes {
		if got := hex.EncodeToString(encode(c.syms)); got != c.stream {
			t.Errorf("%v: %s, want %s", c.syms, got, c.stream)
		}
		stream, _ := hex.DecodeString(c.stream)
		checkRoundTrip(t, c.syms, stream)
	}
}

type xorshift struct{ s *uint64 }

func (x xorshift) Seed(int64)   {}
func (x xorshift) Int63() int64 { return int64(x.Uint64() >> 1) }
func (x xorshift) Uint64() uint64 {
	*x.s ^= *x.s << 13
	*x.s ^= *x.s >> 7
	*x.s ^= *x.s << 17
	return *x.s
}

// TestDamage tests that damage has no worse effect than wrong symbols, and that Close always detects it in rANS streams.
func TestDamage(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	var tried, detected [2]int
	for seed := range int64(20) {
		symbols := gaussians(seed, 2000)
		syms := make([]interval, len(symbols))
		for i, g := range symbols {
			syms[i] = g.interval()
		}
		for lane, stream := range encodings(syms) {
			for range 100 {
				bad := bytes.Clone(stream)
				switch rng.Intn(3) {
				case 0:
					bad[rng.Intn(len(bad))] ^= 1 << rng.Intn(8)
				case 1:
					bad = bad[:rng.Intn(len(bad))]
				default:
					bad = append(bad, make([]byte, 1+rng.Intn(20))...)
				}
				if len(bad) > 0 && bad[0]>>7 != stream[0]>>7 {
					continue
				}
				tried[lane]++
				var d Decoder
				err := d.Reset(bad, len(bad))
				if err == nil {
					for _, g := range symbols {
						wrong := gaussian{g.width, find(g.width, d.Peek())}.interval()
						d.Advance(wrong.start, wrong.freq)
					}
					err = d.Close()
				}
				var c *CorruptError
				if errors.As(err, &c) {
					detected[lane]++
				} else if err != nil {
					t.Fatalf("an error of another type: %v", err)
				}
			}
		}
	}
	t.Logf("damage that Close detects: range-coded %d of %d, rANS %d of %d", detected[0], tried[0], detected[1], tried[1])
	if detected[1] != tried[1] || detected[0]*10 < tried[0]*6 {
		t.Errorf("damage that Close detects: range-coded %d of %d, rANS %d of %d", detected[0], tried[0], detected[1], tried[1])
	}
}

func TestClose(t *testing.T) {
	syms := draw(sources[0], 1, 100)
	for _, stream := range encodings(syms) {
		var d Decoder
		d.Reset(stream, len(stream))
		decode(&d, syms[:50])
		if d.Close() == nil {
			t.Error("Close finds nothing wrong half way")
		}
		for n := range len(stream) { // in every prefix, after every symbol
			if d.Reset(stream[:n], len(stream)) != nil {
				continue
			}
			for i := 0; ; i++ {
				if c := d; c.Close() == nil {
					t.Fatalf("Close finds nothing wrong with %d of %d bytes after %d symbols", n, len(stream), i)
				}
				if d.Truncated() || i == len(syms) {
					break
				}
				d.Peek()
				d.Advance(syms[i].start, syms[i].freq)
			}
		}
	}
	for _, c := range []struct {
		src  string
		size int
	}{
		{"", -1},
		{"\x81", 1},            // a rANS stream of one byte
		{"\x81", headSize + 1}, // not whole words
		{"\x80" + string(make([]byte, 31)), headSize}, // states below their range
	} {
		var d Decoder
		var e *CorruptError
		if err := d.Reset([]byte(c.src), c.size); !errors.As(err, &e) || !d.Truncated() || d.Close() == nil {
			t.Errorf("%q of %d: %v, truncated %v", c.src, c.size, err, d.Truncated())
		}
		d.Peek()
		d.Advance(0, 1)
	}
	for _, src := range []string{"\x00", "\x02\x00", "\x00\x00\x00\x00\x00\x00\x00"} { // longer than the stream of no symbols
		var d Decoder
		var e *CorruptError
		if err := d.Reset([]byte(src), len(src)); err != nil || !errors.As(d.Close(), &e) {
			t.Errorf("%q: %v, then no error", src, err)
		}
	}
}

func TestReuseDoesNotAllocate(t *testing.T) {
	var e Encoder
	var out []byte
	syms := draw(sources[0], 1, 60000)
	n := testing.AllocsPerRun(3, func() {
		for _, s := range syms {
			e.Put(s.start, s.freq)
		}
		out = e.Finish(out[:0])
		var d Decoder
		d.Reset(out, len(out))
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}
