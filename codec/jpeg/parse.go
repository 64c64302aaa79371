package jpeg

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
)

// Marker codes. T.81, table B.1.
const (
	markerSOF0 = 0xc0 // baseline
	markerSOF1 = 0xc1 // extended sequential
	markerSOF2 = 0xc2 // progressive
	markerDHT  = 0xc4
	markerRST0 = 0xd0
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDQT  = 0xdb
	markerDNL  = 0xdc
	markerDRI  = 0xdd
	markerDHP  = 0xde
	markerEXP  = 0xdf
	markerAPP0 = 0xe0
	markerTEM  = 0x01
)

// refused names the processes of frames that are not read.
var refused = map[byte]string{
	0xc3: "lossless JPEG", 0xc5: "hierarchical JPEG", 0xc6: "hierarchical JPEG", 0xc7: "hierarchical JPEG",
	0xc8: "JPEG extension", 0xc9: "arithmetic-coded JPEG", 0xca: "arithmetic-coded JPEG", 0xcb: "lossless JPEG",
	0xcd: "hierarchical JPEG", 0xce: "hierarchical JPEG", 0xcf: "hierarchical JPEG",
	markerDHP: "hierarchical JPEG", markerEXP: "hierarchical JPEG", 0xf7: "JPEG-LS",
}

// maxJunk is how many bytes may precede the image.
const maxJunk = 4096

// A parser goes through a file, or through the skeleton of one, from marker to marker.
type parser struct {
	f      *File
	data   []byte
	pos    int
	limits Limits

	whole bool // data have the entropy-coded data of scans
	from  int  // whole: what the skeleton does not have yet begins here

	quant    [4]*[BlockSize]uint16 // in force, as the three below
	huffman  [2][4]*huffman        // by class and destination
	interval int
	colour   colour

	framed  bool               // there was a frame header
	ended   bool               // there was an end of the image
	height  int                // in the frame header
	tables  [4]uint8           // by component: where its quantization table will be
	latched [4]bool            // by component: it has its quantization table
	bits    [4][BlockSize]int8 // by component and index in zigzag order: Al of the last scan plus one; 0 before the first
	gaps    []gap              // those that no scan has had yet
	visits  int64              // blocks that scans have gone over
	sets    [4][]uint64        // by component, of a progressive file: see scanReader
}

// Parse takes a JPEG file apart. Bytes before the image, at most 4096, and after it are part of the file. Coefficients take
// 128 bytes a block, and a file has at most eight blocks a byte, so that a small file asks for little.
func Parse(data []byte, l Limits) (*File, error) {
	p := parser{f: new(File), data: data, limits: l, whole: true}
	if err := p.file(); err != nil {
		return nil, err
	}
	p.f.colour, p.f.whole = p.colour, true
	p.f.skeleton = append(p.f.skeleton, data[p.from:]...)
	p.f.end += len(p.f.skeleton) - len(data)
	return p.f, nil
}

// file goes through all of the data.
func (p *parser) file() error {
	p.pos = bytes.Index(p.data[:min(len(p.data), maxJunk+3)], []byte{0xff, markerSOI, 0xff})
	if p.pos < 0 {
		return FormatError("no start of an image")
	}
	p.pos += 2
	t := typicalHuffman()
	for i, h := range t {
		p.huffman[i&1][i>>1] = h
	}
	for {
		code, ok := p.next()
		p.ended = code == markerEOI
		if p.ended || !ok {
			break
		}
		if err := p.marker(code); err != nil {
			return err
		}
	}
	p.f.end = p.pos
	if len(p.f.scans) == 0 {
		return FormatError("no scan")
	}
	if slices.Contains(p.latched[:len(p.f.Components)], false) {
		return FormatError("component without a scan")
	}
	for i := range p.f.Components {
		if err := p.f.Components[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// check returns an error if a DC coefficient is too low, which the scan that begins it cannot tell.
func (c *Component) check() error {
	for at := 0; at < len(c.Coef); at += BlockSize {
		if c.Coef[at] < -MaxCoef {
			return errRange
		}
	}
	return nil
}

// next goes behind the next marker.
func (p *parser) next() (code byte, ok bool) {
	for {
		i := bytes.IndexByte(p.data[p.pos:], 0xff)
		if i < 0 || p.pos+i+1 >= len(p.data) {
			p.pos = len(p.data)
			return 0, false
		}
		p.pos += i + 1
		if code = p.data[p.pos]; code != 0 && code != 0xff {
			p.pos++
			return code, true
		}
	}
}

// skeletonOffset returns where in the skeleton a byte of the data that no scan has will be.
func (p *parser) skeletonOffset(pos int) int { return len(p.f.skeleton) + pos - p.from }

// marker reads what belongs to a marker.
func (p *parser) marker(code byte) error {
	switch {
	case code == markerTEM, code&^7 == markerRST0:
		return nil
	case code == markerSOI:
		return FormatError("an image begins within another")
	case refused[code] != "":
		return UnsupportedError(refused[code])
	}
	rest := p.data[p.pos:]
	if len(rest) < 2 {
		return FormatError("file ends in a marker segment")
	}
	size := int(binary.BigEndian.Uint16(rest))
	if size < 2 || size > len(rest) {
		return FormatError(fmt.Sprintf("marker segment of %d bytes, %d are left", size, len(rest)))
	}
	payload := rest[2:size]
	p.f.marks = append(p.f.marks, mark{p.skeletonOffset(p.pos - 2), code, size - 2})
	p.pos += size
	switch code {
	case markerSOF0, markerSOF1, markerSOF2:
		return p.frame(code, payload)
	case markerDHT:
		return p.huffmanTables(payload)
	case markerDQT:
		return p.quantization(payload)
	case markerDRI:
		if len(payload) != 2 {
			return FormatError("restart interval")
		}
		p.interval = int(binary.BigEndian.Uint16(payload))
	case markerDNL:
		if p.height == 0 && (len(payload) != 2 || int(binary.BigEndian.Uint16(payload)) != p.f.Height) {
			return FormatError("number of lines")
		}
	case markerSOS:
		return p.scan(payload)
	}
	if len(p.f.scans) == 0 {
		p.colour.read(code, payload)
	}
	return nil
}

// frame reads a frame header. Of a skeleton the frame is known, and must be the same.
func (p *parser) frame(code byte, payload []byte) error {
	switch {
	case p.framed:
		return UnsupportedError("JPEG of several frames")
	case len(payload) < 6 || len(payload) != 6+3*int(payload[5]):
		return FormatError("frame header")
	case payload[0] == 12:
		return UnsupportedError("JPEG of 12 bits")
	case payload[0] != 8:
		return UnsupportedError(fmt.Sprintf("JPEG of %d bits", payload[0]))
	}
	n := int(payload[5])
	if n == 0 || n > 4 {
		return UnsupportedError(fmt.Sprintf("JPEG of %d components", n))
	}
	f := File{
		Width: int(binary.BigEndian.Uint16(payload[3:])), Height: int(binary.BigEndian.Uint16(payload[1:])),
		Progressive: code == markerSOF2, Components: make([]Component, n),
	}
	p.framed, p.height = true, f.Height
	for i := range f.Components {
		c, spec := &f.Components[i], payload[6+3*i:]
		c.ID, c.H, c.V = spec[0], int(spec[1]>>4), int(spec[1]&15)
		p.tables[i] = spec[2]
		if c.H < 1 || c.H > 4 || c.V < 1 || c.V > 4 || spec[2] > 3 {
			return FormatError("component in the frame header")
		}
		for _, d := range f.Components[:i] {
			if d.ID == c.ID {
				return UnsupportedError("JPEG of components with the same name")
			}
		}
	}
	if !p.whole {
		return p.f.same(&f)
	}
	if f.Height == 0 {
		f.Height = p.lines()
	}
	p.f.Width, p.f.Height, p.f.Progressive, p.f.Components = f.Width, f.Height, f.Progressive, f.Components
	return p.f.lay(p.limits, len(p.data)-p.pos)
}

// same compares a frame header with the frame; its height may be left open.
func (f *File) same(header *File) error {
	same := f.Width == header.Width && (f.Height == header.Height || header.Height == 0) &&
		f.Progressive == header.Progressive && len(f.Components) == len(header.Components)
	for i := 0; same && i < len(f.Components); i++ {
		c, d := &f.Components[i], &header.Components[i]
		same = c.ID == d.ID && c.H == d.H && c.V == d.V
	}
	if !same {
		return FormatError("frame header is not that of the frame")
	}
	return nil
}

// lines looks for the number of lines, which follows the first scan where the header of the frame has none.
func (p *parser) lines() int {
	rest := p.data[p.pos:]
	if i := bytes.Index(rest, []byte{0xff, markerDNL, 0, 4}); i >= 0 && i+6 <= len(rest) {
		return int(binary.BigEndian.Uint16(rest[i+4:]))
	}
	return 0
}

func (p *parser) huffmanTables(payload []byte) error {
	for len(payload) > 0 {
		class, at := payload[0]>>4, payload[0]&15
		if class > 1 || at > 3 {
			return FormatError("destination of a Huffman table")
		}
		h, n, err := newHuffman(payload[1:])
		if err != nil {
			return err
		}
		p.huffman[class][at] = h
		payload = payload[1+n:]
	}
	return nil
}

func (p *parser) quantization(payload []byte) error {
	for len(payload) > 0 {
		precision, at := int(payload[0]>>4), payload[0]&15
		size := BlockSize << precision
		if precision > 1 || at > 3 || len(payload) < 1+size {
			return FormatError("quantization table")
		}
		p.quant[at] = readSteps(payload[1 : 1+size])
		payload = payload[1+size:]
	}
	return nil
}

// readSteps reads a quantization table of 64 or 128 bytes.
func readSteps(b []byte) *[BlockSize]uint16 {
	t := new([BlockSize]uint16)
	for k, i := range zigzag {
		if len(b) == BlockSize {
			t[i] = uint16(b[k])
		} else {
			t[i] = binary.BigEndian.Uint16(b[2*k:])
		}
	}
	return t
}

// scan reads a scan header, and the data of the scan where they are there.
func (p *parser) scan(payload []byte) error {
	if !p.framed {
		return FormatError("scan before a frame")
	}
	s, err := p.scanHeader(payload)
	if err != nil {
		return err
	}
	s.at = p.skeletonOffset(p.pos)
	if p.whole {
		p.f.skeleton = append(p.f.skeleton, p.data[p.from:p.pos]...)
		if err := p.coefficients(s); err != nil {
			return err
		}
		p.from = p.pos
	}
	p.f.scans = append(p.f.scans, *s)
	return nil
}

func (p *parser) scanHeader(payload []byte) (*scan, error) {
	if len(payload) < 1 || len(payload) != 4+2*int(payload[0]) || payload[0] < 1 || payload[0] > 4 {
		return nil, FormatError("scan header")
	}
	n := int(payload[0])
	rest := payload[1+2*n:]
	s := &scan{interval: p.interval, ss: int(rest[0]), se: int(rest[1]), ah: int(rest[2] >> 4), al: int(rest[2] & 15)}
	if !p.f.Progressive {
		s.ss, s.se, s.ah, s.al = 0, 63, 0, 0 // whatever it says; as libjpeg does
	}
	if s.ss > s.se || s.se > 63 || s.al > 13 || s.ah != 0 && s.ah != s.al+1 || p.f.Progressive && s.ss == 0 && s.se > 0 || s.ss > 0 && n > 1 {
		return nil, UnsupportedError("scan of coefficients that cannot be coded together")
	}
	for i := range n {
		c, err := p.scanComponent(payload[1+2*i], payload[2+2*i])
		if err != nil {
			return nil, err
		}
		s.components = append(s.components, c)
	}
	if err := p.fillGaps(s); err != nil {
		return nil, err
	}
	for i := range s.components {
		if err := p.begin(s, &s.components[i]); err != nil {
			return nil, err
		}
	}
	if most := maxVisits*p.f.blocks() + freeVisits; p.visits > most {
		return nil, &LimitError{"blocks in scans", p.visits, most}
	}
	return s, nil
}

// scanComponent reads what a scan header says of a component.
func (p *parser) scanComponent(id, tables byte) (scanComponent, error) {
	c := scanComponent{index: -1, destination: [2]uint8{tables >> 4, tables & 15}}
	for i := range p.f.Components {
		if p.f.Components[i].ID == id {
			c.index = i
		}
	}
	if c.index < 0 || c.destination[classDC] > 3 || c.destination[classAC] > 3 {
		return c, FormatError("component in a scan header")
	}
	return c, nil
}

// fillGaps puts tables that are to be made where a scan will look for them.
func (p *parser) fillGaps(s *scan) error {
	sos := p.f.marks[len(p.f.marks)-1].at
	for len(p.gaps) > 0 && p.gaps[0].at <= sos {
		s.gaps = append(s.gaps, p.gaps[0])
		p.gaps = p.gaps[1:]
	}
	used := s.tables()
	for _, g := range s.gaps {
		list := g.list
		if list == nil {
			list = used
		}
		for _, id := range list {
			if !slices.Contains(used, id) {
				return FormatError("Huffman tables to be made that a scan does not use")
			}
			p.huffman[id>>4][id&15] = &huffman{missing: true}
		}
	}
	return nil
}

// begin gives a component of a scan its tables, and holds the scan against those before it.
func (p *parser) begin(s *scan, c *scanComponent) error {
	for class, at := range c.destination {
		if !s.uses(class) {
			continue
		}
		switch h := p.huffman[class][at]; {
		case h == nil:
			return FormatError("scan without a Huffman table")
		case h.repeats:
			return UnsupportedError("Huffman table with two codes for a value")
		default:
			c.huffman[class] = h
		}
	}
	for k := s.ss; k <= s.se; k++ {
		if p.bits[c.index][k] != int8(s.ah+min(s.ah, 1)) {
			return UnsupportedError("scans that code coefficients twice, or refine what is not there")
		}
		p.bits[c.index][k] = int8(s.al + 1)
	}
	f := &p.f.Components[c.index]
	p.visits += int64(f.Wide) * int64(f.High)
	return p.latch(c.index)
}

// latch gives a component the quantization table that is in force at its first scan. Later ones are not for it, as with libjpeg.
func (p *parser) latch(i int) error {
	if p.latched[i] {
		return nil
	}
	p.latched[i] = true
	t := p.quant[p.tables[i]]
	switch {
	case t == nil:
		return FormatError("scan without a quantization table")
	case slices.Contains(t[:], 0):
		return UnsupportedError("quantization step of zero")
	case p.whole:
		p.f.Components[i].Quant = *t
	case p.f.Components[i].Quant != *t:
		return FormatError("quantization table is not that of the frame")
	}
	return nil
}
