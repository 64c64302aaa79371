package network

import (
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// TestNarrow: a narrowed layer makes the same of fewer channels, if what they stand for is the same.
func TestNarrow(t *testing.T) {
	r := newRand(91)
	for _, n := range []struct {
		all  int
		list narrowing
	}{{inputs, lumaChannels.stem}, {2 * process.Coefficients, lumaChannels.near}} {
		const out, h, w = 16, 4, 5
		weights, bias := zeros(out*9*n.all), zeros(out)
		for i := range weights.Data {
			weights.Data[i] = int16(r.IntN(400) - 200)
		}
		l := newLayer(3, n.all, out, weights, bias, 9, 9)
		wide, err := l.fold(noGains(out))
		if err != nil {
			t.Fatal(err)
		}
		narrow, err := l.foldNarrow(noGains(out), n.list)
		if err != nil || narrow == nil {
			t.Fatal(narrow, err)
		}
		seen := make([]int, n.all) // by channel, how many of the narrow layer's it is in
		src := [...]*kernel.Tensor{kernel.NewTensor(h, w, n.all), kernel.NewTensor(h, w, len(n.list))}
		for j, list := range n.list {
			for y := range h {
				for x := range w {
					v := int16(r.UintN(1 << 16))
					src[1].Site(y, x)[j] = v
					for _, i := range list {
						src[0].Site(y, x)[i] = v
					}
				}
			}
			for _, i := range list {
				seen[i]++
			}
		}
		dst := [...]*kernel.Tensor{kernel.NewTensor(h, w, out), kernel.NewTensor(h, w, out)}
		wide.Rows(dst[0], kernel.View{T: src[0]}, kernel.View{}, kernel.View{}, false, 0, h)
		narrow.Rows(dst[1], kernel.View{T: src[1]}, kernel.View{}, kernel.View{}, false, 0, h)
		for y := range h {
			if !slices.Equal(dst[0].Row(y), dst[1].Row(y)) {
				t.Errorf("row %d of %d channels:\n%d\nof %d:\n%d", y, n.all, dst[0].Row(y), len(n.list), dst[1].Row(y))
			}
		}
		chroma := 0 // channels left out are centres of chroma, which are zero
		for i, k := range seen {
			if k == 0 {
				chroma++
			}
			if k > 1 {
				t.Errorf("channel %d counts %d times", i, k)
			}
		}
		if chroma != process.Coefficients-transform.Subbands {
			t.Errorf("%d of %d channels are left out", chroma, n.all)
		}

		for i := range weights.Data {
			weights.Data[i] = 3
		}
		big := n.list[len(n.list)-2] // of several
		if len(big) < 2 {
			t.Fatal("not a sum")
		}
		weights.Data[4*n.all+big[0]], weights.Data[4*n.all+big[1]] = 1<<14, 1<<14
		if _, fits := n.list.narrow(weights.Data, n.all); fits {
			t.Error("2^15 fits into int16")
		}
	}
}
