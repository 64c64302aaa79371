package rans

import (
	"testing"

	"github.com/klauspost/compress/fse"
	"github.com/klauspost/compress/huff0"
)

// All benchmarks but logistic code the same 2^17 symbols: bytes with a Gaussian distribution, each with
// one of 16 widths that both sides know. MB/s counts a byte a symbol. fse and huff0
// have one static table for all symbols, so they are faster and need more
// bytes; the benchmarks report both.
//
// Three benchmarks separate what takes time: alone is the coder, given the intervals; rans
// also looks the intervals up in the tables of the widths; logistic computes them from a mean
// and a scale.

const benchSymbols = 1 << 17

func report(b *testing.B, compressed int) {
	b.SetBytes(benchSymbols)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchSymbols, "ns/symbol")
	b.ReportMetric(float64(8*compressed)/benchSymbols, "bits/symbol")
}

func benchBytes(g []gaussian) []byte {
	p := make([]byte, len(g))
	for i := range g {
		p[i] = g[i].value
	}
	return p
}

func intervals(g []gaussian) []interval {
	syms := make([]interval, len(g))
	for i := range g {
		syms[i] = g[i].interval()
	}
	return syms
}

func encodeLogistics(e *Encoder, g []logistic, dst []byte) []byte {
	for i := range g {
		v := int32(g[i].value)
		start := g[i].cum(v)
		e.Put(start, g[i].cum(v+1)-start)
	}
	return e.Finish(dst)
}

func decodeGaussians(d *Decoder, g []gaussian, got []byte) {
	got = got[:len(g)]
	for i, s := range g {
		c := &cumul[s.width%widths]
		v := find(s.width, d.Peek()) % values
		d.Advance(c[v], c[v+1]-c[v])
		got[i] = v
	}
}

// decodeUntilTruncated is decodeGaussians with a call of Truncated after each symbol.
func decodeUntilTruncated(d *Decoder, g []gaussian, got []byte) bool {
	got = got[:len(g)]
	for i, s := range g {
		c := &cumul[s.width%widths]
		v := find(s.width, d.Peek()) % values
		d.Advance(c[v], c[v+1]-c[v])
		if d.Truncated() {
			return false
		}
		got[i] = v
	}
	return true
}

func BenchmarkEncode(b *testing.B) {
	g := gaussians(1, benchSymbols)
	raw := benchBytes(g)
	b.Run("rans", func(b *testing.B) {
		var e Encoder
		var out []byte
		for b.Loop() {
			for _, s := range g {
				c := &cumul[s.width%widths]
				lo := c[s.value%values]
				e.Put(lo, c[s.value%values+1]-lo)
			}
			out = e.Finish(out[:0])
		}
		report(b, len(out))
	})
	b.Run("alone", func(b *testing.B) {
		syms := intervals(g)
		var e Encoder
		var out []byte
		for b.Loop() {
			for _, s := range syms {
				e.Put(s.start, s.freq)
			}
			out = e.Finish(out[:0])
		}
		report(b, len(out))
	})
	b.Run("logistic", func(b *testing.B) {
		g := logistics(1, benchSymbols)
		var e Encoder
		var out []byte
		for b.Loop() {
			out = encodeLogistics(&e, g, out[:0])
		}
		report(b, len(out))
	})
	b.Run("fse", func(b *testing.B) {
		var s fse.Scratch
		var out []byte
		for b.Loop() {
			out, _ = fse.Compress(raw, &s)
		}
		report(b, len(out))
	})
	b.Run("huff0", func(b *testing.B) {
		var s huff0.Scratch
		var out []byte
		for b.Loop() {
			s.Reuse = huff0.ReusePolicyNone
			out, _, _ = huff0.Compress4X(raw, &s)
		}
		report(b, len(out))
	})
}

func BenchmarkDecode(b *testing.B) {
	g := gaussians(1, benchSymbols)
	raw := benchBytes(g)
	got := make([]byte, benchSymbols)

	var e Encoder
	for _, s := range g {
		e.Put(s.interval().start, s.interval().freq)
	}
	stream := e.Finish(nil)
	b.Run("rans", func(b *testing.B) {
		var d Decoder
		for b.Loop() {
			if err := d.Reset(stream, len(stream)); err != nil {
				b.Fatal(err)
			}
			decodeGaussians(&d, g, got)
			if err := d.Close(); err != nil {
				b.Fatal(err)
			}
		}
		if string(got) != string(raw) {
			b.Fatal("wrong symbols")
		}
		report(b, len(stream))
	})
	b.Run("rans-truncated", func(b *testing.B) { // with a call of Truncated after each symbol
		var d Decoder
		for b.Loop() {
			if err := d.Reset(stream, len(stream)); err != nil {
				b.Fatal(err)
			}
			if !decodeUntilTruncated(&d, g, got) {
				b.Fatal("truncated")
			}
		}
		report(b, len(stream))
	})
	b.Run("alone", func(b *testing.B) {
		syms := intervals(g)
		var d Decoder
		for b.Loop() {
			if err := d.Reset(stream, len(stream)); err != nil {
				b.Fatal(err)
			}
			for _, s := range syms {
				d.Peek()
				d.Advance(s.start, s.freq)
			}
			if err := d.Close(); err != nil {
				b.Fatal(err)
			}
		}
		report(b, len(stream))
	})
	b.Run("small", func(b *testing.B) { // eight range-coded streams, each of an eighth of the symbols
		syms := intervals(g)[:benchSymbols/8]
		var e Encoder
		for _, s := range syms {
			e.Put(s.start, s.freq)
		}
		stream, _ := e.rangeEncode(nil)
		var d Decoder
		for b.Loop() {
			for range 8 {
				if err := d.Reset(stream, len(stream)); err != nil {
					b.Fatal(err)
				}
				for _, s := range syms {
					d.Peek()
					d.Advance(s.start, s.freq)
				}
				if err := d.Close(); err != nil {
					b.Fatal(err)
				}
			}
		}
		report(b, 8*len(stream))
	})
	b.Run("logistic", func(b *testing.B) {
		g := logistics(1, benchSymbols)
		stream := encodeLogistics(new(Encoder), g, nil)
		var d Decoder
		for b.Loop() {
			if err := d.Reset(stream, len(stream)); err != nil {
				b.Fatal(err)
			}
			for i := range g {
				v, start, freq := g[i].find(d.Peek())
				d.Advance(start, freq)
				got[i] = uint8(v)
			}
			if err := d.Close(); err != nil {
				b.Fatal(err)
			}
		}
		for i, v := range got {
			if v != g[i].value {
				b.Fatal("wrong symbols")
			}
		}
		report(b, len(stream))
	})
	b.Run("fse", func(b *testing.B) {
		var s, t fse.Scratch
		in, err := fse.Compress(raw, &s)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := fse.Decompress(in, &t); err != nil {
				b.Fatal(err)
			}
		}
		report(b, len(in))
	})
	b.Run("huff0", func(b *testing.B) {
		in, _, err := huff0.Compress4X(raw, &huff0.Scratch{Reuse: huff0.ReusePolicyNone})
		if err != nil {
			b.Fatal(err)
		}
		s, body, err := huff0.ReadTable(in, nil)
		if err != nil {
			b.Fatal(err)
		}
		dec := s.Decoder()
		for b.Loop() {
			if _, err := dec.Decompress4X(got[:0:benchSymbols], body); err != nil {
				b.Fatal(err)
			}
		}
		report(b, len(in))
	})
}
