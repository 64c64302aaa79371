package dct

import (
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model"
)

// A digester is a coder that takes a digest of all decisions with their probabilities.
type digester struct {
	sum  uint64
	bits uint64 // ideal length, Q16
}

func (d *digester) Symbol(*model.Distribution, int32) (int32, bool) { panic("a symbol") }
func (d *digester) Bits(uint32, uint) (uint32, bool)                { panic("bits") }
func (d *digester) Bit(b, p uint32) (uint32, bool) {
	h := fnv.New64a()
	h.Write([]byte{byte(d.sum >> 56), byte(d.sum >> 48), byte(d.sum >> 40), byte(d.sum >> 32), byte(d.sum >> 24), byte(d.sum >> 16),
		byte(d.sum >> 8), byte(d.sum), byte(b), byte(p >> 8), byte(p)})
	d.sum = h.Sum64()
	_, freq := model.BitInterval(b, p)
	d.bits += uint64(model.CodeLength(freq))
	return b, true
}

// TestGolden: the decisions of two pictures, and what is learned from them, are the same on all machines. A change of these numbers
// changes the format.
func TestGolden(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	w := untrained()
	for f := range BlockSize { // what training leads to, roughly
		for ph := range Phases {
			for c := range classes {
				l := w.Linear(c, f, ph)
				for i := range l.Value {
					l.Value[i] = int16(r.IntN(801) - 400)
				}
			}
		}
	}
	l := NewLearner(w)
	for _, golden := range []struct {
		image     *Image
		sum, bits uint64
	}{
		{testImage(samplings[3], 4, 3, 3, 60, r), 0x955b7f6daa734684, 207817315},
		{testImage(samplings[2], 3, 5, 1, 9, r), 0xa8acd27fe79eadbf, 357576759},
	} {
		var d digester
		l.Code(golden.image, &d)
		if d.sum != golden.sum || d.bits != golden.bits {
			t.Errorf("%#x, %d bits in Q16; want %#x, %d", d.sum, d.bits, golden.sum, golden.bits)
		}
	}
}
