package render

// A lake under mountains. One unit is 100 metres; the camera stands at the
// origin, x is right, y up, z ahead, and the lake's surface is y = 0.

// land is the ground, a height for every (x, z).
type land struct {
	seed uint32
	sun  vec
}

const (
	eye      = one * 62 / 100 // the camera's height
	far      = 60 * one       // nothing is drawn beyond
	treeLine = one * 21 / 10
)

// basin is below 0 in the lake and grows away from its shore.
func (l *land) basin(x, z fix) fix {
	u := (x - mil(1500)) / 9
	v := (z - mil(6700) - x/3) * 10 / 44
	return mul(u, u) + mul(v, v) - one + fbm(l.seed+7, x/4, z/4, 4)*7/10
}

// ground is the height of bare earth.
func (l *land) ground(x, z fix, octaves int) fix {
	b := l.basin(x, z)
	h := clamp(b, -one, one) / 4
	if b > 0 {
		h += mul(min(b, one), fbm(l.seed+9, x, z, 5)) / 4
	}
	rise := step(num(9), num(27), z+max(x, -x)/2)
	if rise > 0 {
		r := ridges(l.seed, x/13+mil(300), z/13, octaves)
		h += mul(rise, mul(r, r)*6+r*3)
	}
	return h
}

// cover is what grows above the ground at height h: how high, and a shade in
// 0..1 for its colour (negative: nothing grows).
func (l *land) cover(x, z, h fix) (fix, fix) {
	if h < mil(15) {
		return 0, -one
	}
	if z < mil(3200) {
		return l.grass(x, z)
	}
	if z < num(5) {
		return 0, -one
	}
	wood := step(treeLine, treeLine/3, h) - step(mil(-300), mil(500), fbm(l.seed+21, x/2, z/2, 3))*3/5
	tall, shade := fix(0), -one
	for k := range int64(2) { // two forests, one in the gaps of the other
		const cell = one / 6
		u, v := div(x, cell)+fix(k)*half, div(z, cell)+fix(k)*mil(370)
		i, j := whole(u), whole(v)
		seed := l.seed + 31 + uint32(k)
		if uniform(seed, i, j) > wood {
			continue
		}
		cx := mil(350) + mul(mil(300), uniform(seed+4, i, j))
		cz := mil(350) + mul(mil(300), uniform(seed+8, i, j))
		dx, dz := part(u)-cx, part(v)-cz
		cone := one - sqrt(mul(dx, dx)+mul(dz, dz))*5/2
		size := mil(130) + mul(mil(140), uniform(seed+12, i, j))
		if t := mul(cone, size); t > tall {
			tall, shade = t, uniform(seed+16, i, j)
		}
	}
	return tall, shade
}

// grass is the bank at the camera's feet.
func (l *land) grass(x, z fix) (fix, fix) {
	tuft := fbm(l.seed+50, x*5, z*3, 3)
	blade := noise2(l.seed+51, x*75, z*30)
	fine := noise2(l.seed+53, x*170, z*60)
	tall := mil(25) + mul(mil(50), tuft) + mul(mil(24), blade) + mul(mil(18), fine)
	return max(tall, 0), clamp(mil(400)+tuft/2+blade*2/5+fine*2/5, 0, one)
}

// normal is the upward normal of bare earth; e is how far apart it looks.
func (l *land) normal(x, z, e fix, octaves int) vec {
	h := l.ground(x, z, octaves)
	dx, dz := l.ground(x+e, z, octaves)-h, l.ground(x, z+e, octaves)-h
	return vec{-div(dx, e), one, -div(dz, e)}.unit()
}

// sunlit is 0 where a ridge stands before the sun, 1 where none does.
func (l *land) sunlit(p vec) fix {
	lit := one
	t := mil(120)
	for range 11 {
		q := p.along(l.sun, t)
		lit = min(lit, step(mil(-60), mil(60), q.y-l.ground(q.x, q.z, 5)))
		t = t * 3 / 2
	}
	return lit
}

// shade is the light that point (x, h+tall, z) sends to the camera.
func (l *land) shade(s *sky, x, z, h, tall, kind fix) rgb {
	e := max(z/300, mil(12))
	n := l.normal(x, z, e, 8)
	fine := fbm(l.seed+60, x*6, z*6, 5)
	rough := fbm(l.seed+66, x*3/2, z*3/2+h*2, 6)

	rock := hex(0x8a8078).mix(hex(0x5d5650), clamp(half+rough*2, 0, one)).scale(one + fine)
	rock = rock.mix(hex(0x9a7f66), step(mil(100), mil(500), noise2(l.seed+70, x/2, h*3)))
	meadow := hex(0x7c8440).mix(hex(0x5b6a35), clamp(half+fine*2, 0, one)).mix(hex(0x9a8850), step(0, mil(600), rough))
	c := meadow.mix(rock, max(step(mil(900), mil(720), n.y+fine/6), step(treeLine*4/5, treeLine*5/4, h+rough)))
	snow := mul(step(mil(2500), mil(3400), h+rough+fine/2), step(mil(480), mil(720), n.y+fine/5))
	c = c.mix(hex(0xf2f4f8), snow)
	if shore := step(mil(70), mil(10), h); shore > 0 && z > mil(3200) {
		c = c.mix(hex(0xa39a86).scale(one+fine), shore)
	}

	lit := l.sunlit(vec{x, h + tall + mil(30), z})
	facing := max(n.dot(l.sun), 0)
	switch {
	case kind >= 0 && z < mil(3200):
		c = hex(0x1e2814).mix(hex(0x858a4c), kind).scale(one+fine/2).mix(hex(0xa89a5c), step(mil(150), mil(700), rough)/2)
		if petal := uniform(l.seed+80, whole(x*90), whole(z*26)); petal > mil(988) && kind > half {
			c = hex(0xf4e6ea).mix(hex(0xc65a8e), step(mil(992), mil(994), petal))
		}
		facing = mil(60) + mul(mul(kind, kind), mil(750))
	case kind >= 0:
		c = hex(0x2a3d20).mix(hex(0x55642c), kind).mix(hex(0x8a7434), step(mil(900), mil(960), kind))
		// A tree is dark at its foot and bright on the side of the sun.
		e := mil(20)
		t2, _ := l.cover(x+mul(l.sun.x, e), z+mul(l.sun.z, e), h)
		facing = clamp(mil(100)+mul(tall, num(2))+(tall-t2)*8, 0, one)
	}
	sunshine := rgb{mil(2150), mil(1720), mil(1180)}.scale(mul(facing, lit))
	ambient := s.zenith.scale(mil(700)).mix(s.horizon.scale(mil(450)), half).scale(mil(450) + n.y/3)
	return c.times(sunshine.add(ambient))
}

// look draws the scene as seen from height y0, starting at distance near.
// Without water to call, the lake stays empty: that is how the picture is
// taken that the lake reflects, from as far below the surface as the camera
// is above.
func (l *land) look(s *sky, horizon int, focal, y0, near fix, f *film, water func(x, y int, z fix) rgb) {
	haze := s.horizon.scale(mil(820)).add(rgb{mil(10), mil(25), mil(60)})
	for sx := range f.w {
		dx := div(num(sx)-num(f.w)/2+half, focal)
		top := f.h // rows from here down are drawn already
		for z := near; z < far && top > 0; z += max(z/260, mil(6)) {
			x := mul(dx, z)
			h := l.ground(x, z, 8)
			if h < 0 && water == nil {
				continue
			}
			var tall, kind fix
			if h >= 0 {
				tall, kind = l.cover(x, z, h)
			}
			row := max(horizon-int(whole(mul(focal, div(max(h, 0)+tall-y0, z)))), 0)
			if row >= top {
				continue
			}
			if h < 0 {
				for ; top > row; top-- {
					f.pix[(top-1)*f.w+sx] = water(sx, top-1, z)
				}
				continue
			}
			c := l.shade(s, x, z, h, tall, kind)
			air := div(mul(z, z), mul(z, z)+num(900))
			c = c.mix(haze, mul(air, mil(850)))
			for ; top > row; top-- {
				f.pix[(top-1)*f.w+sx] = c
			}
		}
		for y := range top {
			d := vec{dx, div(num(horizon-y), focal), one}
			f.pix[y*f.w+sx] = s.light(d.unit())
		}
	}
}

// landscape draws the scene on a film of w x h.
func landscape(w, h int, seed uint32) *film {
	s := &sky{
		seed: seed + 900, sun: vec{mil(-600), mil(160), mil(780)}.unit(),
		zenith: hex(0x3d6ea8), horizon: hex(0xd9dbd6), glow: rgb{mil(700), mil(420), mil(160)},
		cloudLight: rgb{mil(1500), mil(1330), mil(1150)}, cloudShade: hex(0x8f9bb0), cover: mil(20),
	}
	l := &land{seed, vec{mil(-720), mil(400), mil(-160)}.unit()}
	focal := num(w)
	horizon := h * 46 / 100

	below := h - horizon // rows of water, hence of reflection
	mirror := newFilm(w, below+h/16)
	l.look(s, below, focal, -eye, mil(3200), mirror, nil)

	water := func(x, y int, z fix) rgb {
		wx := mul(div(num(x)-num(w)/2, focal), z)
		// Ripples tilt the mirror; a tilt moves the reflection mostly along
		// the column, less so far away where they average out.
		gust := step(mil(-300), mil(400), fbm(seed+120, wx/2, z/2, 3))
		ripple := fbm(seed+130, wx*7, z*22, 4)
		size := mul(mil(10)+mul(mil(50), gust), num(h))
		dy := int(whole(mul(mul(ripple, size), div(num(3), z+one))))
		dx := int(whole(mul(fbm(seed+140, wx*9, z*16, 2), size/4)))
		c := mirror.at(x+dx, below-(y-horizon)+dy)
		// Fresnel: the steeper the look, the more of the dark water shows.
		steep := clamp(div(eye, z)*2, 0, one)
		deep := hex(0x1d3a40).mix(hex(0x2f5a58), half+ripple/2)
		return c.scale(mil(900)).mix(deep, mil(100)+mul(mil(600), steep))
	}
	f := newFilm(w, h)
	l.look(s, horizon, focal, eye, mil(900), f, water)
	return f
}
