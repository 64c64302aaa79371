//go:build !amd64 || noasm

package conv

func fastest() *kernels { return &portable }
