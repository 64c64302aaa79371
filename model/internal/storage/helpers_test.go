package storage

import "math/rand/v2"

// newRand returns a source that is the same in every run.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xdd)) }
