package model

import (
	"reflect"
	"testing"
)

// TestFork: what is tried with a fork leaves the chain as it is, and a fork goes on as the chain does.
func TestFork(t *testing.T) {
	net := tinyNet(t, 2)
	for _, g := range []Geometry{{2, 1, 1, 8}, {13, 11, 3, 16}, {33, 30, 3, 8}, {20, 2*2*bandRows + 6, 3, 8}} {
		c := NewChain(net, g, net.Tau())
		c.Colour = 1
		c.SetImage(smoothImage(newRand(71), g))
		coders := func(p Pass, left int) (list []Coder) {
			for range c.bandCount(p) {
				list = append(list, &failing{left: left})
			}
			return list
		}
		bits := func(coders []Coder) (sum length) {
			for _, b := range coders {
				sum += b.(*failing).length
			}
			return sum
		}
		var forks []*Chain
		for _, p := range Passes(g.Width, g.Height) {
			before := c.Picture()
			codePass(c.Fork(), p, coders(p, minAdvanced+3)...)
			if !reflect.DeepEqual(before, c.Picture()) {
				t.Fatalf("%v, %+v: another picture since a fork has begun the pass", g, p)
			}
			forks = append(forks, c.Fork())
			own := coders(p, 1<<30)
			codePass(c, p, own...)
			for i, f := range forks {
				others := coders(p, 1<<30)
				if !codePass(f, p, others...) || bits(others) != bits(own) {
					t.Fatalf("%v, %+v: the fork before pass %d takes %v, the chain %v", g, p, i, bits(others), bits(own))
				}
			}
			if len(forks) > 2 {
				forks = forks[1:]
			}
		}
		for _, f := range forks {
			if !f.Exact() || !reflect.DeepEqual(f.Picture(), c.Picture()) {
				t.Errorf("%v: a fork comes to another picture", g)
			}
		}
	}
}
