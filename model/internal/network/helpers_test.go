package network

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
)

// newRand returns a source that is the same in every run.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xdd)) }

// cellOf is the forward process (eq. 4): v+u without its low k bits.
func cellOf(v int32, u uint16, k uint8) int32 { return (v + int32(u)) >> k << k }

// A shape is the header of a weights file.
type shape struct {
	channels, layers, hidden, wavelet, actFrac int
	tau                                        int8
	experts                                    int // 0 stands for 1
}

// tiny is about the smallest network there is.
var tiny = shape{channels: 16, layers: 1, hidden: 16, actFrac: 9, tau: -40}

// sizes returns the number of elements of every tensor of a weights file, in order.
func (s shape) sizes() (n []int) {
	c, h, g, experts := s.channels, s.hidden, len(process.Groups), max(s.experts, 1)
	rows := process.GainRows(experts)
	for range experts {
		n = append(n, c*9*inputs, c) // stem
		for range s.layers {
			n = append(n, c*9*c, c) // block
		}
		n = append(n, (s.layers+1)*rows*process.ScaleEmbeddings*c, (s.layers+1)*rows*process.ScaleEmbeddings*c) // gain, shift
		n = append(n, g*h*c, g*h)                                                                               // site
		for range process.Groups {
			n = append(n, h*9*2*process.Coefficients) // near
		}
		n = append(n, rows*g*h, rows*g*process.Phases*h) // headGain, headShift
		for _, members := range process.Groups {
			n = append(n, 2*len(members)*h, 2*len(members)) // out
		}
	}
	return n
}

// file returns a weights file of that shape: weights of 12 fractional bits drawn from [-spread,spread].
func (s shape) file(r *rand.Rand, spread int) []byte {
	b := append([]byte(weightsMagic), weightsVersion)
	b = append(b, byte(s.channels), byte(s.layers), byte(s.hidden), byte(s.wavelet), byte(s.actFrac), byte(s.tau), byte(max(s.experts, 1)))
	for _, n := range s.sizes() {
		b = append(b, 12)
		for range n {
			b = binary.LittleEndian.AppendUint16(b, uint16(r.IntN(2*spread+1)-spread))
		}
	}
	return b
}

// load returns the network of a weights file that is known to be one.
func load(t testing.TB, file []byte) *Net {
	t.Helper()
	net, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// compress returns asinh(x/1.5) for x in Q3.
func (t *featureTables) compress(x int32) int16 {
	return t.asinh[asinhIndex(x)]
}

// cell returns the features of a cell of a coefficient with some extra bits: its centre, compressed, and its clock.
func (t *featureTables) cell(a int32, u uint16, k uint8, extraBits int) (centre, precision int16) {
	if k == process.Unknown {
		return 0, 0
	}
	return t.compress(centreOf(a, u, k, extraBits) >> 3), t.precision(k, extraBits)
}

// precision returns the feature of a clock.
func (t *featureTables) precision(k uint8, extraBits int) int16 { return t.clocks[extraBits+1][k] }

// shallow takes extraBits bits from v, or adds some.
func shallow(v int32, extraBits int) int32 {
	up, down := shifts(extraBits)
	return v << up >> down
}

// centreOf is shallowCentre by extra bits.
func centreOf(a int32, u uint16, k uint8, extraBits int) int32 {
	up, down := shifts(extraBits)
	return shallowCentre(a, u, k, up, down)
}
