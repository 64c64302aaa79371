//go:build !noasm

package network

import (
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/kernel"
)

// TestAVX2 runs the tests of inputs and predictions with AVX2 where they had AVX-512.
func TestAVX2(t *testing.T) {
	if kernel.Lanes() != 16 {
		t.Skip("they have run with what there is")
	}
	lanes = 8
	defer func() { lanes = kernel.Lanes() }()
	t.Run("inputs", TestPrepare)
	t.Run("sums", TestBoxSums)
	t.Run("predictions", TestPredictAll)
}
