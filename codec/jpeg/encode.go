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
	from := 0
	for i := range f.scans {
		s := &f.scans[i]
		dst = append(dst, f.skeleton[from:s.at]...)
		from = s.at
		var err error
		if dst, err = f.appendScan(dst, s); err != nil {
			return dst, err
		}
	}
	return append(dst, f.skeleton[from:]...), nil
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

	run         int     // blocks of the run that is not written yet
	corrections []uint8 // what corrects their known coefficients, a bit each
	tail        []uint8 // the same, of a block that is being written, behind its last code
}

func (f *File) appendScan(dst []byte, s *scan) ([]byte, error) {
	w := scanWriter{bitWriter: bitWriter{out: dst}, s: s, kind: s.kind(f.Progressive), choices: s.choices}
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

func (w *scanWriter) block(i int, coef []int16) (err error) {
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
		err = w.sequentialAC(w.s.components[i].ac, coef, zeroRuns)
	case firstDC:
		w.firstDC(i, coef)
	case refineDC:
		w.put(uint32(coef[0])>>w.s.al&1, 1)
	case firstAC:
		err = w.firstAC(w.s.components[0].ac, coef, zeroRuns)
	case refineAC:
		err = w.refineAC(w.s.components[0].ac, coef, zeroRuns)
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
	w.symbol(w.s.components[i].dc, uint8(n), extra, n)
}

var errZeroRuns = FormatError("more zeros than fit into a block")

func (w *scanWriter) sequentialAC(h *huffman, coef []int16, zeroRuns int) error {
	zeros := 0
	for k := 1; k < BlockSize; k++ {
		c := coef[zigzag[k]&63]
		if c == 0 {
			zeros++
			continue
		}
		for ; zeros > 15; zeros -= 16 {
			w.symbol(h, 0xf0, 0, 0)
		}
		extra, n := category(int32(c))
		w.symbol(h, uint8(zeros<<4|n), extra, n)
		zeros = 0
	}
	for ; zeroRuns > 0 && zeros > 15; zeroRuns-- {
		w.symbol(h, 0xf0, 0, 0)
		zeros -= 16
	}
	if zeroRuns > 0 {
		return errZeroRuns
	}
	if zeros > 0 {
		w.symbol(h, 0, 0, 0)
	}
	return nil
}

func (w *scanWriter) firstAC(h *huffman, coef []int16, zeroRuns int) error {
	zeros := 0
	for k := w.s.ss; k <= w.s.se; k++ {
		c := int32(coef[zigzag[k]&63])
		sign := c >> 31
		if c = (c ^ sign - sign) >> w.s.al; c == 0 {
			zeros++
			continue
		}
		w.endRun()
		for ; zeros > 15; zeros -= 16 {
			w.symbol(h, 0xf0, 0, 0)
		}
		extra, n := category(c ^ sign - sign)
		w.symbol(h, uint8(zeros<<4|n), extra, n)
		zeros = 0
	}
	for ; zeroRuns > 0 && zeros > 15; zeroRuns-- {
		w.endRun()
		w.symbol(h, 0xf0, 0, 0)
		zeros -= 16
	}
	if zeroRuns > 0 {
		return errZeroRuns
	}
	if zeros > 0 {
		w.lengthenRun()
	}
	return nil
}

func (w *scanWriter) refineAC(h *huffman, coef []int16, zeroRuns int) error {
	s := w.s
	// The last coefficient that becomes other than zero in this scan: behind it, zeros are not coded.
	last := s.se
	for last >= s.ss && magnitude(coef[zigzag[last]&63])>>s.al != 1 {
		last--
	}
	w.tail = w.tail[:0]
	zeros, k := 0, s.ss
	for ; k <= s.se; k++ {
		c := coef[zigzag[k]&63]
		m := magnitude(c) >> s.al
		if m == 0 {
			zeros++
			if k > last && zeroRuns > 0 && zeros == 16 {
				w.refineSymbol(h, 0xf0, 0, 0)
				zeros = 0
				zeroRuns--
			}
			continue
		}
		for ; zeros > 15 && k <= last; zeros -= 16 {
			w.refineSymbol(h, 0xf0, 0, 0)
		}
		if m > 1 {
			w.tail = append(w.tail, uint8(m&1))
			continue
		}
		w.refineSymbol(h, uint8(zeros<<4|1), uint32(^c>>15&1), 1)
		zeros = 0
	}
	if zeroRuns > 0 {
		return errZeroRuns
	}
	if zeros > 0 || len(w.tail) > 0 {
		w.corrections = append(w.corrections, w.tail...)
		w.lengthenRun()
	}
	return nil
}

// refineSymbol writes a code, which ends the run before it, and what corrects the coefficients that it passes.
func (w *scanWriter) refineSymbol(h *huffman, value uint8, extra uint32, n int) {
	w.endRun()
	w.symbol(h, value, extra, n)
	w.putAll(w.tail)
	w.tail = w.tail[:0]
}

func (w *scanWriter) putAll(list []uint8) {
	for _, b := range list {
		w.put(uint32(b), 1)
	}
}

// lengthenRun adds a block to the run.
func (w *scanWriter) lengthenRun() {
	w.run++
	if w.run == maxRun || !w.endless && len(w.corrections) > maxCorrections {
		w.endRun()
	}
}

// endRun writes the run.
func (w *scanWriter) endRun() {
	if w.run == 0 {
		return
	}
	n := bits.Len32(uint32(w.run)) - 1
	w.symbol(w.s.components[0].ac, uint8(n<<4), uint32(w.run)-1<<n, n)
	w.putAll(w.corrections)
	w.run, w.corrections = 0, w.corrections[:0]
}

func magnitude(c int16) int32 {
	if c < 0 {
		return -int32(c)
	}
	return int32(c)
}
