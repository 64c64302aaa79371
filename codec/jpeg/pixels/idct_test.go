package pixels

import (
	"math"
	"math/rand/v2"
	"testing"
)

// basis[k][x] is the value at x of the DCT's k-th function, of norm 1.
var basis = func() (b [8][8]float64) {
	for k := range b {
		for x := range b[k] {
			b[k][x] = .5 * math.Cos(float64(2*x+1)*float64(k)*math.Pi/16)
			if k == 0 {
				b[k][x] = math.Sqrt(1. / 8)
			}
		}
	}
	return b
}()

// TestLine compares the transform's matrix with the DCT's definition: constants of 13 fractional bits that are added up, each rounded.
func TestLine(t *testing.T) {
	for k := range 8 {
		var in, out [8]int64
		in[k] = 1
		out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7] = line(in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7])
		for x, have := range out {
			want := basis[k][x] * math.Sqrt(8) * (1 << fractionBits)
			if math.Abs(float64(have)-want) > 2 {
				t.Errorf("coefficient %d at sample %d: %d, want %.2f", k, x, have, want)
			}
		}
	}
}

// definition is the inverse DCT as T.81, A.3.3, defines it, rounded and limited.
func definition(coef *[64]int32) (out [64]byte) {
	for i := range out {
		var sum float64
		for k, c := range coef {
			sum += float64(c) * basis[k/8][i/8] * basis[k%8][i%8]
		}
		out[i] = byte(min(max(math.Round(sum+128), 0), 255))
	}
	return out
}

// TestInverse compares samples with the definition's, within IEEE 1180's bounds: none is more than 1 away, and the mean square of the
// errors is at most 0.02.
func TestInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	off, all := 0, 0
	for i := range 2000 {
		var coef [64]int32
		for k := range coef {
			if r.IntN(64) < i%65 {
				coef[k] = r.Int32N(201) - 100
			}
		}
		coef[0] += r.Int32N(1001) - 500
		want := definition(&coef)
		var have [64]byte
		invert(have[:], 8, &coef, 0)
		for k := range want {
			d := int(have[k]) - int(want[k])
			if d < -1 || d > 1 {
				t.Fatalf("%v: sample %d is %d, want %d", coef, k, have[k], want[k])
			}
			off += d * d
			all++
		}
	}
	if off*50 > all {
		t.Errorf("%d of %d samples are off by 1", off, all)
	}
}

// TestUnits checks that coefficients in finer units, which estimates have, make the same samples, whatever their size, and that
// blocks for which there are short ways make what the long way does.
func TestUnits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 2000 {
		var coef [64]int32
		density, size := r.IntN(65), int32(1)<<r.IntN(16)
		for k := range coef {
			if r.IntN(64) < density {
				coef[k] = r.Int32N(2*size) - size
			}
		}
		if i%4 == 0 {
			clear(coef[1:])
		}
		want := inTwoPasses(&coef)
		for _, shift := range []uint{0, 1, 4, 16} {
			finer := coef
			for k := range finer {
				finer[k] <<= shift
			}
			if size<<shift > 1<<30 || size<<shift <= 0 {
				continue
			}
			var have [64]byte
			if invert(have[:], 8, &finer, shift); have != want {
				t.Fatalf("%v in units of 2^-%d: %v, want %v", coef, shift, have, want)
			}
		}
	}
}

// TestExtremes has the largest coefficients: they neither overflow nor leave the range.
func TestExtremes(t *testing.T) {
	for k := range 64 {
		for _, v := range []int32{math.MinInt32, math.MaxInt32} {
			for _, shift := range []uint{0, 16} {
				var coef [64]int32
				coef[0], coef[k] = v, v
				var whole, low [64]byte
				invert(whole[:], 8, &coef, shift)
				invertLow(low[:], 8, &coef, shift, 8, 8)
				if k == 0 && whole[63] != byte(^(v>>31)) || low != whole {
					t.Errorf("coefficient %d is %d: %v, %v", k, v, whole, low)
				}
			}
		}
	}
}

// inTwoPasses is invert without short ways.
func inTwoPasses(coef *[64]int32) (out [64]byte) {
	var columns, samples [64]int64
	for x := range 8 {
		var y [8]int64
		y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7] = line(int64(coef[x]), int64(coef[8+x]), int64(coef[16+x]), int64(coef[24+x]),
			int64(coef[32+x]), int64(coef[40+x]), int64(coef[48+x]), int64(coef[56+x]))
		for i, v := range y {
			columns[8*i+x] = min(max((v+1<<10)>>11, math.MinInt16), math.MaxInt16)
		}
	}
	for i := range 8 {
		c, s := columns[8*i:8*i+8], samples[8*i:8*i+8]
		s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = line(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7])
	}
	for i, v := range samples {
		out[i] = byte(min(max((v+1<<17)>>18+128, 0), 255))
	}
	return out
}
