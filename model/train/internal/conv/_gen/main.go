// Command _gen writes the AVX2 or the AVX-512 kernels of package conv; its doc.go has the command lines. It is a
// module of its own, so that the trainer depends on none of what it needs.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func main() {
	wide := flag.Bool("avx512", false, "write the AVX-512 kernels, not the AVX2 ones")
	flag.Parse()
	ConstraintExpr("amd64,!noasm")
	if *wide {
		for vectors := 1; vectors <= 3; vectors++ {
			for _, sites := range []int{8, 4, 2, 1} {
				applyWide(vectors, sites)
			}
			for _, taps := range []int{outerTaps[vectors], 6, 4, 2} {
				outerWide(vectors, taps)
			}
		}
	} else {
		for sites := 1; sites <= 6; sites++ {
			apply(sites)
		}
		for taps := 1; taps <= 6; taps++ {
			outer(taps)
		}
		mask()
	}
	Generate()
}

// address is where the parameter lies on the stack.
func address(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
