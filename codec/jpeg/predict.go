package jpeg

// A thumbnail shows what the file shows, so that much of its coefficients follows from the file's: samples of the file, at a reduced
// size where that is enough, are averaged over areas, transformed and quantized. All of it is in integers, since encoder and
// decoder must find the same.

// cosines are 8192 cos(k pi / 16).
var cosines = [9]int64{8192, 8035, 7568, 6811, 5793, 4551, 3135, 1598, 0}

// A basis has the functions of the orthonormal cosine transform of 8 samples in Q14: by frequency, at the midpoints of 8 samples or of
// fewer, larger ones, with as many frequencies.
type basis [8][8]int64

// newBasis returns the basis for 1, 2, 4 or 8 samples.
func newBasis(samples int) *basis {
	b := new(basis)
	for x := range samples {
		b[0][x] = cosines[4]
		for u := 1; u < samples; u++ {
			k := (2*x + 1) * u * (8 / samples) % 32
			if k = min(k, 32-k); k <= 8 {
				b[u][x] = cosines[k]
			} else {
				b[u][x] = -cosines[16-k]
			}
		}
	}
	return b
}

// sampleBits are the fractional bits of samples.
const sampleBits = 4

// samples makes n x n samples of a block, which dst takes in rows of a stride. They are held to what 8 bits allow, and twice that.
func (b *basis) samples(dst []int16, stride, n int, coef []int16, quant *[BlockSize]uint16) {
	var rows [8][8]int64 // by vertical frequency; Q4
	for v := range n {
		for u := range n {
			if c := int64(coef[8*v+u]) * int64(quant[8*v+u]); c != 0 {
				for x := range n {
					rows[v][x] += c * b[u][x]
				}
			}
		}
		for x := range n {
			rows[v][x] >>= 14 - sampleBits
		}
	}
	for y := range n {
		for x := range n {
			s := int64(0)
			for v := range n {
				s += rows[v][x] * b[v][y]
			}
			dst[y*stride+x] = int16(max(-256<<sampleBits, min(s>>14, 255<<sampleBits)))
		}
	}
}

// quantize makes quantized coefficients of 8 x 8 samples.
func (b *basis) quantize(coef []int16, samples *[BlockSize]int32, quant *[BlockSize]uint16) {
	var rows [8][8]int64 // by horizontal frequency; Q8
	for u := range 8 {
		for y := range 8 {
			s := int64(0)
			for x := range 8 {
				s += int64(samples[8*y+x]) * b[u][x]
			}
			rows[u][y] = s >> 10
		}
	}
	for v := range 8 {
		for u := range 8 {
			s := int64(0)
			for y := range 8 {
				s += rows[u][y] * b[v][y]
			}
			step := int64(quant[8*v+u]) << 8
			if s >>= 14; s < 0 {
				coef[8*v+u] = int16(-((step/2 - s) / step))
			} else {
				coef[8*v+u] = int16((step/2 + s) / step)
			}
		}
	}
}

// predict returns the coefficients that the components of f are expected to have if f is a smaller picture of what whole shows. It is nil
// if f is not smaller, or of other components.
func (f *File) predict(whole *File) [][]int16 {
	if len(f.Components) != len(whole.Components) {
		return nil
	}
	var list [][]int16
	eight := newBasis(8)
	for i := range f.Components {
		w, h := f.Size(i)
		from := &whole.Components[i]
		fromWide, fromHigh := whole.Size(i)
		if fromWide < w || fromHigh < h || len(from.Coef) != from.Wide*from.High*BlockSize {
			return nil
		}
		// Samples of a block, in one direction, so that at least four are averaged, if there are as many.
		n := 8
		for n > 1 && n/2*min(fromWide/w, fromHigh/h) >= 32 {
			n /= 2
		}
		plane := from.reduced(w, h, fromWide, fromHigh, n)
		c := &f.Components[i]
		coef := make([]int16, c.Wide*c.High*BlockSize)
		var samples [BlockSize]int32
		for block := range c.Wide * c.High {
			left, top := block%c.Wide*8, block/c.Wide*8
			for j := range samples {
				samples[j] = plane[min(top+j/8, h-1)*w+min(left+j%8, w-1)]
			}
			eight.quantize(coef[block*BlockSize:][:BlockSize], &samples, &c.Quant)
		}
		list = append(list, coef)
	}
	return list
}

// reduced returns w x h samples: means of those of a component that has fromWide x fromHigh, at n of them for 8 in each direction.
func (c *Component) reduced(w, h, fromWide, fromHigh, n int) []int32 {
	b := newBasis(n)
	stride := c.Wide * n
	strip := make([]int16, n*stride)
	sums := make([]int64, w*h)
	// Sample x of the result covers the samples from edge(x, w, fromWide) to edge(x+1, w, fromWide) of the component, in Q8.
	edge := func(x, size, from int) int { return int(int64(x) * int64(from) * int64(n) * 32 / int64(size)) }
	across := make([]int64, w)
	to := 0 // the row of the result that the next row is part of
	for row := range ceilDiv(fromHigh, 8) * n {
		if row%n == 0 {
			for x := range c.Wide {
				at := (row/n*c.Wide + x) * BlockSize
				b.samples(strip[x*n:], stride, n, c.Coef[at:at+BlockSize], &c.Quant)
			}
		}
		line := strip[row%n*stride:][:stride]
		for x := range across {
			left, right := edge(x, w, fromWide), edge(x+1, w, fromWide)
			sum := int64(0)
			for at := left >> 8; at<<8 < right; at++ {
				sum += int64(line[at]) * int64(min(right, (at+1)<<8)-max(left, at<<8))
			}
			across[x] = sum
		}
		for ; to < h; to++ {
			top, bottom := max(edge(to, h, fromHigh), row<<8), min(edge(to+1, h, fromHigh), (row+1)<<8)
			for x := range across {
				sums[to*w+x] += across[x] * int64(max(bottom-top, 0))
			}
			if edge(to+1, h, fromHigh) > (row+1)<<8 {
				break
			}
		}
	}
	plane := make([]int32, w*h)
	for y := range h {
		high := edge(y+1, h, fromHigh) - edge(y, h, fromHigh)
		for x := range w {
			wide := edge(x+1, w, fromWide) - edge(x, w, fromWide)
			plane[y*w+x] = int32(sums[y*w+x] / (int64(wide) * int64(high)))
		}
	}
	return plane
}

// Residual returns, for every component, by how much its coefficients differ from those that f would have if it were a smaller picture of
// what whole shows: a thumbnail. It is nil if f is not smaller, has other components, or differs too much.
func (f *File) Residual(whole *File) [][]int16 {
	list := f.predict(whole)
	for i, coef := range list {
		for at, v := range f.Components[i].Coef {
			d := int32(v) - int32(coef[at])
			if d < -MaxCoef || d > MaxCoef {
				return nil
			}
			coef[at] = int16(d)
		}
	}
	return list
}

// AddResidual gives f the coefficients that have such a residual.
func (f *File) AddResidual(residual [][]int16, whole *File) error {
	list := f.predict(whole)
	if len(list) != len(residual) || list == nil {
		return FormatError("thumbnail that is not smaller than its picture")
	}
	for i, coef := range list {
		if len(residual[i]) != len(coef) {
			return FormatError("residual of another size")
		}
		for at, d := range residual[i] {
			v := int32(coef[at]) + int32(d)
			if v < -MaxCoef || v > MaxCoef {
				return errRange
			}
			coef[at] = int16(v)
		}
	}
	for i, coef := range list {
		f.Components[i].Coef = coef
	}
	return nil
}
