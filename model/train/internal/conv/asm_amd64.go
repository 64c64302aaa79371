//go:build !noasm

package conv

import "golang.org/x/sys/cpu"

// assembly returns what of the assembly runs here, the fastest last.
//
// The wide kernels are for processors from Ice Lake and Zen 4 on, as those of package kernel are: BITALG, which they
// do not need, tells them from the first that had AVX-512, which lowered their clock for all code around.
func assembly() (list []*kernels) {
	x := &cpu.X86
	if x.HasAVX2 && x.HasFMA {
		list = append(list, &avx2)
		if x.HasAVX512F && x.HasAVX512BITALG {
			list = append(list, &avx512)
		}
	}
	return list
}
