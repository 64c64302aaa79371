package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// The layout of the tables, which the linker calls pclntab. Numbers are little-endian, offsets those from the first byte.
const (
	magic = "\xf1\xff\xff\xff\x00\x00\x01\x08" // of Go 1.20 and later, with pointers of 8 bytes

	atFunctions = 8 // fields of the header, 64 bits each
	atNames     = 4 * 8
	atUnits     = 5 * 8
	atFiles     = 6 * 8
	atValues    = 7 * 8
	atEntries   = 8 * 8
	headerSize  = 9 * 8

	fieldName      = 4 // fields of a function, 32 bits each but for the last
	fieldStack     = 16
	fieldFile      = 20
	fieldLine      = 24
	fieldTables    = 28 // how many there are; their offsets follow the function
	fieldUnit      = 32
	fieldStartLine = 36
	fieldData      = 43 // how many there are; their offsets follow those of tables
	functionSize   = 44

	tableStackMap = 1 // the one table by instruction that is needed, beside that of the stack's size
	tableInlined  = 2 // which of the calls that were inlined an instruction is of

	dataInlined = 3 // the calls that were inlined, 16 bytes each
	dataArgs    = 5 // what arguments are, and which hold values
	dataArgLive = 6
	noData      = ^uint32(0)
	inlinedSize = 16
)

// The layout of what the runtime calls moduledata, which points to the tables: fields that are looked at.
const (
	moduleNames  = 8 // slices, 24 bytes each: names, units, files, values, entries
	moduleData   = 320
	moduleEnd    = 328 // of the tables
	moduleFields = 336
)

// The runtime asks for these names: whether a goroutine is its own, and for functions with arguments of types that reflect makes.
const runtimePrefix = "runtime."

var keptNames = []string{"", runtimePrefix, "reflect.makeFuncStub", "reflect.methodValueCall"}

var errDamaged = errors.New("damaged tables of functions")

// tables are those of a program: parts of its memory.
type tables struct {
	names   []byte // zero-terminated
	units   []byte // for each compilation unit and file, where its name is
	files   []byte // zero-terminated
	values  []byte // tables of values by instruction
	entries []byte // where functions are, and functions
	data    []byte // of functions
	count   int    // of functions
}

// find returns the tables of a program's memory.
func find(m []byte) (*tables, error) {
	at := bytes.Index(m, []byte(magic))
	if at < 0 || bytes.Contains(m[at+1:], []byte(magic)) {
		return nil, errors.New("no tables of functions as Go has had them since 1.20")
	}
	if len(m)-at < headerSize {
		return nil, errDamaged
	}
	field := func(at int) uint64 { return binary.LittleEndian.Uint64(m[at:]) }
	last := uint64(headerSize)
	for f := at + atNames; f <= at+atEntries; f += 8 {
		if v := field(f); v < last || v > uint64(len(m)-at) {
			return nil, errDamaged
		}
		last = field(f)
	}
	module := module(m, at)
	if module < 0 {
		return nil, errors.New("nothing points to the tables of functions as Go 1.26 does")
	}
	data, end := field(module+moduleData), field(module+moduleEnd)
	if data < uint64(at)+field(at+atEntries) || end < data || end > uint64(len(m)) {
		return nil, errDamaged
	}
	part := func(f int) []byte { return m[uint64(at)+field(at+f) : uint64(at)+field(at+f+8)] }
	t := &tables{names: part(atNames), units: part(atUnits), files: part(atFiles), values: part(atValues), entries: m[uint64(at)+field(at+atEntries) : data],
		data: m[data:end], count: int(field(at + atFunctions))}
	if t.count <= 0 || t.count > len(t.entries)/8 {
		return nil, errDamaged
	}
	return t, nil
}

// module returns the address of the runtime's description of the program whose tables are at an address, or -1 if there is none of
// the layout that is known.
func module(m []byte, tables int) int {
	pointer := binary.LittleEndian.AppendUint64(nil, uint64(tables))
	for at := 0; ; at++ {
		next := bytes.Index(m[at:], pointer)
		if next < 0 || len(m)-at-next < moduleFields {
			return -1
		}
		at += next
		same := true
		for i := range 5 { // the slices begin where the header says
			begin := binary.LittleEndian.Uint64(m[tables+atNames+8*i:])
			same = same && binary.LittleEndian.Uint64(m[at+moduleNames+24*i:]) == uint64(tables)+begin
		}
		if same {
			return at
		}
	}
}

// A function is what the tables say of one.
type function struct {
	fields  []byte
	offsets []byte // of its tables of values
	data    []byte // offsets of its data
}

func (t *tables) function(i int) (f function, err error) {
	at := uint64(binary.LittleEndian.Uint32(t.entries[8*i+4:]))
	if at+functionSize > uint64(len(t.entries)) {
		return f, errDamaged
	}
	f.fields = t.entries[at:][:functionSize]
	rest := t.entries[at+functionSize:]
	n, data := 4*uint64(binary.LittleEndian.Uint32(f.fields[fieldTables:])), 4*uint64(f.fields[fieldData])
	if n+data > uint64(len(rest)) {
		return f, errDamaged
	}
	f.offsets, f.data = rest[:n], rest[n:][:data]
	return f, nil
}

// name returns the name at an offset.
func (t *tables) name(at uint32) string {
	if uint64(at) >= uint64(len(t.names)) {
		return ""
	}
	name, _, _ := bytes.Cut(t.names[at:], []byte{0})
	return string(name)
}

// strip clears what is not needed.
func (t *tables) strip() error {
	names := []byte(strings.Join(keptNames, "\x00") + "\x00")
	if len(names) > len(t.names) {
		return errDamaged
	}
	needed := make([]bool, len(t.values))
	for i := range t.count {
		f, err := t.function(i)
		if err != nil {
			return err
		}
		name, kept := t.name(binary.LittleEndian.Uint32(f.fields[fieldName:])), 0
		if strings.HasPrefix(name, runtimePrefix) {
			name = runtimePrefix
		}
		for _, k := range keptNames[1:] {
			if name == k {
				kept = bytes.Index(names, []byte("\x00"+k+"\x00")) + 1
			}
		}
		binary.LittleEndian.PutUint32(f.fields[fieldName:], uint32(kept))
		for _, field := range []int{fieldFile, fieldLine, fieldUnit, fieldStartLine} {
			clear(f.fields[field:][:4])
		}
		if err := t.stripInlined(f); err != nil {
			return err
		}
		for n := 0; n < len(f.offsets); n += 4 {
			if n != 4*tableStackMap {
				clear(f.offsets[n:][:4])
			}
		}
		for _, n := range []int{dataInlined, dataArgs, dataArgLive} {
			if 4*n < len(f.data) {
				binary.LittleEndian.PutUint32(f.data[4*n:], noData)
			}
		}
		for _, offset := range [][]byte{f.fields[fieldStack:], f.offsets[min(4*tableStackMap, len(f.offsets)):]} {
			if len(offset) == 0 {
				continue
			}
			first := int(binary.LittleEndian.Uint32(offset))
			size, _, err := t.table(first)
			if err != nil {
				return err
			}
			for i := range size {
				needed[first+i] = true
			}
		}
	}
	clear(t.names)
	copy(t.names, names)
	clear(t.units)
	clear(t.files)
	for i, n := range needed {
		if !n {
			t.values[i] = 0
		}
	}
	return nil
}

// stripInlined clears the list of calls that were inlined into a function.
func (t *tables) stripInlined(f function) error {
	if len(f.offsets) <= 4*tableInlined || len(f.data) <= 4*dataInlined {
		return nil
	}
	at := binary.LittleEndian.Uint32(f.data[4*dataInlined:])
	if at == noData {
		return nil
	}
	_, most, err := t.table(int(binary.LittleEndian.Uint32(f.offsets[4*tableInlined:])))
	if err != nil {
		return err
	}
	if uint64(at)+inlinedSize*uint64(most+1) > uint64(len(t.data)) {
		return errDamaged
	}
	clear(t.data[at:][:inlinedSize*(most+1)])
	return nil
}

// table returns how many bytes the table of values at an offset has, and its greatest value, or -1. It is made of pairs of numbers,
// a difference of values and one of instructions, and ends with a difference of 0 that is not the first. There is none at offset 0.
func (t *tables) table(first int) (size, most int, err error) {
	value, most := -1, -1
	if first == 0 {
		return 0, most, nil
	}
	for at := first; at < len(t.values); {
		u, n := binary.Uvarint(t.values[at:])
		if n <= 0 {
			break
		}
		if u == 0 && at > first {
			return at + 1 - first, most, nil
		}
		value += int(u>>1) ^ -int(u&1)
		most = max(most, value)
		at += n
		if _, n = binary.Uvarint(t.values[at:]); n <= 0 {
			break
		}
		at += n
	}
	return 0, 0, fmt.Errorf("%w: a table of values has no end", errDamaged)
}
