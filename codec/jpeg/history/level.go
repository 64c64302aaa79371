package history

// Where pixels are clipped, luma and chroma may both be off by a little, so that neither can change for the better without the other. So the
// levels of the blocks of an MCU are changed together.

// A mcu is the blocks of a minimum coded unit: those of luma, and one of each chroma.
type mcu struct {
	solver *colourSolver
	x, y   int // of the blocks of chroma
	luma   []solution
	chroma [2]solution
}

func (c *colourSolver) mcu(x, y int) *mcu {
	m := &mcu{solver: c, x: x, y: y}
	s := c.chroma[0].sampling
	for i := range s.h * s.v {
		m.luma = append(m.luma, c.luma.solution(x*s.h+i%s.h, y*s.v+i/s.h))
	}
	for i, k := range c.chroma {
		m.chroma[i] = k.solution(x, y)
	}
	return m
}

// put notes the blocks.
func (m *mcu) put() {
	s := m.solver.chroma[0].sampling
	for i := range m.luma {
		m.solver.luma.put(m.x*s.h+i%s.h, m.y*s.v+i/s.h, &m.luma[i])
	}
	for i, k := range m.solver.chroma {
		k.put(m.x, m.y, &m.chroma[i])
	}
}

// misses returns by how much the pixels that depend on the blocks are missed.
func (m *mcu) misses() (sum int64) {
	c := m.solver
	s := c.chroma[0].sampling
	fromX, fromY := max(8*s.h*m.x-1, c.history.X), max(8*s.v*m.y-1, c.history.Y)
	toX, toY := min(8*s.h*(m.x+1)+1, c.history.X+c.picture.Width), min(8*s.v*(m.y+1)+1, c.history.Y+c.picture.Height)
	if fromX >= toX || fromY >= toY {
		return 0
	}
	var cb, cr [widestUnit + 2]uint8
	for y := fromY; y < toY; y++ {
		c.chroma[0].upsampled(cb[:], y, fromX, toX)
		c.chroma[1].upsampled(cr[:], y, fromX, toX)
		luma := c.luma.samples[y*8*c.luma.wide:]
		for x := fromX; x < toX; x++ {
			d, _ := c.miss(y*c.lumaPixels.wide+x, luma[x], cb[x-fromX], cr[x-fromX])
			sum += int64(d[0])*int64(d[0]) + int64(d[1])*int64(d[1]) + int64(d[2])*int64(d[2])
		}
	}
	return sum
}

// shift adds a number of levels to a block.
func (s *solution) shift(levels int) {
	step := int(s.steps[0])
	d := (8*levels + step/2) / step
	if levels < 0 {
		d = -((-8*levels + step/2) / step)
	}
	if d == 0 {
		d = levels
	}
	s.coef[0] = int16(min(max(int(s.coef[0])+d, -maxCoef), maxCoef))
	s.decode()
}

// level changes levels of blocks as long as that is for the better. It reports whether it changed any.
func (c *colourSolver) level() (changed bool) {
	first := c.chroma[0]
	rows := make([]bool, first.component.high)
	for odd := range 2 { // rows depend on those beside them
		each((first.component.high+1-odd)/2, func(k int) {
			y := 2*k + odd
			if stopped(first.done) {
				return
			}
			for x := range first.component.wide {
				if !first.inside(x, y) {
					continue
				}
				m := c.mcu(x, y)
				for best := m.misses(); best > 0; {
					n, ok := m.shift(best)
					if !ok {
						break
					}
					best, rows[y] = n, true
				}
			}
		})
	}
	for _, is := range rows {
		changed = changed || is
	}
	for i := range c.chroma {
		c.upsample(i)
	}
	return changed
}

// shift changes levels by one, of luma and chroma together, if that is for the better, and then returns what is missed.
func (m *mcu) shift(best int64) (least int64, ok bool) {
	before := *m
	before.luma = append([]solution(nil), m.luma...)
	for i := range 27 {
		luma, cb, cr := i%3-1, i/3%3-1, i/9-1
		if i == 13 {
			continue
		}
		m.chroma = before.chroma
		copy(m.luma, before.luma)
		if luma != 0 {
			for i := range m.luma {
				m.luma[i].shift(luma)
			}
		}
		if cb != 0 {
			m.chroma[0].shift(cb)
		}
		if cr != 0 {
			m.chroma[1].shift(cr)
		}
		m.put()
		if n := m.misses(); n < best {
			return n, true
		}
	}
	m.chroma, m.luma = before.chroma, before.luma
	m.put()
	return best, false
}
