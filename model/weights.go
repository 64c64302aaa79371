package model

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Shape of the network that does not vary with the weights file.
const (
	planes      = 3              // Y, Co, Cg
	coordinates = planes * bands // of a site; coordinate 3*plane + band
	stages      = 6              // reverse steps of a scale
	conditions  = 5              // scales with weights of their own; coarser ones share the last
	phases      = 4
	outBits     = 10 // the heads' outputs are Q10
)

// groups are the coordinates that are predicted together, in coding order: a later group sees the new cells
// of the earlier ones.
var groups = [...][]int{{0, 1}, {2}, {3, 4, 5}, {6, 7, 8}}

// phaseOrigin are the sites that are predicted together: those of the row and column parities given, in
// coding order. Within a group, a later phase sees the new cells of the earlier ones.
var phaseOrigin = [phases][2]int{{0, 0}, {1, 1}, {0, 1}, {1, 0}}

// A tensor is an array of int16 with a common binary exponent: value = data · 2^-frac.
type tensor struct {
	frac uint
	data []int16
}

// weights is the content of a weights file: the network before gains are folded in.
type weights struct {
	channels, layers, hidden int
	actFrac                  uint // activations have this many fractional bits

	stem      tensor              // [channels][3][3][inputs]
	stemBias  tensor              // [channels]
	block     []tensor            // [layers] of [channels][3][3][channels]
	blockBias []tensor            // [layers] of [channels]
	gain      tensor              // [layers+1][stages][conditions][channels], added to 1
	shift     tensor              // likewise, added to the bias
	site      tensor              // [groups*hidden][channels]
	siteBias  tensor              // [groups*hidden]
	near      [len(groups)]tensor // [hidden][3][3][2*coordinates]
	headGain  tensor              // [stages][groups][hidden], added to 1
	headShift tensor              // [stages][groups][phases][hidden]
	out       [len(groups)]tensor // [2*coordinates of the group][hidden]
	outBias   [len(groups)]tensor // [2*coordinates of the group]
}

// A WeightsError says what is wrong with a weights file.
type WeightsError string

func (e WeightsError) Error() string { return "model: weights: " + string(e) }

const weightsMagic = "ddpw"

// Load reads a weights file:
//
//	"ddpw", version 0
//	channels, layers, hidden, wavelet, activation fraction bits: a byte each
//	τ in 1/32 octaves: a signed byte
//	every tensor in the order of the struct weights: fraction bits (a byte), then int16, little-endian
//
// The identity of a network is the SHA-256 of its file.
func Load(file []byte) (*Net, error) {
	const header = 11
	if len(file) < header || string(file[:4]) != weightsMagic {
		return nil, WeightsError("not a weights file")
	}
	if file[4] != 0 {
		return nil, WeightsError(fmt.Sprintf("version %d is unknown", file[4]))
	}
	w := &weights{channels: int(file[5]), layers: int(file[6]), hidden: int(file[7]), actFrac: uint(file[9])}
	if w.channels%16 != 0 || w.hidden%16 != 0 || w.channels == 0 || w.hidden == 0 || w.layers > 32 || w.actFrac < 6 || w.actFrac > 12 {
		return nil, WeightsError("unsupported shape")
	}
	if int(file[8]) >= len(transform.Liftings) {
		return nil, WeightsError("unknown wavelet")
	}
	n := &Net{identity: sha256.Sum256(file), size: len(file), lifting: &transform.Liftings[file[8]], tau: int32(int8(file[10])), w: w}
	rest := file[header:]
	var err error
	read := func(dims ...int) (t tensor) {
		if err != nil {
			return
		}
		size := 1
		for _, d := range dims {
			size *= d
		}
		if len(rest) < 1+2*size {
			err = WeightsError("truncated")
			return
		}
		if rest[0] > 24 {
			err = WeightsError("fraction out of range")
			return
		}
		t = tensor{uint(rest[0]), make([]int16, size)}
		for i := range t.data {
			t.data[i] = int16(binary.LittleEndian.Uint16(rest[1+2*i:]))
		}
		rest = rest[1+2*size:]
		return t
	}
	c, h, g := w.channels, w.hidden, len(groups)
	w.stem, w.stemBias = read(c, 9*inputs), read(c)
	for range w.layers {
		w.block, w.blockBias = append(w.block, read(c, 9*c)), append(w.blockBias, read(c))
	}
	w.gain, w.shift = read(w.layers+1, stages*conditions, c), read(w.layers+1, stages*conditions, c)
	w.site, w.siteBias = read(g*h, c), read(g*h)
	for i := range w.near {
		w.near[i] = read(h, 9*2*coordinates)
	}
	w.headGain, w.headShift = read(stages, g, h), read(stages, g, phases, h)
	for i, members := range groups {
		w.out[i], w.outBias[i] = read(2*len(members), h), read(2*len(members))
	}
	if err != nil {
		return nil, err
	}
	if len(rest) != 0 {
		return nil, WeightsError("trailing bytes")
	}
	if err := n.fold(); err != nil {
		return nil, err
	}
	n.features = newFeatureTables(w.actFrac)
	return n, nil
}
