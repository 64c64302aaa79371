package render

// crate is a box with sides along the axes: cars are made of them.
type crate struct {
	lo, hi vec
	paint  rgb
}

// meet is the distance at which r enters b, and the face's normal.
func (b *crate) meet(r ray, inv vec) (fix, vec) {
	span := func(lo, hi, from, inv fix) (fix, fix) {
		s, t := mul(lo-from, inv), mul(hi-from, inv)
		return min(s, t), max(s, t)
	}
	x0, x1 := span(b.lo.x, b.hi.x, r.from.x, inv.x)
	y0, y1 := span(b.lo.y, b.hi.y, r.from.y, inv.y)
	z0, z1 := span(b.lo.z, b.hi.z, r.from.z, inv.z)
	in, out := max(x0, y0, z0), min(x1, y1, z1)
	if in > out || in <= 0 {
		return none, vec{}
	}
	switch in {
	case x0:
		return in, vec{sign(-r.dir.x), 0, 0}
	case y0:
		return in, vec{0, sign(-r.dir.y), 0}
	}
	return in, vec{0, 0, -one}
}

func sign(x fix) fix {
	if x < 0 {
		return -one
	}
	return one
}

// body is the light from the face of a car's body at p.
func (c *quarter) body(b *crate, r ray, p, n vec) rgb {
	own := b.paint
	mid := b.lo.add(b.hi).scale(half)
	round := vec{n.x + (p.x-mid.x)/3, n.y + (p.y-mid.y)*3/2, n.z + (p.z-mid.z)/12}.unit()
	if n.z != 0 {
		side, high := min(p.x-b.lo.x, b.hi.x-p.x), p.y-b.lo.y
		switch {
		case side > mil(80) && side < mil(400) && high > mil(330) && high < mil(480):
			own = hex(0xc02018) // a rear light
		case side > mil(600) && high > mil(250) && high < mil(390):
			own = hex(0xd8d4c4) // the number plate
		case high < mil(130):
			own = hex(0x202224) // the bumper
		}
	}
	return own.times(c.gather(p, round)).add(c.gloss(r, round, mil(50)))
}

// cabin is the light from the upper half of a car: a roof, and glass.
func (c *quarter) cabin(b *ball, paint rgb, r ray, p vec) rgb {
	n := b.normal(p)
	q := p.sub(b.mid)
	post := mul(q.z, q.z) < mil(9) || max(q.x, -q.x) > mil(560) && max(q.z, -q.z) > mil(900)
	if q.y > mil(560) || q.y < mil(170) || post {
		return paint.times(c.gather(p, n)).add(c.gloss(r, n, mil(50)))
	}
	return hex(0x181c20).times(c.gather(p, n)).add(c.gloss(r, n, mil(110)))
}

// gloss is what paint or glass mirrors: the sky if it tilts up, else houses.
func (c *quarter) gloss(r ray, n vec, base fix) rgb {
	d := r.dir.unit()
	graze := power(clamp(one+d.dot(n), 0, one), 4)
	m := d.mirror(n)
	see := hex(0x5a5046).mix(c.sky.light(m), step(mil(200), mil(600), m.y))
	return see.scale(base + graze/2)
}
