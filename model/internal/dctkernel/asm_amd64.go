//go:build !noasm

package dctkernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// accelerated is whether the assembly runs here.
var accelerated = cpu.X86.HasAVX2

func mixAssembly(d *decision, c *Choice) uint32 {
	return mixAVX2((*byte)(unsafe.Pointer(d)), (*byte)(unsafe.Pointer(c)))
}

func learnAssembly(d *decision, c *Choice, bit uint32) {
	learnAVX2((*byte)(unsafe.Pointer(d)), (*byte)(unsafe.Pointer(c)), bit)
}

// predictAssembly predicts coefficients: see Predictor.Predict. Arrays begin with what the first of them has.
func predictAssembly(dst []Predictions, magnitudes []uint16, values []int16, own, others []Tap, value []ValueTap) {
	if len(dst) > 0 {
		predictAVX2(len(dst), (*int32)(unsafe.Pointer(&dst[0])), unsafe.SliceData(magnitudes), unsafe.SliceData(values),
			(*int32)(unsafe.Pointer(unsafe.SliceData(own))), len(own), (*int32)(unsafe.Pointer(unsafe.SliceData(others))), len(others),
			(*int32)(unsafe.Pointer(unsafe.SliceData(value))), len(value))
	}
}

// skipAssembly is Skip, for k > 0.
func skipAssembly(coded []uint8, predictions []Predictions, clocks []uint8, k uint8) {
	if len(coded) > 0 {
		skipAVX2(len(coded), (*int32)(unsafe.Pointer(&predictions[:len(coded)][0])), &clocks[:2*Lanes*len(coded)][0], &coded[0], int(k))
	}
}
