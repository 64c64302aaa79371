package model

import "encoding/binary"

// A truth holds the values of a coordinate at the sites of a scale, which an encoder knows, in a run of sites as few bytes each
// as they need: in photographs, mostly one.
type truth struct {
	w, inRow int      // sites of a row, and runs
	runs     [][]byte // little-endian, of one, two or four bytes a value
}

// truthRun is how many sites a run has, but for the last of a row.
const truthRun = 512

func newTruth(w, h int) truth {
	n := (w + truthRun - 1) / truthRun
	return truth{w, n, make([][]byte, n*h)}
}

// empty reports whether it is not known.
func (t *truth) empty() bool { return t.runs == nil }

// set notes row y, of which values has every second one, from the first on: n of them, and zeros after those.
func (t *truth) set(y int, values []int32, n int) {
	for r := range t.inRow {
		from, sites := r*truthRun, min(t.w-r*truthRun, truthRun)
		var run []int32
		if from < n {
			run = values[2*from:]
		}
		there := max(0, min(n-from, sites))
		most := int32(0) // magnitude, less one if negative
		for j := range there {
			v := run[2*j]
			most |= v ^ v>>31
		}
		size := 4
		if most>>7 == 0 {
			size = 1
		} else if most>>15 == 0 {
			size = 2
		}
		b := make([]byte, size*sites)
		for j := range there {
			v := run[2*j]
			for k := range size {
				b[size*j+k] = byte(v >> (8 * k))
			}
		}
		t.runs[y*t.inRow+r] = b
	}
}

// load writes the values of row y to v.
func (t *truth) load(v []int32, y int) {
	for _, b := range t.runs[y*t.inRow:][:t.inRow] {
		n := min(len(v), truthRun)
		to := v[:n]
		switch len(b) {
		case n:
			for j, x := range b {
				to[j] = int32(int8(x))
			}
		case 2 * n:
			for j := range to {
				to[j] = int32(int16(binary.LittleEndian.Uint16(b[2*j:])))
			}
		default:
			for j := range to {
				to[j] = int32(binary.LittleEndian.Uint32(b[4*j:]))
			}
		}
		v = v[n:]
	}
}
