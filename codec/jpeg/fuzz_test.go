package jpeg

import (
	"bytes"
	"testing"
)

// fuzzLimits keep a fuzzed file small.
var fuzzLimits = Limits{MaxPixels: 1 << 16, MaxMemory: 1 << 22}

// seeds adds small files of all kinds to the corpus.
func seeds(f *testing.F, add func(data []byte)) {
	add(goEncoded(f, painted(17, 9), 75))
	for seed := range uint64(40) {
		if _, data := makeFile(f, seed); len(data) < 8<<10 {
			add(data)
		}
	}
}

// FuzzParse: what is taken apart comes back byte for byte.
func FuzzParse(f *testing.F) {
	seeds(f, func(data []byte) { f.Add(data) })
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Parse(data, fuzzLimits); err != nil {
			return
		}
		if _, err := roundTrip(t, data); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzParseSyntax: any frame and syntax with any coefficients is refused, or written. What is written and taken apart again has the
// same bytes.
func FuzzParseSyntax(f *testing.F) {
	seeds(f, func(data []byte) {
		file, err := Parse(data, Limits{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file.AppendFrame(nil), file.AppendSyntax(nil), int16(0), int16(3))
	})
	f.Fuzz(func(t *testing.T, frame, syntax []byte, coef, step int16) {
		file, err := ParseSyntax(frame, syntax, fuzzLimits)
		if err != nil {
			return
		}
		if again, err := ParseSyntax(file.AppendFrame(nil), file.AppendSyntax(nil), fuzzLimits); err != nil || !bytes.Equal(again.skeleton, file.skeleton) {
			t.Fatalf("other syntax: %v", err)
		}
		for i := range file.Components {
			c := &file.Components[i]
			c.Coef = make([]int16, c.Wide*c.High*BlockSize)
			for at := range c.Coef {
				c.Coef[at] = coef
				coef += step
			}
		}
		data, err := file.Append(nil)
		if err != nil {
			return
		}
		if again, err := Parse(data, fuzzLimits); err == nil {
			if got, err := again.Append(nil); err != nil || !bytes.Equal(got, data) {
				t.Fatalf("written, but does not come back: %v", err)
			}
		}
	})
}
