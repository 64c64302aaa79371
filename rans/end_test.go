package rans

import (
	"errors"
	"math"
	"testing"
)

// TestStreamEnds checks that a range-coded stream of which no byte is missing supplies no more symbols than its bytes can hold:
// seven bits that are in the window from the beginning, and eight for every byte. Of symbols that are nearly certain these are
// many, but they have an end.
func TestStreamEnds(t *testing.T) {
	const freq = total - 6 // no symbol of the model is likelier by much
	bits := -math.Log2(float64(freq) / total)
	for _, size := range []int{0, 1, 2, 7, 40} {
		var d Decoder
		if err := d.Reset(make([]byte, size), size); err != nil {
			t.Fatal(err)
		}
		most := int((7+8*float64(size))/bits) + 1
		n := 0
		for ; n <= most; n++ {
			if d.Peek() >= freq {
				t.Fatalf("%d bytes, symbol %d: zeros are not the first symbol", size, n)
			}
			d.Advance(0, freq)
			if d.Truncated() {
				break
			}
		}
		if n > most || float64(n) < 0.999*float64(most) {
			t.Errorf("%d zero bytes supply %d symbols of %.2g bits, want %d at most, and hardly fewer", size, n, bits, most)
		}
		var e *CorruptError
		if err := d.Close(); !errors.As(err, &e) {
			t.Errorf("%d zero bytes, after the end: %v", size, err)
		}
	}
}
