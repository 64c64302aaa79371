package storage

import "encoding/binary"

// TrueValues hold the true values of a coefficient at the sites of a scale, which an encoder knows: every run of sites in as few
// bytes a value as it needs, which is mostly one in photographs.
type TrueValues struct {
	width     int // sites of a row
	runsInRow int
	runs      [][]byte // little-endian, of one, two or four bytes a value
}

// RunSites is how many sites a run has, but for the last of a row.
const RunSites = 512

// NewTrueValues returns room for h rows of w values, to be filled with SetRow.
func NewTrueValues(w, h int) TrueValues {
	n := (w + RunSites - 1) / RunSites
	return TrueValues{w, n, make([][]byte, n*h)}
}

// Empty reports whether the values are not known, as in a decoder.
func (t *TrueValues) Empty() bool { return t.runs == nil }

// SetRow stores row y: n values, which are every second one of those given, from the first on, and zeros after those.
func (t *TrueValues) SetRow(y int, values []int32, n int) {
	for r := range t.runsInRow {
		from, sites := r*RunSites, min(t.width-r*RunSites, RunSites)
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
		t.runs[y*t.runsInRow+r] = b
	}
}

// LoadRow writes the values of row y to v.
func (t *TrueValues) LoadRow(v []int32, y int) {
	for _, b := range t.runs[y*t.runsInRow:][:t.runsInRow] {
		n := min(len(v), RunSites)
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

// A TrueRow is a row of TrueValues.
type TrueRow struct {
	runs  [][]byte
	width int
}

// Row returns row y.
func (t *TrueValues) Row(y int) TrueRow {
	return TrueRow{t.runs[y*t.runsInRow:][:t.runsInRow], t.width}
}

// Known reports whether r is a row, and not the zero value.
func (r *TrueRow) Known() bool { return r.width > 0 }

// At returns the value of site x. LoadRow is quicker where all are needed.
func (r *TrueRow) At(x int) int32 {
	b, i := r.runs[x/RunSites], x%RunSites
	n := min(r.width-(x-i), RunSites) // sites of the run
	switch len(b) {
	case n:
		return int32(int8(b[i]))
	case 2 * n:
		return int32(int16(binary.LittleEndian.Uint16(b[2*i:])))
	}
	return int32(binary.LittleEndian.Uint32(b[4*i:]))
}
