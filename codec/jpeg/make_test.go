package jpeg

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// A maker makes JPEG files of all kinds that there are, at random: sizes, sampling factors, scan scripts, Huffman tables, restart
// intervals, coefficients, and what their encoder chooses.
type maker struct {
	*rand.Rand
	f        *File
	skeleton []byte
	restarts bool  // scans have restart intervals, and segments fill bytes
	gaps     []gap // instead of some tables
}

func newMaker(seed uint64) *maker {
	return &maker{Rand: rand.New(rand.NewPCG(seed, 1)), f: new(File), restarts: true}
}

// makeFile returns a file with its coefficients.
func makeFile(t testing.TB, seed uint64) (*File, []byte) {
	m := newMaker(seed)
	m.frame()
	m.skeleton = append(m.skeleton, "junk"[:m.IntN(5)]...)
	m.skeleton = append(m.skeleton, 0xff, markerSOI)
	m.header(progressive(m.f))
	if m.f.Progressive {
		m.progressive()
	} else {
		m.sequential()
	}
	m.skeleton = append(m.skeleton, 0xff, markerEOI)
	m.skeleton = append(m.skeleton, "trailing"[:m.IntN(9)]...)
	m.parse(t)
	m.coefficients()
	return m.f, m.write(t)
}

// parse makes a whole file of the skeleton and the frame.
func (m *maker) parse(t testing.TB) {
	t.Helper()
	p := parser{f: m.f, data: m.skeleton, gaps: m.gaps}
	if err := p.file(); err != nil {
		t.Fatal(err)
	}
	m.f.colour, m.f.skeleton = p.colour, m.skeleton
}

func progressive(f *File) byte {
	if f.Progressive {
		return markerSOF2
	}
	return markerSOF0
}

func (m *maker) frame() {
	f := m.f
	f.Width, f.Height, f.Progressive = 1+m.IntN(70), 1+m.IntN(70), m.IntN(3) > 0
	f.Components = make([]Component, 1+m.IntN(4))
	for i := range f.Components {
		c := &f.Components[i]
		c.ID, c.H, c.V = byte(i+1), 1+m.IntN(4), 1+m.IntN(4)
		for j := range c.Quant {
			c.Quant[j] = uint16(1 + m.IntN(300))
		}
	}
	if err := f.lay(Limits{}, 1<<20); err != nil {
		panic(err)
	}
}

func (m *maker) segment(code byte, payload ...byte) {
	if m.restarts {
		m.skeleton = append(m.skeleton, "\xff\xff\xff"[:m.IntN(3)]...)
	}
	m.skeleton = append(m.skeleton, 0xff, code)
	m.skeleton = binary.BigEndian.AppendUint16(m.skeleton, uint16(2+len(payload)))
	m.skeleton = append(m.skeleton, payload...)
}

// header writes the quantization tables and the frame header.
func (m *maker) header(code byte) {
	f := m.f
	frame := binary.BigEndian.AppendUint16([]byte{8}, uint16(f.Height))
	frame = append(binary.BigEndian.AppendUint16(frame, uint16(f.Width)), byte(len(f.Components)))
	for i, c := range f.Components {
		m.segment(markerDQT, appendSteps([]byte{byte(0x10 | i)}, &c.Quant, 2)...)
		frame = append(frame, c.ID, byte(c.H<<4|c.V), byte(i))
	}
	m.segment(code, frame...)
}

// huffman writes a Huffman table of codes for all values, of random lengths.
func (m *maker) huffman(class, at int) {
	table := make([]byte, 16+256)
	open, left := 1, 256 // prefixes that are not codes yet, and values without a code
	for length := 1; length <= 16; length++ {
		open *= 2
		n := 0
		for n < min(left, 255, open-1) && left-n-1 < (open-n-1)<<(16-length) && (length == 16 || n == 0 && length == 15 || m.IntN(1+open) > open/3) {
			n++
		}
		table[length-1] = byte(n)
		open -= n
		left -= n
	}
	for i, v := range m.Perm(256) {
		table[16+i] = byte(v)
	}
	m.segment(markerDHT, append([]byte{byte(class<<4 | at)}, table...)...)
}

// scan writes a scan header for some components, with tables and a restart interval of its own.
func (m *maker) scan(components []int, ss, se, ah, al int) {
	if m.restarts && m.IntN(3) == 0 {
		m.segment(markerDRI, 0, byte(m.IntN(7)))
	}
	header := []byte{byte(len(components))}
	s := scan{ss: ss, se: se, ah: ah, al: al}
	for _, i := range components {
		c := scanComponent{destination: [2]uint8{uint8(m.IntN(4)), uint8(m.IntN(4))}}
		s.components = append(s.components, c)
		header = append(header, m.f.Components[i].ID, c.destination[classDC]<<4|c.destination[classAC])
	}
	switch used := s.tables(); {
	case m.restarts && m.IntN(3) == 0:
		m.gaps = append(m.gaps, gap{at: len(m.skeleton)})
	case m.restarts && m.IntN(3) == 0 && len(used) > 0:
		m.gaps = append(m.gaps, gap{at: len(m.skeleton), list: used})
	default:
		for _, id := range used {
			m.huffman(int(id>>4), int(id&15))
		}
	}
	m.segment(markerSOS, append(header, byte(ss), byte(se), byte(ah<<4|al))...)
}

// groups divides the components among scans.
func (m *maker) groups() (list [][]int) {
	for i, c := range m.Perm(len(m.f.Components)) {
		if i == 0 || m.IntN(2) == 0 {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], c)
	}
	return list
}

func (m *maker) sequential() {
	for _, g := range m.groups() {
		m.scan(g, 0, 63, 0, 0)
	}
}

// progressive writes scans in an order in which each comes after those that it refines.
func (m *maker) progressive() {
	type scan struct {
		components     []int
		ss, se, ah, al int
	}
	var tracks [][]scan
	track := func(components []int, ss, se int) {
		al := m.IntN(4)
		list := []scan{{components, ss, se, 0, al}}
		for ; al > 0; al-- {
			list = append(list, scan{components, ss, se, al, al - 1})
		}
		tracks = append(tracks, list)
	}
	for _, g := range m.groups() {
		track(g, 0, 0)
		for _, c := range g {
			for k := 1; k < BlockSize; {
				end := min(k+m.IntN(BlockSize), BlockSize-1)
				track([]int{c}, k, end)
				k = end + 1
			}
		}
	}
	for len(tracks) > 0 {
		i := m.IntN(len(tracks))
		s := tracks[i][0]
		m.scan(s.components, s.ss, s.se, s.ah, s.al)
		if tracks[i] = tracks[i][1:]; len(tracks[i]) == 0 {
			tracks = append(tracks[:i], tracks[i+1:]...)
		}
	}
}

// coefficients makes up all coefficients that a scan codes.
func (m *maker) coefficients() {
	for i := range m.f.Components {
		c := &m.f.Components[i]
		c.Coef = make([]int16, c.Wide*c.High*BlockSize)
		wide, high := m.f.Blocks(i)
		density := m.IntN(20)
		for at := range c.Coef {
			n := at / BlockSize
			switch inside := n%c.Wide < wide && n/c.Wide < high; {
			case !inside || m.IntN(20) >= density || m.IntN(3) == 0 && n%5 > 0:
			case m.IntN(50) == 0:
				c.Coef[at] = int16(m.IntN(2*MaxCoef+1) - MaxCoef)
			default:
				c.Coef[at] = int16(m.IntN(9) - 4)
			}
		}
	}
}

// write makes choices, and writes the file.
func (m *maker) write(t testing.TB) []byte {
	for i := range m.f.scans {
		s := &m.f.scans[i]
		wide, high := m.f.Blocks(s.components[0].index)
		n := wide * high
		s.zeros, s.endless = m.IntN(4) == 0, m.IntN(4) == 0
		for at := range n {
			if m.IntN(10) == 0 && s.ss > 0 {
				s.splits = append(s.splits, at)
			}
		}
		if s.se == 0 {
			continue
		}
		for range m.IntN(4) { // as many as find room
			before := s.zeroRuns
			s.zeroRuns = []zeroRun{{m.IntN(n), 1 + m.IntN(3)}}
			if _, err := m.f.appendScan(nil, s, m.f.nonzero()(s.components[0].index)); err != nil {
				s.zeroRuns = before
			}
		}
	}
	data, err := m.f.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
