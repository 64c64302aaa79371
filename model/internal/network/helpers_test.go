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
	experts                                    int          // 0 stands for 1
	each                                       []ExpertSize // of every expert, where they differ; then the others are the largest
}

// mixed has experts of several sizes.
var mixed = shape{channels: 32, layers: 3, hidden: 48, actFrac: 8, tau: -40, experts: process.Experts, each: []ExpertSize{
	{16, 2, 16}, {32, 2, 16}, {16, 3, 48}, {16, 0, 32}, {32, 3, 16}, {32, 1, 16}, {16, 1, 16}, {16, 1, 16}, {16, 2, 32}, {32, 3, 32}, {16, 1, 48}, {32, 2, 16},
}}

// size returns the size of an expert.
func (s shape) size(expert int) ExpertSize {
	if s.each != nil {
		return s.each[expert]
	}
	return ExpertSize{s.channels, s.layers, s.hidden}
}

// tiny is about the smallest network there is.
var tiny = shape{channels: 16, layers: 1, hidden: 16, actFrac: 9, tau: -40}

// sizes returns the number of elements of every tensor of a weights file, in order.
func (s shape) sizes() (n []int) {
	g, experts := len(process.Groups), max(s.experts, 1)
	rows := process.GainRows(experts)
	for e := range experts {
		z := s.size(e)
		c, h := z.Channels, z.Hidden
		n = append(n, c*9*inputs, c) // stem
		for range z.Layers {
			n = append(n, c*9*c, c) // block
		}
		n = append(n, (z.Layers+1)*rows*process.ScaleEmbeddings*c, (z.Layers+1)*rows*process.ScaleEmbeddings*c) // gain, shift
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
	if s.each != nil {
		b[len(weightsMagic)] = sizesVersion
		b = append(b, byte(process.Logistic), 0)
		for _, z := range s.each {
			b = append(b, byte(z.Channels), byte(z.Layers), byte(z.Hidden))
		}
	}
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

// toEightBits takes extraBits bits from v, or adds some.
func toEightBits(v int32, extraBits int) int32 {
	up, down := shifts(extraBits)
	return v << up >> down
}

// centreOf is eightBitCentre by extra bits.
func centreOf(a int32, u uint16, k uint8, extraBits int) int32 {
	up, down := shifts(extraBits)
	return eightBitCentre(a, u, k, up, down)
}
