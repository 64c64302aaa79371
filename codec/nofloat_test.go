package codec

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// exact are the packages between the bytes and the picture.
var exact = []string{"bitstream", "rans", "container", "model", "model/dct", "model/internal/*", "model/zoo", "codec", "codec/internal/*", "codec/jpeg", "codec/jpeg/*"}

// TestNoFloats: what encoder and decoder compute must be the same on every machine and with every compiler, and
// floating point is not (s += a*b may be fused). So there is none.
func TestNoFloats(t *testing.T) {
	set := token.NewFileSet()
	packages := sources(t, set)
	reached := graph(packages, exact...)
	for _, p := range []string{"bitstream", "rans", "container", "model", "model/dct", "model/internal/kernel", "model/zoo", "codec", "codec/internal/stored"} {
		if !slices.Contains(reached, p) || len(packages[p]) == 0 {
			t.Errorf("package %s is not looked at", p)
		}
	}
	types := []string{"float32", "float64", "complex64", "complex128"}
	for _, p := range reached {
		for _, f := range packages[p] {
			for _, i := range imports(f) {
				if i == "math" || i == "math/cmplx" || i == "math/big" {
					t.Errorf("%s imports %s", set.File(f.Pos()).Name(), i)
				}
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if n.Kind == token.FLOAT || n.Kind == token.IMAG {
						t.Errorf("%v: constant %s", set.Position(n.Pos()), n.Value)
					}
				case *ast.Ident:
					// Float64 and the like are methods of random sources, strconv, big.
					if slices.Contains(types, n.Name) || strings.Contains(n.Name, "Float32") || strings.Contains(n.Name, "Float64") {
						t.Errorf("%v: %s", set.Position(n.Pos()), n.Name)
					}
				}
				return true
			})
		}
	}
}
