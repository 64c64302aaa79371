package render

// house is a block from z0 to z1, front is the distance of its face from the
// middle of the road.
type house struct {
	z0, z1, front, high fix
	wall                rgb
	brick               bool
	floor, bay          fix // the height of a floor, the width of a bay
	seed                uint32
}

// walls is where r meets the houses: the distance and the light.
func (c *quarter) walls(r ray, inv vec) (fix, rgb) {
	for side := range c.rows {
		if (r.dir.x < 0) != (side == 0) {
			continue
		}
		for i := range c.rows[side] {
			h := &c.rows[side][i]
			front := h.front
			if side == 0 {
				front = -front
			}
			if z := h.z0; z > 0 { // the gable that juts out before this house
				p := r.from.along(r.dir, z)
				if max(p.x, -p.x) > h.front && p.y < h.high && p.y > 0 {
					n := vec{0, 0, -one}
					own := h.wall.scale(mil(800) + fbm(h.seed+50, p.x*2, p.y*2, 5)/4)
					return z, own.times(c.gather(p, n))
				}
			}
			t := mul(front-r.from.x, inv.x)
			z := r.from.z + t
			if t <= 0 || z < h.z0 || z >= h.z1 {
				continue
			}
			p := r.from.along(r.dir, t)
			if p.y > h.high || p.y < 0 {
				continue
			}
			n := vec{one, 0, 0}
			if side == 1 {
				n.x = -one
			}
			own, glass, hollow := h.facade(z-h.z0, p.y)
			light := c.gather(p, n).scale(one - hollow*3/5)
			out := own.times(light)
			if glass {
				d := vec{-r.dir.x, r.dir.y, one}.unit()
				wobble := noise2(h.seed+51, z*2, p.y*2) / 24
				d.y += wobble
				see := c.sky.light(d)
				// Low panes mirror the houses across, not the sky.
				see = see.mix(hex(0x6a5a48), step(mil(260), mil(120), d.y-p.y/60))
				out = out.scale(mil(600)).add(see.scale(mul(mil(400), one-hollow/2)))
			}
			return t, out
		}
	}
	return none, rgb{}
}

// facade is the colour of a house at height y and u metres along its face,
// without light; glass says that it is a window pane, and hollow how deep the
// shade of a recess lies on it.
func (h *house) facade(u, y fix) (c rgb, glass bool, hollow fix) {
	fine := fbm(h.seed+20, u*4, y*4, 4)
	stain := fbm(h.seed+25, u*2, y/4, 4)
	c = h.wall.scale(one + fine/5 + stain/4)
	if h.brick {
		row := whole(y * 9)
		v := part(y * 9)
		w := u*4 + fix(row&1)*half
		joint := max(step(mil(160), mil(60), v), step(mil(90), mil(30), part(w)))
		tint := uniform(h.seed+26, whole(w), row) - half
		c = c.scale(one+tint*2/5).mix(hex(0xb8aa98), joint/2)
	}
	if y > h.high-mil(550) { // the cornice
		band := wave(div(h.high-y, mil(180)))
		return hex(0xd9d0c0).scale(mil(850) + band/6 + fine/8), false, 0
	}
	shop := mil(3600)
	if y < shop {
		return h.shop(u, y, c)
	}
	storey := div(y-shop, h.floor)
	bay := div(u, h.bay)
	i, j := whole(bay), whole(storey)
	x, v := mul(part(bay), h.bay), mul(part(storey), h.floor) // metres in the cell
	left, right := h.bay/2-mil(520), h.bay/2+mil(520)
	low, top := mil(750), h.floor-mil(420)
	switch {
	case y > h.high-mil(700)-h.floor/3:
		return c, false, 0
	case v < mil(120): // a string course under each floor
		return c.mix(hex(0xe0d8c8), mil(450)), false, 0
	case x > left-mil(120) && x < right+mil(120) && v > low-mil(130) && v < low:
		return hex(0xe4ddd0).scale(one + fine/6), false, 0
	case x > left-mil(160) && x < right+mil(160) && v >= low && v < top+mil(180) && (x < left || x > right || v > top):
		return c.mix(hex(0xe8e0d2), mil(600)), false, 0
	case x < left || x > right || v < low || v > top:
		return c, false, mul(step(low-mil(500), low-mil(130), v), pulse(left, right, mil(100), x)) / 4
	}
	// Inside the frame: white bars, then glass with a curtain behind it.
	a, b := x-left, v-low
	bar := a < mil(70) || a > mil(970) || b < mil(80) || b > top-low-mil(80) ||
		a > mil(485) && a < mil(555) || b > (top-low)*2/3 && b < (top-low)*2/3+mil(60)
	hollow = step(top-low-mil(450), top-low-mil(150), b)
	if bar {
		return hex(0xe9e6de), false, hollow
	}
	inside := hex(0x1a1d22)
	if r := uniform(h.seed+30, i, j); r < mil(450) {
		edge := mil(160) + mul(uniform(h.seed+31, i, j), mil(300))
		drape := mil(700) + wave(a*9)/5
		if a < edge || a > mil(1040)-edge {
			inside = hex(0xb3a894).scale(drape)
		}
	} else if r > mil(900) {
		inside = hex(0xd8a860)
	}
	return inside, true, hollow
}

// shop is the ground floor: piers, panes, a sign and an awning's stripes.
func (h *house) shop(u, y fix, wall rgb) (rgb, bool, fix) {
	wide := h.z1 - h.z0
	cell := div(u, wide/max(wide/num(4), 1)) // one pane and door in four metres
	x := part(cell)
	fabric := hash(h.seed+40, whole(cell), 0, 0)
	trim := []rgb{hex(0x2d3f34), hex(0x4a2622), hex(0x26303e), hex(0x5a4a38)}[hash(h.seed+41, 0, 0, 0)%4]
	switch {
	case x < mil(70) || x > mil(930):
		return wall.scale(mil(900)), false, 0
	case y > mil(3150):
		letters := step(mil(100), mil(250), noise2(h.seed+42, u*7, y*2))
		return trim.mix(hex(0xe6d8a8), mul(letters, pulse(mil(3260), mil(3470), mil(20), y))), false, 0
	case y > mil(2350) && fabric%3 != 0:
		stripe := step(mil(-60), mil(60), wave(u*5/2))
		cloth := []rgb{hex(0xa83a2c), hex(0x2f5e4a), hex(0x3a5580)}[fabric%5%3]
		return cloth.mix(hex(0xe8e0d0), stripe).scale(mil(600) + (y-mil(2350))/2), false, 0
	case y < mil(550):
		return trim, false, 0
	case x < mil(110) || x > mil(890) || x > mil(480) && x < mil(510):
		return trim.scale(mil(1300)), false, 0
	}
	goods := fbm(h.seed+43, u*3, y*3, 4)
	return hex(0x2a2420).mix(hex(0xc79a5a), clamp(mil(150)+goods, 0, one)), true, step(mil(1700), mil(2400), y)
}
