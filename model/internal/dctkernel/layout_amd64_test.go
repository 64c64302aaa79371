//go:build !noasm

package dctkernel

import (
	"testing"
	"unsafe"
)

// TestLayout: the fields of a decision and of a Choice are where the assembly has them.
func TestLayout(t *testing.T) {
	var d decision
	var c Choice
	for _, f := range []struct {
		name     string
		at, want uintptr
	}{
		{"probs", unsafe.Offsetof(d.probs), 0},
		{"weights", unsafe.Offsetof(d.weights), 8},
		{"refiners", unsafe.Offsetof(d.refiners), 16},
		{"odds", unsafe.Offsetof(d.odds), 24},
		{"probabilities", unsafe.Offsetof(d.probabilities), 32},
		{"steps", unsafe.Offsetof(d.steps), 40},
		{"input", unsafe.Offsetof(d.input), 48},
		{"mixed", unsafe.Offsetof(d.mixed), 72},
		{"point", unsafe.Offsetof(d.point), 88},
		{"Inputs", unsafe.Offsetof(c.Inputs), 0},
		{"Probs", unsafe.Offsetof(c.Probs), 4},
		{"Sets", unsafe.Offsetof(c.Sets), 44},
		{"Refiners", unsafe.Offsetof(c.Refiners), 56},
	} {
		if f.at != f.want {
			t.Errorf("%s at %d, not %d", f.name, f.at, f.want)
		}
	}
}
