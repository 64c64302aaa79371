package jpeg

import (
	"fmt"
	"strings"
)

// String describes a file for people, in words such as "4:2:0, quality 90, progressive".
func (f *File) String() string {
	parts := []string{f.sampling()}
	q, off := f.Quality()
	switch {
	case off == 0:
		parts = append(parts, fmt.Sprintf("quality %d", q))
	default:
		parts = append(parts, fmt.Sprintf("quality about %d", q))
	}
	if f.Progressive {
		parts = append(parts, "progressive")
	}
	return strings.Join(parts, ", ")
}

// sampling names the ratios of luma and chroma as is usual, where it is.
func (f *File) sampling() string {
	n := len(f.Components)
	if n == 1 {
		return "gray"
	}
	factors := make([]string, n)
	for i, c := range f.Components {
		factors[i] = fmt.Sprintf("%dx%d", c.H, c.V)
	}
	usual := map[string]string{
		"1x1 1x1 1x1": "4:4:4", "2x1 1x1 1x1": "4:2:2", "2x2 1x1 1x1": "4:2:0", "1x2 1x1 1x1": "4:4:0", "4x1 1x1 1x1": "4:1:1", "4x2 1x1 1x1": "4:1:0",
		"1x1 1x1 1x1 1x1": "four components",
	}
	all := strings.Join(factors, " ")
	if name, ok := usual[all]; ok {
		return name
	}
	return fmt.Sprintf("%d components, sampled %s", n, all)
}

// Quality returns which of libjpeg's qualities has the table nearest to that of the first component, and how far all of its steps
// are from that one's: 0 if the table is libjpeg's.
func (f *File) Quality() (quality, off int) {
	off = -1
	for q := 1; q <= 100; q++ {
		d := 0
		for i, s := range scaled(0, q) {
			v := int(s) - int(f.Components[0].Quant[i])
			d += max(v, -v)
		}
		if off < 0 || d < off {
			quality, off = q, d
		}
	}
	return quality, off
}
