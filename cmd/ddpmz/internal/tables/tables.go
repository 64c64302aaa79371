// Package tables writes figures as Markdown tables, and keeps those in a document up to date.
package tables

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Table is a piece of Markdown with a name: a table, a sentence, a list.
type Table struct{ Name, Text string }

// A Grid is a table in the making. The first row is its head.
type Grid struct{ rows [][]string }

// Row adds a row. All rows have as many cells as the first.
func (g *Grid) Row(cells ...string) { g.rows = append(g.rows, cells) }

// String returns the table with its columns aligned: the first to the left, the others to the right. An empty
// head makes it a table without one.
func (g *Grid) String() string {
	var width []int
	for _, row := range g.rows {
		for i, cell := range row {
			if i == len(width) {
				width = append(width, 3)
			}
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	for r, row := range g.rows {
		for i, w := range width {
			cell := ""
			if i < len(row) {
				cell = row[i]
			}
			pad := strings.Repeat(" ", w-utf8.RuneCountInString(cell))
			if i == 0 {
				cell += pad
			} else {
				cell = pad + cell
			}
			out.WriteString("| " + cell + " ")
		}
		out.WriteString("|\n")
		if r == 0 {
			for i, w := range width {
				if i == 0 {
					out.WriteString("|" + strings.Repeat("-", w+2))
				} else {
					out.WriteString("|" + strings.Repeat("-", w+1) + ":")
				}
			}
			out.WriteString("|\n")
		}
	}
	return out.String()
}

// Number formats a figure with so many decimals.
func Number(v float64, decimals int) string { return fmt.Sprintf("%.*f", decimals, v) }

// Percent formats a fraction as a signed percentage.
func Percent(v float64) string { return fmt.Sprintf("%+.1f%%", 100*v) }

const (
	begin = "<!-- table "
	end   = "<!-- end of table -->"
)

// Fill returns a document in which what stands between
//
//	<!-- table NAME -->
//	<!-- end of table -->
//
// is the table of that name. A name that there is no table of, or an end that is missing, is an error, and so is
// a document without tables. What a name has before a colon says which kind of report the table is of: those of other
// kinds are left as they are.
func Fill(document string, list []Table) (string, error) {
	var out strings.Builder
	rest, found := document, 0
	for {
		before, after, ok := strings.Cut(rest, begin)
		out.WriteString(before)
		if !ok {
			break
		}
		name, after, ok := strings.Cut(after, " -->\n")
		if !ok {
			return "", fmt.Errorf("tables: %q is not closed", begin)
		}
		_, after, ok = strings.Cut(after, end)
		if !ok {
			return "", fmt.Errorf("tables: %s%s has no end", begin, name)
		}
		text, known := find(name, list)
		if !known && !slices.ContainsFunc(list, func(t Table) bool { return kindOf(t.Name) == kindOf(name) }) {
			out.WriteString(rest[len(before) : len(rest)-len(after)])
			rest = after
			continue
		}
		if !known {
			return "", fmt.Errorf("tables: there is no table %q", name)
		}
		found++
		out.WriteString(begin + name + " -->\n" + text + end)
		rest = after
	}
	if found == 0 {
		return "", fmt.Errorf("tables: the document has no line %sNAME -->", begin)
	}
	return out.String(), nil
}

// kindOf returns what is before the colon of a table's name.
func kindOf(name string) string {
	kind, _, found := strings.Cut(name, ":")
	if !found {
		return ""
	}
	return kind
}

func find(name string, list []Table) (string, bool) {
	for _, t := range list {
		if t.Name == name {
			return t.Text, true
		}
	}
	return "", false
}
