package main

import "fmt"

// The kernels of Winograd's F(2x2, 3x3), whose formulas are in winograd.go.

// sum sets a variable to what an instruction makes of two others.
func (f *function) sum(to, a, b local, c opcode) {
	f.get(a, b)
	f.op(c)
	f.set(to)
}

// inputTransform returns the function that computes V of so many pairs of channels of neighbouring tiles, and reports whether all
// activations are in their range. A tile's last two columns are the next one's first two: their transforms along y stay in
// registers, so that a column is loaded once. Of V, eight channels are written; those that are not there are 0.
func inputTransform(pairs int) *function {
	f, p := newFunction(fmt.Sprintf("inputTransform%d", pairs), 7)
	f.result = true
	tiles, src, column, row, v, tile, plane := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	at, out := f.local(i32), f.local(i32)
	half, outside, t := f.local(v128), f.local(v128), f.local(v128)
	var columns [4][]local // of a tile, transformed along y
	for i := range columns {
		columns[i] = f.locals(4, v128)
	}

	// An activation is in the range if, with half of it added, the upper two bits are 0.
	f.number(1 << 13)
	f.op(opSplat16)
	f.set(half)

	// alongY loads the column of four activations at src, and goes on to the next.
	alongY := func(r []local) {
		f.get(src)
		f.set(at)
		for i, l := range r {
			f.get(at)
			switch pairs {
			case 1:
				f.memory(opLoad32Zero, 0)
			case 2:
				f.memory(opLoad64Zero, 0)
			case 3:
				f.set(out) // the address is wanted twice
				f.get(out, out)
				f.memory(opLoad64Zero, 0)
				f.memory(opLoad32Lane, 8)
				f.code = append(f.code, 2)
			case 4:
				f.memory(opLoad, 0)
			}
			f.tee(l)
			f.get(half)
			f.op(opAdd16)
			f.get(outside)
			f.op(opOrV)
			f.set(outside)
			if i < 3 {
				f.addLocal(at, row)
			}
		}
		f.addLocal(src, column)
		f.sum(r[0], r[0], r[2], opSub16)
		f.sum(r[3], r[3], r[1], opSub16)
		f.sum(t, r[1], r[2], opAdd16)
		f.sum(r[2], r[2], r[1], opSub16)
		f.get(t)
		f.set(r[1])
	}
	alongY(columns[0])
	alongY(columns[1])
	f.repeat(tiles, func() {
		alongY(columns[2])
		alongY(columns[3])
		f.get(v)
		f.set(out)
		for i := range 4 {
			c := [4]local{columns[0][i], columns[1][i], columns[2][i], columns[3][i]}
			for _, d := range []struct {
				a, b local
				c    opcode
			}{{c[0], c[2], opSub16}, {c[1], c[2], opAdd16}, {c[2], c[1], opSub16}, {c[3], c[1], opSub16}} {
				f.get(out, d.a, d.b)
				f.op(d.c)
				f.memory(opStore, 0)
				f.addLocal(out, plane)
			}
			for k := range 2 {
				f.get(c[k+2])
				f.set(c[k])
			}
		}
		f.addLocal(v, tile)
	})
	f.get(outside)
	f.number(-1 << 14) // the upper two bits
	f.op(opSplat16, opAndV, opAnyTrue, opEqz)
	return f
}

// products returns the function that computes M of 16 outputs of groups of so many tiles: sixteen layers with one tap, whose sites are
// the tiles.
func products(tiles int) *function {
	f, p := newFunction(fmt.Sprintf("products%d", tiles), 7)
	groups, pairs, u, v, tile, plane, m := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	const quarters = block * 4 / size
	const planes = 16
	taps, weights, row, r, n := f.locals(tiles, i32), f.local(i32), f.local(i32), f.local(i32), f.local(i32)
	weight, activations := f.locals(quarters, v128), f.local(v128)
	sums := make([][]local, tiles)
	for s := range sums {
		sums[s] = f.locals(quarters, v128)
	}
	zero := f.local(v128) // it is never set
	f.repeat(groups, func() {
		f.get(u)
		f.set(weights)
		f.get(v)
		f.set(row)
		f.number(planes)
		f.set(r)
		f.repeat(r, func() {
			f.get(row)
			f.set(taps[0])
			for s := 1; s < tiles; s++ {
				f.get(taps[s-1], tile)
				f.op(opAdd)
				f.set(taps[s])
			}
			for s := range sums {
				for _, l := range sums[s] {
					f.get(zero)
					f.set(l)
				}
			}
			f.get(pairs)
			f.set(n)
			f.repeat(n, func() {
				for q, l := range weight {
					f.get(weights)
					f.memory(opLoad, q*size)
					f.set(l)
				}
				for s := range sums {
					f.get(taps[s])
					f.memory(opLoad32Splat, 0)
					f.set(activations)
					for q, l := range sums[s] {
						f.get(l, activations, weight[q])
						f.op(opDot16, opAdd32)
						f.set(l)
					}
					f.add(taps[s], 4)
				}
				f.add(weights, quarters*size)
			})
			for s := range sums {
				for q, l := range sums[s] {
					f.get(m, l)
					f.memory(opStore, s*planes*block*4+q*size)
				}
			}
			f.add(m, block*4)
			f.addLocal(row, plane)
		})
		f.add(m, (tiles-1)*planes*block*4)
		for range tiles {
			f.addLocal(v, tile)
		}
	})
	return f
}

// inverseTransform returns the function that computes 16 outputs of the sites of neighbouring tiles from M.
func inverseTransform() *function {
	f, p := newFunction("inverseTransform", 14)
	tiles, m, bias, shift, low := p[0], p[1], p[2], p[3], p[4]
	type strided struct{ at, stride, row local }
	dst, pre, post := strided{p[5], p[6], p[7]}, strided{p[8], p[9], p[10]}, strided{p[11], p[12], p[13]}
	below := map[local]local{dst.at: f.local(i32), pre.at: f.local(i32), post.at: f.local(i32)} // the row below
	lowest, first := f.local(v128), f.local(v128)
	var column [4]local // of M
	copy(column[:], f.locals(4, v128))
	var halves [2][4]local // Aᵀ M, by rows
	copy(halves[0][:], f.locals(4, v128))
	copy(halves[1][:], f.locals(4, v128))
	var sites [2][2][4]local // by row, column, and quarter of the outputs
	for y := range 2 {
		for x := range 2 {
			copy(sites[y][x][:], f.locals(4, v128))
		}
	}
	f.get(low)
	f.op(opSplat16)
	f.set(lowest)
	f.repeat(tiles, func() {
		for q := range 4 {
			f.get(bias)
			f.memory(opLoad, q*size)
			f.set(first)
			for x := range 4 {
				for y := range 4 {
					f.get(m)
					f.memory(opLoad, (4*y+x)*block*4+q*size)
					f.set(column[y])
				}
				f.get(column[0], column[1])
				f.op(opAdd32)
				f.get(column[2])
				f.op(opAdd32)
				f.set(halves[0][x])
				f.get(column[1], column[2])
				f.op(opSub32)
				f.get(column[3])
				f.op(opAdd32)
				f.set(halves[1][x])
			}
			for y := range 2 {
				h := halves[y]
				f.get(first, h[0])
				f.op(opAdd32)
				f.get(h[1])
				f.op(opAdd32)
				f.get(h[2])
				f.op(opAdd32)
				f.get(shift)
				f.op(opShrS32)
				f.set(sites[y][0][q])
				f.get(first, h[1])
				f.op(opAdd32)
				f.get(h[2])
				f.op(opSub32)
				f.get(h[3])
				f.op(opAdd32)
				f.get(shift)
				f.op(opShrS32)
				f.set(sites[y][1][q])
			}
		}
		for _, s := range []strided{dst, pre, post} {
			f.get(s.at, s.row)
			f.op(opAdd)
			f.set(below[s.at])
		}
		for x := range 2 {
			for y := range 2 {
				place := func(s strided) local {
					if y == 0 {
						return s.at
					}
					return below[s.at]
				}
				for half := range 2 {
					f.get(place(dst), sites[y][x][2*half], sites[y][x][2*half+1])
					f.op(opNarrow32)
					f.get(place(pre))
					f.memory(opLoad, half*size)
					f.op(opAddSat16)
					f.get(lowest)
					f.op(opMaxS16)
					f.get(place(post))
					f.memory(opLoad, half*size)
					f.op(opAddSat16)
					f.memory(opStore, half*size)
				}
			}
			for _, s := range []strided{dst, pre, post} {
				f.addLocal(s.at, s.stride)
				f.addLocal(below[s.at], s.stride)
			}
		}
		f.add(m, 16*block*4)
	})
	return f
}
