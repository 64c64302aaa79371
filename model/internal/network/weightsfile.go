package network

import (
	"encoding/binary"
	"fmt"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Weights is the content of a weights file: what Load makes a network of, and what a trainer writes.
//
// The file is
//
//	"ddpw", version 2, or 3 if the distributions are not logistic
//	channels, layers, hidden, wavelet, activation fraction bits: a byte each
//	τ in 1/32 octaves: a signed byte
//	experts: a byte
//	in version 3, the family of the distributions: a byte
//	every tensor in the order of Shapes: fraction bits (a byte), then int16, little-endian
type Weights struct {
	Channels       int            // of the trunk, a multiple of 16
	Layers         int            // residual layers of the trunk, at most 32
	Hidden         int            // hidden units of a head, a multiple of 16
	Wavelet        int            // index into transform.Liftings
	ActivationBits uint           // fraction bits of activations, 6 to 12
	Tau            int8           // log2 of the threshold of the skip test, in 1/32
	Experts        int            // networks: 1 or process.Experts; process.ExpertIndex says which a step uses
	Family         process.Family // of the predicted distributions
	Tensors        []Tensor
}

// A TensorShape names a tensor of a weights file and says how its elements are laid out, last index fastest.
// Kernels are [output][row][column][input].
type TensorShape struct {
	Name string
	Dims []int
}

// Size returns the number of elements.
func (s TensorShape) Size() int {
	n := 1
	for _, d := range s.Dims {
		n *= d
	}
	return n
}

// A WeightsError says what is wrong with a weights file.
type WeightsError string

func (e WeightsError) Error() string { return "model: weights: " + string(e) }

const (
	weightsMagic   = "ddpw"
	weightsVersion = 2 // 1 had one network always
	familyVersion  = 3 // has a family, which is not the logistic
	weightsHeader  = len(weightsMagic) + 8
)

// Shapes returns the tensors that w's experts have, of its channels, layers and hidden units, in the order of the file:
// all of an expert's, then those of the next. See Net for the layers.
func (w *Weights) Shapes() (s []TensorShape) {
	for e := range w.Experts {
		for _, t := range w.expertShapes() {
			if w.Experts > 1 {
				t.Name = fmt.Sprintf("%s of expert %d", t.Name, e)
			}
			s = append(s, t)
		}
	}
	return s
}

// expertShapes returns the tensors of an expert.
func (w *Weights) expertShapes() []TensorShape {
	c, h, g, rows := w.Channels, w.Hidden, len(process.Groups), process.GainRows(w.Experts)
	s := []TensorShape{{"stem", []int{c, 3, 3, inputs}}, {"stem bias", []int{c}}}
	for i := range w.Layers {
		s = append(s, TensorShape{fmt.Sprintf("block %d", i), []int{c, 3, 3, c}}, TensorShape{fmt.Sprintf("block %d bias", i), []int{c}})
	}
	s = append(s,
		TensorShape{"gain", []int{w.Layers + 1, rows, process.ScaleEmbeddings, c}},  // added to 1, multiplies a layer's outputs
		TensorShape{"shift", []int{w.Layers + 1, rows, process.ScaleEmbeddings, c}}, // added to the bias
		TensorShape{"site", []int{g * h, c}}, TensorShape{"site bias", []int{g * h}})
	for i := range g {
		s = append(s, TensorShape{fmt.Sprintf("near %d", i), []int{h, 3, 3, 2 * process.Coefficients}})
	}
	s = append(s, TensorShape{"head gain", []int{rows, g, h}}, TensorShape{"head shift", []int{rows, g, process.Phases, h}})
	for i, members := range process.Groups { // ε of every member, then log2 of its scale
		s = append(s, TensorShape{fmt.Sprintf("out %d", i), []int{2 * len(members), h}}, TensorShape{fmt.Sprintf("out %d bias", i), []int{2 * len(members)}})
	}
	return s
}

// check returns what of the header is not supported.
func (w *Weights) check() error {
	if w.Channels%16 != 0 || w.Hidden%16 != 0 || w.Channels <= 0 || w.Channels > 255 || w.Hidden <= 0 || w.Hidden > 255 ||
		w.Layers < 0 || w.Layers > 32 || w.ActivationBits < 6 || w.ActivationBits > 12 {
		return WeightsError("unsupported shape")
	}
	if w.Wavelet < 0 || w.Wavelet >= len(transform.Liftings) {
		return WeightsError("unknown wavelet")
	}
	if w.Experts != 1 && w.Experts != process.Experts {
		return WeightsError(fmt.Sprintf("%d experts", w.Experts))
	}
	if w.Family >= process.Families {
		return WeightsError(fmt.Sprintf("unknown family of distributions %d", w.Family))
	}
	return nil
}

// ReadWeights reads a weights file. Whether a network can be made of it is for Load to say.
func ReadWeights(file []byte) (*Weights, error) {
	if len(file) < weightsHeader || string(file[:len(weightsMagic)]) != weightsMagic {
		return nil, WeightsError("not a weights file")
	}
	h := file[len(weightsMagic):]
	if h[0] != weightsVersion && h[0] != familyVersion {
		return nil, WeightsError(fmt.Sprintf("version %d is unknown", h[0]))
	}
	w := &Weights{Channels: int(h[1]), Layers: int(h[2]), Hidden: int(h[3]), Wavelet: int(h[4]), ActivationBits: uint(h[5]), Tau: int8(h[6]), Experts: int(h[7])}
	rest := file[weightsHeader:]
	if h[0] == familyVersion {
		if len(rest) == 0 {
			return nil, WeightsError("truncated")
		}
		if w.Family = process.Family(rest[0]); w.Family == process.Logistic {
			return nil, WeightsError("a file of logistic distributions has version 2") // so that every network has one file
		}
		rest = rest[1:]
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	for _, s := range w.Shapes() {
		n := s.Size()
		if len(rest) < 1+2*n {
			return nil, WeightsError("truncated")
		}
		if rest[0] > MaxTensorFrac {
			return nil, WeightsError("fraction out of range")
		}
		t := Tensor{uint(rest[0]), make([]int16, n)}
		for i := range t.Data {
			t.Data[i] = int16(binary.LittleEndian.Uint16(rest[1+2*i:]))
		}
		rest = rest[1+2*n:]
		w.Tensors = append(w.Tensors, t)
	}
	if len(rest) != 0 {
		return nil, WeightsError("trailing bytes")
	}
	return w, nil
}

// Encode returns the weights file. It is ReadWeights' inverse, and a WeightsError where w is not as Shapes says.
func (w *Weights) Encode() ([]byte, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	file := append([]byte(weightsMagic), weightsVersion, byte(w.Channels), byte(w.Layers), byte(w.Hidden), byte(w.Wavelet), byte(w.ActivationBits), byte(w.Tau), byte(w.Experts))
	if w.Family != process.Logistic {
		file[len(weightsMagic)] = familyVersion
		file = append(file, byte(w.Family))
	}
	shapes := w.Shapes()
	if len(shapes) != len(w.Tensors) {
		return nil, WeightsError(fmt.Sprintf("%d tensors where there should be %d", len(w.Tensors), len(shapes)))
	}
	for i, t := range w.Tensors {
		if t.Frac > MaxTensorFrac || len(t.Data) != shapes[i].Size() {
			return nil, WeightsError(fmt.Sprintf("%s: %d elements with %d fraction bits", shapes[i].Name, len(t.Data), t.Frac))
		}
		file = append(file, byte(t.Frac))
		for _, v := range t.Data {
			file = binary.LittleEndian.AppendUint16(file, uint16(v))
		}
	}
	return file, nil
}
