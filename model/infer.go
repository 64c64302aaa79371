package model

import (
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// runTrunk computes the trunk's output at the band's sites; see prepare.
func (b *band) runTrunk(ll *[planes]Plane, shift uint) {
	b.prepare(ll, shift)
	t := &b.c.net.trunks[process.Look(b.stage)][min(b.s.number-1, conditions-1)]
	x, y := &b.trunk[0], &b.trunk[1]
	b.convolve(t.stem, 1, x, kernel.View{T: &b.input}, kernel.View{})
	for i, k := range t.blocks {
		b.convolve(k, 2+i, y, kernel.View{T: x}, kernel.View{T: x})
		x, y = y, x
	}
	b.features = x
}

// convolve computes layer n, counted from 1, of the trunk. Within the image every layer has a row less than the
// one before it on either side, so that the last has those of the band.
func (b *band) convolve(k *kernel.Conv, n int, dst *kernel.Tensor, src, post kernel.View) {
	dst.Reset(b.rows, b.s.w, k.Out())
	y0, y1 := b.f0+n, b.f1-n
	if b.top+b.f0 == 0 {
		y0 = 0
	}
	if b.top+b.f1 == b.s.h {
		y1 = b.rows
	}
	b.parallel(y1-y0, (y1-y0)*b.s.w*k.Out()*k.In()/8, func(r0, r1 int) {
		k.Rows(dst, src, kernel.View{}, post, true, y0+r0, y0+r1)
	})
}

// runHeads computes the output of every head, group by group and phase by phase, and calls then for each,
// which may update b.cells and stops the run by returning false.
func (b *band) runHeads(then func(g, phase int) bool) bool {
	for g, members := range groups {
		if members[0] >= bands*process.PlanesIn(b.stage, b.c.planes) {
			break
		}
		for phase, origin := range phaseOrigin {
			w, h := (b.s.w-origin[1]+1)/2, (b.y1-b.y0-origin[0]+1)/2
			if w == 0 || h == 0 {
				continue
			}
			b.runHead(&b.c.net.heads[process.Look(b.stage)][g], phase, w, h)
			if b.c.stopped() || !then(g, phase) {
				return false
			}
		}
	}
	return true
}

// runHead computes b.output at the w x h sites of a phase.
func (b *band) runHead(hd *head, phase, w, h int) {
	origin := phaseOrigin[phase]
	phaseOf := func(t *kernel.Tensor) kernel.View {
		return kernel.View{T: t, Step: 2, Y: b.y0 - b.top + origin[0], X: origin[1]}
	}
	site, near, out := hd.site, hd.near[phase], hd.out
	b.share.Reset(h, w, site.Out())
	b.hidden.Reset(h, w, near.Out())
	b.output.Reset(h, w, out.Out())
	b.parallel(h, w*h*near.Out()*near.In()/8, func(y0, y1 int) {
		for y := y0; y < y1; y++ { // a row is still in the cache when the next layer wants it
			site.Rows(&b.share, phaseOf(b.features), kernel.View{}, kernel.View{}, false, y, y+1)
			near.Rows(&b.hidden, phaseOf(&b.cells), kernel.View{T: &b.share}, kernel.View{}, true, y, y+1)
			out.Rows(&b.output, kernel.View{T: &b.hidden}, kernel.View{}, kernel.View{}, false, y, y+1)
		}
	})
}

// Bounds of log2 of the scale in scale steps: e^-3 and e^6 grey levels.
const (
	minScale = -138
	maxScale = 277
)

// predict turns the outputs ε and log2 σ of a head for coordinate i at site j of the frame into the belief about
// it: the mean is the cell's centre + ε · width (eq. 11), if width is what the cell and its surroundings allow.
func (b *band) predict(i, j int, epsilon, logScale int16) (mean int64, scale int32) {
	deep := b.c.deep
	z := int64(0)
	if k := b.clock[i][j]; k != unknown {
		z = int64(centreQ6(b.cell[i][j], b.dither[i][j], k))
	}
	mean = z + int64(epsilon)*int64(b.meanBase[i][j])>>(16-deep)
	scale = clamp((int32(logScale)<<(16-outBits)+b.logBase[i][j]+1<<10)>>11, minScale, maxScale) + int32(deep)*scaleSteps
	return mean, scale
}
