// Command dct writes the AVX2 kernels of package dctkernel; its doc.go has the command line.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	mix()
	learn()
	predict()
	skip()
	Generate()
}
