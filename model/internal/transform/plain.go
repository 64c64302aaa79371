package transform

// A plainConversion transforms any samples. Of two samples p and q and the third, s, chroma is d and e:
//
//	d = p - q,  t = q + floor(d/2),  e = s - t
//
// Luma is t, the mean of p and q, or, with meanOfAll, t + floor(e/2), which with p, q, s = R, B, G is YCoCg-R (Malvar,
// Sullivan 2003).
type plainConversion struct {
	p, q, s   int // indices of R, G, B
	meanOfAll bool
}

// roles returns the samples p, q and s of R, G and B, or of the three planes that they become.
func (v *plainConversion) roles(r, g, b []int32) (p, q, s []int32) {
	rgb := [...][]int32{r, g, b}
	return rgb[v.p], rgb[v.q], rgb[v.s]
}

func (v *plainConversion) forward(r, g, b []int32) {
	p, q, s := v.roles(r, g, b)
	meanOfAll := v.meanOfAll
	for i := range r {
		d := p[i] - q[i]
		t := q[i] + d>>1
		e := s[i] - t
		if meanOfAll {
			t += e >> 1
		}
		r[i], g[i], b[i] = t, d, e
	}
}

func (v *plainConversion) inverse(luma, d, e []int32) {
	p, q, s := v.roles(luma, d, e)
	meanOfAll := v.meanOfAll
	for i, t := range luma {
		d, e := d[i], e[i]
		if meanOfAll {
			t -= e >> 1
		}
		s[i] = e + t
		t -= d >> 1
		p[i], q[i] = t+d, t
	}
}

func (v *plainConversion) estimate(luma, d, e []int32) {
	half := func(v int32) int32 { return divide(v-1<<4, 1, 4) } // v/2, rounded down
	p, q, s := v.roles(luma, d, e)
	meanOfAll := v.meanOfAll
	for i, t := range luma {
		d, e := d[i], e[i]
		if meanOfAll {
			t -= half(e)
		}
		s[i] = (e + t + 8) >> 4
		t -= half(d)
		p[i], q[i] = (t+d+8)>>4, (t+8)>>4
	}
}

func (v *plainConversion) middle(depth uint) int32 { return 8 << depth }
