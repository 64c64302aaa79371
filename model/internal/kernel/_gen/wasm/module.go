package main

import "bytes"

// A valueType is one of WebAssembly's.
type valueType byte

const (
	i32  valueType = 0x7f
	v128 valueType = 0x7b
)

// An opcode is an instruction of WebAssembly; those from simd on have that prefix, and their number in the lower bits.
type opcode int

const simd opcode = 0x10000

// Opcodes that the kernels use (WebAssembly Core Specification 2.0, section 7.10).
const (
	opLoop  opcode = 0x03
	opIf    opcode = 0x04
	opEnd   opcode = 0x0b
	opBrIf  opcode = 0x0d
	opGet   opcode = 0x20
	opSet   opcode = 0x21
	opTee   opcode = 0x22
	opConst opcode = 0x41
	opEqz   opcode = 0x45
	opAdd   opcode = 0x6a
	opSub   opcode = 0x6b
	opAnd   opcode = 0x71
	opShrU  opcode = 0x76

	opLoad         = simd | 0x00
	opLoad32Splat  = simd | 0x09
	opStore        = simd | 0x0b
	opSplat16      = simd | 0x10
	opAndV         = simd | 0x4e
	opOrV          = simd | 0x50
	opAnyTrue      = simd | 0x53
	opLoad32Lane   = simd | 0x56
	opLoad32Zero   = simd | 0x5c
	opLoad64Zero   = simd | 0x5d
	opNarrow32     = simd | 0x85 // i16x8.narrow_i32x4_s
	opAdd16        = simd | 0x8e
	opAddSat16     = simd | 0x8f
	opSub16        = simd | 0x91
	opMaxS16       = simd | 0x98
	opExtendLow16  = simd | 0xa7 // i32x4.extend_low_i16x8_s
	opExtendHigh16 = simd | 0xa8
	opShrS32       = simd | 0xac
	opAdd32        = simd | 0xae
	opSub32        = simd | 0xb1
	opDot16        = simd | 0xba // i32x4.dot_i16x8_s
	opExtmulLow16  = simd | 0xbc // i32x4.extmul_low_i16x8_s
	opExtmulHigh16 = simd | 0xbd
	opAdd64        = simd | 0xce
	opExtmulLow32  = simd | 0xdc // i64x2.extmul_low_i32x4_s
	opExtmulHigh32 = simd | 0xdd
)

// noResult is the type of a block that leaves nothing on the stack.
const noResult = 0x40

// unsigned and signed append a number as LEB128.
func unsigned(b []byte, n uint64) []byte {
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}

func signed(b []byte, n int64) []byte {
	for ; n < -0x40 || n >= 0x40; n >>= 7 {
		b = append(b, byte(n)&0x7f|0x80)
	}
	return append(b, byte(n)&0x7f)
}

// vector appends WebAssembly's vector of n elements, which are in body.
func vector(b []byte, n int, body []byte) []byte { return append(unsigned(b, uint64(n)), body...) }

// name appends a name.
func name(b []byte, s string) []byte { return vector(b, len(s), []byte(s)) }

// A local is a parameter or a variable of a function.
type local int

// A function is one being written. Its parameters are numbers of 32 bits.
type function struct {
	name   string
	params int
	result bool // one, of 32 bits
	types  []valueType
	code   []byte
}

// newFunction returns a function and its parameters.
func newFunction(name string, params int) (*function, []local) {
	f := &function{name: name, params: params}
	list := make([]local, params)
	for i := range list {
		list[i] = local(i)
	}
	return f, list
}

// local makes a variable, which is 0 at first.
func (f *function) local(t valueType) local {
	f.types = append(f.types, t)
	return local(f.params + len(f.types) - 1)
}

// locals makes n variables.
func (f *function) locals(n int, t valueType) []local {
	list := make([]local, n)
	for i := range list {
		list[i] = f.local(t)
	}
	return list
}

// op writes an instruction.
func (f *function) op(codes ...opcode) {
	for _, c := range codes {
		if c < simd {
			f.code = append(f.code, byte(c))
		} else {
			f.code = unsigned(append(f.code, 0xfd), uint64(c&^simd))
		}
	}
}

// get puts variables on the stack.
func (f *function) get(list ...local) {
	for _, l := range list {
		f.op(opGet)
		f.code = unsigned(f.code, uint64(l))
	}
}

// set takes a variable from the stack, tee leaves it there.
func (f *function) set(l local) {
	f.op(opSet)
	f.code = unsigned(f.code, uint64(l))
}

func (f *function) tee(l local) {
	f.op(opTee)
	f.code = unsigned(f.code, uint64(l))
}

// number puts a number on the stack.
func (f *function) number(n int) {
	f.op(opConst)
	f.code = signed(f.code, int64(n))
}

// memory writes an instruction that loads or stores at an address on the stack and an offset.
func (f *function) memory(c opcode, offset int) {
	f.op(c)
	f.code = unsigned(append(f.code, 0), uint64(offset)) // any alignment
}

// add adds a number, or another variable, to a variable.
func (f *function) add(l local, n int) {
	f.get(l)
	f.number(n)
	f.op(opAdd)
	f.set(l)
}

func (f *function) addLocal(l, n local) {
	f.get(l, n)
	f.op(opAdd)
	f.set(l)
}

// repeat writes a loop that is run n times, at least once; it counts n down to 0.
func (f *function) repeat(n local, body func()) {
	f.op(opLoop)
	f.code = append(f.code, noResult)
	body()
	f.get(n)
	f.number(1)
	f.op(opSub)
	f.tee(n)
	f.op(opBrIf)
	f.code = append(f.code, 0)
	f.op(opEnd)
}

// when writes code that is run if the number on the stack is not 0.
func (f *function) when(body func()) {
	f.op(opIf)
	f.code = append(f.code, noResult)
	body()
	f.op(opEnd)
}

// module returns the binary form of a module that imports a memory as go.mem, and exports functions.
func module(functions []*function) []byte {
	section := func(b []byte, id byte, n int, body []byte) []byte {
		content := vector(nil, n, body)
		return vector(append(b, id), len(content), content)
	}
	var types, imports, indices, exports, codes []byte
	for i, f := range functions {
		types = append(types, 0x60)
		types = vector(types, f.params, bytes.Repeat([]byte{byte(i32)}, f.params))
		if f.result {
			types = append(types, 1, byte(i32))
		} else {
			types = append(types, 0)
		}
		indices = unsigned(indices, uint64(i))
		exports = append(name(exports, f.name), 0)
		exports = unsigned(exports, uint64(i))

		var runs []byte // of variables of the same type
		n := 0
		for j := 0; j < len(f.types); n++ {
			k := j
			for k < len(f.types) && f.types[k] == f.types[j] {
				k++
			}
			runs = append(unsigned(runs, uint64(k-j)), byte(f.types[j]))
			j = k
		}
		body := append(vector(nil, n, runs), f.code...)
		body = append(body, byte(opEnd))
		codes = vector(codes, len(body), body)
	}
	imports = name(name(nil, "go"), "mem")
	imports = append(imports, 2, 0, 0) // a memory of any size

	b := []byte("\x00asm\x01\x00\x00\x00")
	b = section(b, 1, len(functions), types)
	b = section(b, 2, 1, imports)
	b = section(b, 3, len(functions), indices)
	b = section(b, 7, len(functions), exports)
	return section(b, 10, len(functions), codes)
}
