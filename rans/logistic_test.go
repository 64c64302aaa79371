package rans

import (
	"math"
	"math/rand"
	"testing"
)

// Symbols whose distributions share no table: each is a byte with a logistic distribution
// of a mean and a scale of its own, which is integrated in integers when the symbol is coded. So a coder works whose
// model predicts every distribution anew.

const (
	spread   = 12 // the table covers deviations of that many scales on either side
	perScale = 64 // entries for each
)

// logisticTable[i] is the logistic function at i/perScale - spread, Q16. quantile
// is its inverse, in entries of the table, at the middle of every 256th of the
// whole.
var (
	logisticTable [2*spread*perScale + 2]uint32
	quantile      [256]int32
)

func init() {
	f := func(t float64) float64 { return 1 / (1 + math.Exp(-t)) }
	for i := range logisticTable {
		logisticTable[i] = uint32(f(float64(i)/perScale-spread) * total)
	}
	for i := range quantile {
		p := (float64(i) + 0.5) / float64(len(quantile))
		quantile[i] = int32(math.Round(math.Log(p/(1-p)) * perScale))
	}
}

// logistic is the distribution of a symbol from 0 to values-1, and the symbol.
type logistic struct {
	mean  int32 // Q6
	scale int32 // Q6
	inv   int32 // entries of the table for a unit of the symbol, Q10
	value uint8
}

// cum returns the cumulative frequency below v, 0 <= v <= values.
func (l *logistic) cum(v int32) uint32 {
	if v <= 0 {
		return 0
	}
	if v >= values {
		return total
	}
	// In the table, Q8. A Q6 number times inv is Q16.
	t := (v<<6-32-l.mean)*l.inv>>8 + spread*perScale<<8
	t = max(0, min(t, 2*spread*perScale<<8))
	a, b := logisticTable[t>>8], logisticTable[t>>8+1]
	f := a + (b-a)*uint32(t&255)>>8
	return uint32(v) + f*(total-values)>>16
}

// find returns the symbol whose interval holds peek, and that interval.
func (l *logistic) find(peek uint32) (v int32, start, freq uint32) {
	v = (l.mean + quantile[peek>>8&0xff]*l.scale/perScale + 32) >> 6
	v = max(0, min(v, values-1))
	lo, hi := l.cum(v), l.cum(v+1)
	for peek < lo {
		v--
		lo, hi = l.cum(v), lo
	}
	for peek >= hi {
		v++
		lo, hi = hi, l.cum(v+1)
	}
	return v, lo, hi - lo
}

func logistics(seed int64, n int) []logistic {
	rng := rand.New(rand.NewSource(seed))
	g := make([]logistic, n)
	for i := range g {
		l := &g[i]
		l.mean = int32(16<<6 + rng.Intn(32<<6))
		s := 0.2 * math.Pow(1.2, 16*rng.Float64())
		l.scale, l.inv = int32(s*64), int32(perScale/s*1024)
		v, _, _ := l.find(uint32(rng.Intn(total)))
		l.value = uint8(v)
	}
	return g
}

// TestLogistic tests that the benchmarks' distributions are valid: every
// symbol has an interval, and find returns it for the first and the last number in it.
func TestLogistic(t *testing.T) {
	for _, l := range logistics(1, 50) {
		for v := int32(0); v < values; v++ {
			if l.cum(v) >= l.cum(v+1) {
				t.Fatalf("%+v: symbol %d has no frequency", l, v)
			}
			for _, peek := range []uint32{l.cum(v), l.cum(v+1) - 1} {
				if got, start, freq := l.find(peek); got != v || start != l.cum(v) || freq != l.cum(v+1)-start {
					t.Fatalf("%+v: found %d at %d, not %d", l, got, peek, v)
				}
			}
		}
	}
}
