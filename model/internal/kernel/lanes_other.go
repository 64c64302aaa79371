//go:build !amd64 || noasm

package kernel

// Lanes returns how many int32 a register of the assembly on amd64 has: here none.
func Lanes() int { return 0 }
