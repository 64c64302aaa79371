package rans_test

import (
	"fmt"

	"github.com/ddpmz/ddpmz/rans"
)

// Three letters with the probabilities 1/2, 3/8 and 1/8. Their intervals cover [0, 1<<rans.ProbBits).
var letters = []struct {
	letter      rune
	start, freq uint32
}{
	{'a', 0, 1 << 15},
	{'b', 1 << 15, 3 << 13},
	{'c', 1<<15 + 3<<13, 1 << 13},
}

func Example() {
	var e rans.Encoder
	for _, letter := range "abacabab" {
		for _, l := range letters {
			if l.letter == letter {
				e.Put(l.start, l.freq)
			}
		}
	}
	stream := e.Finish(nil)
	fmt.Printf("%d bytes: %x\n", len(stream), stream)

	// The first byte alone determines the first letters.
	var d rans.Decoder
	if err := d.Reset(stream[:1], len(stream)); err != nil {
		fmt.Println(err)
		return
	}
	for {
		peek := d.Peek()
		for _, l := range letters {
			if l.start <= peek && peek < l.start+l.freq {
				d.Advance(l.start, l.freq)
				if d.Truncated() {
					fmt.Println()
					return
				}
				fmt.Printf("%c", l.letter)
			}
		}
	}

	// Output:
	// 2 bytes: 2af2
	// aba
}
