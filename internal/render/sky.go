package render

// sky is an evening or morning sky; sun points at the sun.
type sky struct {
	seed       uint32
	sun        vec
	zenith     rgb
	horizon    rgb
	glow       rgb
	cloudLight rgb
	cloudShade rgb
	cover      fix // higher means fewer clouds
}

// light is what comes from direction d, of unit length.
func (s *sky) light(d vec) rgb {
	up := max(d.y, 0)
	c := s.horizon.mix(s.zenith, step(mil(-150), mil(550), up))
	near := max(d.dot(s.sun), 0)
	c = c.add(s.glow.scale(power(near, 12)))
	if d.y < mil(15) {
		return c
	}
	// The clouds lie on a plane overhead. Their rims towards the sun are
	// bright because there the cloud thins out.
	x, y := div(d.x, up+mil(250))*2, div(d.z, up+mil(250))*2
	warp := fbm(s.seed+40, x/2, y/2, 3)
	x += warp
	thick := fbm(s.seed, x, y, 7) - s.cover
	ahead := fbm(s.seed, x+mul(s.sun.x, mil(250)), y+mul(s.sun.z, mil(250)), 5) - s.cover
	dense := mul(step(mil(-60), mil(420), thick), step(mil(10), mil(90), d.y))
	lit := clamp(half+(thick-ahead)*2-thick/3, 0, one)
	cloud := s.cloudShade.mix(s.cloudLight, lit).add(s.glow.scale(power(near, 6) / 3))
	return c.mix(cloud, mul(dense, mil(920)))
}
