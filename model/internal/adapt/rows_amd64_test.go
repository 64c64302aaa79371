//go:build !noasm

package adapt

import (
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

// TestAVX2 runs the test of what records say with AVX2 where it had AVX-512.
func TestAVX2(t *testing.T) {
	if kernel.Lanes() != 16 {
		t.Skip("it has run with what there is")
	}
	lanes = 8
	defer func() { lanes = kernel.Lanes() }()
	TestGatherAll(t)
}
