package train

import "math"

// exp returns e^x within 2e-7 of it, in a tenth of the time of math.Exp. x is cut to [-87, 87].
func exp(x float32) float32 {
	const shift = 3 << 22 // adding it rounds to an integer
	x = min(max(x, -87), 87)
	n := x*math.Log2E + shift
	e := int32(math.Float32bits(n)) // low bits: n
	n -= shift
	r := (x - n*0.693359375) + n*2.12194440e-4 // ln 2 in two parts, the first exact in products with n
	p := ((((r*(1./720)+1./120)*r+1./24)*r+1./6)*r+.5)*r*r + r + 1
	return p * math.Float32frombits(uint32(e<<23)+127<<23)
}

// log returns ln x for normal x > 0, within 2e-7 or as much relative to it.
func log(x float32) float32 {
	const root = 0x3f3504f3 // of 1/2, as bits
	b := math.Float32bits(x)
	e := int32(b-root) >> 23
	m := math.Float32frombits(b - uint32(e)<<23) // x = m · 2^e, m in [√½, √2)
	z := (m - 1) / (m + 1)
	s := z * z
	return float32(e)*math.Ln2 + 2*z*(1+s*(1./3+s*(1./5+s*(1./7+s*(1./9)))))
}

// log1p returns ln(1+x) for x >= 0.
func log1p(x float32) float32 {
	if x < 0.02 {
		return x * (1 - x*(.5-x*(1./3-x*.25)))
	}
	return log(1 + x)
}

// negExpm1 returns 1 - e^-x for x >= 0.
func negExpm1(x float32) float32 {
	if x < 0.1 {
		return x * (1 - x*(.5-x*(1./6-x*(1./24-x*(1./120)))))
	}
	return 1 - exp(-x)
}

// asinh returns the inverse hyperbolic sine.
func asinh(x float32) float32 {
	a := max(x, -x)
	a = log1p(a + a*a/(1+float32(math.Sqrt(float64(1+a*a)))))
	if x < 0 {
		return -a
	}
	return a
}
