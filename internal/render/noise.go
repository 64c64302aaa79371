package render

// hash mixes a lattice point and a seed into 32 bits that look random: two
// rounds of multiply and xor-shift.
func hash(seed uint32, x, y, z int64) uint32 {
	h := seed*0x9e3779b1 + uint32(x)*0x85ebca77 ^ uint32(y)*0xc2b2ae3d ^ uint32(z)*0x27d4eb2f
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	return h ^ h>>15
}

// uniform is a random number in [0, 1), fixed by its arguments.
func uniform(seed uint32, x, y int64) fix { return fix(hash(seed, x, y, 0) >> 16) }

// bell is close to a normal number with mean 0 and standard deviation 1: the
// sum of the four bytes of a hash, which never leaves +-3.5.
func bell(seed uint32, x, y int64) fix {
	h := hash(seed, x, y, 1)
	s := fix(h&255) + fix(h>>8&255) + fix(h>>16&255) + fix(h>>24)
	return (s - 510) * one / 148 // sqrt(4 * 65535 / 12) = 147.8
}

// The gradients of Perlin noise: every (+-1, +-1) with one of two lengths a
// side, so that a dot product is two shifts.
func slope(h uint32, x, y fix) fix {
	if h&4 != 0 {
		x, y = x+x/2, y/2
	} else {
		x, y = x/2, y+y/2
	}
	if h&1 != 0 {
		x = -x
	}
	if h&2 != 0 {
		y = -y
	}
	return x + y
}

// noise2 is gradient noise: smooth, 0 on average, within -1..1, one wiggle a
// unit.
func noise2(seed uint32, x, y fix) fix {
	i, j := whole(x), whole(y)
	u, v := part(x), part(y)
	a := slope(hash(seed, i, j, 0), u, v)
	b := slope(hash(seed, i+1, j, 0), u-one, v)
	c := slope(hash(seed, i, j+1, 0), u, v-one)
	d := slope(hash(seed, i+1, j+1, 0), u-one, v-one)
	s := fade(u)
	return lerp(lerp(a, b, s), lerp(c, d, s), fade(v))
}

// noise3 is value noise in space, for the grain of solid things; -1..1.
func noise3(seed uint32, p vec) fix {
	i, j, k := whole(p.x), whole(p.y), whole(p.z)
	s, t, w := fade(part(p.x)), fade(part(p.y)), fade(part(p.z))
	at := func(a, b, c int64) fix { return fix(hash(seed, i+a, j+b, k+c) >> 16) }
	near := lerp(lerp(at(0, 0, 0), at(1, 0, 0), s), lerp(at(0, 1, 0), at(1, 1, 0), s), t)
	far := lerp(lerp(at(0, 0, 1), at(1, 0, 1), s), lerp(at(0, 1, 1), at(1, 1, 1), s), t)
	return 2*lerp(near, far, w) - one
}

// turn doubles the frequency and rotates by the 3-4-5 angle, so that the
// lattices of two octaves never line up.
func turn(x, y fix) (fix, fix) { return (8*x + 6*y) / 5, (8*y - 6*x) / 5 }

// fbm adds octaves of noise2, each twice as fine and half as strong, which is
// the 1/f spectrum that photographs have. Within about -1..1.
func fbm(seed uint32, x, y fix, octaves int) fix {
	var sum fix
	amp := half
	for o := range octaves {
		sum += mul(amp, noise2(seed+uint32(o), x, y))
		amp /= 2
		x, y = turn(x, y)
	}
	return sum * 3 / 2
}

// fbm3 is fbm in space.
func fbm3(seed uint32, p vec, octaves int) fix {
	var sum fix
	amp := half
	for o := range octaves {
		sum += mul(amp, noise3(seed+uint32(o), p))
		amp /= 2
		p.x, p.y = turn(p.x, p.y)
		p.z = 2*p.z + p.x/4
	}
	return sum
}

// ridges is fbm folded at zero, so that valleys are round and crests sharp;
// a fine octave is strong only where the coarse one is high. In 0..1.
func ridges(seed uint32, x, y fix, octaves int) fix {
	var sum fix
	amp, weight := half, one
	for o := range octaves {
		n := noise2(seed+uint32(o), x, y)
		n = one - min(max(n, -n)*3/2, one)
		n = mul(mul(n, n), weight)
		sum += mul(amp, n)
		weight = min(n*2, one)
		amp = amp * 48 / 100
		x, y = turn(x, y)
	}
	return sum
}
