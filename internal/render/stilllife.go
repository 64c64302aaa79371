package render

// Fruit and a bowl on a cloth beside a window. One unit is 10 centimetres;
// the cloth is y = 0, and the camera looks along z.

// skin is what a solid of the still life is made of.
type skin int

const (
	cloth skin = iota
	wall
	orange
	apple
	lemon
	grape
	china // the bowl, outside and in
)

// thing is a ball with a skin. Above cap it is cut off, which makes a bowl of
// china.
type thing struct {
	ball
	skin skin
	cap  fix
	seed uint32
}

// table is the whole scene.
type table struct {
	seed   uint32
	window vec // towards the middle of the window
	things []thing
}

func newTable(seed uint32) *table {
	t := &table{seed: seed, window: vec{mil(-640), mil(620), mil(-450)}.unit()}
	jog := func(k int64) fix { return (uniform(seed+5, k, 0) - half) / 4 }
	put := func(s skin, x, y, z, w, h, d int) {
		k := int64(len(t.things))
		at := vec{mil(x) + jog(k), mil(y), mil(z) + jog(k+100)}
		if s == china {
			at = vec{mil(x), mil(y), mil(z)}
		}
		t.things = append(t.things, thing{newBall(at, vec{mil(w), mil(h), mil(d)}), s, none, seed + 17*uint32(k)})
	}
	put(china, -350, 900, 900, 1150, 900, 1150)
	t.things[0].cap = mil(780)
	put(orange, -850, 1010, 750, 470, 460, 470)
	put(apple, 130, 1020, 800, 500, 470, 500)
	put(orange, -330, 1130, 1350, 470, 460, 470)
	put(apple, 1080, 440, 150, 480, 440, 480)
	put(lemon, -900, 350, -650, 470, 350, 360)
	for k := range 9 {
		x := 250 + 190*(k%4) + 90*(k/4)
		put(grape, x, 175+120*(k/5), -820+150*(k/3), 180, 190, 180)
	}
	return t
}

// bumps tilts the normal n at p the way the skin is rough.
func (g *thing) bumps(p, n vec) vec {
	q := p.sub(g.mid)
	var k, size fix
	switch g.skin {
	case orange:
		k, size = 30, mil(130)
	case lemon:
		k, size = 20, mil(120)
	case apple:
		k, size = 5, mil(40)
	default:
		return n
	}
	d := vec{noise3(g.seed, q.scale(k*one)), noise3(g.seed+1, q.scale(k*one)), noise3(g.seed+2, q.scale(k*one))}
	return n.along(d, size).unit()
}

// colour is the skin's own colour at p, and how strongly it shines.
func (g *thing) colour(p, n vec) (rgb, fix) {
	q := p.sub(g.mid)
	fine := fbm3(g.seed+6, q.scale(9*one), 4)
	switch g.skin {
	case orange:
		return hex(0xe07a18).mix(hex(0xf29a2c), half+fine), mil(300)
	case lemon:
		tip := step(mil(700), mil(980), div(max(q.x, -q.x), g.size.x))
		return hex(0xe8c628).mix(hex(0xd8c84a), half+fine).mix(hex(0x9fa040), tip/2), mil(350)
	case apple:
		// Streaks run from stalk to blossom: noise stretched along y.
		streak := fbm3(g.seed+3, vec{q.x * 7, q.y * 3 / 2, q.z * 7}, 4)
		blush := step(mil(-350), mil(350), noise3(g.seed+4, q.scale(3*one/2))+streak/2-q.y/3)
		c := hex(0xc9b23e).mix(hex(0xa3161c), mil(180)+mul(blush, mil(800)))
		dots := step(mil(600), mil(750), noise3(g.seed+5, q.scale(24*one)))
		stalk := step(mil(200), mil(40), sqrt(mul(q.x, q.x)+mul(q.z, q.z)))
		if q.y < 0 {
			stalk = 0
		}
		return c.mix(hex(0xd8b070), dots/3).mix(hex(0x4a3a18), stalk), mil(550)
	case grape:
		bloom := step(mil(-200), mil(500), fine+n.y/4)
		return hex(0x2e1230).mix(hex(0x5a2446), half+fine/2).mix(hex(0x8a86a8), bloom/4), mil(700)
	}
	// Blue brushwork on white china: rings, and leaves between two of them.
	c := hex(0xe9e6dc).scale(one + fine/24)
	swirl := fbm3(g.seed+8, q.scale(3*one), 3)
	leaves := mul(step(mil(60), mil(110), max(swirl, -swirl)), pulse(mil(250), mil(600), mil(20), p.y))
	ring := max(pulse(mil(680), mil(710), mil(8), p.y), pulse(mil(160), mil(190), mil(8), p.y))
	blue := max(step(mil(150), mil(60), max(swirl, -swirl))*3/4, 0)
	blue = max(mul(blue, pulse(mil(250), mil(620), mil(20), p.y))-leaves/8, ring)
	return c.mix(hex(0x274a8c), mul(blue, mil(800)+fine/3)), mil(800)
}

// folds is the height of the cloth.
func (t *table) folds(x, z fix) fix {
	bend := fbm(t.seed+60, x/3, z/3, 2)
	f := ridges(t.seed+61, x/4+bend, z/3-x/5, 2)
	quiet := step(mil(700), mil(2600), sqrt(mul(x, x)+mul(z-mil(500), z-mil(500))))
	return mul(mul(f, mil(60)+quiet/3)+fbm(t.seed+65, x*2, z*2, 3)/50, step(mil(3500), mil(1800), z))
}

// weave is the cloth's colour: linen with two woven red lines.
func (t *table) weave(x, z fix) rgb {
	thread := (wave(x*26)+wave(z*26))/14 + fbm(t.seed+70, x*28, z*7, 2)/7 + fbm(t.seed+71, x*7, z*28, 2)/7
	c := hex(0xd3c8b4).scale(one + thread + fbm(t.seed+72, x, z, 3)/8)
	u := x*3/5 + z*4/5
	line := max(pulse(mil(-1900), mil(-1780), mil(15), u), pulse(mil(-1690), mil(-1650), mil(15), u))
	return c.mix(hex(0x9c3a34).scale(one+thread*2), line*7/10)
}

// lamp is how much light p gets from the window: shadows are soft because
// the window is wide.
func (t *table) lamp(p vec, skip int) fix {
	lit := one
	for i := range t.things {
		g := &t.things[i]
		if i == skip || g.skin == china && skip != -1 && p.y > mil(500) {
			continue
		}
		lit = mul(lit, g.shadow(p, t.window, mil(170)))
	}
	return lit
}

// open is how much of the room p sees past its neighbours.
func (t *table) open(p, n vec, skip int) fix {
	o := one
	for i := range t.things {
		if i != skip {
			o = mul(o, one-t.things[i].nearby(p, n))
		}
	}
	return o
}

// room is what a mirror would show in direction d: the window, with its
// cross of wood, and the dim rest.
func (t *table) room(d vec) rgb {
	side := vec{t.window.z, 0, -t.window.x}.unit()
	up := vec{-mul(t.window.x, t.window.y), one - mul(t.window.y, t.window.y), -mul(t.window.z, t.window.y)}.unit()
	dim := hex(0x4a3c30).mix(hex(0x6a6258), clamp(half+d.y/2, 0, one))
	if d.dot(t.window) < mil(300) {
		return dim
	}
	u, v := d.dot(side), d.dot(up)
	pane := mul(pulse(mil(-280), mil(280), mil(25), u), pulse(mil(-360), mil(360), mil(25), v))
	bars := max(pulse(mil(-25), mil(25), mil(15), u), pulse(mil(40), mil(85), mil(15), v))
	return dim.mix(rgb{num(5), num(5) + half, num(6)}, mul(pane, one-bars))
}

// trace is the light along r.
func (t *table) trace(r ray) rgb {
	best, hit, inside := none, -1, false
	for i := range t.things {
		g := &t.things[i]
		in, out, ok := g.cut(&r)
		if !ok {
			continue
		}
		if in > 0 && in < best && r.from.y+mul(r.dir.y, in) < g.cap {
			best, hit, inside = in, i, false
		} else if g.cap != none && out > 0 && out < best && r.from.y+mul(r.dir.y, out) < g.cap {
			best, hit, inside = out, i, true
		}
	}
	if hit < 0 {
		return t.ground(r)
	}
	g := &t.things[hit]
	p := r.from.along(r.dir, best)
	n := g.normal(p)
	if inside {
		n = n.scale(-one)
	}
	n = g.bumps(p, n)
	own, gloss := g.colour(p, n)
	// The bowl's rim is a line of bare bright glaze.
	if g.skin == china && p.y > g.cap-mil(35) {
		own = hex(0xf4f0e6)
	}
	if inside { // deep in the bowl little light is left
		own = own.scale(step(mil(200), mil(1000), p.y) + mil(120))
	}
	c := own.times(t.gather(p, n, hit))
	if g.skin == orange || g.skin == grape {
		c = c.add(own.scale(mil(60)))
	}
	// Fresnel: everything is a mirror at grazing angles.
	graze := one + r.dir.dot(n)
	shine := mul(gloss, mil(130)+mul(power(clamp(graze, 0, one), 4), mil(600)))
	return c.add(t.room(r.dir.mirror(n)).scale(mul(shine, t.open(p, n, hit))))
}

// gather is the light that falls on p: the window's, the room's, and what
// the cloth throws back up.
func (t *table) gather(p, n vec, skip int) rgb {
	wrap := max(n.dot(t.window)+mil(120), 0) * 9 / 10
	key := rgb{mil(2100), mil(1980), mil(1800)}.scale(mul(wrap, t.lamp(p.along(n, mil(20)), skip)))
	open := t.open(p, n, skip)
	fill := rgb{mil(250), mil(260), mil(300)}.scale(mul(open, mil(700)+n.y/3))
	bounce := rgb{mil(260), mil(220), mil(170)}.scale(mul(max(-n.y, 0), open))
	return key.add(fill).add(bounce)
}

// ground is the cloth, and the wall behind it.
func (t *table) ground(r ray) rgb {
	const back = 5 * one
	p := r.from.along(r.dir, div(back-r.from.z, r.dir.z))
	if r.dir.y < 0 {
		q := r.from.along(r.dir, -div(r.from.y, r.dir.y))
		// One step of refinement meets the folds rather than the plane.
		q = r.from.along(r.dir, -div(r.from.y-t.folds(q.x, q.z), r.dir.y))
		if q.z < mil(3600) {
			const e = one / 32
			h := t.folds(q.x, q.z)
			n := vec{-div(t.folds(q.x+e, q.z)-h, e), one, -div(t.folds(q.x, q.z+e)-h, e)}.unit()
			c := t.weave(q.x, q.z).times(t.gather(q, n, -1))
			return c.scale(mil(700) + min(h, mil(300)))
		}
	}
	stain := fbm(t.seed+80, p.x/2, p.y/2, 5)
	c := hex(0x5a4c3e).mix(hex(0x74685a), clamp(half+stain, 0, one))
	glow := step(num(6), -num(1), p.x) + mil(150)
	return c.scale(mul(glow, mil(1100)-p.y/8))
}

// stillLife draws the scene on a film of w x h, through a lens that is sharp
// at the front of the bowl only.
func stillLife(w, h int, seed uint32) *film {
	t := newTable(seed)
	from := vec{mil(100), mil(2900), mil(-6200)}
	ahead := vec{mil(-10), mil(-360), one}.unit()
	right := vec{ahead.z, 0, -ahead.x}.unit()
	up := vec{-mul(ahead.y, ahead.x), mul(ahead.z, right.x) - mul(ahead.x, right.z), -mul(ahead.y, ahead.z)}
	const sharp = one * 62 / 10
	size := num(min(w, h))
	f := newFilm(w, h)
	for y := range h {
		for x := range w {
			u := div(num(2*x-w), size) * 25 / 100
			v := div(num(h-2*y), size) * 25 / 100
			d := ahead.along(right, u).along(up, v)
			i, j := int64(x), int64(y)
			lens := right.scale(uniform(seed+90, i, j) - half).add(up.scale(uniform(seed+91, i, j) - half)).scale(mil(80))
			aim := d.scale(sharp).sub(lens)
			f.pix[y*w+x] = t.trace(ray{from.add(lens), aim.unit()})
		}
	}
	return f
}
