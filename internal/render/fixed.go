package render

import "math/bits"

// fix is a number in Q47.16: the integer n stands for n / 65536.
//
// Everything here is drawn in fix and never in floats. A compiler may fuse
// a*b+c into one rounding on one processor and not on another, and then two
// machines would disagree on a few pixels; integers cannot.
type fix int64

const (
	fracBits     = 16
	one      fix = 1 << fracBits
	half         = one / 2
)

// num converts a whole number.
func num(n int) fix { return fix(n) * one }

// mil converts thousandths: mil(250) is 0.250.
func mil(n int) fix { return fix(n) * one / 1000 }

// mul rounds towards minus infinity.
func mul(a, b fix) fix { return a * b >> fracBits }

// div is a/b, rounded towards zero; anything divided by zero is zero.
func div(a, b fix) fix {
	if b == 0 {
		return 0
	}
	return (a << fracBits) / b
}

func clamp(x, lo, hi fix) fix { return min(max(x, lo), hi) }

// lerp walks from a (t = 0) to b (t = 1).
func lerp(a, b, t fix) fix { return a + mul(b-a, t) }

// step goes from 0 at x = a to 1 at x = b, smoothly; a > b is a falling edge.
func step(a, b, x fix) fix {
	t := clamp(div(x-a, b-a), 0, one)
	return mul(mul(t, t), 3*one-2*t)
}

// pulse is 1 for x well inside (a, b), 0 outside, with edges soft wide.
func pulse(a, b, soft, x fix) fix {
	return mul(step(a-soft, a+soft, x), step(b+soft, b-soft, x))
}

// power is x to the n, n >= 1.
func power(x fix, n int) fix {
	r := one
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			r = mul(r, x)
		}
		x = mul(x, x)
	}
	return r
}

// sqrt is the largest root r with r*r <= x; it is 0 for x <= 0. x must be
// below 2^31.
func sqrt(x fix) fix {
	if x <= 0 {
		return 0
	}
	n := uint64(x) << fracBits
	// Newton from above falls until it would rise: that is the floor.
	r := uint64(1) << ((bits.Len64(n) + 1) / 2)
	for {
		s := (r + n/r) / 2
		if s >= r {
			return fix(r)
		}
		r = s
	}
}

// wave is the sine of t full turns, good to 0.001: a parabola a half turn,
// bent towards the sine by a share of its own square.
func wave(t fix) fix {
	t &= one - 1
	sign := one
	if t >= half {
		t, sign = t-half, -one
	}
	p := mul(16*t, half-t)
	return mul(sign, mul(mil(775), p)+mul(mil(225), mul(p, p)))
}

// fade is Perlin's 6t^5 - 15t^4 + 10t^3 on 0..1: flat to the second
// derivative at both ends, so that noise shows no lattice in its shading.
func fade(t fix) fix {
	return mul(mul(mul(t, t), t), mul(t, 6*t-15*one)+10*one)
}

// whole and part split x into floor(x) and the rest.
func whole(x fix) int64 { return int64(x >> fracBits) }
func part(x fix) fix    { return x & (one - 1) }

// vec is a point or a direction.
type vec struct{ x, y, z fix }

func (a vec) add(b vec) vec          { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vec) sub(b vec) vec          { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a vec) scale(t fix) vec        { return vec{mul(a.x, t), mul(a.y, t), mul(a.z, t)} }
func (a vec) along(d vec, t fix) vec { return a.add(d.scale(t)) }
func (a vec) dot(b vec) fix          { return (a.x*b.x + a.y*b.y + a.z*b.z) >> fracBits }
func (a vec) times(b vec) vec        { return vec{mul(a.x, b.x), mul(a.y, b.y), mul(a.z, b.z)} }

// unit is a scaled to length 1; a zero vector stays zero.
func (a vec) unit() vec {
	l := sqrt(a.dot(a))
	return vec{div(a.x, l), div(a.y, l), div(a.z, l)}
}

// mirror reflects the direction a in a surface of unit normal n.
func (a vec) mirror(n vec) vec { return a.along(n, -2*a.dot(n)) }
