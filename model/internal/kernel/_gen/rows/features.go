package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// features writes the functions that compute the network's inputs along a row, and the ones that put them among
// the channels of a site.
func features() {
	levels()
	columns()
	boxes(3)
	boxes(5)
	deviations()
	means("textures", 305419897, 4, "uint32") // 16/225 · 2^32, rounded up
	means("activities", 687194768, 2, "uint16")
	centres()
	if !wide { // these are of no instruction set
		spread("spread", "index *int32", false, 4)
		spread("spreadTable", "index *int32, table *int16", true, 4)
		spread("spreadBytes", "index *uint8, table *int16", true, 1)
	}
}

// function begins a function, with a loop over groups of sites that end finishes.
func function(name, doc, params string) (groups reg.Register, end func()) {
	TEXT(name+set(), NOSPLIT, "func(groups int, "+params+")")
	Doc(name + set() + " " + doc)
	Pragma("noescape")
	return param("groups"), func() {
		DECQ(groups)
		JNE(LabelRef("group"))
	}
}

func finish() {
	VZEROUPPER()
	RET()
}

func next(bytes int, pointers ...reg.Register) {
	for _, p := range pointers {
		ADDQ(Imm(uint64(bytes)), p)
	}
}

func levels() {
	_, end := function("levels", "writes values times unit, shifted right and clipped, and the features of these: see levels.",
		"values *int16, unit int32, down int, frac int, level, feature *int32")
	values, level, feature := param("values"), param("level"), param("feature")
	unit, down, frac := parameter("unit"), XMM(), XMM()
	VMOVQ(address("down"), down)
	VMOVQ(address("frac"), frac)
	least, most, middle := broadcast(-1<<14&(1<<32-1)), broadcast(1<<14), broadcast(128<<4)
	lowest, highest := broadcast(-1<<15&(1<<32-1)), broadcast(1<<15-1)
	Label("group")
	v, f := vector(), vector()
	VPMOVSXWD(Mem{Base: values}, v)
	VPMULLD(unit, v, v)
	VPSRAD(down, v, v)
	VPMAXSD(least, v, v)
	VPMINSD(most, v, v)
	store(v, Mem{Base: level})
	VPSUBD(middle, v, f)
	VPSLLD(frac, f, f)
	VPSRAD(Imm(11), f, f)
	VPMAXSD(lowest, f, f)
	VPMINSD(highest, f, f)
	store(f, Mem{Base: feature})
	next(2*lanes, values)
	next(4*lanes, level, feature)
	end()
	finish()
}

func columns() {
	_, end := function("columns", "adds come to column, less gone.", "column, come, gone *int32")
	column, come, gone := param("column"), param("come"), param("gone")
	Label("group")
	v := load(Mem{Base: column})
	VPADDD(Mem{Base: come}, v, v)
	VPSUBD(Mem{Base: gone}, v, v)
	store(v, Mem{Base: column})
	next(4*lanes, column, come, gone)
	end()
	finish()
}

func boxes(n int) {
	name := map[int]string{3: "three", 5: "five"}[n]
	_, end := function(name, "adds up as many neighbours of column, from each on.", "sums, column *int32")
	sums, column := param("sums"), param("column")
	Label("group")
	v := load(Mem{Base: column})
	for i := 1; i < n; i++ {
		VPADDD(Mem{Base: column, Disp: 4 * i}, v, v)
	}
	store(v, Mem{Base: sums})
	next(4*lanes, column, sums)
	end()
	finish()
}

// mulHigh returns the upper 32 bits of the products of unsigned numbers. odd are the odd lanes with AVX-512.
func mulHigh(v, by reg.VecVirtual, odd reg.OpmaskVirtual) reg.VecVirtual {
	p, q := vector(), vector()
	VPMULUDQ(by, v, p)
	VPSRLQ(Imm(32), p, p)
	VPSRLQ(Imm(32), v, q)
	VPMULUDQ(by, q, q)
	if wide {
		VMOVDQA32(q, odd, p)
	} else {
		VPBLENDD(Imm(0xaa), q, p, p)
	}
	return p
}

// odds returns oddLanes with AVX-512.
func odds() (k reg.OpmaskVirtual) {
	if wide {
		k = oddLanes()
	}
	return k
}

func deviations() {
	_, end := function("deviations", "makes sums over 5x5 sites indices of asinh: see deviations. last is the last of its first half.",
		"sums, magnitude, level *int32, last int32")
	sums, magnitude, level, last := param("sums"), param("magnitude"), param("level"), parameter("last")
	odd, count, fiftieth := odds(), broadcast(25), broadcast(85899346) // 2^32/50, rounded up
	Label("group")
	e, m := vector(), vector()
	VPMULLD(Mem{Base: level}, count, e)
	VPSUBD(Mem{Base: sums}, e, e)
	VPABSD(e, m)
	store(m, Mem{Base: magnitude})
	VPADDD(count, e, e)
	VPABSD(e, m)
	q := mulHigh(m, fiftieth, odd)
	VPMINSD(last, q, q)
	index := vector()
	if wide {
		negative := K()
		VPMOVD2M(e, negative)
		VPADDD(q, last, index)
		VPSUBD(q, last, negative, index)
	} else {
		VPSIGND(e, q, q)
		VPADDD(q, last, index)
	}
	store(index, Mem{Base: sums})
	next(4*lanes, sums, magnitude, level)
	end()
	finish()
}

func means(name string, factor uint32, size int, kind string) {
	_, end := function(name, "makes sums means, and writes them to keep, unless that is nil, and up to last to index. It reports whether one is above.",
		"sums *int32, keep *"+kind+", index *int32, last int32) (above bool")
	sums, keep, index, last := param("sums"), param("keep"), param("index"), parameter("last")
	odd, by := odds(), broadcast(factor)
	var mask reg.OpmaskVirtual
	var above reg.VecVirtual
	if wide {
		mask = K()
		KXORW(mask, mask, mask)
	} else {
		above = zeros()
	}
	Label("group")
	v := mulHigh(load(Mem{Base: sums}), by, odd)
	store(v, Mem{Base: sums})
	TESTQ(keep, keep)
	JE(LabelRef("left"))
	switch {
	case size == 4:
		store(v, Mem{Base: keep})
	case wide:
		VPMOVUSDW(v, Mem{Base: keep})
	default:
		packed := YMM()
		VPACKUSDW(v, v, packed)
		VPERMQ(Imm(0b00_00_10_00), packed, packed)
		VMOVDQU(packed.AsX(), Mem{Base: keep})
	}
	next(size*lanes, keep)
	Label("left")
	if wide {
		k := K()
		VPCMPD(Imm(6), last, v, k) // greater
		KORW(k, mask, mask)
	} else {
		c := YMM()
		VPCMPGTD(last, v, c)
		VPOR(c, above, above)
	}
	VPMINSD(last, v, v)
	store(v, Mem{Base: index})
	next(4*lanes, sums, index)
	end()
	any := GP8()
	if wide {
		KORTESTW(mask, mask)
	} else {
		VPTEST(above, above)
	}
	SETNE(any)
	Store(any, ReturnIndex(0))
	finish()
}

func centres() {
	_, end := function("centres", "writes the centres of packed cells as indices of asinh, their magnitudes, and their clocks: see centres.",
		"cells *int16, dither *uint8, up int, last int32, index, magnitude *int32, clock *uint8")
	cells, dither, index, magnitude, clock := param("cells"), param("dither"), param("index"), param("magnitude"), param("clock")
	up, last := XMM(), parameter("last")
	VMOVQ(address("up"), up)
	one, least, most := broadcast(1), broadcast(-1<<17&(1<<32-1)), broadcast(1<<17)
	lowest, zero := vector(), zeros()
	VPSUBD(last, zero, lowest)
	clocks := clocksOf(one, zero)
	Label("group")
	v, d, z := vector(), vector(), vector()
	VPMOVSXWD(Mem{Base: cells}, v)
	VPMOVZXBD(Mem{Base: dither}, d)
	VPADDD(d, d, d)
	VPADDD(one, d, d)
	VPSUBD(d, v, z)
	VPSLLD(up, z, z)
	VPMAXSD(least, z, z)
	VPMINSD(most, z, z)
	if wide {
		known := K()
		VPTESTMD(v, v, known)
		VMOVDQA32_Z(z, known, z)
	} else {
		unknown := YMM()
		VPCMPEQD(zero, v, unknown)
		VPANDN(z, unknown, z)
	}
	m := vector()
	VPABSD(z, m)
	store(m, Mem{Base: magnitude})
	VPSRAD(Imm(3), z, z)
	VPMAXSD(lowest, z, z)
	VPMINSD(last, z, z)
	VPADDD(last, z, z)
	store(z, Mem{Base: index})
	clocks(v, Mem{Base: clock})
	next(2*lanes, cells)
	next(lanes, dither, clock)
	next(4*lanes, index, magnitude)
	end()
	finish()
}

// clocksOf returns what writes the clocks of packed cells: the number of zeros below the lowest one, or 255 where there is none.
func clocksOf(one, zero reg.VecVirtual) func(v reg.VecVirtual, to Mem) {
	if wide {
		top := broadcast(31)
		return func(v reg.VecVirtual, to Mem) {
			k := ZMM()
			VPSUBD(v, zero, k)
			VPANDD(v, k, k)
			VPLZCNTD(k, k)
			VPSUBD(k, top, k) // 31 - 32 is 255 as a byte
			VPMOVDB(k, to)
		}
	}
	// Of the ones below, the count: by tables of half bytes, of which the cells have four.
	counts := YMM()
	VMOVDQU(halfByteCounts(), counts)
	halves, bytes := broadcast(0x0f0f), broadcast(0xff)
	return func(v reg.VecVirtual, to Mem) {
		k, n, nothing := YMM(), YMM(), YMM()
		VPCMPEQD(zero, v, nothing)
		VPSUBD(v, zero, k)
		VPAND(v, k, k)
		VPSUBD(one, k, k)
		VPSRLD(Imm(4), k, n)
		VPAND(halves, k, k)
		VPAND(halves, n, n)
		VPSHUFB(k, counts, k)
		VPSHUFB(n, counts, n)
		VPADDD(n, k, k)
		VPSRLD(Imm(8), k, n)
		VPADDD(n, k, k)
		VPOR(nothing, k, k)
		VPAND(bytes, k, k)
		VPACKUSDW(k, k, k)
		VPERMQ(Imm(0b00_00_10_00), k, k)
		VPACKUSWB(k, k, k)
		VMOVQ(k.AsX(), to)
	}
}

// spread writes a function that puts numbers, or what a table holds for them, into every site's channel.
func spread(name, params string, look bool, size int) {
	TEXT(name, NOSPLIT, "func(fours int, to *int16, stride int, "+params+")")
	Doc(name + " writes four times fours numbers, or what a table has for them, that many elements apart. The stride is in bytes.")
	Pragma("noescape")
	fours, to, stride, index := param("fours"), param("to"), param("stride"), param("index")
	var table reg.Register
	if look {
		table = param("table")
	}
	stride3 := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	Label("four")
	var values [4]reg.GPVirtual
	for i := range values {
		at := GP64()
		switch size {
		case 1:
			MOVBQZX(Mem{Base: index, Disp: i}, at)
		default:
			MOVL(Mem{Base: index, Disp: 4 * i}, at.As32())
		}
		if table != nil {
			MOVWLZX(Mem{Base: table, Index: at, Scale: 2}, at.As32())
		}
		values[i] = at
	}
	for i, v := range values {
		m := Mem{Base: to}
		switch i {
		case 1, 2:
			m.Index, m.Scale = stride, uint8(i)
		case 3:
			m.Index, m.Scale = stride3, 1
		}
		MOVW(v.As16(), m)
	}
	LEAQ(Mem{Base: to, Index: stride, Scale: 4}, to)
	next(4*size, index)
	DECQ(fours)
	JNE(LabelRef("four"))
	RET()
}
