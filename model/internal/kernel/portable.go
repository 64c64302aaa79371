package kernel

import "slices"

// laneBlock holds the weights of 16 outputs for the portable kernel, which gets
// two products out of each 64-bit multiplication: the weights a and b of two
// outputs travel as the one number a + b<<32. Times an activation that is a's
// product plus b's product << 32, and so is any sum of such numbers, as long as
// both sums fit into 32 bits, which NewConv sees to.
type laneBlock struct {
	bias [block / 2]int64
	w    [][block / 2]int64 // one for each tap and input channel, in the order of NewConv's w
}

// lanes2 packs lo and hi for arithmetic on both at once. A negative lo borrows
// from hi: only split undoes that.
func lanes2(lo, hi int64) int64 { return lo + hi<<32 }

// split returns the two sums packed in s.
func split(s int64) (lo, hi int32) {
	lo = int32(s)
	return lo, int32((s - int64(lo)) >> 32)
}

// newLaneBlock returns a block of n weights an output, all 0.
func newLaneBlock(n int) laneBlock { return laneBlock{w: make([][block / 2]int64, n)} }

func (l laneBlock) clone() laneBlock { return laneBlock{l.bias, slices.Clone(l.w)} }

// set lays out the weights w[n] and the bias of output o: outputs 2j and 2j+1 share lane j.
func (l *laneBlock) set(o int, w []int16, bias int32) {
	replace := func(lane *int64, v int64) {
		lo, hi := split(*lane)
		if o%2 == 0 {
			*lane = lanes2(v, int64(hi))
		} else {
			*lane = lanes2(int64(lo), v)
		}
	}
	replace(&l.bias[o/2], int64(bias))
	for i, v := range w {
		replace(&l.w[i][o/2], int64(v))
	}
}

// rowPortable is the kernel in plain Go.
func rowPortable(c *Conv, b int, r row) {
	for x := range r.sites {
		sums := c.lanes[b].sums(r.src[x*r.srcStride:], r.srcRow, c.size, c.size*c.in)
		var v [block]int32
		for j, s := range sums {
			lo, hi := split(s)
			v[2*j] = sat16(lo >> c.shift)
			v[2*j+1] = sat16(hi >> c.shift)
		}
		if r.pre != nil {
			addSat16(&v, r.pre[x*r.preStride+b*block:])
		}
		if r.relu {
			for i := range v {
				v[i] = max(v[i], 0)
			}
		}
		if r.post != nil {
			addSat16(&v, r.post[x*r.postStride+b*block:])
		}
		dst := (*[block]int16)(r.dst[x*r.dstStride+b*block:])
		for i := range dst {
			dst[i] = int16(v[i])
		}
	}
}

// sums returns the packed sums of one site, whose taps are rows of run elements
// of src, srcRow elements apart. One activation meets all eight lanes while it is
// in a register; the loop has no bounds checks and is limited by the processor's
// multiplier.
func (l *laneBlock) sums(src []int16, srcRow, rows, run int) [block / 2]int64 {
	s0, s1, s2, s3 := l.bias[0], l.bias[1], l.bias[2], l.bias[3]
	s4, s5, s6, s7 := l.bias[4], l.bias[5], l.bias[6], l.bias[7]
	for ky := range rows {
		weights := l.w[ky*run : (ky+1)*run]
		taps := src[ky*srcRow:][:len(weights)]
		for i := range weights {
			w, a := &weights[i], int64(taps[i])
			s0 += a * w[0]
			s1 += a * w[1]
			s2 += a * w[2]
			s3 += a * w[3]
			s4 += a * w[4]
			s5 += a * w[5]
			s6 += a * w[6]
			s7 += a * w[7]
		}
	}
	return [...]int64{s0, s1, s2, s3, s4, s5, s6, s7}
}

// addSat16 adds the first 16 elements of a to v, which holds int16 values.
func addSat16(v *[block]int32, a []int16) {
	for i, d := range (*[block]int16)(a) {
		v[i] = sat16(v[i] + int32(d))
	}
}

// sat16 clamps v to the range of int16.
func sat16(v int32) int32 { return max(-1<<15, min(v, 1<<15-1)) }
