package jpeg

// A visitor codes the blocks of a scan in their order.
type visitor interface {
	restart(interval int) error // between two intervals; the first ends the interval 0
	block(i, n int, coef []int16) error
}

// visit takes a visitor to the blocks of a scan: block n of component i of the scan, with 64 coefficients in natural order.
func (f *File) visit(s *scan, v visitor) error {
	interleaved := len(s.components) > 1
	first := s.components[0].index
	wide, high := f.Blocks(first)
	if interleaved {
		c := &f.Components[first]
		wide, high = c.Wide/c.H, c.High/c.V
	}
	left, interval := s.interval, 0
	for y := range high {
		for x := range wide {
			if s.interval > 0 {
				if left == 0 {
					if err := v.restart(interval); err != nil {
						return err
					}
					left = s.interval
					interval++
				}
				left--
			}
			if !interleaved {
				c := &f.Components[first]
				n := y*c.Wide + x
				if err := v.block(0, n, c.Coef[n*BlockSize:][:BlockSize:BlockSize]); err != nil {
					return err
				}
				continue
			}
			for i := range s.components {
				if err := f.visitMCU(s, v, i, x, y); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// visitMCU takes a visitor to the blocks that component i of the scan has in MCU x, y.
func (f *File) visitMCU(s *scan, v visitor, i, x, y int) error {
	c := &f.Components[s.components[i].index]
	for row := range c.V {
		first := (y*c.V+row)*c.Wide + x*c.H
		for n := first; n < first+c.H; n++ {
			if err := v.block(i, n, c.Coef[n*BlockSize:][:BlockSize:BlockSize]); err != nil {
				return err
			}
		}
	}
	return nil
}

// A kind of scan has its own way of coding blocks.
type kind uint8

const (
	sequential kind = iota
	firstDC
	refineDC
	firstAC
	refineAC
)

func (s *scan) kind(progressive bool) kind {
	switch {
	case !progressive:
		return sequential
	case s.ss == 0 && s.ah == 0:
		return firstDC
	case s.ss == 0:
		return refineDC
	case s.ah == 0:
		return firstAC
	}
	return refineAC
}

// band returns the bits of indices from k to the last one of the scan.
func (s *scan) band(k int) uint64 { return ^uint64(0) << k & (^uint64(0) >> (63 - s.se)) }
