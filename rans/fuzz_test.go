package rans

import (
	"encoding/binary"
	"testing"
)

// FuzzEncode takes its symbols from the input, four bytes each: start, and
// freq-1. Symbols that follow the rules of Put are decoded again; others break nothing.
func FuzzEncode(f *testing.F) {
	f.Add([]byte{}, false)
	f.Add([]byte{0, 0, 0xff, 0xff}, false)             // certain
	f.Add([]byte{0xff, 0xff, 0, 0, 0, 0, 0, 0}, false) // freq 1 at both ends
	f.Add([]byte{1, 0, 0xfe, 0xff, 0, 0, 0, 0}, true)  // freq 65535 and its rest
	f.Add([]byte{0, 0x80, 0xff, 0x7f, 0, 0, 0xff, 0x7f}, false)
	f.Add([]byte("sixteen  symbols of four bytes each, drawn from common letters."), true)
	f.Fuzz(func(t *testing.T, in []byte, outside bool) {
		var e Encoder
		var syms []interval
		for ; len(in) >= 4; in = in[4:] {
			start := uint32(binary.LittleEndian.Uint16(in))
			freq := uint32(binary.LittleEndian.Uint16(in[2:])) + 1
			if outside {
				e.Put(start*0x9e3779b1, freq*0x85ebca6b)
				e.PutBits(start, uint(freq))
				continue
			}
			freq = min(freq, total-start)
			e.Put(start, freq)
			syms = append(syms, interval{start, freq})
		}
		if outside {
			e.ransEncode(nil)
			e.Finish(nil)
			return
		}
		for _, stream := range encodings(syms) {
			checkRoundTrip(t, syms, stream)
			checkOracle(t, syms, stream)
		}
	})
}

// FuzzDecode decodes bytes that no Encoder wrote. Nothing breaks, and a prefix of the bytes still
// decodes to a prefix of the symbols.
func FuzzDecode(f *testing.F) {
	for _, src := range sources[:2] {
		for _, stream := range encodings(draw(src, 1, 60)) {
			f.Add(stream, uint16(len(stream)), uint16(len(stream)/2))
		}
	}
	f.Add([]byte{}, uint16(0), uint16(0))
	f.Add([]byte{0}, uint16(40), uint16(1))
	f.Add([]byte{0x81, 2, 3}, uint16(64), uint16(2))
	f.Fuzz(func(t *testing.T, in []byte, size, short uint16) {
		run := func(src []byte) (got []uint8, err error) {
			var d Decoder
			if err := d.Reset(src, int(size)); err != nil {
				return nil, err
			}
			for i := range 300 {
				w := uint8(i % widths)
				v := find(w, d.Peek())
				s := gaussian{w, v}.interval()
				d.Advance(s.start, s.freq)
				if d.Truncated() {
					break
				}
				if d.Consumed() > len(src) {
					t.Fatal("a symbol was decoded from bytes that are missing")
				}
				got = append(got, v)
			}
			// After a truncation, and without a Peek before Advance: nothing breaks.
			d.Bits(uint(short))
			d.Advance(uint32(short), uint32(size))
			d.Close()
			return got, nil
		}
		whole, err := run(in)
		if err != nil {
			return
		}
		part, _ := run(in[:min(len(in), int(short))])
		if len(part) > len(whole) || string(part) != string(whole[:len(part)]) {
			t.Fatalf("prefix gives %v, whole %v", part, whole)
		}
	})
}
