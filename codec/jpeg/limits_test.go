package jpeg

import (
	"bytes"
	"errors"
	"runtime"
	"slices"
	"testing"
)

// TestLimits: a file of few bytes takes little memory, whatever it claims, and a caller's limits hold.
func TestLimits(t *testing.T) {
	data := goEncoded(t, painted(64, 32), 75)
	var limit *LimitError
	if _, err := Parse(data, Limits{MaxPixels: 64*32 - 1}); !errors.As(err, &limit) || limit.What != "pixels" || limit.Have != 64*32 {
		t.Errorf("pixels: %v", err)
	}
	const memory = (8*4 + 2*4*2) * 2 * BlockSize // 4:2:0
	if _, err := Parse(data, Limits{MaxMemory: memory - 1}); !errors.As(err, &limit) || limit.Have != memory {
		t.Errorf("memory: %v", err)
	}
	f, err := Parse(data, Limits{MaxPixels: 64 * 32, MaxMemory: memory})
	if err != nil {
		t.Fatal(err)
	}
	frame, syntax := f.AppendFrame(nil), f.AppendSyntax(nil)
	if _, err := ParseSyntax(frame, syntax, Limits{MaxMemory: memory - 1}); !errors.As(err, &limit) {
		t.Errorf("memory of a syntax: %v", err)
	}
	for i, b := range data {
		if b == 0xff && data[i+1] == markerSOF0 {
			copy(data[i+5:], "\xff\xff\xff\xff")
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Parse(data, Limits{})
	runtime.ReadMemStats(&after)
	var format FormatError
	if taken := after.TotalAlloc - before.TotalAlloc; !errors.As(err, &format) || taken > 1<<20 {
		t.Errorf("%v, %d bytes taken", err, taken)
	}
}

// TestManyPhrases: a syntax of few bytes does not stand for many; a file that has many phrases comes back.
func TestManyPhrases(t *testing.T) {
	data := goEncoded(t, painted(16, 16), 75)
	f, err := Parse(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	frame, syntax := f.AppendFrame(nil), f.AppendSyntax(nil)
	tables := bytes.Repeat([]byte{0, 10}, 3000) // the Huffman tables of T.81, 420 bytes each time
	if _, err := ParseSyntax(frame, slices.Insert(syntax, 0, tables...), Limits{}); !errors.Is(err, FormatError("too many phrases")) {
		t.Error(err)
	}
	var four []byte
	for i := range typical {
		four = append(append(four, byte(i&1<<4|i>>1)), typical[i]...)
	}
	if _, err := roundTrip(t, slices.Insert(data, 2, bytes.Repeat(appendSegment(nil, markerDHT, four), 3000)...)); err != nil {
		t.Error(err)
	}
}

// TestManyScans: scans that go over all blocks again and again for a few bytes each are refused.
func TestManyScans(t *testing.T) {
	m := newMaker(1)
	f := m.f
	f.Width, f.Height, f.Progressive = 8000, 8000, true
	f.Components = []Component{{ID: 1, H: 1, V: 1}}
	for i := range f.Components[0].Quant {
		f.Components[0].Quant[i] = 1
	}
	if err := f.lay(Limits{}, 1<<20); err != nil {
		t.Fatal(err)
	}
	m.skeleton = []byte{0xff, markerSOI}
	m.header(markerSOF2)
	m.restarts = false
	m.scan([]int{0}, 0, 0, 0, 0)
	for k := 1; k < BlockSize; k++ {
		m.scan([]int{0}, k, k, 0, 9)
		for al := 8; al >= 0; al-- {
			m.scan([]int{0}, k, k, al+1, al)
		}
	}
	p := parser{f: f, data: m.skeleton}
	var limit *LimitError
	if err := p.file(); !errors.As(err, &limit) || limit.Max != maxVisits*1e6+freeVisits || limit.Have != 29e6 {
		t.Error(err)
	}
}
