package render

// A street between two rows of houses, late in the day. One unit is a metre;
// the camera stands in the road, x is right, y up, z ahead.

// quarter is the whole scene. rows[0] is the left side, at x < 0.
type quarter struct {
	seed   uint32
	sky    *sky
	sun    vec
	rows   [2][]house
	crates []crate // two a car: the body, and the wheels' dark
	cabins []ball  // one a car
	crowns []ball  // the trees
	people []ball  // four each: a coat, two legs, a head
}

const (
	kerb  = one * 44 / 10  // half the road's width
	stone = one * 15 / 100 // the width of a kerbstone
)

func newQuarter(seed uint32) *quarter {
	c := &quarter{
		seed: seed,
		sun:  vec{mil(-380), mil(760), mil(-420)}.unit(),
		sky: &sky{
			seed: seed + 300, sun: vec{mil(-300), mil(300), mil(900)}.unit(),
			zenith: hex(0x4f86c0), horizon: hex(0xe6dccb), glow: rgb{mil(450), mil(330), mil(180)},
			cloudLight: rgb{mil(1400), mil(1330), mil(1220)}, cloudShade: hex(0xa7adbb), cover: mil(60),
		},
	}
	for side := range c.rows {
		c.build(side)
	}
	for k := range int64(16) {
		c.park(k)
	}
	for k := range int64(10) {
		c.plant(k)
	}
	for k := range int64(9) {
		c.stroll(k)
	}
	return c
}

// build fills one side with houses, from behind the camera into the haze.
func (c *quarter) build(side int) {
	paints := []uint32{0xd8c39a, 0xb5654a, 0xe3d9c6, 0x9c5540, 0xc99a6a, 0xd9b8a0, 0xa9a89a, 0xc7b27c}
	z, seed := num(-6), c.seed+400+uint32(side)*50
	for k := int64(0); z < num(130); k++ {
		u := func(what int64) fix { return uniform(seed, k, what) }
		p := hash(seed, k, 9, 0) % uint32(len(paints))
		c.rows[side] = append(c.rows[side], house{
			z0: z, z1: z + num(8) + u(0)*7, front: mil(6500) + u(1)/2, high: num(13) + u(2)*8,
			wall: hex(paints[p]), brick: p%2 == 1, floor: mil(3100) + u(3)/2, bay: mil(1900) + u(4)*7/10,
			seed: seed + 7*uint32(k),
		})
		z = c.rows[side][k].z1
	}
}

// park puts car k at a kerb, odd ones on the left.
func (c *quarter) park(k int64) {
	z := num(11) + num(int(k))*13/2 + uniform(c.seed+500, k, 0)
	x := mil(2500)
	if k&1 == 1 {
		x = mil(-4250)
	}
	paints := []uint32{0x9a1f22, 0xd8dadc, 0x1f2a38, 0x30506a, 0x8a8d90, 0xcdb98a}
	paint := hex(paints[hash(c.seed+501, k, 0, 0)%uint32(len(paints))])
	c.crates = append(c.crates,
		crate{vec{x, mil(280), z}, vec{x + mil(1750), mil(880), z + mil(4200)}, paint},
		crate{vec{x + mil(60), 0, z + mil(400)}, vec{x + mil(1690), mil(300), z + mil(3800)}, hex(0x17181a)})
	c.cabins = append(c.cabins, newBall(vec{x + mil(875), mil(760), z + mil(2000)}, vec{mil(800), mil(720), mil(1750)}))
}

// plant puts tree k on a pavement.
func (c *quarter) plant(k int64) {
	x, z := mil(5300), num(15)+num(int(k/2))*14+uniform(c.seed+510, k, 0)*3
	if k&1 == 1 {
		x, z = -x, z+num(6)
	}
	r := mil(1500) + uniform(c.seed+511, k, 0)/2
	c.crowns = append(c.crowns, newBall(vec{x, mil(4700) + uniform(c.seed+512, k, 0)/2, z}, vec{r, r * 6 / 5, r}))
}

// stroll puts somebody on a pavement.
func (c *quarter) stroll(k int64) {
	x, z := mil(6150)-uniform(c.seed+520, k, 0)*13/10, num(9)+num(int(k))*9/2
	if uniform(c.seed+521, k, 0) < half {
		x = -x
	}
	leg := vec{mil(100), mil(470), mil(110)}
	c.people = append(c.people,
		newBall(vec{x, mil(1000), z}, vec{mil(260), mil(560), mil(200)}),
		newBall(vec{x - mil(70), mil(450), z}, leg),
		newBall(vec{x + mil(90), mil(450), z + mil(100)}, leg),
		newBall(vec{x, mil(1680), z}, vec{mil(110), mil(140), mil(120)}))
}

// roof is the height of the houses on a side at z.
func (c *quarter) roof(side int, z fix) fix {
	for i := range c.rows[side] {
		if h := &c.rows[side][i]; z < h.z1 {
			return h.high
		}
	}
	return 0
}

// sunlit is how much sun reaches p over the roofs on the left and past the
// trees: 0..1.
func (c *quarter) sunlit(p vec) fix {
	t := div(mil(-6700)-p.x, c.sun.x)
	lit := one
	if t > 0 {
		q := p.along(c.sun, t)
		lit = step(mil(-250), mil(250), q.y-c.roof(0, q.z))
	}
	for i := range c.crowns {
		if lit == 0 {
			break
		}
		if b := &c.crowns[i]; p.z > b.mid.z-num(2) && p.z < b.mid.z+num(12) {
			lit = mul(lit, max(b.shadow(p, c.sun, mil(90)), mil(250)+noise3(c.seed+2, p.scale(num(3)))/3))
		}
	}
	return max(lit, 0)
}

// gather is the light on p: sun, sky, and what the lit side throws across.
func (c *quarter) gather(p, n vec) rgb {
	facing := max(n.dot(c.sun), 0)
	var sun rgb
	if facing > 0 {
		sun = rgb{mil(2200), mil(1750), mil(1200)}.scale(mul(facing, c.sunlit(p)))
	}
	high := clamp(p.y/16, 0, one)
	ambient := rgb{mil(330), mil(370), mil(440)}.scale(mil(550) + n.y/3 + high/3)
	warm := rgb{mil(210), mil(160), mil(110)}.scale(max(n.x, mil(200)))
	return sun.add(ambient).add(warm)
}

// floor is the road and the pavements, t away.
func (c *quarter) floor(r ray, inv vec) (fix, rgb) {
	if r.dir.y >= 0 {
		return none, rgb{}
	}
	t := -mul(r.from.y, inv.y)
	p := r.from.along(r.dir, t)
	side := max(p.x, -p.x)
	fine := fbm(c.seed+60, p.x*9, p.z*9, 4)
	patch := fbm(c.seed+65, p.x/2, p.z/4, 5)
	own := hex(0x5c5b5c).scale(one + fine/2 + patch/2)
	n := vec{0, one, 0}
	switch {
	case side > kerb+stone: // paving stones
		u, v := p.x*5/3, p.z*5/3
		tint := uniform(c.seed+70, whole(u), whole(v)) - half
		joint := max(step(mil(50), mil(20), part(u)), step(mil(50), mil(20), part(v)))
		own = hex(0xa59c90).scale(one+tint/4+fine/3+patch/4).mix(hex(0x5a554e), joint/2)
	case side > kerb:
		own = hex(0xb8b2a8).scale(one + fine/3)
	case side < mil(80) && part(p.z/6) < half, side > kerb-mil(350) && side < kerb-mil(230):
		own = own.mix(hex(0xe4e0d4), clamp(mil(700)+fine, 0, one))
	case side > mil(1300) && side < mil(2300):
		own = own.scale(mil(880)) // where the wheels run
	}
	light := c.gather(p, n)
	// The dark under parked cars.
	for i := 1; i < len(c.crates); i += 2 {
		b := &c.crates[i]
		under := mul(pulse(b.lo.x, b.hi.x, mil(350), p.x), pulse(b.lo.z-mil(300), b.hi.z+mil(300), mil(350), p.z))
		light = light.scale(one - under*4/5)
	}
	return t, own.times(light)
}

// leaves is what of a tree r meets: a ball full of noise, entered in steps.
func (c *quarter) leaves(r ray, b *ball, k uint32) (fix, rgb) {
	in, out, ok := b.cut(&r)
	if !ok || in <= 0 {
		return none, rgb{}
	}
	for s := range 6 {
		t := in + (out-in)*fix(s)/7
		p := r.from.along(r.dir, t)
		q := p.sub(b.mid)
		rim := one - div(q.dot(q), mul(b.size.x, b.size.x))
		if fbm3(c.seed+80+k, p.scale(num(2)), 2)+noise3(c.seed+85, p.scale(num(9)))/3 < mil(180)-rim*2/3 {
			continue
		}
		n := b.normal(p)
		leaf := uniform(c.seed+86, whole(p.x*9+p.z*5), whole(p.y*9))
		own := hex(0x3c5a20).mix(hex(0x8a9a3c), leaf)
		return t, own.times(c.gather(p, n)).scale(mil(500) + (one+n.y)/3)
	}
	return none, rgb{}
}

// trace is the light along r, whose direction has z = 1, so that distances
// are metres ahead.
func (c *quarter) trace(r ray) rgb {
	inv := vec{div(one, r.dir.x), div(one, r.dir.y), one}
	best, light := c.floor(r, inv)
	if t, l := c.walls(r, inv); t < best {
		best, light = t, l
	}
	for i := range c.crates {
		b := &c.crates[i]
		if t, n := b.meet(r, inv); t < best {
			best, light = t, c.body(b, r, r.from.along(r.dir, t), n)
		}
	}
	for i := range c.cabins {
		b := &c.cabins[i]
		if b.hidden(&r, best) {
			continue
		}
		if in, _, ok := b.cut(&r); ok && in > 0 && in < best {
			best, light = in, c.cabin(b, c.crates[2*i].paint, r, r.from.along(r.dir, in))
		}
	}
	for i := range c.people {
		b := &c.people[i]
		if b.hidden(&r, best) {
			continue
		}
		if in, _, ok := b.cut(&r); ok && in > 0 && in < best {
			p := r.from.along(r.dir, in)
			dress := [][]uint32{{0x2c3444, 0x7a2e2e, 0xc8c0b0, 0x3e4a3a}, {0x23252c}, {0x2a2a30}, {0x8a6a54}}[i%4]
			own := hex(dress[hash(c.seed+90, int64(i), 0, 0)%uint32(len(dress))])
			best, light = in, own.times(c.gather(p, b.normal(p)))
		}
	}
	for i := range c.crowns {
		b := &c.crowns[i]
		if b.hidden(&r, best) {
			continue
		}
		if t, l := c.leaves(r, b, uint32(i)); t < best {
			best, light = t, l
		}
		trunk := crate{lo: vec{b.mid.x - mil(110), 0, b.mid.z - mil(110)}, hi: vec{b.mid.x + mil(110), b.mid.y, b.mid.z + mil(110)}}
		if t, n := trunk.meet(r, inv); t < best {
			p := r.from.along(r.dir, t)
			best, light = t, hex(0x5a4a3a).scale(one+noise3(c.seed+91, p.scale(num(9)))/3).times(c.gather(p, n))
		}
	}
	if best == none {
		return c.sky.light(r.dir.unit())
	}
	haze := c.sky.horizon.scale(mil(900))
	return light.mix(haze, min(div(mul(best, best), mul(best, best)+num(9000)), mil(850)))
}

// street draws the scene on a film of w x h, with verticals kept vertical.
func street(w, h int, seed uint32) *film {
	c := newQuarter(seed)
	from := vec{mil(-700), mil(1750), 0}
	f := newFilm(w, h)
	focal := num(max(w, h)) * 95 / 100
	horizon := h * 68 / 100
	for y := range h {
		for x := range w {
			d := vec{div(num(2*x-w)/2+mil(300), focal), div(num(horizon-y)+mil(300), focal), one}
			f.pix[y*w+x] = c.trace(ray{from, d})
		}
	}
	return f
}
