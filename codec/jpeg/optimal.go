package jpeg

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Many encoders give a scan the best Huffman tables that it can have, which follow from its symbols by the procedure of T.81, annex
// K.2. Such tables are left out of the syntax, and made when the file is written.

// A tableID is the byte that names a Huffman table in a DHT segment: its class in the upper half, its destination in the lower one.
type tableID uint8

// Classes of Huffman tables.
const (
	classDC = iota
	classAC
)

// A gap is a part of the skeleton of tables that are best for the next scan. It is empty in a File of ParseSyntax, whose skeleton
// lacks them.
type gap struct {
	at, size int

	// Without a list, a gap has all tables of the scan, each in a segment, in the order in which components use them. Otherwise it is a
	// segment of those in the list.
	list []tableID
}

// uses reports whether the components of a scan need tables of a class.
func (s *scan) uses(class int) bool {
	if class == classDC {
		return s.ss == 0 && s.ah == 0
	}
	return s.se > 0
}

// table returns where a component has its table of a class.
func (c *scanComponent) table(class int) tableID {
	return tableID(class<<4) | tableID(c.destination[class])
}

// tables returns which tables a scan uses, in the order in which its components do.
func (s *scan) tables() (list []tableID) {
	for i := range s.components {
		for class := range 2 {
			if id := s.components[i].table(class); s.uses(class) && !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
	}
	return list
}

// with returns a scan that has other Huffman tables.
func (s *scan) with(replace func(id tableID, h *huffman) *huffman) *scan {
	other := *s
	other.components = slices.Clone(s.components)
	for i := range other.components {
		c := &other.components[i]
		for class, h := range c.huffman {
			if h != nil {
				c.huffman[class] = replace(c.table(class), h)
			}
		}
	}
	return &other
}

// best returns the best tables for a scan, by where they go, as DHT segments have them. What
// is behind dst is overwritten.
func (f *File) best(dst []byte, s *scan, sets []uint64) (tables map[tableID][]byte, err error) {
	counting := map[tableID]*huffman{}
	for _, id := range s.tables() {
		counting[id] = &huffman{counts: new([256]int)}
	}
	if _, err := f.appendScan(dst, s.with(func(id tableID, _ *huffman) *huffman { return counting[id] }), sets); err != nil {
		return nil, err
	}
	tables = map[tableID][]byte{}
	for id, h := range counting {
		t, ok := optimal(h.counts)
		if !ok {
			return nil, FormatError("no best Huffman table")
		}
		tables[id] = t
	}
	return tables, nil
}

// make adds to made those tables of a scan that are missing.
func (s *scan) make(tables map[tableID][]byte, made map[*huffman]*huffman) (err error) {
	for i := range s.components {
		c := &s.components[i]
		for class, h := range c.huffman {
			if h != nil && h.missing && made[h] == nil && err == nil {
				made[h], _, err = newHuffman(tables[c.table(class)])
			}
		}
	}
	return err
}

// segments returns the segments of a gap.
func (g *gap) segments(s *scan, tables map[tableID][]byte) (b []byte) {
	if g.list != nil {
		var payload []byte
		for _, id := range g.list {
			payload = append(append(payload, byte(id)), tables[id]...)
		}
		return appendSegment(nil, markerDHT, payload)
	}
	for _, id := range s.tables() {
		b = appendSegment(b, markerDHT, append([]byte{byte(id)}, tables[id]...))
	}
	return b
}

func appendSegment(dst []byte, code byte, payload []byte) []byte {
	dst = binary.BigEndian.AppendUint16(append(dst, 0xff, code), uint16(2+len(payload)))
	return append(dst, payload...)
}

// findGaps finds the gaps of scan i.
func (f *File) findGaps(i int, sets func(component int) []uint64) (gaps []gap) {
	s := &f.scans[i]
	from := 0
	if i > 0 {
		from = f.scans[i-1].at
	}
	used := s.tables()
	var candidates []gap
	for _, m := range f.marks {
		if m.code != markerDHT || m.at < from || m.at >= s.at {
			continue
		}
		g := gap{at: m.at, size: 4 + m.size}
		usual, other := true, false
		for payload := f.skeleton[m.at+4 : m.at+4+m.size]; len(payload) > 0; {
			id := tableID(payload[0])
			_, n, _ := newHuffman(payload[1:])
			other = other || !slices.Contains(used, id) || slices.Contains(g.list, id)
			usual = usual && slices.Contains(typical[:], string(payload[1:1+n]))
			g.list = append(g.list, id)
			payload = payload[1+n:]
		}
		if !usual && !other {
			candidates = append(candidates, g)
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	tables, err := f.best(nil, s, sets(s.components[0].index))
	if err != nil {
		return nil
	}
	all := gap{at: candidates[0].at}
	if b := all.segments(s, tables); bytes.HasPrefix(f.skeleton[all.at:s.at], b) {
		all.size = len(b)
		return []gap{all}
	}
	for _, g := range candidates {
		if bytes.Equal(f.skeleton[g.at:g.at+g.size], g.segments(s, tables)) {
			gaps = append(gaps, g)
		}
	}
	return gaps
}

// optimal returns the best table for symbols of which there are so many, as a DHT segment has it. T.81, figures K.1 to K.4.
func optimal(counts *[256]int) (table []byte, ok bool) {
	const reserved = 256 // a symbol more, so that no code is of ones only
	var frequency [reserved + 1]int
	copy(frequency[:], counts[:])
	frequency[reserved] = 1
	var size, next [reserved + 1]int // of its code; the next symbol of the same branch, counted from 1
	// least returns the rarest symbol but one, the last of them, or -1.
	least := func(but int) int {
		v := -1
		for i, n := range frequency {
			if n > 0 && i != but && (v < 0 || n <= frequency[v]) {
				v = i
			}
		}
		return v
	}
	for {
		v1 := least(-1)
		v2 := least(v1)
		if v2 < 0 {
			break
		}
		frequency[v1] += frequency[v2]
		frequency[v2] = 0
		last := v1
		for size[last]++; next[last] > 0; size[last]++ {
			last = next[last] - 1
		}
		next[last] = v2 + 1
		for size[v2]++; next[v2] > 0; size[v2]++ {
			v2 = next[v2] - 1
		}
	}
	const longest, most = 16, 32 // bits of a code, when all is done and before
	var lengths [most + 1]int
	for _, n := range size {
		if n > most {
			return nil, false
		}
		if n > 0 {
			lengths[n]++
		}
	}
	if size[reserved] == 0 {
		return nil, false // no symbol at all
	}
	for i := most; i > longest; i-- {
		for lengths[i] > 0 {
			j := i - 2
			for lengths[j] == 0 {
				j--
			}
			lengths[i] -= 2
			lengths[i-1]++
			lengths[j+1] += 2
			lengths[j]--
		}
	}
	last := longest
	for lengths[last] == 0 {
		last--
	}
	lengths[last]-- // the reserved one
	for _, n := range lengths[1 : longest+1] {
		table = append(table, byte(n))
	}
	for n := 1; n <= most; n++ {
		for v := range reserved {
			if size[v] == n {
				table = append(table, byte(v))
			}
		}
	}
	return table, true
}
