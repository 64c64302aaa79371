package jpeg

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/ddpmz/ddpmz/bitstream"
)

// A syntax is the skeleton, as pieces: a number of bytes as they are, these, and the number of what follows: a phrase, or the next
// embedded picture; 0 after the last. Then, for every scan whose encoder did not choose as libjpeg does, come its index, counted from the last such scan and
// from one, and its choices; and 0.

// AppendSyntax appends what it takes to write the file, beside its frame and its coefficients. It is not compressed, but for what
// most files have in common.
func (f *File) AppendSyntax(dst []byte) []byte {
	w := bitstream.Writer{Buf: dst}
	known := f.phrases()
	from := 0
	piece := func(at, size, number int) {
		w.Uvarint(uint64(at - from))
		w.Bytes(f.skeleton[from:at])
		w.Uvarint(uint64(number))
		from = at + size
	}
	cut := f.embedded
	embed := func(until int) {
		for ; len(cut) > 0 && cut[0].at < until; cut = cut[1:] {
			piece(cut[0].at, len(cut[0].Data), len(known)+1)
		}
	}
	for _, at := range f.places() {
		embed(at)
		if i := longest(known, f.skeleton[at:]); at >= from && i >= 0 {
			piece(at, len(known[i]), i+1)
		}
	}
	embed(len(f.skeleton))
	piece(len(f.skeleton), 0, 0)

	last := -1
	for i := range f.scans {
		if c := &f.scans[i].choices; !c.usual() {
			w.Uvarint(uint64(i - last))
			c.write(&w)
			last = i
		}
	}
	w.Uvarint(0)
	return w.Buf
}

// longest returns the index of the longest phrase with which b begins, or -1.
func longest(known [][]byte, b []byte) int {
	best := -1
	for i, phrase := range known {
		if bytes.HasPrefix(b, phrase) && (best < 0 || len(phrase) > len(known[best])) {
			best = i
		}
	}
	return best
}

// places returns where in the skeleton phrases may begin: at segments, and at tables in segments.
func (f *File) places() (list []int) {
	for _, m := range f.marks {
		list = append(list, m.at)
		payload := f.skeleton[m.at+4 : m.at+4+m.size]
		for at := 0; at < len(payload); {
			list = append(list, m.at+4+at+1)
			switch m.code {
			case markerDHT:
				_, n, _ := newHuffman(payload[at+1:])
				at += 1 + n
			case markerDQT:
				at += 1 + BlockSize<<(payload[at]>>4)
			default:
				at = len(payload)
			}
		}
	}
	return list
}

// phrases returns what is common in skeletons of files of the same frame.
func (f *File) phrases() (list [][]byte) {
	segment := func(code byte, payload []byte) []byte {
		b := binary.BigEndian.AppendUint16([]byte{0xff, code}, uint16(2+len(payload)))
		return append(b, payload...)
	}
	// Huffman tables of T.81: alone, and as libjpeg, as some cameras and as others order them, for colour and for gray.
	table := func(i int) []byte { return append([]byte{byte(i&1<<4 | i>>1)}, typical[i]...) }
	for i := range typical {
		list = append(list, []byte(typical[i]))
	}
	list = append(list,
		slices.Concat(segment(markerDHT, table(0)), segment(markerDHT, table(1)), segment(markerDHT, table(2)), segment(markerDHT, table(3))),
		segment(markerDHT, slices.Concat(table(0), table(1), table(2), table(3))),
		segment(markerDHT, slices.Concat(table(0), table(2), table(1), table(3))),
		slices.Concat(segment(markerDHT, table(0)), segment(markerDHT, table(1))),
		segment(markerDHT, slices.Concat(table(0), table(1))),
	)
	// Quantization tables of the frame: alone, in 8 and 16 bits, and one after another. Encoders of gray files write a table for
	// chroma, too.
	var each, one []byte
	tables := f.tables()
	if quality := qualityOf(tables[0], 0); quality > 0 && len(tables) == 1 {
		chroma := scaled(1, quality)
		tables = append(tables, &chroma)
	}
	for i, t := range tables {
		steps := appendSteps(nil, t, 1)
		list = append(list, steps, appendSteps(nil, t, 2))
		one = append(append(one, byte(i)), steps...)
		each = append(each, segment(markerDQT, append([]byte{byte(i)}, steps...))...)
	}
	list = append(list, each, segment(markerDQT, one))
	// Headers: of JFIF, frame and scan.
	list = append(list, segment(markerAPP0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")))
	frame := binary.BigEndian.AppendUint16([]byte{8}, uint16(f.Height))
	frame = append(binary.BigEndian.AppendUint16(frame, uint16(f.Width)), byte(len(f.Components)))
	scan := []byte{byte(len(f.Components))}
	for i, c := range f.Components {
		frame = append(frame, c.ID, byte(c.H<<4|c.V), byte(f.table(i)))
		scan = append(scan, c.ID, byte(min(i, 1)*0x11))
	}
	scan = append(scan, 0, 63, 0)
	return append(list, segment(markerSOF0, frame), segment(markerSOF1, frame), segment(markerSOF2, frame), segment(markerSOS, scan))
}

// ParseSyntax undoes AppendFrame and AppendSyntax, given what CutEmbedded has cut out. The File lacks its coefficients: every Coef is
// nil. Errors are a FormatError, a LimitError, or one of package bitstream.
func ParseSyntax(frame, syntax []byte, l Limits, cut ...[]byte) (*File, error) {
	f, err := ParseFrame(frame, l)
	if err != nil {
		return nil, err
	}
	r := bitstream.NewReader(syntax)
	known := f.phrases()
	skeleton := []byte{}
	for {
		skeleton = append(skeleton, r.Bytes(r.Uvarint(uint64(len(syntax))))...)
		i := int(r.Uvarint(uint64(len(known) + min(len(cut), 1))))
		if i == 0 {
			break
		}
		if i <= len(known) {
			skeleton = append(skeleton, known[i-1]...)
			continue
		}
		f.embedded = append(f.embedded, Embedded{Data: cut[0], at: len(skeleton)})
		skeleton = append(skeleton, cut[0]...)
		cut = cut[1:]
	}
	switch {
	case r.Err() != nil:
		return nil, r.Err()
	case len(cut) > 0:
		return nil, FormatError("more embedded pictures than a syntax has")
	}
	p := parser{f: f, data: skeleton, limits: l}
	if err := p.file(); err != nil {
		return nil, err
	}
	if p.colour != f.colour {
		return nil, FormatError("colours are not those of the frame")
	}
	f.skeleton = skeleton
	i := -1
	for {
		n := int(r.Uvarint(uint64(len(f.scans) - 1 - i)))
		if n == 0 {
			break
		}
		i += n
		f.scans[i].choices.read(r)
	}
	switch {
	case r.Err() != nil:
		return nil, r.Err()
	case r.Offset() != len(syntax):
		return nil, FormatError("more than a syntax")
	}
	return f, nil
}

// usual reports whether an encoder chose as libjpeg does.
func (c *choices) usual() bool {
	return !c.zeros && !c.endless && len(c.pads) == 0 && len(c.splits) == 0 && len(c.zeroRuns) == 0
}

// Bits of the first byte of choices.
const (
	zerosBit = 1 << iota
	endlessBit
	padsBit
	splitsBit
	zeroRunsBit
)

func flag(set bool, bit byte) byte {
	if set {
		return bit
	}
	return 0
}

// write writes choices: what there is of the lists, each as its length and its entries, and positions as distances.
func (c *choices) write(w *bitstream.Writer) {
	w.Byte(flag(c.zeros, zerosBit) | flag(c.endless, endlessBit) |
		flag(len(c.pads) > 0, padsBit) | flag(len(c.splits) > 0, splitsBit) | flag(len(c.zeroRuns) > 0, zeroRunsBit))
	writeList(w, c.pads, func(p pad) int { return p.interval }, func(p pad) { w.Byte(p.bits) })
	writeList(w, c.splits, func(s int) int { return s }, func(int) {})
	writeList(w, c.zeroRuns, func(z zeroRun) int { return z.block }, func(z zeroRun) { w.Byte(byte(z.runs)) })
}

func (c *choices) read(r *bitstream.Reader) {
	flags := r.Byte()
	c.zeros, c.endless = flags&zerosBit != 0, flags&endlessBit != 0
	c.pads = readList(r, flags&padsBit, func(at int) pad { return pad{at, r.Byte()} })
	c.splits = readList(r, flags&splitsBit, func(at int) int { return at })
	c.zeroRuns = readList(r, flags&zeroRunsBit, func(at int) zeroRun { return zeroRun{at, int(r.Byte())} })
}

// maxPosition bounds numbers of blocks and intervals.
const maxPosition = 1 << 30

func writeList[T any](w *bitstream.Writer, list []T, position func(T) int, rest func(T)) {
	if len(list) == 0 {
		return
	}
	w.Uvarint(uint64(len(list)))
	last := 0
	for _, e := range list {
		w.Uvarint(uint64(position(e) - last))
		last = position(e)
		rest(e)
	}
}

func readList[T any](r *bitstream.Reader, there byte, entry func(at int) T) (list []T) {
	if there == 0 {
		return nil
	}
	at := 0
	for n := r.Uvarint(maxPosition); n > 0 && r.Err() == nil; n-- {
		at += int(r.Uvarint(uint64(maxPosition - at)))
		list = append(list, entry(at))
	}
	return list
}
