package jpeg

import "math/bits"

const (
	errEnds    = FormatError("entropy-coded data end early")
	errCode    = FormatError("no such code in the entropy-coded data")
	errPastEnd = FormatError("run of zeros past the end of a block")
	errRange   = UnsupportedError("coefficients above 2047")
)

// A scanReader reads the entropy-coded data of a scan.
type scanReader struct {
	bitReader
	s     *scan
	kind  kind
	done  int      // blocks
	level [4]int32 // by component of the scan: the last DC coefficient
	sets  []uint64 // of the component, if the scan is progressive and has but one: which coefficients of a block are not zero
	notes

	// A run is a number of blocks in which no more coefficients than known become other than zero.
	run         int // blocks still to come
	runEnd      int // block behind the last of the last run; -1 if there was none in this interval
	runLength   int // blocks of the last run
	corrections int // bits of the last run that correct coefficients
}

// coefficients reads the data of a scan, goes behind them, and notes the encoder's choices.
func (p *parser) coefficients(s *scan) error {
	for _, c := range s.components {
		if d := &p.f.Components[c.index]; d.Coef == nil {
			d.Coef = make([]int16, d.Wide*d.High*BlockSize)
		}
	}
	r := scanReader{bitReader: bitReader{data: p.data, pos: p.pos}, s: s, kind: s.kind(p.f.Progressive), runEnd: -1}
	if s.ss > 0 {
		i := s.components[0].index
		if p.sets[i] == nil {
			p.sets[i] = make([]uint64, p.f.Components[i].Wide*p.f.Components[i].High)
		}
		r.sets = p.sets[i]
	}
	for _, c := range s.components {
		if h := c.huffman[classAC]; h != nil {
			h.prepare()
		}
	}
	err := p.f.visit(s, &r)
	if err == nil {
		err = r.align()
	}
	if err != nil {
		return err
	}
	s.choices = r.notes.settle()
	p.pos = r.pos
	return nil
}

// align ends an interval.
func (r *scanReader) align() error {
	if r.run > 0 {
		return FormatError("run of blocks past the end of an interval")
	}
	r.fills = append(r.fills, r.bitReader.align())
	return nil
}

func (r *scanReader) restart(interval int) error {
	if err := r.align(); err != nil {
		return err
	}
	if rest := r.data[r.pos:]; len(rest) < 2 || rest[0] != 0xff || rest[1] != markerRST0+byte(interval&7) {
		return UnsupportedError("restart marker missing, or not where it should be")
	}
	r.pos += 2
	r.level = [4]int32{}
	r.runEnd = -1
	return nil
}

func (r *scanReader) block(i, n int, coef []int16) (err error) {
	switch r.kind {
	case sequential:
		if err = r.firstDC(i, coef); err == nil {
			err = r.sequentialAC(r.s.components[i].huffman[classAC], coef)
		}
	case firstDC:
		err = r.firstDC(i, coef)
	case refineDC:
		r.fill()
		coef[0] |= int16(r.take(1) << r.s.al)
	case firstAC:
		err = r.firstAC(r.s.components[0].huffman[classAC], coef, &r.sets[n])
	case refineAC:
		err = r.refineAC(r.s.components[0].huffman[classAC], coef, &r.sets[n])
	}
	if err == nil && r.ended() {
		err = errEnds
	}
	r.done++
	return err
}

func (r *scanReader) firstDC(i int, coef []int16) error {
	size, ok := r.symbol(r.s.components[i].huffman[classDC])
	if !ok {
		return r.bad(errCode)
	}
	if size > 15 {
		return errRange
	}
	if size > 0 {
		r.level[i] += extend(r.take(int(size)), int(size))
	}
	// Scans to come may add less than 1<<al.
	v := r.level[i] << r.s.al
	if v < -MaxCoef>>r.s.al<<r.s.al || v > MaxCoef {
		return r.bad(errRange)
	}
	coef[0] = int16(v)
	return nil
}

// bad returns the reason why data cannot be read: err, or that there are none.
func (r *scanReader) bad(err error) error {
	if r.ended() {
		return errEnds
	}
	return err
}

func (r *scanReader) sequentialAC(h *huffman, coef []int16) error {
	zeroRuns := 0
	for k := 1; k < BlockSize; {
		r.fill()
		if e := h.short[r.acc>>(64-fastBits)]; e != 0 {
			k += int(e >> 8 & 0xff)
			if k >= BlockSize {
				return r.bad(errPastEnd)
			}
			coef[zigzag[k]&63] = int16(e >> 16)
			r.skip(int(e & 0xff))
			k++
			zeroRuns = 0
			continue
		}
		symbol, ok := r.symbol(h)
		if !ok {
			return r.bad(errCode)
		}
		zeros, size := int(symbol>>4), int(symbol&15)
		if size == 0 {
			if zeros == 0 {
				break
			}
			if zeros != 15 {
				return r.bad(errCode)
			}
			if k += 16; k > BlockSize {
				return r.bad(errPastEnd)
			}
			zeroRuns++
			continue
		}
		if k += zeros; k >= BlockSize {
			return r.bad(errPastEnd)
		}
		v := extend(r.take(size), size)
		if v < -MaxCoef || v > MaxCoef {
			return r.bad(errRange)
		}
		coef[zigzag[k]&63] = int16(v)
		k++
		zeroRuns = 0
	}
	if zeroRuns > 0 {
		r.zeroRuns = append(r.zeroRuns, zeroRun{r.done, zeroRuns})
	}
	return nil
}

func (r *scanReader) firstAC(h *huffman, coef []int16, set *uint64) error {
	if r.run > 0 {
		r.run--
		return nil
	}
	s := r.s
	zeroRuns := 0
	for k := s.ss; k <= s.se; {
		symbol, ok := r.symbol(h)
		if !ok {
			return r.bad(errCode)
		}
		zeros, size := int(symbol>>4), int(symbol&15)
		if size == 0 {
			if zeros < 15 {
				r.begin(zeros, k == s.ss)
				r.run--
				break
			}
			if k += 16; k > s.se+1 {
				return r.bad(errPastEnd)
			}
			zeroRuns++
			continue
		}
		if k += zeros; k > s.se {
			return r.bad(errPastEnd)
		}
		v := extend(r.take(size), size) << s.al
		if v < -MaxCoef || v > MaxCoef {
			return r.bad(errRange)
		}
		coef[zigzag[k]&63] = int16(v)
		*set |= 1 << k
		k++
		zeroRuns = 0
	}
	if zeroRuns > 0 {
		r.zeroRuns = append(r.zeroRuns, zeroRun{r.done, zeroRuns})
	}
	return nil
}

// begin begins a run of at least 2^size blocks. It is alone if it is all that its first block says.
func (r *scanReader) begin(size int, alone bool) {
	if alone && r.runEnd == r.done && r.runLength < maxRun {
		if r.corrections > maxCorrections {
			r.excused = append(r.excused, len(r.splits))
		}
		r.splits = append(r.splits, r.done)
	}
	r.run = 1<<size + int(r.take(size))
	r.runEnd, r.runLength, r.corrections = r.done+r.run, r.run, 0
}

func (r *scanReader) refineAC(h *huffman, coef []int16, set *uint64) error {
	s := r.s
	k, known := s.ss, *set
	for zeroRuns := 0; r.run == 0 && k <= s.se; {
		symbol, ok := r.symbol(h)
		if !ok {
			return r.bad(errCode)
		}
		zeros, size := int(symbol>>4), int(symbol&15)
		var v int16
		switch {
		case size == 1:
			v = int16(2*int(r.take(1))-1) << s.al
		case size > 1:
			return r.bad(errCode)
		case zeros < 15:
			r.begin(zeros, k == s.ss)
		}
		if r.run == 0 {
			if k = r.correct(coef, known, k, zeros); k > s.se {
				return r.bad(errPastEnd)
			}
			zeroRuns++
			if size == 1 {
				coef[zigzag[k]&63] = v
				*set |= 1 << k
				zeroRuns = 0
			}
			k++
		}
		if zeroRuns > 0 && (r.run > 0 || k > s.se) {
			r.zeroRuns = append(r.zeroRuns, zeroRun{r.done, zeroRuns})
		}
	}
	if r.run > 0 {
		known &= s.band(k)
		if known != 0 {
			r.correct(coef, known, k, BlockSize)
			r.corrections += bits.OnesCount64(known)
		}
		r.run--
		if r.corrections > maxCorrections && r.run > 0 {
			r.endless = true
		}
	}
	return nil
}

// correct reads a bit for every known coefficient of the scan's band from k on, until it has passed so many zeros and stands on
// another, or past the end. It returns where it stands.
func (r *scanReader) correct(coef []int16, known uint64, k, zeros int) int {
	for known &= r.s.band(k); known != 0; known &= known - 1 {
		at := bits.TrailingZeros64(known)
		if at-k > zeros {
			break
		}
		zeros -= at - k
		k = at + 1
		if r.n == 0 {
			r.fill()
		}
		if r.take(1) != 0 {
			c := &coef[zigzag[at]&63]
			*c += (*c>>15 | 1) << r.s.al
		}
	}
	return k + zeros
}
