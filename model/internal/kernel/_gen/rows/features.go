package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// features writes the functions that compute the network's inputs along a row, in groups of 16 sites, and the ones that put them among
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
	spread("spread", "index *int32", false, 4)
	spread("spreadTable", "index *int32, table *int16", true, 4)
	spread("spreadBytes", "index *uint8, table *int16", true, 1)
}

// function begins a function, with a loop over groups of 16 sites that end finishes.
func function(name, doc, params string) (groups reg.Register, end func()) {
	TEXT(name+"AVX512", NOSPLIT, "func(groups int, "+params+")")
	Doc(name + "AVX512 " + doc)
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

// broadcast returns a register of a number.
func broadcast(n uint32) reg.VecVirtual {
	r, v := GP32(), ZMM()
	MOVL(U32(n), r)
	VPBROADCASTD(r, v)
	return v
}

func parameter(name string) reg.VecVirtual {
	v := ZMM()
	VPBROADCASTD(Load(Param(name), GP32()), v)
	return v
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
	Label("group")
	v, f := ZMM(), ZMM()
	VPMOVSXWD(Mem{Base: values}, v)
	VPMULLD(unit, v, v)
	VPSRAD(down, v, v)
	VPMAXSD(least, v, v)
	VPMINSD(most, v, v)
	VMOVDQU32(v, Mem{Base: level})
	VPSUBD(middle, v, f)
	VPSLLD(frac, f, f)
	VPSRAD(Imm(11), f, f)
	half := YMM()
	VPMOVSDW(f, half)
	VPMOVSXWD(half, f)
	VMOVDQU32(f, Mem{Base: feature})
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
	VMOVDQU32(v, Mem{Base: column})
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
	VMOVDQU32(v, Mem{Base: sums})
	next(4*lanes, column, sums)
	end()
	finish()
}

// mulHigh returns the upper 32 bits of the products of unsigned numbers.
func mulHigh(v, by reg.VecVirtual, odd reg.OpmaskVirtual) reg.VecVirtual {
	p, q := ZMM(), ZMM()
	VPMULUDQ(by, v, p)
	VPSRLQ(Imm(32), p, p)
	VPSRLQ(Imm(32), v, q)
	VPMULUDQ(by, q, q)
	VMOVDQA32(q, odd, p)
	return p
}

func deviations() {
	_, end := function("deviations", "makes sums over 5x5 sites indices of asinh: see deviations. end is the last of its first half.",
		"sums, magnitude, level *int32, last int32")
	sums, magnitude, level, last := param("sums"), param("magnitude"), param("level"), parameter("last")
	odd, count, fiftieth := oddLanes(), broadcast(25), broadcast(85899346) // 2^32/50, rounded up
	Label("group")
	e, m := ZMM(), ZMM()
	VPMULLD(Mem{Base: level}, count, e)
	VPSUBD(Mem{Base: sums}, e, e)
	VPABSD(e, m)
	VMOVDQU32(m, Mem{Base: magnitude})
	VPADDD(count, e, e)
	VPABSD(e, m)
	q := mulHigh(m, fiftieth, odd)
	VPMINSD(last, q, q)
	negative := K()
	VPMOVD2M(e, negative)
	index := ZMM()
	VPADDD(q, last, index)
	VPSUBD(q, last, negative, index)
	VMOVDQU32(index, Mem{Base: sums})
	next(4*lanes, sums, magnitude, level)
	end()
	finish()
}

func means(name string, factor uint32, size int, kind string) {
	_, end := function(name, "makes sums means, and writes them to keep, unless that is nil, and up to last to index. It reports whether one is above.",
		"sums *int32, keep *"+kind+", index *int32, last int32) (above bool")
	sums, keep, index, last := param("sums"), param("keep"), param("index"), parameter("last")
	odd, by, above := oddLanes(), broadcast(factor), K()
	KXORW(above, above, above)
	Label("group")
	v := mulHigh(load(Mem{Base: sums}), by, odd)
	VMOVDQU32(v, Mem{Base: sums})
	TESTQ(keep, keep)
	JE(LabelRef("left"))
	if size == 2 {
		VPMOVUSDW(v, Mem{Base: keep})
	} else {
		VMOVDQU32(v, Mem{Base: keep})
	}
	next(size*lanes, keep)
	Label("left")
	k := K()
	VPCMPD(Imm(6), last, v, k) // greater
	KORW(k, above, above)
	VPMINSD(last, v, v)
	VMOVDQU32(v, Mem{Base: index})
	next(4*lanes, sums, index)
	end()
	any := GP8()
	KORTESTW(above, above)
	SETNE(any)
	Store(any, ReturnIndex(0))
	finish()
}

func centres() {
	_, end := function("centres", "writes the centres of packed cells as indices of asinh, their magnitudes, and their clocks: see centres.",
		"cells *int16, dither *uint8, up int, last int32, index, magnitude *int32, clock *uint8")
	cells, dither, index, magnitude, clock := param("cells"), param("dither"), param("index"), param("magnitude"), param("clock")
	up, last, top := XMM(), parameter("last"), broadcast(31)
	VMOVQ(address("up"), up)
	one, least, most := broadcast(1), broadcast(-1<<17&(1<<32-1)), broadcast(1<<17)
	lowest, zero := ZMM(), ZMM()
	VPXORD(zero, zero, zero)
	VPSUBD(last, zero, lowest)
	Label("group")
	v, d, z, k := ZMM(), ZMM(), ZMM(), ZMM()
	VPMOVSXWD(Mem{Base: cells}, v)
	VPMOVZXBD(Mem{Base: dither}, d)
	known := K()
	VPTESTMD(v, v, known)
	VPADDD(d, d, d)
	VPADDD(one, d, d)
	VPSUBD(d, v, z)
	VPSLLD(up, z, z)
	VPMAXSD(least, z, z)
	VPMINSD(most, z, z)
	VMOVDQA32_Z(z, known, z)
	m := ZMM()
	VPABSD(z, m)
	VMOVDQU32(m, Mem{Base: magnitude})
	VPSRAD(Imm(3), z, z)
	VPMAXSD(lowest, z, z)
	VPMINSD(last, z, z)
	VPADDD(last, z, z)
	VMOVDQU32(z, Mem{Base: index})
	// The clock is the number of zeros below the lowest one, 255 where there is none: 31 - 32, as a byte.
	VPSUBD(v, zero, k)
	VPANDD(v, k, k)
	VPLZCNTD(k, k)
	VPSUBD(k, top, k)
	VPMOVDB(k, Mem{Base: clock})
	next(2*lanes, cells)
	next(lanes, dither, clock)
	next(4*lanes, index, magnitude)
	end()
	finish()
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
