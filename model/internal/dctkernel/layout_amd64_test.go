//go:build !noasm

package dctkernel

import (
	"testing"
	"unsafe"
)

// TestLayout: the fields of a decision are where the assembly has them.
func TestLayout(t *testing.T) {
	var d decision
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
		{"inputs", unsafe.Offsetof(d.inputs), 48},
		{"old", unsafe.Offsetof(d.old), 52},
		{"prob", unsafe.Offsetof(d.prob), 100},
		{"input", unsafe.Offsetof(d.input), 148},
		{"set", unsafe.Offsetof(d.set), 172},
		{"mixed", unsafe.Offsetof(d.mixed), 184},
		{"refiner", unsafe.Offsetof(d.refiner), 200},
		{"point", unsafe.Offsetof(d.point), 208},
	} {
		if f.at != f.want {
			t.Errorf("%s at %d, not %d", f.name, f.at, f.want)
		}
	}
}
