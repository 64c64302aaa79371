package model

import (
	"math/bits"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
)

// T is the number of reverse steps of the schedule, as in the paper, section 4.
const T = 1000

// alphaBarQ60 returns ᾱ_t = Π (1-β_s), s = 1..t, in Q60, for β that grows linearly from 1e-4 to 0.02 (eq. 4).
func alphaBarQ60(t int) uint64 {
	const one = 1 << 60
	a := uint64(one)
	for s := uint64(1); s <= uint64(t); s++ {
		// β_s = (999·1e-4 + (s-1)·0.0199) / 999 = (999 + 199(s-1)) / 9990000
		hi, lo := bits.Mul64(a, 9990000-999-199*(s-1))
		a, _ = bits.Div64(hi, lo, 9990000)
	}
	return a
}

// levelNoise is the mean variance of the RGB noise of the state after level m = 1, 2, ... if no coefficient skips a step, in
// millionths of a squared 8-bit grey level. It is the sum over bands and planes of
//
//	(the band's part of the coefficients) · (synthesis norm)² · (4^k - 1)/12
//
// where k is the band's clock and the colour transform is YCoCg-R. With other colour transforms the variance is an eighth larger,
// and so the noise a sixteenth, which is neglected. Beyond the table, the variance quadruples with every level, apart from the
// vanishing part of the scales that have not begun. TestLevelNoise derives the table from the transforms.
var levelNoise = [...]uint64{0, 1_286_340, 5_853_500, 24_210_155, 97_734_594, 391_932_551}

// levelVariance returns the levelNoise of any level. It stops growing at a level so coarse that its state is x_T.
func levelVariance(m int) uint64 {
	last := len(levelNoise) - 1
	if m <= last {
		return levelNoise[max(m, 0)]
	}
	return levelNoise[last] << (2 * uint(min(m-last, 12)))
}

// LevelNoise returns the standard deviation of the RGB noise of the state after level m, if no coefficient skips a step, in
// thousandths of an 8-bit grey level.
func LevelNoise(m int) int { return int(fixed.Sqrt(levelVariance(m))) }

// LevelTimestep returns the timestep of the state after level m: on the way down from T, the last t whose noise,
// 127.5·sqrt((1-ᾱ_t)/ᾱ_t) grey levels, is at least that of the level. Level 0 is the image, t = 0.
func LevelTimestep(m int) int {
	if m <= 0 {
		return 0
	}
	v := levelVariance(m)
	lo, hi := 1, T
	for lo < hi { // finds the first t with v·ᾱ <= 127.5²·1e6·(1-ᾱ)
		t := (lo + hi) / 2
		a := alphaBarQ60(t)
		h1, l1 := bits.Mul64(v, a)
		h2, l2 := bits.Mul64(16256250000, 1<<60-a)
		if h1 < h2 || h1 == h2 && l1 <= l2 {
			hi = t
		} else {
			lo = t + 1
		}
	}
	return lo
}
