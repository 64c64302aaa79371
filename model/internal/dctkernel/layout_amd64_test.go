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
		{"probs", unsafe.Offsetof(d.probs), 0}, {"weights", unsafe.Offsetof(d.weights), 8}, {"odds", unsafe.Offsetof(d.odds), 16},
		{"steps", unsafe.Offsetof(d.steps), 24}, {"inputs", unsafe.Offsetof(d.inputs), 32}, {"old", unsafe.Offsetof(d.old), 36},
		{"prob", unsafe.Offsetof(d.prob), 84}, {"input", unsafe.Offsetof(d.input), 132}, {"set", unsafe.Offsetof(d.set), 156},
		{"mixed", unsafe.Offsetof(d.mixed), 168}, {"errors", unsafe.Offsetof(d.errors), 184},
	} {
		if f.at != f.want {
			t.Errorf("%s at %d, not %d", f.name, f.at, f.want)
		}
	}
}
