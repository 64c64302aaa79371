//go:build !amd64 || noasm

package conv

func assembly() []*kernels { return nil }
