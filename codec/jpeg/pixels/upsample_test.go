package pixels

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// upsampled is what plane.pixels makes, sample by sample, from all samples of a component: the oracle.
func upsampled(l *Layout, c Component, samples [][]int, x, y int) int {
	maxH, maxV := l.largest()
	at := func(x, y int) int { // beyond the edge is the edge
		y = min(max(y, 0), len(samples)-1)
		return samples[y][min(max(x, 0), len(samples[y])-1)]
	}
	near, next := x/2, x/2-1+x%2*2 // the nearest sample to a pixel's centre, and the next nearest
	nearY, nextY := y/2, y/2-1+y%2*2
	narrow := len(samples[0]) <= 2
	switch {
	case 2*c.H == maxH && c.V == maxV && !narrow:
		if next < 0 || next >= len(samples[0]) {
			return at(near, y)
		}
		return (3*at(near, y) + at(next, y) + 1 + x%2) >> 2
	case 2*c.H == maxH && 2*c.V == maxV && !narrow:
		sum := func(x int) int { return 3*at(x, nearY) + at(x, nextY) }
		return (3*sum(near) + sum(next) + 8 - x%2) >> 4
	case c.H == maxH && 2*c.V == maxV:
		return (3*at(x, nearY) + at(x, nextY) + 1 + y%2) >> 2
	}
	return at(x*c.H/maxH, y*c.V/maxV)
}

// TestUpsampling makes flat blocks of random samples of every ratio, at sizes around multiples of the blocks, and compares with the
// oracle. So that samples differ within blocks, the plane's ring is filled with noise.
func TestUpsampling(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for h := 1; h <= 4; h++ {
		for v := 1; v <= 4; v++ {
			for _, largest := range [][2]int{{1, 1}, {2, 1}, {1, 2}, {2, 2}, {3, 2}, {4, 4}} {
				if h > largest[0] || v > largest[1] {
					continue
				}
				for _, size := range [][2]int{{1, 1}, {2, 2}, {3, 5}, {5, 33}, {17, 16}, {40, 70}} {
					l := &Layout{Width: size[0], Height: size[1], Colours: YCbCr}
					for _, f := range [][2]int{{h, v}, largest, {1, 1}} {
						c := Component{H: f[0], V: f[1]}
						c.Wide, c.High = 100, 100
						l.Components = append(l.Components, c)
					}
					checkUpsampling(t, r, l)
				}
			}
		}
	}
}

func checkUpsampling(t *testing.T, r *rand.Rand, l *Layout) {
	t.Helper()
	p := newPlane(l, 0, 0)
	samples := make([][]int, p.high)
	for y := range samples {
		samples[y] = make([]int, p.wide)
		for x := range samples[y] {
			samples[y][x] = r.IntN(256)
		}
	}
	_, v := l.largest()
	for unit := range ceilDiv(l.Height, 8*v) {
		before := p.decoded
		p.decode(unit, func(_, _ int, dst []int32) { clear(dst) }, 0)
		for y := 8 * before; y < min(8*p.decoded, p.high); y++ {
			row := p.row(y)
			for x := range row {
				row[x] = byte(samples[y][x])
			}
		}
		for y := 8 * v * unit; y < min(8*v*(unit+1), l.Height); y++ {
			want := make([]byte, l.Width)
			for x := range want {
				want[x] = byte(upsampled(l, l.Components[0], samples, x, y))
			}
			if have := p.pixels(y)[:l.Width]; !bytes.Equal(have, want) {
				t.Fatalf("%s, row %d: %v, want %v", describe(l), y, have, want)
			}
		}
	}
}

func describe(l *Layout) string {
	s := fmt.Sprintf("%dx%d", l.Width, l.Height)
	for _, c := range l.Components {
		s += fmt.Sprintf(" %dx%d", c.H, c.V)
	}
	return s
}
