package docs

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/ddpmz/ddpmz/"

var edge = regexp.MustCompile(`(?m)^ +(\S+) --> (\S+)$`)

// TestDrawing compares the drawing of imports in design.md with the code: every arrow is an import, every import between two
// packages of the drawing is a way along arrows, and no way leads back.
func TestDrawing(t *testing.T) {
	_, drawing, found := strings.Cut(read(t, "design.md"), "<!-- imports -->")
	drawing, _, ends := strings.Cut(drawing, "\n```\n")
	if !found || !ends {
		t.Fatal("no drawing of imports in design.md")
	}
	drawn := map[string]map[string]bool{}
	for _, m := range edge.FindAllStringSubmatch(drawing, -1) {
		for _, p := range m[1:] {
			if drawn[p] == nil {
				drawn[p] = map[string]bool{}
			}
		}
		drawn[m[1]][m[2]] = true
	}
	if len(drawn) < 10 {
		t.Fatalf("a drawing of %d packages", len(drawn))
	}
	for p := range drawn {
		real := imports(t, filepath.Join("..", filepath.FromSlash(p)))
		for q := range drawn[p] {
			if !real[q] {
				t.Errorf("%s does not import %s", p, q)
			}
		}
		reach := map[string]bool{}
		follow(drawn, p, reach)
		if reach[p] {
			t.Errorf("a way leads from %s back to it", p)
		}
		for q := range real {
			if drawn[q] != nil && !reach[q] {
				t.Errorf("%s imports %s: there is no such way in the drawing", p, q)
			}
		}
	}
	list, err := os.ReadDir("../model/internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if d.IsDir() && drawn["model/internal/"+d.Name()] == nil {
			t.Errorf("model/internal/%s is not drawn", d.Name())
		}
	}
}

// follow adds to reach what can be reached from p.
func follow(drawn map[string]map[string]bool, p string, reach map[string]bool) {
	for q := range drawn[p] {
		if !reach[q] {
			reach[q] = true
			follow(drawn, q, reach)
		}
	}
}

// imports returns what the package in a folder imports of this module, without its tests, on any system.
func imports(t *testing.T, folder string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	files := 0
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != folder:
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if p, ours := strings.CutPrefix(path, module); ours {
				found[p] = true
			}
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%s: %d Go files, %v", folder, files, err)
	}
	return found
}
