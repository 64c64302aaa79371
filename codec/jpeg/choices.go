package jpeg

// maxRun is the length of the longest run of blocks that there is a code for.
const maxRun = 1<<15 - 1

// maxCorrections is the number of correction bits above which libjpeg ends a run of blocks.
const maxCorrections = 937

// choices are what the encoder of a scan chose where the coefficients leave it open. The zero value is what libjpeg does.
// Blocks are counted in the order of the scan, intervals from restart marker to restart marker.
type choices struct {
	zeros    bool      // bits that fill the last byte of an interval are zeros, not ones
	pads     []pad     // intervals where they are something else
	endless  bool      // a run of blocks may have more than maxCorrections correction bits
	splits   []int     // blocks before which a run of blocks without coefficients ends, although it could go on
	zeroRuns []zeroRun // blocks that code zeros before their end, or in place of it
}

// A pad is how the last byte of an interval is filled: with the bits below the highest one.
type pad struct {
	interval int
	bits     uint8
}

// A zeroRun is a number of codes for 16 zeros behind the last coefficient of a block.
type zeroRun struct{ block, runs int }

// A pad's bits, without the highest, are all ones or all zeros.
func onlyOnes(bits uint8) bool  { return bits&(bits+1) == 0 }
func onlyZeros(bits uint8) bool { return bits&(bits-1) == 0 }

// notes gather, while a scan is read, what its choices are. Their splits are all that there are.
type notes struct {
	choices
	fills   []uint8 // by interval: how the last byte is filled
	excused []int   // indices in splits of those that maxCorrections explain
}

// settle returns the choices.
func (n *notes) settle() choices {
	ones, zeros := 0, 0
	for _, bits := range n.fills {
		if !onlyOnes(bits) {
			ones++
		}
		if !onlyZeros(bits) {
			zeros++
		}
	}
	n.zeros = zeros < ones
	for i, bits := range n.fills {
		if n.zeros && !onlyZeros(bits) || !n.zeros && !onlyOnes(bits) {
			n.pads = append(n.pads, pad{i, bits})
		}
	}
	if !n.endless {
		kept := n.splits[:0]
		for i, block := range n.splits {
			if len(n.excused) > 0 && n.excused[0] == i {
				n.excused = n.excused[1:]
				continue
			}
			kept = append(kept, block)
		}
		n.splits = kept
	}
	return n.choices
}
