package jpeg

import (
	"fmt"
	"math/bits"
)

// Append writes the file behind dst. It needs all coefficients.
func (f *File) Append(dst []byte) ([]byte, error) {
	if f.skeleton == nil {
		return dst, FormatError("a frame is not a whole file")
	}
	for i := range f.Components {
		c := &f.Components[i]
		if len(c.Coef) != c.Wide*c.High*BlockSize {
			return dst, FormatError(fmt.Sprintf("component %d has %d coefficients, not %d", i, len(c.Coef), c.Wide*c.High*BlockSize))
		}
	}
	sets := f.nonzero()
	made := map[*huffman]*huffman{}
	from := 0
	for i := range f.scans {
		s := &f.scans[i]
		set := sets(s.components[0].index)
		if len(s.gaps) > 0 {
			tables, err := f.best(dst, s, set)
			if err != nil {
				return dst, err
			}
			for _, g := range s.gaps {
				dst = append(dst, f.skeleton[from:g.at]...)
				dst = append(dst, g.segments(s, tables)...)
				from = g.at
			}
			if err := s.make(tables, made); err != nil {
				return dst, err
			}
		}
		dst = append(dst, f.skeleton[from:s.at]...)
		from = s.at
		s = s.with(func(_ tableID, h *huffman) *huffman {
			if h.missing {
				return made[h]
			}
			return h
		})
		var err error
		if dst, err = f.appendScan(dst, s, set); err != nil {
			return dst, err
		}
	}
	return append(dst, f.skeleton[from:]...), nil
}

// nonzero returns a function that, for the blocks of a component of a progressive file, says which coefficients are not zero: bits of
// indices in zigzag order. It finds out once.
func (f *File) nonzero() func(component int) []uint64 {
	var sets [4][]uint64
	return func(component int) []uint64 {
		c := &f.Components[component]
		if f.Progressive && sets[component] == nil {
			set := make([]uint64, c.Wide*c.High)
			for n := range set {
				set[n] = nonzero(c.Coef[n*BlockSize:][:BlockSize])
			}
			sets[component] = set
		}
		return sets[component]
	}
}

// A scanWriter writes the entropy-coded data of a scan. It undoes what a scanReader does.
type scanWriter struct {
	bitWriter
	s        *scan
	kind     kind
	done     int      // blocks
	interval int      // intervals
	level    [4]int32 // by component of the scan: the last DC coefficient

	choices // those that are still to come

	sets []uint64 // of the component, if the scan has but one: which coefficients of a block are not zero

	run         int        // blocks of the run that is not written yet
	corrections []bitGroup // what corrects their known coefficients, a bit each
	corrected   int        // bits of these
	tail        bitGroup   // the same, of a block that is being written, behind its last code
}

// A bitGroup is up to 64 bits.
type bitGroup struct {
	bits uint64
	n    int
}

func (f *File) appendScan(dst []byte, s *scan, sets []uint64) ([]byte, error) {
	w := scanWriter{bitWriter: bitWriter{out: dst}, s: s, kind: s.kind(f.Progressive), choices: s.choices, sets: sets}
	err := f.visit(s, &w)
	if err == nil {
		err = w.align()
	}
	if err == nil && (len(w.pads) > 0 || len(w.splits) > 0 || len(w.zeroRuns) > 0) {
		err = FormatError("choices for what is not in the scan")
	}
	return w.out, err
}

// align ends an interval.
func (w *scanWriter) align() error {
	w.endRun()
	missing := w.missing()
	fill := uint8(1)<<missing - 1
	if w.zeros {
		fill = 0
	}
	if len(w.pads) > 0 && w.pads[0].interval == w.interval {
		if fill = w.pads[0].bits; fill>>missing != 1 {
			return FormatError("bits to fill a byte are too few or too many")
		}
		fill &= 1<<missing - 1
		w.pads = w.pads[1:]
	}
	w.put(uint32(fill), missing)
	w.flush()
	w.interval++
	if w.lost {
		return FormatError("no Huffman code for a coefficient")
	}
	return nil
}

func (w *scanWriter) restart(interval int) error {
	if err := w.align(); err != nil {
		return err
	}
	w.out = append(w.out, 0xff, markerRST0+byte(interval&7))
	w.level = [4]int32{}
	return nil
}

func (w *scanWriter) block(i, n int, coef []int16) (err error) {
	if len(w.splits) > 0 && w.splits[0] == w.done {
		w.endRun()
		w.splits = w.splits[1:]
	}
	zeroRuns := 0
	if len(w.zeroRuns) > 0 && w.zeroRuns[0].block == w.done {
		zeroRuns = w.zeroRuns[0].runs
		w.zeroRuns = w.zeroRuns[1:]
	}
	switch w.kind {
	case sequential:
		w.firstDC(i, coef)
		err = w.sequentialAC(w.s.components[i].huffman[classAC], coef, zeroRuns)
	case firstDC:
		w.firstDC(i, coef)
	case refineDC:
		w.put(uint32(coef[0])>>w.s.al&1, 1)
	case firstAC:
		err = w.firstAC(w.s.components[0].huffman[classAC], coef, w.sets[n], zeroRuns)
	case refineAC:
		err = w.refineAC(w.s.components[0].huffman[classAC], coef, w.sets[n], zeroRuns)
	}
	w.done++
	return err
}

// category returns the number of bits that v takes, and these. T.81, tables F.1 and F.2.
func category(v int32) (extra uint32, n int) {
	sign := v >> 31
	n = bits.Len32(uint32((v ^ sign) - sign))
	return uint32(v+sign) & (1<<n - 1), n
}

func (w *scanWriter) firstDC(i int, coef []int16) {
	v := int32(coef[0]) >> w.s.al
	extra, n := category(v - w.level[i])
	w.level[i] = v
	w.symbol(w.s.components[i].huffman[classDC], uint8(n), extra, n)
}

var errZeroRuns = FormatError("more zeros than fit into a block")

func (w *scanWriter) sequentialAC(h *huffman, coef []int16, zeroRuns int) error {
	k := 1 // behind the last coefficient
	for set := nonzero(coef) &^ 1; set != 0; set &= set - 1 {
		at := bits.TrailingZeros64(set)
		extra, n := category(int32(coef[zigzag[at]&63]))
		zeros := at - k
		for ; zeros > 15; zeros -= 16 {
			w.symbol(h, 0xf0, 0, 0)
		}
		w.symbol(h, uint8(zeros<<4|n), extra, n)
		k = at + 1
	}
	for ; zeroRuns > 0; zeroRuns-- {
		if k += 16; k > BlockSize {
			return errZeroRuns
		}
		w.symbol(h, 0xf0, 0, 0)
	}
	if k < BlockSize {
		w.symbol(h, 0, 0, 0)
	}
	return nil
}

func (w *scanWriter) firstAC(h *huffman, coef []int16, set uint64, zeroRuns int) error {
	k := w.s.ss // behind the last coefficient
	for set &= w.s.band(k); set != 0; set &= set - 1 {
		at := bits.TrailingZeros64(set)
		c := int32(coef[zigzag[at]&63])
		sign := c >> 31
		m := (c ^ sign - sign) >> w.s.al
		if m == 0 {
			continue
		}
		w.endRun()
		zeros := at - k
		for ; zeros > 15; zeros -= 16 {
			w.symbol(h, 0xf0, 0, 0)
		}
		extra, n := category(m ^ sign - sign)
		w.symbol(h, uint8(zeros<<4|n), extra, n)
		k = at + 1
	}
	for ; zeroRuns > 0; zeroRuns-- {
		if k += 16; k > w.s.se+1 {
			return errZeroRuns
		}
		w.endRun()
		w.symbol(h, 0xf0, 0, 0)
	}
	if k <= w.s.se {
		w.lengthenRun()
	}
	return nil
}

func (w *scanWriter) refineAC(h *huffman, coef []int16, set uint64, zeroRuns int) error {
	s := w.s
	var known uint64 // those that are not zero up to this scan
	last := -1       // the last that becomes other than zero in it: behind that, zeros are not coded
	for set &= s.band(s.ss); set != 0; set &= set - 1 {
		at := bits.TrailingZeros64(set)
		if m := magnitude(coef[zigzag[at]&63]) >> s.al; m > 0 {
			known |= 1 << at
			if m == 1 {
				last = at
			}
		}
	}
	zeros, k := 0, s.ss
	for ; known != 0; known &= known - 1 {
		at := bits.TrailingZeros64(known)
		c := coef[zigzag[at]&63]
		zeros += at - k
		k = at + 1
		for ; zeros > 15 && (at <= last || zeroRuns > 0); zeros -= 16 {
			w.refineSymbol(h, 0xf0, 0, 0)
			if at > last {
				zeroRuns--
			}
		}
		if m := magnitude(c) >> s.al; m > 1 {
			w.tail.bits = w.tail.bits<<1 | uint64(m&1)
			w.tail.n++
			continue
		}
		w.refineSymbol(h, uint8(zeros<<4|1), uint32(^c>>15&1), 1)
		zeros = 0
	}
	zeros += s.se + 1 - k
	for ; zeros > 15 && zeroRuns > 0; zeroRuns-- {
		w.refineSymbol(h, 0xf0, 0, 0)
		zeros -= 16
	}
	if zeroRuns > 0 {
		return errZeroRuns
	}
	if zeros > 0 || w.tail.n > 0 {
		w.lengthenRun()
	}
	return nil
}

// refineSymbol writes a code, which ends the run before it, and what corrects the coefficients that it passes.
func (w *scanWriter) refineSymbol(h *huffman, value uint8, extra uint32, n int) {
	w.endRun()
	w.symbol(h, value, extra, n)
	w.putGroup(w.tail)
	w.tail = bitGroup{}
}

func (w *scanWriter) putGroup(g bitGroup) {
	if g.n > 32 {
		w.put(uint32(g.bits>>32), g.n-32)
		g.n = 32
	}
	w.put(uint32(g.bits), g.n)
}

// lengthenRun adds a block to the run, with what corrects its known coefficients.
func (w *scanWriter) lengthenRun() {
	w.run++
	if w.tail.n > 0 {
		w.corrections = append(w.corrections, w.tail)
		w.corrected += w.tail.n
		w.tail = bitGroup{}
	}
	if w.run == maxRun || !w.endless && w.corrected > maxCorrections {
		w.endRun()
	}
}

// endRun writes the run.
func (w *scanWriter) endRun() {
	if w.run == 0 {
		return
	}
	n := bits.Len32(uint32(w.run)) - 1
	w.symbol(w.s.components[0].huffman[classAC], uint8(n<<4), uint32(w.run)-1<<n, n)
	for _, g := range w.corrections {
		w.putGroup(g)
	}
	w.run, w.corrections, w.corrected = 0, w.corrections[:0], 0
}

func magnitude(c int16) int32 {
	if c < 0 {
		return -int32(c)
	}
	return int32(c)
}
