// Command wasm writes the kernels of package kernel as a module of WebAssembly, which works on the memory of Go's; doc.go of the
// package has the command line.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
)

const (
	maxSites = 4
	block    = 16 // outputs
	size     = 16 // of a register, in bytes
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "", "file for the module")
	flag.Parse()
	var functions []*function
	for sites := 1; sites <= maxSites; sites++ {
		functions = append(functions, tiles(sites))
	}
	functions = append(functions, addProducts(), addSquares())
	for pairs := 1; pairs <= size/4; pairs++ {
		functions = append(functions, inputTransform(pairs))
	}
	for tiles := 1; tiles <= maxSites; tiles++ {
		functions = append(functions, products(tiles))
	}
	functions = append(functions, inverseTransform())
	if err := os.WriteFile(*out, module(functions), 0o666); err != nil {
		log.Fatal(err)
	}
}

// tiles returns a kernel of tiles of so many neighbouring sites by 16 outputs: a tileKernel, see asm.go.
//
// A dot product multiplies two activations by two weights of four outputs each, and adds them up in pairs; four registers hold the sums
// of a site.
func tiles(sites int) *function {
	f, p := newFunction(fmt.Sprintf("tiles%d", sites), 16)
	tiles, rows, pairs, w, bias, shift, low := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	src, srcStride, srcRow := p[7], p[8], p[9]
	dst, dstStride, pre, preStride, post, postStride := p[10], p[11], p[12], p[13], p[14], p[15]

	const quarters = block * 4 / size
	taps, row, weights, r, n := f.locals(sites, i32), f.local(i32), f.local(i32), f.local(i32), f.local(i32)
	weight, activations, lowest := f.locals(quarters, v128), f.local(v128), f.local(v128)
	sums := make([][]local, sites)
	for s := range sums {
		sums[s] = f.locals(quarters, v128)
	}

	f.get(low)
	f.op(opSplat16)
	f.set(lowest)
	f.repeat(tiles, func() {
		for s := range sums {
			for q, sum := range sums[s] {
				f.get(bias)
				f.memory(opLoad, q*size)
				f.set(sum)
			}
		}
		f.get(w)
		f.set(weights)
		f.get(src)
		f.set(row)
		f.get(rows)
		f.set(r)
		f.repeat(r, func() {
			f.get(row)
			f.set(taps[0])
			for s := 1; s < sites; s++ {
				f.get(taps[s-1], srcStride)
				f.op(opAdd)
				f.set(taps[s])
			}
			pair := func(k int) {
				for q, l := range weight {
					f.get(weights)
					f.memory(opLoad, (k*quarters+q)*size)
					f.set(l)
				}
				for s := range sums {
					f.get(taps[s])
					f.memory(opLoad32Splat, 4*k)
					f.set(activations)
					for q, sum := range sums[s] {
						f.get(sum, activations, weight[q])
						f.op(opDot16, opAdd32)
						f.set(sum)
					}
				}
			}
			next := func(pairs int) {
				for _, t := range taps {
					f.add(t, 4*pairs)
				}
				f.add(weights, pairs*quarters*size)
			}
			f.get(pairs)
			f.number(1)
			f.op(opAnd)
			f.when(func() {
				pair(0)
				next(1)
			})
			f.get(pairs)
			f.number(1)
			f.op(opShrU)
			f.tee(n)
			f.when(func() {
				f.repeat(n, func() {
					pair(0)
					pair(1)
					next(2)
				})
			})
			f.addLocal(row, srcRow)
		})
		for s := range sums {
			for half := range 2 {
				f.get(dst)
				for q := 2 * half; q < 2*half+2; q++ {
					f.get(sums[s][q], shift)
					f.op(opShrS32)
				}
				f.op(opNarrow32)
				f.get(pre)
				f.memory(opLoad, half*size)
				f.op(opAddSat16)
				f.get(lowest)
				f.op(opMaxS16)
				f.get(post)
				f.memory(opLoad, half*size)
				f.op(opAddSat16)
				f.memory(opStore, half*size)
			}
			f.addLocal(src, srcStride)
			f.addLocal(dst, dstStride)
			f.addLocal(pre, preStride)
			f.addLocal(post, postStride)
		}
	})
	return f
}

// addProducts returns AddProducts: it adds p and q times x to a and b, blocks of 16 elements.
func addProducts() *function {
	f, l := newFunction("addProducts", 6)
	blocks, x, a, b := l[0], l[1], l[2], l[3]
	factors, values := f.locals(2, v128), f.locals(2, v128)
	for i := range factors {
		f.get(l[4+i])
		f.op(opSplat16)
		f.set(factors[i])
	}
	f.repeat(blocks, func() {
		for half, v := range values {
			f.get(x)
			f.memory(opLoad, half*size)
			f.set(v)
		}
		for i, sums := range []local{a, b} {
			for q := range 4 {
				f.get(sums, sums)
				f.memory(opLoad, q*size)
				f.get(values[q/2], factors[i])
				f.op([...]opcode{opExtmulLow16, opExtmulHigh16}[q%2], opAdd32)
				f.memory(opStore, q*size)
			}
			f.add(sums, 4*size)
		}
		f.add(x, 2*size)
	})
	return f
}

// addSquares returns AddSquares: it adds x to sum and its squares to squares, blocks of 16 elements.
func addSquares() *function {
	f, l := newFunction("addSquares", 4)
	blocks, x, sum, squares := l[0], l[1], l[2], l[3]
	v, wide := f.local(v128), f.local(v128)
	f.repeat(blocks, func() {
		for q := range 4 {
			f.get(x)
			f.memory(opLoad, q/2*size)
			f.tee(v)
			f.op([...]opcode{opExtendLow16, opExtendHigh16}[q%2])
			f.set(wide)
			f.get(sum, sum)
			f.memory(opLoad, q*size)
			f.get(wide)
			f.op(opAdd32)
			f.memory(opStore, q*size)
			for half, multiply := range []opcode{opExtmulLow32, opExtmulHigh32} {
				f.get(squares, squares)
				f.memory(opLoad, (2*q+half)*size)
				f.get(wide, wide)
				f.op(multiply, opAdd64)
				f.memory(opStore, (2*q+half)*size)
			}
		}
		f.add(x, 2*size)
		f.add(sum, 4*size)
		f.add(squares, 8*size)
	})
	return f
}
