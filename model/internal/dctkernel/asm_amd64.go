//go:build !noasm

package dctkernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// accelerated is whether the assembly runs here.
var accelerated = cpu.X86.HasAVX2

// asm returns what the generator of the assembly has no type for.
func (d *decision) asm() *byte { return (*byte)(unsafe.Pointer(d)) }

func mixAssembly(d *decision)               { mixAVX2(d.asm()) }
func learnAssembly(d *decision, bit uint32) { learnAVX2(d.asm(), bit) }
