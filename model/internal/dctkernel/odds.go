package dctkernel

import "github.com/ddpmz/ddpmz/model/internal/fixed"

// Log odds are log2(p/(1-p)) in Q8, from -MaxOdds to MaxOdds.
const MaxOdds = 12<<8 - 1

// minProb is the least probability, Q16.
const minProb = 12

// probabilities has the probability, Q16, of log odds plus MaxOdds. It is never 0 or 1.
var probabilities = func() (t [2*MaxOdds + 1]uint16) {
	for i := range t {
		n := max(MaxOdds-i, i-MaxOdds)
		e := fixed.Exp2Q30(uint32(n%256)<<8) << (n / 256) // 2^n, Q30
		p := (1<<46 + (1<<30+e)/2) / (1<<30 + e)          // of the less probable bit
		if i > MaxOdds {
			p = 1<<16 - p
		}
		t[i] = uint16(fixed.Clamp(int32(p), minProb, 1<<16-minProb))
	}
	return
}()

// Probability returns the probability, Q16, of log odds in [-MaxOdds, MaxOdds].
func Probability(odds int32) uint16 { return probabilities[odds+MaxOdds] }

// logOdds has the log odds of a probability in Q12, from the middle of its interval.
var logOdds = func() (t [1 << 12]int16) {
	for i := range t {
		p := uint64(2*i + 1)
		l := fixed.Log2Q16(p) - fixed.Log2Q16(1<<13-p)
		t[i] = int16(fixed.Clamp((l+128)>>8, -MaxOdds, MaxOdds))
	}
	return
}()
