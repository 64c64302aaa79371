package transform

import "math/rand/v2"

// newRand returns a source that is the same in every run.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xdd)) }

// ofKind returns the colours of a kind.
func ofKind(k kind) (list []Colour) {
	for c := range Colours {
		if colours[c].kind == k {
			list = append(list, c)
		}
	}
	return list
}

// atFullResolution returns the Derived colour with c's conversion that is not Subsampled.
func atFullResolution(c Colour) Colour {
	for _, full := range ofKind(derived) {
		if colours[full].conversion == colours[c].conversion {
			return full
		}
	}
	panic("a conversion that has no colour of full resolution")
}
