package dct

import (
	"encoding/binary"

	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
)

// A row of a phase is every second coefficient of a frequency in a row of blocks. None of them is predicted from another one of the
// phase, so all that have something to code at a clock are predicted before the first is coded.

// groupBlocks is how many blocks a group of predictions spans.
const groupBlocks = 2 * dctkernel.Lanes

// predictRow predicts the coefficients of a row of a phase, n from at on, that have something to code at clock k, and others where that takes no
// more time. Then it reports true, or false if they are to be predicted one by one.
func (b *band) predictRow(c *component, p *dctkernel.Predictor, at, n int, k uint8) bool {
	if !p.Many() {
		return false
	}
	first := -1 // group of a run of groups
	groups := (n + dctkernel.Lanes - 1) / dctkernel.Lanes
	for g := range groups + 1 {
		any := g < groups && anyActive(c.clocks[at+g*groupBlocks:], k)
		switch {
		case any && first < 0:
			first = g
		case !any && first >= 0:
			p.Predict(b.row[first:g], c.magnitudes, c.values, at+first*groupBlocks)
			first = -1
		}
	}
	return true
}

// active reports whether a coefficient has something to code at clock k: it was coded before, or was skipped at a clock from which on it is to
// be looked at again.
func active(clock, k uint8) bool { return clock^never >= k }

// anyActive reports whether any coefficient of a group is active, whose clocks are every second one from the first on.
func anyActive(clocks []uint8, k uint8) bool {
	const ones = 0x0001000100010001 // in 16 bits each
	clocks = clocks[:groupBlocks]
	carries := ones * (256 - uint64(k)) // into the ninth bit, where a clock is at least k
	u := (binary.LittleEndian.Uint64(clocks)&(255*ones) ^ never*ones) + carries
	v := (binary.LittleEndian.Uint64(clocks[8:])&(255*ones) ^ never*ones) + carries
	return (u|v)&(256*ones) != 0
}
