package codec

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/ddpmz/ddpmz/"

// sources returns the parsed non-test files of every package of the module, whatever their build tags, by
// the package's path inside the module.
func sources(t *testing.T, set *token.FileSet) map[string][]*ast.File {
	t.Helper()
	packages := map[string][]*ast.File{}
	err := filepath.WalkDir("..", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := e.Name()
		if e.IsDir() {
			if name == ".." {
				return nil
			}
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if base[0] == '.' || base[0] == '_' || base == "testdata" || err == nil { // as the go tool does
				return filepath.SkipDir
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") || base[0] == '.' || base[0] == '_' {
			return nil
		}
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		in, err := filepath.Rel("..", filepath.Dir(name))
		if err != nil {
			return err
		}
		in = filepath.ToSlash(in)
		packages[in] = append(packages[in], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func imports(f *ast.File) (paths []string) {
	for _, s := range f.Imports {
		if p, err := strconv.Unquote(s.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// graph returns the packages of the module that those of the given path patterns import, directly or not,
// themselves included, in order.
func graph(packages map[string][]*ast.File, patterns ...string) (reached []string) {
	var visit func(p string)
	visit = func(p string) {
		if slices.Contains(reached, p) {
			return
		}
		reached = append(reached, p)
		for _, f := range packages[p] {
			for _, i := range imports(f) {
				if in, ok := strings.CutPrefix(i, module); ok {
					visit(in)
				}
			}
		}
	}
	for p := range packages {
		for _, pattern := range patterns {
			if ok, _ := path.Match(pattern, p); ok {
				visit(p)
			}
		}
	}
	slices.Sort(reached)
	return reached
}

// TestImports holds the architecture: every package of the module has a list of those that it may import of the module. Imports
// go one way: the commands, the codec, then the model, the entropy coder and the container, which do not know each other.
func TestImports(t *testing.T) {
	packages := sources(t, token.NewFileSet())
	known := map[string]bool{}
	for p, may := range map[string][]string{
		"bitstream": {},
		"rans":      {},
		"container": {"bitstream"},

		// Packages of the model, each of which may import those that its business rests on.
		"model/internal/process":   {},
		"model/internal/fixed":     {},
		"model/internal/parallel":  {},
		"model/internal/kernel":    {},
		"model/internal/dctkernel": {"model/internal/fixed"},
		"model/internal/transform": {"model/internal/kernel", "model/internal/parallel"},
		"model/internal/logistic":  {"model/internal/fixed", "model/internal/process"},
		"model/internal/storage":   {"model/internal/fixed", "model/internal/process", "model/internal/transform"},
		"model/internal/network":   {"model/internal/fixed", "model/internal/process", "model/internal/transform", "model/internal/parallel", "model/internal/kernel", "model/internal/storage", "model/internal/thumbnail"},
		"model/internal/adapt":     {"model/internal/fixed", "model/internal/process", "model/internal/logistic", "model/internal/kernel"},
		"model/internal/thumbnail": {"model/internal/fixed", "model/internal/process", "model/internal/logistic"},
		"model/internal/sparse":    {"model/internal/fixed", "model/internal/process", "model/internal/logistic", "model/internal/transform"},

		"model":              {"model/internal/*"},
		"model/dct":          {"model", "model/internal/dctkernel", "model/internal/parallel"},
		"model/zoo":          {"model", "model/dct"},
		"codec/internal/*":   {"bitstream", "rans"},
		"codec/metadata":     {},
		"codec/jpeg":         {"bitstream"},
		"codec/jpeg/pixels":  {"codec/jpeg"},
		"codec/jpeg/history": {"codec/jpeg", "codec/jpeg/pixels"},
		"codec":              {"bitstream", "rans", "container", "model", "model/dct", "model/zoo", "codec/internal/*", "codec/jpeg", "codec/jpeg/pixels", "codec/jpeg/history"},

		// The trainer is imported by its command alone. Constants of the network in floating point, and what only tests and
		// the trainer use of the logistic distribution, are apart from what decodes.
		"model/internal/process/reals": {},
		"model/internal/*/*test":       {"model/internal/*"},
		"model/train/internal/*":       {"model/internal/*", "model/internal/process/reals", "model/zoo"},
		"model/train/jpegs":            {"model", "model/dct", "model/train"},
		"model/train":                  {"model", "model/internal/*", "model/internal/process/reals", "model/train/internal/*", "internal/cifar10"},

		"cmd/internal/*":        {"codec", "codec/metadata", "codec/jpeg", "codec/jpeg/pixels", "container", "model", "model/zoo", "cmd/internal/*"},
		"cmd/*/internal/*":      {"codec", "codec/metadata", "codec/jpeg", "codec/jpeg/pixels", "model", "model/zoo", "internal/render", "internal/cifar10", "cmd/internal/*", "cmd/ddpmz/internal/*"},
		"cmd/ddpmz":             {"codec", "codec/jpeg", "codec/metadata", "container", "model", "model/zoo", "internal/cifar10", "cmd/internal/*", "cmd/ddpmz/internal/*"},
		"cmd/ddpmz-train":       {"codec", "model", "model/dct", "model/zoo", "model/train", "model/train/jpegs", "internal/cifar10", "cmd/internal/*"},
		"web/decoder":           {"codec", "codec/jpeg", "codec/metadata", "container", "model", "model/zoo", "web/colour", "web/weights"},
		"web/colour":            {"codec/metadata", "web/colour/*"},
		"web/colour/*":          {},
		"web/strip":             {},
		"web/weights":           {"model", "rans"},
		"web/weights/*":         {"web/weights"},
		"internal/cifar10":      {},
		"internal/contactsheet": {"codec"},
		"internal/samplestats":  {"codec", "model", "model/zoo", "internal/cifar10"},
		"internal/render":       {},
		"internal/render/*":     {"internal/render", "internal/cifar10"},
	} {
		for q, files := range packages {
			if ok, _ := path.Match(p, q); !ok {
				continue
			}
			known[q] = true
			for _, f := range files {
				for _, i := range imports(f) {
					in, ok := strings.CutPrefix(i, module)
					if ok && !slices.ContainsFunc(may, func(pattern string) bool { m, _ := path.Match(pattern, in); return m }) {
						t.Errorf("%s imports %s", q, in)
					}
				}
			}
		}
	}
	for q := range packages {
		if !known[q] {
			t.Errorf("%s has no list of what it may import", q)
		}
	}
}

// TestDependencies: a program that decodes needs this module, these packages and the standard library. The
// trainer and what it needs are not among them.
func TestDependencies(t *testing.T) {
	may := []string{"github.com/klauspost/compress/zstd", "golang.org/x/sys/cpu"}
	packages := sources(t, token.NewFileSet())
	for _, p := range graph(packages, "codec") {
		if strings.HasPrefix(p, "model/train") || strings.HasPrefix(p, "cmd") || strings.HasPrefix(p, "internal") {
			t.Errorf("the codec needs %s", p)
		}
		for _, f := range packages[p] {
			for _, i := range imports(f) {
				domain, _, _ := strings.Cut(i, "/")
				if strings.Contains(domain, ".") && !strings.HasPrefix(i, module) && !slices.Contains(may, i) {
					t.Errorf("%s imports %s", p, i)
				}
			}
		}
	}
}
