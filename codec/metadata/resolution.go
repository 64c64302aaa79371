package metadata

import "encoding/binary"

// A Resolution is how many pixels there are to a unit of length, in either
// direction.
type Resolution struct {
	X, Y  uint32
	Metre bool // the unit is the metre; if not, it is not known, and only X : Y says something
}

// Resolution returns what the pHYs chunk says, or false if there is none or it is
// malformed.
func (m *Metadata) Resolution() (Resolution, bool) {
	c := m.first("pHYs")
	if c == nil || len(c.Data) != 9 || c.Data[8] > 1 {
		return Resolution{}, false
	}
	return Resolution{binary.BigEndian.Uint32(c.Data), binary.BigEndian.Uint32(c.Data[4:]), c.Data[8] == 1}, true
}

// SetResolution replaces the resolution; the zero Resolution removes it.
func (m *Metadata) SetResolution(r Resolution) {
	if r == (Resolution{}) {
		m.set(nil, ofType("pHYs"))
		return
	}
	data := binary.BigEndian.AppendUint32(nil, r.X)
	data = binary.BigEndian.AppendUint32(data, r.Y)
	if r.Metre {
		data = append(data, 1)
	} else {
		data = append(data, 0)
	}
	m.set(&Chunk{"pHYs", BeforePLTE, data}, ofType("pHYs"))
}
