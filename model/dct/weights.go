package dct

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/ddpmz/ddpmz/model/internal/dctkernel"
)

// Weights is what training has made of the process: the weights of the linear predictions, and the adaptive state that every
// image begins with.
type Weights struct {
	identity  [sha256.Size]byte
	linear    linear
	state     dctkernel.State
	smoothing *smoothing
}

// linear has the weights of the predictions by class, frequency and phase, Q12, in the order of magnitudeTaps and valueTaps.
type linear [classes][BlockSize][len(phases)]linearWeights

// linearWeights are those of a coefficient: of its magnitude from all taps, and from the own block or from the others, as a tap is
// of one or the other; and of its value.
type linearWeights struct{ all, part, value []int16 }

// A WeightsError says why bytes are not a weights file.
type WeightsError string

func (e WeightsError) Error() string { return "dct: not a weights file: " + string(e) }

// The layout of a weights file: magic; then in 16 bits each, big-endian, the linear weights, by class, frequency, phase and then in the order of
// linearWeights; probs; weights of the mixer, Q13; refiners; weights of smoothing.
const magic = "ddpj\x02"

// counts are what a prob's count is in a weights file.
var counts = [16]uint32{0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 255}

// LoadWeights makes weights of a weights file. What is wrong with a file is a WeightsError.
func LoadWeights(file []byte) (*Weights, error) {
	w := blankWeights()
	w.identity = sha256.Sum256(file)
	if len(file) < len(magic) || string(file[:len(magic)]) != magic {
		return nil, WeightsError("it begins otherwise")
	}
	rest := file[len(magic):]
	if len(rest) != 2*w.numbers() {
		return nil, WeightsError(fmt.Sprintf("%d bytes, not %d", len(file), len(magic)+2*w.numbers()))
	}
	next := func() (v uint16) {
		v = binary.BigEndian.Uint16(rest)
		rest = rest[2:]
		return v
	}
	w.linear.each(func(v []int16) {
		for i := range v {
			v[i] = int16(next())
		}
	})
	for i := range w.state.Probs {
		v := next()
		w.state.Probs[i] = dctkernel.Prob(v>>4)<<20 | 1<<19 | dctkernel.Prob(counts[v&15])
	}
	for i := range w.state.Weights {
		w.state.Weights[i] = int32(int16(next())) << 3
	}
	for i := range w.state.Refiners {
		w.state.Refiners[i] = next()
	}
	w.smoothing.each(func(v []int16) {
		for i := range v {
			v[i] = int16(next())
		}
	})
	return w, nil
}

// File returns the weights file.
func (w *Weights) File() []byte {
	file := []byte(magic)
	add := func(v uint16) { file = binary.BigEndian.AppendUint16(file, v) }
	w.linear.each(func(v []int16) {
		for _, x := range v {
			add(uint16(x))
		}
	})
	for _, p := range w.state.Probs {
		n, i := uint32(p&(1<<dctkernel.CountBits-1)), 0
		for i+1 < len(counts) && counts[i+1] <= n {
			i++
		}
		add(uint16(p>>20)<<4 | uint16(i))
	}
	for _, v := range w.state.Weights {
		add(uint16(int16((v + 4) >> 3)))
	}
	for _, v := range w.state.Refiners {
		add(v)
	}
	w.smoothing.each(func(v []int16) {
		for _, x := range v {
			add(uint16(x))
		}
	})
	return file
}

// Identity returns the SHA-256 of the weights file.
func (w *Weights) Identity() [sha256.Size]byte { return w.identity }

// each calls f with all weights.
func (l *linear) each(f func([]int16)) {
	for c := range l {
		for i := range l[c] {
			for ph := range l[c][i] {
				w := &l[c][i][ph]
				f(w.all)
				f(w.part)
				f(w.value)
			}
		}
	}
}

// numbers returns how many there are in the file.
func (w *Weights) numbers() int {
	n := len(w.state.Probs) + len(w.state.Weights) + len(w.state.Refiners)
	w.linear.each(func(v []int16) { n += len(v) })
	w.smoothing.each(func(v []int16) { n += len(v) })
	return n
}

// blankWeights returns weights that predict nothing, with even odds for all decisions.
func blankWeights() *Weights {
	w := new(Weights)
	for c := range w.linear {
		for f := range w.linear[c] {
			for ph := range w.linear[c][f] {
				n := len(magnitudeTaps[f])
				w.linear[c][f][ph] = linearWeights{make([]int16, n), make([]int16, n), make([]int16, len(valueTaps[f]))}
			}
		}
	}
	w.smoothing = newSmoothing()
	w.state.Probs = make([]dctkernel.Prob, contexts.allProbs)
	for i := range w.state.Probs {
		w.state.Probs[i] = dctkernel.EvenOdds
	}
	w.state.Weights = make([]int32, contexts.allWeights*dctkernel.SetSize)
	for i := range w.state.Weights {
		w.state.Weights[i] = 1 << 14
	}
	w.state.Refiners = make([]uint16, contexts.allRefiners*dctkernel.Points)
	for i := range w.state.Refiners {
		w.state.Refiners[i] = dctkernel.Probability(int32(i%dctkernel.Points)*2*dctkernel.MaxOdds/(dctkernel.Points-1) - dctkernel.MaxOdds)
	}
	return w
}
