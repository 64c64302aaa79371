//go:build (!amd64 && !arm64 && !(js && wasmsimd)) || noasm

package kernel

// assembly returns what of the assembly runs here: nothing.
func assembly() []implementation { return nil }

// asmBlock would hold weights laid out for assembly.
type asmBlock struct{}

func newAsmBlock(int) asmBlock { return asmBlock{} }

func (asmBlock) set(int, []int16, int32) {}

func (p asmBlock) clone() asmBlock { return p }
