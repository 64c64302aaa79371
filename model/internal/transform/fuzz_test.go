package transform

import "testing"

// FuzzSplit: whatever the samples are, those that Split gives luma and chroma come back from it, and no size or chroma makes it fail
// otherwise. Half of the images are made by the conversion.
func FuzzSplit(f *testing.F) {
	for c := range Colours {
		f.Add(uint8(c), uint8(5), uint8(4), true, []byte("\x80\x90\x70\xff\x00\x10\x20\x81"))
	}
	f.Add(uint8(JFIFTriangle), uint8(1), uint8(1), false, []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, number, width, height uint8, made bool, samples []byte) {
		c, w, h := Colour(number)%Colours, 1+int(width)%40, 1+int(height)%40
		if len(samples) == 0 {
			return
		}
		var x, want [3]Plane
		for p := range x {
			x[p] = NewPlane(w, h)
			for i := range x[p].Pix {
				x[p].Pix[i] = int32(samples[(3*i+p)%len(samples)])
				if made && p > 0 {
					x[p].Pix[i] -= 128
				}
			}
		}
		if made && c.Derived() {
			c.Inverse(x[0].Pix, x[1].Pix, x[2].Pix)
		} else if made {
			return
		}
		for p := range x {
			want[p] = x[p].Clone()
		}
		if !c.Split(x) {
			return
		}
		for p := 1; p < 3; p++ {
			of := x[p].Clone()
			c.Wavelet(&Liftings[0], 1, p).Split(of)
			c.Wavelet(&Liftings[0], 1, p).Merge(of, 0)
			for i, v := range of.Pix {
				if v != x[p].Pix[i] {
					t.Fatalf("%v, %d x %d: plane %d does not come back from its coefficients", c, w, h, p)
				}
			}
		}
		c.Inverse(x[0].Pix, x[1].Pix, x[2].Pix)
		for p := range x {
			for i, v := range x[p].Pix {
				if v != want[p].Pix[i] {
					t.Fatalf("%v, %d x %d: sample %d of plane %d is %d, not %d", c, w, h, i, p, v, want[p].Pix[i])
				}
			}
		}
	})
}
