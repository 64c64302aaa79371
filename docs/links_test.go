// Package docs has no code. Its test follows the links of all documents.
package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	fence   = regexp.MustCompile("(?s)```.*?```")
	heading = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	link    = regexp.MustCompile(`\[([^\]]*)\]\(([^)#\s]*)(?:#([^)\s]*))?\)`)
	inCode  = regexp.MustCompile("`((?:[a-z0-9_-]+/)+[A-Za-z0-9_.-]+\\.(?:go|py|json))`")
	isName  = regexp.MustCompile("^`([A-Za-z]+(?:\\.[A-Za-z]+)?)`$")
)

// TestLinks checks every link to a file of the repository in every document: the file is there, and so is the heading
// that an anchor names. Where the text of a link to a Go file is a name in code style, the file declares it. A path in code
// style, from the root of the repository, is there too.
func TestLinks(t *testing.T) {
	names := 0
	documents := 0
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != ".." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".md") {
			return nil
		}
		documents++
		text := fence.ReplaceAllString(read(t, name), "")
		for _, m := range inCode.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s: there is no %s", name, m[1])
			}
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			what, target, anchor := m[1], m[2], m[3]
			if strings.Contains(target, ":") { // of another site
				continue
			}
			path := name
			if target != "" {
				path = filepath.Join(filepath.Dir(name), filepath.FromSlash(target))
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %s leads nowhere", name, m[0])
				continue
			}
			if anchor != "" && strings.HasSuffix(path, ".md") && !slices.Contains(anchors(read(t, path)), anchor) {
				t.Errorf("%s: %s: there is no such heading", name, m[0])
			}
			if id := isName.FindStringSubmatch(what); id != nil && strings.HasSuffix(path, ".go") {
				names++
				if !declares(t, path, id[1]) {
					t.Errorf("%s: %s does not declare %s", name, path, id[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if documents < 10 || names == 0 {
		t.Errorf("only %d documents with %d names", documents, names)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// anchors returns what GitHub makes of the headings of a document.
func anchors(text string) (list []string) {
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		title := link.ReplaceAllString(m[1], "$1")
		list = append(list, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, title))
	}
	return list
}

// declares reports whether a Go file declares a function, type, constant or variable, or a method as Type.Method.
func declares(t *testing.T, name, id string) bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			full := d.Name.Name
			if d.Recv != nil {
				full = receiver(d.Recv.List[0].Type) + "." + full
			}
			if full == id {
				return true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if s.Name.Name == id {
						return true
					}
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if n.Name == id {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func TestDeclares(t *testing.T) {
	for id, want := range map[string]bool{"TestLinks": true, "fence": true, "nothing": false, "os.ReadFile": false} {
		if declares(t, "links_test.go", id) != want {
			t.Errorf("declares %s: %v", id, !want)
		}
	}
	if got := anchors("# A `b` [c](d), e-f_G\n```\n# no\n```\n## τ?"); !slices.Equal(got, []string{"a-b-c-e-f_g", "τ"}) {
		t.Errorf("%q", got)
	}
}

// TestDesignLength: whoever begins with the design has read it in ten minutes.
func TestDesignLength(t *testing.T) {
	const most = 10_000 // bytes
	if n := len(read(t, "design.md")); n > most {
		t.Errorf("design.md has %d bytes, more than %d: details have pages of their own", n, most)
	}
}
