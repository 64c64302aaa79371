//go:build !amd64 || noasm

package dctkernel

// accelerated is whether assembly runs here: there is none.
const accelerated = false

func mixAssembly(*decision, *Choice) uint32    { return 0 }
func learnAssembly(*decision, *Choice, uint32) {}

func predictAssembly([]Predictions, []uint16, []int16, []Tap, []Tap, []ValueTap) {}

func skipAssembly([]uint8, []Predictions, []uint8, uint8) {}
