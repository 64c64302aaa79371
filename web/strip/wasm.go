package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// Numbers of a WebAssembly module's binary format (WebAssembly Core Specification, chapter 5).
const (
	header      = "\x00asm\x01\x00\x00\x00"
	dataSection = 11
	opI32Const  = 0x41
	opEnd       = 0x0b
)

// A section is one of a module, without its number and length.
type section struct {
	id   byte
	body []byte
}

// A segment is what a module writes to its memory before it starts.
type segment struct {
	at    int // the address
	bytes []byte
}

// sections takes a module apart.
func sections(module []byte) ([]section, error) {
	rest, ok := bytes.CutPrefix(module, []byte(header))
	if !ok {
		return nil, errors.New("not a WebAssembly module")
	}
	var list []section
	for len(rest) > 0 {
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return nil, errors.New("a truncated module")
		}
		list = append(list, section{rest[0], rest[1+n:][:size]})
		rest = rest[1+n+int(size):]
	}
	return list, nil
}

// join is the inverse of sections.
func join(list []section) []byte {
	module := []byte(header)
	for _, s := range list {
		module = append(module, s.id)
		module = binary.AppendUvarint(module, uint64(len(s.body)))
		module = append(module, s.body...)
	}
	return module
}

// segments takes a data section apart, and returns its segments by address. All of them have constant addresses and none overlaps
// another, as Go's linker writes them.
func segments(body []byte) ([]segment, error) {
	wrong := errors.New("not a data section as Go's linker writes it")
	count, n := binary.Uvarint(body)
	if n <= 0 {
		return nil, wrong
	}
	body = body[n:]
	var list []segment
	for range count {
		if len(body) < 2 || body[0] != 0 || body[1] != opI32Const {
			return nil, wrong
		}
		at, n := signed(body[2:])
		if n <= 0 || at < 0 || len(body) < 3+n || body[2+n] != opEnd {
			return nil, wrong
		}
		body = body[3+n:]
		size, n := binary.Uvarint(body)
		if n <= 0 || size > uint64(len(body)-n) {
			return nil, wrong
		}
		list = append(list, segment{at, body[n:][:size]})
		body = body[n+int(size):]
	}
	if len(body) > 0 {
		return nil, wrong
	}
	slices.SortFunc(list, func(a, b segment) int { return cmp.Compare(a.at, b.at) })
	for i := 1; i < len(list); i++ {
		if list[i-1].at+len(list[i-1].bytes) > list[i].at {
			return nil, wrong
		}
	}
	return list, nil
}

// appendSegments is the inverse of segments.
func appendSegments(body []byte, list []segment) []byte {
	body = binary.AppendUvarint(body, uint64(len(list)))
	for _, s := range list {
		body = append(body, 0, opI32Const)
		body = appendSigned(body, s.at)
		body = append(body, opEnd)
		body = binary.AppendUvarint(body, uint64(len(s.bytes)))
		body = append(body, s.bytes...)
	}
	return body
}

// signed reads a signed LEB128 number of at most 32 bits, and returns how many bytes it takes, or 0 if there is none.
func signed(b []byte) (v, n int) {
	for shift := 0; shift < 35 && n < len(b); shift += 7 {
		c := b[n]
		n++
		v |= int(c&0x7f) << shift
		if c < 0x80 {
			if c&0x40 != 0 {
				v -= 1 << (shift + 7)
			}
			return v, n
		}
	}
	return 0, 0
}

func appendSigned(b []byte, v int) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

// memory returns what segments write, from address 0 on.
func memory(list []segment) []byte {
	if len(list) == 0 {
		return nil
	}
	last := list[len(list)-1]
	m := make([]byte, last.at+len(last.bytes))
	for _, s := range list {
		copy(m[s.at:], s.bytes)
	}
	return m
}

// longZeros is the length of a run of zeros for which a new segment begins. The linker begins one after 8, which makes the module
// shorter. Compressed, the addresses of tens of thousands of segments take more than the zeros.
const longZeros = 128

// cut returns segments that write m, but for long runs of zeros, which memory has from the beginning.
func cut(m []byte) []segment {
	var list []segment
	for at := 0; at < len(m); {
		if m[at] == 0 {
			at++
			continue
		}
		end, zeros := at, 0
		for i := at; i < len(m) && zeros < longZeros; i++ {
			if zeros++; m[i] != 0 {
				end, zeros = i+1, 0
			}
		}
		list = append(list, segment{at, m[at:end]})
		at = end
	}
	return list
}
