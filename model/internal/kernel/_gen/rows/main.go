// Command rows writes the assembly of packages network, adapt and transform, which compute something for eight sites of a row at a time,
// with AVX2, or for sixteen, with AVX-512.
// Their doc comments have the command lines.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	what := flag.String("what", "", "the functions to write: features, predict, adapt or lift")
	flag.BoolVar(&wide, "avx512", false, "use AVX-512, not AVX2")
	flag.Parse()
	if lanes = 8; wide {
		lanes = 16
	}
	ConstraintExpr("amd64,!noasm")
	switch *what {
	case "features":
		features()
	case "predict":
		predict()
	case "lift":
		lift()
	case "adapt":
		gather()
		if wide {
			rounded()
		}
	default:
		log.Fatal("unknown functions: ", *what)
	}
	Generate()
}

// wide says that registers have 512 bits, and 256 if not.
var wide bool

// lanes is how many sites are computed at a time, in registers of as many int32.
var lanes int

func set() string {
	if wide {
		return "AVX512"
	}
	return "AVX2"
}

// vector returns a register.
func vector() reg.VecVirtual {
	if wide {
		return ZMM()
	}
	return YMM()
}

func load(m Mem) reg.VecVirtual {
	v := vector()
	if wide {
		VMOVDQU32(m, v)
	} else {
		VMOVDQU(m, v)
	}
	return v
}

func store(v Op, m Mem) {
	if wide {
		VMOVDQU32(v, m)
	} else {
		VMOVDQU(v, m)
	}
}

func and(a, b, to Op) {
	if wide {
		VPANDD(a, b, to)
	} else {
		VPAND(a, b, to)
	}
}

func xor(a, b, to Op) {
	if wide {
		VPXORD(a, b, to)
	} else {
		VPXOR(a, b, to)
	}
}

// zeros returns a register of zeros.
func zeros() reg.VecVirtual {
	v := vector()
	xor(v, v, v)
	return v
}

// broadcast returns a register of a number.
func broadcast(n uint32) reg.VecVirtual {
	r := GP32()
	MOVL(U32(n), r)
	return spreadOut(r)
}

// parameter returns a register of a parameter.
func parameter(name string) reg.VecVirtual { return spreadOut(Load(Param(name), GP32())) }

func spreadOut(r reg.Register) reg.VecVirtual {
	v := vector()
	if wide {
		VPBROADCASTD(r, v)
	} else {
		x := XMM()
		VMOVD(r, x)
		VPBROADCASTD(x, v)
	}
	return v
}

func param(name string) reg.Register { return Load(Param(name), GP64()) }

// all returns a mask of all lanes, for instructions that clear theirs.
func all() reg.OpmaskVirtual {
	k := K()
	KXNORW(k, k, k)
	return k
}

// oddLanes returns the mask of every second of 16 lanes.
func oddLanes() reg.OpmaskVirtual {
	bits, k := GP32(), K()
	MOVL(U32(0xaaaa), bits)
	KMOVW(bits, k)
	return k
}
