// Command rows writes the AVX-512 assembly of packages network, adapt and transform, which compute something for sixteen sites of a row at a time.
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
	flag.Parse()
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
		rounded()
	default:
		log.Fatal("unknown functions: ", *what)
	}
	Generate()
}

// lanes is how many sites are computed at a time, in registers of 16 int32.
const lanes = 16

func load(m Mem) reg.VecVirtual {
	v := ZMM()
	VMOVDQU32(m, v)
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
