package network

import (
	"math/bits"

	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// A Mask says which coefficients at which sites of a band are active: the network predicts these, and computes what depends on
// other sites only where it has to. Rows are numbered as those of the scale.
type Mask struct {
	dense         bool // every coefficient is active, and nothing below is used
	y0, y1, width int
	coefficients  []uint16 // by site of the band, a bit for every coefficient
	words         int      // of sites in a row
	sites         []uint64 // by site of the band, a bit that is set if a coefficient is active; every row begins with a word of its own
	union         []uint64 // scratch: sites of some rows together
	list          []span   // scratch
}

// begin makes m a mask of rows [y0,y1), whose bits are still to be written unless it is dense. If its storage is too small, it
// gets room for most rows.
func (m *Mask) begin(dense bool, y0, y1, width, most int) {
	m.dense, m.y0, m.y1, m.width = dense, y0, y1, width
	if dense {
		return
	}
	m.words = (width + 63) / 64
	m.coefficients = storage.Resize(m.coefficients, (y1-y0)*width, most*width)
	m.sites = storage.Resize(m.sites, (y1-y0)*m.words, most*m.words)
	m.union = storage.Resize(m.union, m.words, m.words)
}

// Dense reports whether every coefficient is active.
func (m *Mask) Dense() bool { return m.dense }

// Row returns the active coefficients of row y, by site: bit i is coefficient i's. It is nil if the mask is dense.
func (m *Mask) Row(y int) []uint16 {
	if m.dense {
		return nil
	}
	return m.coefficients[(y-m.y0)*m.width:][:m.width]
}

// finish notes which sites of row y have active coefficients.
func (m *Mask) finish(y int) {
	active, sites := m.Row(y), m.siteRow(y)
	for i := range sites {
		word := uint64(0)
		for x, a := range active[i*64 : min(i*64+64, m.width)] {
			word |= (uint64(a) + 1<<16 - 1) >> 16 << (x & 63) // 1 if a is not 0
		}
		sites[i] = word
	}
}

// siteRow returns the bits of the sites of row y.
func (m *Mask) siteRow(y int) []uint64 { return m.sites[(y-m.y0)*m.words:][:m.words] }

// A span is sites [from,to) of a row.
type span struct{ from, to int }

// spanGap is up to how many inactive sites are computed so that two spans become one.
const spanGap = 8

// spans returns which sites of rows [y0,y1) a layer has to be computed at, if the predictions at active sites depend on it up to
// halo rows and columns away. They have even numbers of sites, which kernels are quicker with, unless the scale ends there. It is
// valid until the next call.
func (m *Mask) spans(y0, y1, halo int) []span {
	m.list = m.list[:0]
	if m.dense {
		return append(m.list, span{0, m.width})
	}
	u := m.union
	clear(u)
	for y := max(y0-halo, m.y0); y < min(y1+halo, m.y1); y++ {
		for i, word := range m.siteRow(y) {
			u[i] |= word
		}
	}
	for i, word := range u {
		for word != 0 {
			first := bits.TrailingZeros64(word)
			n := bits.TrailingZeros64(^(word >> first)) // ones from there on
			from, to := max(64*i+first-halo, 0), min(64*i+first+n+halo, m.width)
			if k := len(m.list) - 1; k >= 0 && from <= m.list[k].to+spanGap {
				from = m.list[k].from
				m.list = m.list[:k]
			}
			m.list = append(m.list, span{from, min(to+(to-from)&1, m.width)})
			if first+n == 64 {
				break
			}
			word &= ^uint64(0) << (first + n)
		}
	}
	return m.list
}

// phaseSpans returns which sites of a phase have active coefficients among those in bits, of the sites that row y has from
// column x on. It is valid until the next call with the same list.
func (m *Mask) phaseSpans(list []span, bits uint16, y, x int) []span {
	list = list[:0]
	if m.dense {
		return append(list, span{0, (m.width - x + 1) / 2})
	}
	active := m.Row(y)
	for i := 0; x < len(active); i, x = i+1, x+2 {
		if active[x]&bits == 0 {
			continue
		}
		if k := len(list) - 1; k >= 0 && i <= list[k].to+spanGap/2 {
			list[k].to = i + 1
		} else {
			list = append(list, span{i, i + 1})
		}
	}
	return list
}

// MaskBits returns the bits of coefficients in a Mask.
func MaskBits(members []int) (bits uint16) {
	for _, i := range members {
		bits |= 1 << i
	}
	return bits
}
