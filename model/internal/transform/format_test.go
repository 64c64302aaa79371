package transform

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestFormatDocument compares the constants of the conversions of video with the tables of codec/FORMAT.md.
func TestFormatDocument(t *testing.T) {
	file, err := os.Open("../../../codec/FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows := map[string][]string{} // those of both tables that begin with the same numbers, one after the other
	for s := bufio.NewScanner(file); s.Scan(); {
		if cells := strings.Split(strings.Trim(s.Text(), "| "), " | "); strings.Contains(cells[0], " to ") {
			rows[cells[0]] = append(rows[cells[0]], cells[1:]...)
		}
	}
	for _, c := range ofKind(derived) {
		v := c.matrix()
		if !v.video {
			continue
		}
		bits := 0
		for v.luma.mask>>bits != 0 {
			bits++
		}
		unit := v.luma.mask + 1
		if v.luma.unit != 0 {
			unit = v.luma.unit
		}
		want := []any{v.shift, bits, unit}
		terms := []*product{&v.luma, &v.red, &v.blue, &v.greenRed, &v.greenBlue}
		for _, p := range terms {
			want = append(want, p.gain)
		}
		for _, p := range terms {
			want = append(want, p.offset)
		}
		for _, list := range [][3]int64{v.add, v.rest} {
			want = append(want, list[0], list[1], list[2])
		}
		want = append(want, v.middle(8))
		var texts []string
		for _, n := range want {
			texts = append(texts, fmt.Sprint(n))
		}
		if row := rows[fmt.Sprintf("%d to %d", c, c+2)]; len(row) == 0 || !slices.Equal(row[1:], texts) {
			t.Errorf("%d, %v: %v, not %v", c, c, row, texts)
		}
	}
}
