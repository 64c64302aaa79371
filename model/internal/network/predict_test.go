package network

import (
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// TestPredictAll compares the means and scales of many sites, of all kinds of cells, with those of one site after the other.
func TestPredictAll(t *testing.T) {
	const least, most, w = -138, 277, 200
	r := newRand(98)
	outputs := new(kernel.Tensor)
	for range 300 {
		extraBits := r.IntN(2) - 1
		extraScale := int32(32 * extraBits)
		cells, dither := storage.NewArray(w, 0), make([]uint8, w)
		texture, activity := make([]uint32, w), make([]uint16, w)
		for x := range w {
			k := uint8(r.UintN(process.TopClock + 1))
			if r.IntN(3) == 0 {
				k = process.Unknown
			}
			cells.SetCell(x, r.Int32N(1<<14)-1<<13, k)
			dither[x], texture[x], activity[x] = uint8(r.UintN(1<<8)), r.Uint32N(1<<20)>>r.UintN(18), uint16(r.UintN(1<<16)>>r.UintN(16))
		}
		x, members := r.IntN(w), 1+r.IntN(process.MaxGroup)
		n, m := min(1+r.IntN(64), (w-x+1)/2), r.IntN(members)
		outputs.Reset(1, n, HeadOutputs)
		for j := range outputs.Row(0) {
			outputs.Row(0)[j] = int16(r.UintN(1 << 16))
		}
		to := Predicted{make([]int64, n), make([]int32, n), make([]int32, n), make([]int32, n), make([]int32, n)}
		p := NewPredictor(extraBits, least, most, extraScale)
		done := p.PredictAll(to, Place{cells.Narrow, dither, texture, activity}, x, n, outputs, m, members)
		for j := range done {
			sx := x + 2*j
			a, k := cells.Cell(sx)
			u := uint16(dither[sx])
			if to.Cell[j] != a || to.U[j] != int32(u) || to.Clocks[j] != int32(k) {
				t.Fatalf("site %d: cell %d, dither %d, clock %d; want %d, %d, %d", sx, to.Cell[j], to.U[j], to.Clocks[j], a, u, k)
			}
			if k == 0 {
				continue
			}
			logBase, meanBase := Bases(texture[sx], uint32(activity[sx]), k, extraBits)
			o := outputs.Site(0, j)
			mean := int64(storage.CentreQ6(a, u, k)) + int64(o[m])*int64(meanBase)>>(16-extraBits)
			scale := fixed.Clamp((int32(o[members+m])<<(16-process.OutputBits)+logBase+1<<10)>>11, least, most) + extraScale
			if to.Mean[j] != mean || to.Scale[j] != scale {
				t.Fatalf("site %d, clock %d: mean %d, scale %d; want %d, %d", sx, k, to.Mean[j], to.Scale[j], mean, scale)
			}
		}
	}
}
