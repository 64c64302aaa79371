package model

import (
	"runtime"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// counter is a decoder's Coder that counts, and closes a channel at a count.
type counter struct {
	n, stopAt int
	stop      chan struct{}
}

func (c *counter) count() {
	if c.n++; c.n == c.stopAt {
		close(c.stop)
	}
}

func (c *counter) Symbol(d *Distribution, _ int32) (int32, bool) { c.count(); return median(d), true }
func (c *counter) Bits(uint32, uint) (uint32, bool)              { c.count(); return 0, true }
func (c *counter) Bit(_, _ uint32) (uint32, bool)                { c.count(); return 0, true }

// TestBandsStop: once Done is closed, CodePass goes no further than to the end of a group's phase, and begins no other
// band. A pass that nothing stopped is complete.
func TestBandsStop(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	net, g := tinyNet(t, 0), Geometry{8, 2 * 3 * bandRows, 1, 8}
	for _, stopAt := range []int{0, 1, 200, -1} {
		c, done := NewChain(net, g, net.Tau()), make(chan struct{})
		c.Done = done
		stopped := false
		for _, p := range Passes(g.Width, g.Height) {
			coders := make([]*counter, c.bandCount(p))
			arguments := make([]Coder, len(coders))
			for i := range coders {
				coders[i] = new(counter)
				arguments[i] = coders[i]
			}
			last := bandRows // the first row of the last band begun, if this pass is stopped
			if len(coders) == 3 && p.Stage == process.Stages-1 && stopAt >= 0 {
				*coders[1] = counter{stopAt: stopAt, stop: done}
				if stopAt == 0 {
					close(done)
					last = c.workOf(1).bands[0].y0 // that of the pass before
				}
				stopped = true
			}
			if ok := codePass(c, p, arguments...); ok == stopped {
				t.Fatalf("stop at %d, %v: complete %v", stopAt, p, ok)
			}
			if !stopped {
				continue
			}
			phase := (c.scales[1].w + 1) / 2 * ((bandRows + 1) / 2) * 2 * 4 // calls: sites, coefficients, symbol and escape
			if n := coders[1].n; n < stopAt || n > stopAt+phase {
				t.Errorf("stop at %d: the band went on to %d", stopAt, n)
			}
			if coders[2].n != 0 || (coders[0].n == 0) != (stopAt == 0) {
				t.Errorf("stop at %d: the others asked %d and %d", stopAt, coders[0].n, coders[2].n)
			}
			if b := c.workOf(1).bands[0]; b.y0 != last {
				t.Errorf("stop at %d: the last band begun is that from row %d on", stopAt, b.y0)
			}
			break
		}
		if stopAt < 0 && !c.Exact() {
			t.Error("nothing stopped the chain, but it is not exact")
		}
	}
}
