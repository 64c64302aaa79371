package kernel

import (
	"os"
	"regexp"
	"testing"
)

// TestGeneratedRegisters reads the AVX2 assembly: a vector register above 15, one of
// 512 bits or a mask needs AVX-512, for which nothing checks before it runs.
func TestGeneratedRegisters(t *testing.T) {
	text, err := os.ReadFile("avx2_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`\bY15\b`).Match(text) {
		t.Error("no Y15: is this the assembly?")
	}
	avx512 := regexp.MustCompile(`\b([XY](1[6-9]|[23][0-9])|Z[0-9]+|K[0-7])\b`)
	if found := avx512.FindAll(text, -1); found != nil {
		t.Errorf("%q", found)
	}
}
