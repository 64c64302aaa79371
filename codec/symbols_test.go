package codec

import (
	"math/rand/v2"
	"testing"
)

// TestBit: bits come back whatever their probabilities are, among bits without one; a stream cut short gives those before the cut;
// and encoder and decoder agree on the ideal length, which the stream's is near.
func TestBit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 10, 100_000} {
		bits, p := make([]uint32, n), make([]uint32, n)
		var e symbolEncoder
		for i := range bits {
			p[i] = 1 + r.Uint32N(65535)
			if i%3 == 0 {
				p[i] = []uint32{1, 65535}[r.IntN(2)]
			}
			if r.Uint32N(65536) < p[i] {
				bits[i] = 1
			}
			if b, ok := e.Bit(bits[i], p[i]); !ok || b != bits[i] {
				t.Fatalf("bit %d: the encoder returns %d, %t", i, b, ok)
			}
			if i%7 == 0 {
				e.Bits(uint32(i)&3, 2)
			}
		}
		ideal := e.ideal
		stream := e.finish()
		if got, want := int64(len(stream)), int64(ideal>>19); got > want+want/500+40 {
			t.Errorf("%d bits take %d bytes, ideally %d", n, got, want)
		}
		for _, cut := range []int{len(stream), len(stream) / 2, 0} {
			var d symbolDecoder
			if err := d.reset(stream[:cut], len(stream), 0); err != nil {
				t.Fatal(err)
			}
			i := 0
			for ; i < n; i++ {
				b, ok := d.Bit(0, p[i])
				if !ok {
					break
				}
				if b != bits[i] {
					t.Fatalf("of %d bits, bit %d is wrong after %d of %d bytes", n, i, cut, len(stream))
				}
				if i%7 == 0 {
					if v, ok := d.Bits(0, 2); !ok {
						break
					} else if v != uint32(i)&3 {
						t.Fatalf("of %d bits, the bits after bit %d are wrong", n, i)
					}
				}
			}
			if cut == len(stream) && (i != n || d.ideal != ideal || d.close() != nil) {
				t.Errorf("of %d bits, %d come back, with an ideal length of %d for %d", n, i, d.ideal, ideal)
			}
			if n > 1000 && cut == len(stream)/2 && (i < n/3 || i > n*2/3) {
				t.Errorf("of %d bits, %d come back from half of the bytes", n, i)
			}
		}
	}
}
