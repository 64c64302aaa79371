package codec_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	docReference = regexp.MustCompile("`([a-z0-9_/]+\\.(?:go|py)): ([A-Za-z0-9_.]+)`")
	docFile      = regexp.MustCompile("`([a-z0-9_/]+\\.(?:go|py))[`:]")
)

// Every `file: identifier` of docs/equations.md exists: Go functions, methods as Type.Method, types, constants
// and variables; Python functions and classes. And the page leaves no equation out.
func TestEquationsDoc(t *testing.T) {
	b, err := os.ReadFile("../docs/equations.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	names := map[string]map[string]bool{}
	for _, m := range docFile.FindAllStringSubmatch(doc, -1) {
		name := m[1]
		if names[name] != nil {
			continue
		}
		if names[name], err = topLevelNames(filepath.Join("..", filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
	references := docReference.FindAllStringSubmatch(doc, -1)
	if n := strings.Count(doc, ".go: ") + strings.Count(doc, ".py: "); len(references) != n || n == 0 {
		t.Errorf("%d references are well formed, of %d", len(references), n)
	}
	for _, m := range references {
		if !names[m[1]][m[2]] {
			t.Errorf("%s has no %s", m[1], m[2])
		}
	}
	for eq := 1; eq <= 16; eq++ {
		row := regexp.MustCompile(fmt.Sprintf(`(?m)^\| (\d+, )?%d(, \d+)? \|.*\|.*\|$`, eq))
		if !row.MatchString(doc) {
			t.Errorf("no row for eq. %d", eq)
		}
	}
}

var pythonName = regexp.MustCompile(`(?m)^(?:def|class) (\w+)`)

// topLevelNames returns the names that a source file declares.
func topLevelNames(file string) (map[string]bool, error) {
	names := map[string]bool{}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if filepath.Ext(file) == ".py" {
		for _, m := range pythonName.FindAllSubmatch(src, -1) {
			names[string(m[1])] = true
		}
		return names, nil
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				recv := d.Recv.List[0].Type
				if p, ok := recv.(*ast.StarExpr); ok {
					recv = p.X
				}
				name = fmt.Sprintf("%v.%s", recv, name)
			}
			names[name] = true
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names[n.Name] = true
					}
				}
			}
		}
	}
	return names, nil
}
