package jpeg

import (
	"bytes"
	"slices"

	"github.com/ddpmz/ddpmz/bitstream"
)

// A syntax is the skeleton, as pieces: a number of bytes as they are, these, and the number of what follows: a phrase, tables to
// be made, or the next embedded picture; 0 after the last. Then, for every scan whose encoder did not choose as libjpeg does, come its index, counted from the last such scan and
// from one, and its choices; and 0.

// maxPhrases bounds the bytes that phrases stand for, so that a syntax does not expand into much more.
const maxPhrases = 1 << 20

// AppendSyntax appends what it takes to write the file, beside its frame and its coefficients. It is not compressed, but for what
// most files have in common.
func (f *File) AppendSyntax(dst []byte) []byte {
	w := bitstream.Writer{Buf: dst}
	known := f.phrases()
	from, room := 0, maxPhrases
	piece := func(at, size, number int) {
		w.Uvarint(uint64(at - from))
		w.Bytes(f.skeleton[from:at])
		w.Uvarint(uint64(number))
		from = at + size
	}
	cut, gaps := f.embedded, f.allGaps()
	until := func(at int) {
		for {
			switch {
			case len(gaps) > 0 && gaps[0].at <= at && (len(cut) == 0 || gaps[0].at <= cut[0].at):
				g := gaps[0]
				gaps = gaps[1:]
				piece(g.at, g.size, len(known)+1+min(len(g.list), 1))
				if g.list != nil {
					w.Byte(byte(len(g.list)))
					for _, id := range g.list {
						w.Byte(byte(id))
					}
				}
			case len(cut) > 0 && cut[0].at < at:
				piece(cut[0].at, len(cut[0].Data), len(known)+3)
				cut = cut[1:]
			default:
				return
			}
		}
	}
	for _, at := range f.places() {
		until(at)
		if i := longest(known, f.skeleton[at:]); at >= from && i >= 0 && len(known[i]) <= room {
			piece(at, len(known[i]), i+1)
			room -= len(known[i])
		}
	}
	until(len(f.skeleton))
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

// allGaps returns the gaps of all scans: those that the skeleton has, or those that can be made.
func (f *File) allGaps() (list []gap) {
	sets := f.nonzero()
	for i := range f.scans {
		if f.whole {
			list = append(list, f.findGaps(i, sets)...)
		} else {
			list = append(list, f.scans[i].gaps...)
		}
	}
	return list
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

// places returns where in the skeleton phrases may begin: at its start, at segments, and at tables in segments.
func (f *File) places() []int {
	list := []int{0}
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

// phrases returns what is common in skeletons of files of the same frame. Their order is part of the format.
func (f *File) phrases() [][]byte {
	return slices.Concat(huffmanPhrases(), f.stepPhrases(), f.headers(), f.progression())
}

// huffmanPhrases returns the Huffman tables of T.81: alone; each in a segment; and as libjpeg, as some cameras and as others order
// them, for colour and for gray.
func huffmanPhrases() (list [][]byte) {
	var tables, segments [len(typical)][]byte
	for i, t := range typical {
		tables[i] = append([]byte{byte(i&1<<4 | i>>1)}, t...)
		segments[i] = appendSegment(nil, markerDHT, tables[i])
		list = append(list, []byte(t), segments[i])
	}
	return append(list,
		slices.Concat(segments[:]...),
		appendSegment(nil, markerDHT, slices.Concat(tables[:]...)),
		appendSegment(nil, markerDHT, slices.Concat(tables[0], tables[2], tables[1], tables[3])),
		slices.Concat(segments[:2]...),
		appendSegment(nil, markerDHT, slices.Concat(tables[:2]...)),
	)
}

// stepPhrases returns the quantization tables of the frame: alone, in 8 and 16 bits; each in a segment; and one after another.
// Encoders of gray files write a table for chroma, too.
func (f *File) stepPhrases() (list [][]byte) {
	tables := f.tables()
	if quality := qualityOf(tables[0], 0); quality > 0 && len(tables) == 1 {
		chroma := scaled(1, quality)
		tables = append(tables, &chroma)
	}
	var segments, together []byte
	for i, t := range tables {
		steps := appendSteps(nil, t, 1)
		table := append([]byte{byte(i)}, steps...)
		segment := appendSegment(nil, markerDQT, table)
		list = append(list, steps, appendSteps(nil, t, 2), segment)
		segments, together = append(segments, segment...), append(together, table...)
	}
	return append(list, segments, appendSegment(nil, markerDQT, together))
}

// headers returns JFIF's header, alone and at the start; the frame header for each kind of frames; and the header of a scan of
// everything.
func (f *File) headers() [][]byte {
	jfif := appendSegment(nil, markerAPP0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
	n := byte(len(f.Components))
	frame := []byte{8, byte(f.Height >> 8), byte(f.Height), byte(f.Width >> 8), byte(f.Width), n}
	scan := []byte{n}
	for i, c := range f.Components {
		frame = append(frame, c.ID, byte(c.H<<4|c.V), byte(f.table(i)))
		scan = append(scan, c.ID, byte(min(i, 1)*0x11))
	}
	return [][]byte{
		jfif, append([]byte{0xff, markerSOI}, jfif...),
		appendSegment(nil, markerSOF0, frame), appendSegment(nil, markerSOF1, frame), appendSegment(nil, markerSOF2, frame),
		appendSegment(nil, markerSOS, append(scan, 0, 63, 0)),
	}
}

// progression returns the scan headers of libjpeg's progression: those of the DC coefficients of all components, then those of the AC
// coefficients of each.
func (f *File) progression() (list [][]byte) {
	first, refining := []byte{byte(len(f.Components))}, []byte{byte(len(f.Components))}
	var bands [][]byte
	for i, c := range f.Components {
		table := byte(min(i, 1))
		first, refining = append(first, c.ID, table<<4), append(refining, c.ID, 0)
		scripts := [][3]byte{{1, 63, 0x01}, {1, 63, 0x10}} // a band, and which bits of its coefficients
		if i == 0 {
			scripts = [][3]byte{{1, 5, 0x02}, {6, 63, 0x02}, {1, 63, 0x21}, {1, 63, 0x10}}
		}
		for _, s := range scripts {
			bands = append(bands, appendSegment(nil, markerSOS, []byte{1, c.ID, table, s[0], s[1], s[2]}))
		}
	}
	list = append(list, appendSegment(nil, markerSOS, append(first, 0, 0, 0x01)), appendSegment(nil, markerSOS, append(refining, 0, 0, 0x10)))
	return append(list, bands...)
}

// A piece is what follows bytes of a skeleton that are as they are.
type piece struct {
	kind int
	list []tableID // of a gap
}

const (
	noPiece = iota // phrases are bytes of the skeleton, too
	gapPiece
	embeddedPiece
)

// pieces reads the pieces of the skeleton from a syntax of so many bytes, and gives each to a function, until there is an error.
func (f *File) pieces(r *bitstream.Reader, size int, embedded bool, visit func(text []byte, next piece) error) error {
	known := f.phrases()
	last := len(known) + 2
	if embedded {
		last++
	}
	room := maxPhrases
	for {
		text := r.Bytes(r.Uvarint(uint64(size)))
		var next piece
		i := int(r.Uvarint(uint64(last)))
		if r.Err() != nil {
			return r.Err()
		}
		switch {
		case i == 0:
			return visit(text, next)
		case i <= len(known):
			if room -= len(known[i-1]); room < 0 {
				return FormatError("too many phrases")
			}
			if err := visit(text, next); err != nil {
				return err
			}
			text = known[i-1]
		case i == len(known)+1:
			next.kind = gapPiece
		case i == len(known)+2:
			next.kind = gapPiece
			for range r.Byte() {
				next.list = append(next.list, tableID(r.Byte()))
			}
			if r.Err() != nil {
				return r.Err()
			}
		default:
			next.kind = embeddedPiece
		}
		if err := visit(text, next); err != nil {
			return err
		}
	}
}

// ParseSyntax undoes AppendFrame and AppendSyntax, given what CutEmbedded has cut out. The File lacks its coefficients: every Coef is
// nil. Errors are a FormatError, a LimitError, or one of package bitstream.
func ParseSyntax(frame, syntax []byte, l Limits, cut ...[]byte) (*File, error) {
	f, err := ParseFrame(frame, l)
	if err != nil {
		return nil, err
	}
	r := bitstream.NewReader(syntax)
	skeleton := []byte{}
	var gaps []gap
	if err := f.pieces(r, len(syntax), len(cut) > 0, func(text []byte, next piece) error {
		skeleton = append(skeleton, text...)
		switch next.kind {
		case gapPiece:
			gaps = append(gaps, gap{at: len(skeleton), list: next.list})
		case embeddedPiece:
			if len(cut) == 0 {
				return FormatError("fewer embedded pictures than a syntax has")
			}
			f.embedded = append(f.embedded, Embedded{Data: cut[0], at: len(skeleton)})
			skeleton = append(skeleton, cut[0]...)
			cut = cut[1:]
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if len(cut) > 0 {
		return nil, FormatError("more embedded pictures than a syntax has")
	}
	p := parser{f: f, data: skeleton, limits: l, gaps: gaps}
	if err := p.file(); err != nil {
		return nil, err
	}
	if len(p.gaps) > 0 {
		return nil, FormatError("Huffman tables to be made without a scan")
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

func bit(set bool, bit byte) byte {
	if set {
		return bit
	}
	return 0
}

// write writes choices: what there is of the lists, each as its length and its entries, and positions as distances.
func (c *choices) write(w *bitstream.Writer) {
	w.Byte(bit(c.zeros, zerosBit) | bit(c.endless, endlessBit) |
		bit(len(c.pads) > 0, padsBit) | bit(len(c.splits) > 0, splitsBit) | bit(len(c.zeroRuns) > 0, zeroRunsBit))
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
