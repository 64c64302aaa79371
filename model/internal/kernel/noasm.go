//go:build !amd64 || noasm

package kernel

// bestKernel returns the fastest kernel there is here.
func bestKernel() rowKernel { return rowPortable }

// pairBlock would hold weights laid out for assembly, of which there is none.
type pairBlock struct{}

func newPairBlock([]int16, []int32) pairBlock { return pairBlock{} }
