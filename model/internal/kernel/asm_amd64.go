//go:build !noasm

package kernel

import (
	"slices"

	"golang.org/x/sys/cpu"
)

// Lanes returns how many int32 a register of the assembly has: 16 with AVX-512, 8 with AVX2, and 0 where there is none. AVX-512 is used
// on processors from Ice Lake and Zen 4 on. The first that had the instructions lowered their clock for all code around; BITALG,
// which nothing here needs, tells them apart.
func Lanes() int {
	x := &cpu.X86
	switch {
	case !x.HasAVX2:
		return 0
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512CD && x.HasAVX512VL && x.HasAVX512VNNI && x.HasAVX512BITALG:
		return 16
	}
	return 8
}

// assembly returns what of the assembly runs here, the fastest last.
func assembly() (list []implementation) {
	if Lanes() > 0 {
		list = append(list,
			implementation{"AVX2", rowAVX2, nil, layoutAssembly, addAVX2, squaresAVX2},
			implementation{"AVX2 Winograd", rowAVX2, pairAVX2, layoutAssembly, addAVX2, squaresAVX2})
	}
	if Lanes() == 16 {
		list = append(list,
			implementation{"AVX-512", rowAVX512, nil, layoutAssembly, addAVX512, squaresAVX512},
			implementation{"AVX-512 Winograd", rowAVX512, pairAVX512, layoutAssembly, addAVX512, squaresAVX512})
	}
	return list
}

// tileKernels are of AVX2 up to six sites. From seven on there are enough sums to
// keep AVX-512 busy.
var tileKernels = [...]tileKernel{
	1: tiles1AVX2, 2: tiles2AVX2, 3: tiles3AVX2, 4: tiles4AVX2, 5: tiles5AVX2, 6: tiles6AVX2,
	7: tiles7AVX512, 8: tiles8AVX512, 9: tiles9AVX512, 10: tiles10AVX512, 11: tiles11AVX512, 12: tiles12AVX512,
}

func rowAVX2(c *Conv, b int, r row)   { rowTiles(tileKernels[:7], c, b, r) }
func rowAVX512(c *Conv, b int, r row) { rowTiles(tileKernels[:], c, b, r) }

func addAVX2(a, b []int32, x []int16, sites, p, q []int32) {
	addSites(addSites1AVX2, addSites3AVX2, a, b, x, sites, p, q)
}

func addAVX512(a, b []int32, x []int16, sites, p, q []int32) {
	addSites(addSites1AVX512, addSites3AVX512, a, b, x, sites, p, q)
}

// addSites is a productAdder, by assembly for one block of units and for three.
func addSites(one, three func(count int, sites *int32, x *int16, p, q, a, b *int32), a, b []int32, x []int16, sites, p, q []int32) {
	n := len(a)
	b, p, q = b[:n], p[:len(sites)], q[:len(sites)]
	for _, s := range sites {
		_ = x[s:][:n]
	}
	for j := 0; j < n; {
		if n-j >= 3*block {
			three(len(sites), &sites[0], &x[j], &p[0], &q[0], &a[j], &b[j])
			j += 3 * block
		} else {
			one(len(sites), &sites[0], &x[j], &p[0], &q[0], &a[j], &b[j])
			j += block
		}
	}
}

func squaresAVX2(sum []int32, squares []int64, x []int16, sites []int32) {
	squareSites(squareSitesAVX2, sum, squares, x, sites)
}

func squaresAVX512(sum []int32, squares []int64, x []int16, sites []int32) {
	squareSites(squareSitesAVX512, sum, squares, x, sites)
}

// squareSites is a squareAdder, by assembly for a block of units.
func squareSites(one func(count int, sites *int32, x *int16, sum *int32, squares *int64), sum []int32, squares []int64, x []int16, sites []int32) {
	n := len(sum)
	squares = squares[:n]
	for _, s := range sites {
		_ = x[s:][:n]
	}
	for j := 0; j < n; j += block {
		one(len(sites), &sites[0], &x[j], &sum[j], &squares[j])
	}
}

// outputPlace is where the sum of an output lies in AVX2's two registers. Packing two
// registers to int16 interleaves their halves; from these places, it comes out
// sorted.
var outputPlace = [block]int{0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15}

// asmBlock holds the weights of 16 outputs for the assembly.
type asmBlock struct {
	bias     [block]int32
	w        []int16
	winograd *winogradBlock
}

// newAsmBlock returns a block of n weights an output, n even, all 0.
func newAsmBlock(n int) asmBlock {
	return asmBlock{w: make([]int16, block*n), winograd: new(winogradBlock)}
}

func (p asmBlock) clone() asmBlock {
	return asmBlock{p.bias, slices.Clone(p.w), new(winogradBlock)}
}

// set lays out the weights w[n] and the bias of output o. All of the block's lie as [n/2][16][2], outputs in
// their outputPlace: the assembly adds two products at a time, of an input
// channel of even number and the one after it.
func (p *asmBlock) set(o int, w []int16, bias int32) {
	*p.winograd = winogradBlock{}
	place := outputPlace[o]
	p.bias[place] = bias
	to := p.w[2*place:]
	for i, at := 1, 1; i < len(w) && at < len(to); i, at = i+2, at+2*block {
		to[at-1], to[at] = w[i-1], w[i]
	}
}
