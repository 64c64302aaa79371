package transform

// ForwardColour replaces the samples R, G, B by Y, Co, Cg of the reversible YCoCg-R transform (Malvar,
// Sullivan 2003). With n-bit samples Y has n bits, Co and Cg have a sign more.
func ForwardColour(r, g, b []int32) {
	for i := range r {
		co := r[i] - b[i]
		t := b[i] + co>>1
		cg := g[i] - t
		r[i], g[i], b[i] = t+cg>>1, co, cg
	}
}

// InverseColour undoes ForwardColour.
func InverseColour(y, co, cg []int32) {
	for i := range y {
		t := y[i] - cg[i]>>1
		g := cg[i] + t
		b := t - co[i]>>1
		y[i], co[i], cg[i] = b+co[i], g, b
	}
}

// EstimateColour is InverseColour for estimates in Q4, which it rounds to integers; see divide.
func EstimateColour(y, co, cg []int32) {
	half := func(v int32) int32 { return divide(v-1<<4, 1, 4) } // rounds down
	for i := range y {
		t := y[i] - half(cg[i])
		g := cg[i] + t
		b := t - half(co[i])
		y[i], co[i], cg[i] = (b+co[i]+8)>>4, (g+8)>>4, (b+8)>>4
	}
}
