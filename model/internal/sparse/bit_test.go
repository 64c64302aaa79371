package sparse

import (
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestProbability: an adaptive probability comes near to that of the bits, and gives no value a frequency of nothing or of all.
func TestProbability(t *testing.T) {
	d := logistic.SharedTables(process.Logistic).Distribution()
	for _, one := range []int{0, 3, 500, 1000} {
		p, r, n := even, rand.New(rand.NewPCG(72, 0xdd)), 0
		for range 5000 {
			bit := r.IntN(1000) < one
			if got, ok := p.code(new(logistictest.Length), &d, bit); got != bit || !ok {
				t.Fatalf("%v is coded as %v, %v", bit, got, ok)
			}
			if _, freq := d.Interval(1); freq < leastFrequency || freq > 1<<logistic.ProbBits-leastFrequency {
				t.Fatalf("frequency %d", freq)
			}
			if bit {
				n++
			}
		}
		if got := int(p.one >> (probabilityBits - 10)); got < one-60 || got > one+60 {
			t.Errorf("%d of 5000 bits are 1, the probability is %d of 1024", n, got)
		}
	}
}
