package network

import (
	"encoding/binary"
	"fmt"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/thumbnail"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Weights is the content of a weights file: what Load makes a network of, and what a trainer writes.
//
// The file is
//
//	"ddpw", version 2; 3 if the distributions are not logistic, 5 if experts are not all of one size, 6 if there is a prior of thumbnails
//	channels, layers, hidden, wavelet, activation fraction bits: a byte each
//	τ in 1/32 octaves: a signed byte
//	experts: a byte
//	in versions 3, 5 and 6, the family of the distributions: a byte
//	in version 5, a byte that is 0, and in version 6, one that is 1 if experts are not all of one size, and else 0
//	if experts are not all of one size, channels, layers and hidden of every expert: a byte each
//	in version 6, the prior: see thumbnail.Prior.Append
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
	Prior          *Prior         // of thumbnails; nil stands for one that knows nothing of the pictures
	Tensors        []Tensor

	// Sizes are those of the experts, where they are not all of one size: then Channels, Layers and Hidden are the largest of them.
	Sizes []ExpertSize
}

// An ExpertSize says how large an expert is, in the units of Weights.
type ExpertSize struct{ Channels, Layers, Hidden int }

// Size returns the size of an expert.
func (w *Weights) Size(expert int) ExpertSize {
	if w.Sizes != nil {
		return w.Sizes[expert]
	}
	return ExpertSize{w.Channels, w.Layers, w.Hidden}
}

// A Prior is the distribution of the thumbnails of at most 2x2 pixels that coding an image begins with.
type Prior = thumbnail.Prior

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
	sizesVersion   = 5 // has a family, and a size for every expert
	priorVersion   = 6 // has a family, maybe a size for every expert, and a prior
	weightsHeader  = len(weightsMagic) + 8
)

// What model/train/torch reads and writes: a file's first bytes, and versions.
const (
	WeightsMagic   = weightsMagic
	WeightsVersion = weightsVersion
	SizesVersion   = sizesVersion
	PriorVersion   = priorVersion
)

// Shapes returns the tensors that w's experts have, in the order of the file: all of an expert's, then those of the next. See Net for
// the layers.
func (w *Weights) Shapes() (s []TensorShape) {
	for e := range w.Experts {
		for _, t := range w.expertShapes(e) {
			if w.Experts > 1 {
				t.Name = fmt.Sprintf("%s of expert %d", t.Name, e)
			}
			s = append(s, t)
		}
	}
	return s
}

// expertShapes returns the tensors of an expert.
func (w *Weights) expertShapes(expert int) []TensorShape {
	z := w.Size(expert)
	c, h, g, rows := z.Channels, z.Hidden, len(process.Groups), process.GainRows(w.Experts)
	s := []TensorShape{{"stem", []int{c, 3, 3, inputs}}, {"stem bias", []int{c}}}
	for i := range z.Layers {
		s = append(s, TensorShape{fmt.Sprintf("block %d", i), []int{c, 3, 3, c}}, TensorShape{fmt.Sprintf("block %d bias", i), []int{c}})
	}
	s = append(s,
		TensorShape{"gain", []int{z.Layers + 1, rows, process.ScaleEmbeddings, c}},  // added to 1, multiplies a layer's outputs
		TensorShape{"shift", []int{z.Layers + 1, rows, process.ScaleEmbeddings, c}}, // added to the bias
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
	if w.ActivationBits < 6 || w.ActivationBits > 12 || !(ExpertSize{w.Channels, w.Layers, w.Hidden}).possible() {
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
	if w.Prior != nil && !w.Prior.Valid() {
		return WeightsError("a number of the prior is out of range")
	}
	return w.checkSizes()
}

// possible reports whether there are experts of a size.
func (s ExpertSize) possible() bool {
	return s.Channels%16 == 0 && s.Channels > 0 && s.Channels <= 255 && s.Hidden%16 == 0 && s.Hidden > 0 && s.Hidden <= 255 && s.Layers >= 0 && s.Layers <= 32
}

// checkSizes returns what of the experts' sizes is not supported. Every network has one file: its version says whether there are sizes, and
// these say what else the header has.
func (w *Weights) checkSizes() error {
	if w.Sizes == nil {
		return nil
	}
	if len(w.Sizes) != w.Experts {
		return WeightsError(fmt.Sprintf("%d sizes of %d experts", len(w.Sizes), w.Experts))
	}
	most, differ := w.Sizes[0], false
	for _, s := range w.Sizes {
		if !s.possible() {
			return WeightsError("unsupported shape of an expert")
		}
		differ = differ || s != w.Sizes[0]
		most = ExpertSize{max(most.Channels, s.Channels), max(most.Layers, s.Layers), max(most.Hidden, s.Hidden)}
	}
	if !differ {
		return WeightsError("all experts are of one size: their file has no sizes")
	}
	if most != (ExpertSize{w.Channels, w.Layers, w.Hidden}) {
		return WeightsError("the header's shape is not that of the largest experts")
	}
	return nil
}

// ReadWeights reads a weights file. Whether a network can be made of it is for Load to say.
func ReadWeights(file []byte) (*Weights, error) {
	if len(file) < weightsHeader || string(file[:len(weightsMagic)]) != weightsMagic {
		return nil, WeightsError("not a weights file")
	}
	h := file[len(weightsMagic):]
	if h[0] != weightsVersion && h[0] != familyVersion && h[0] != sizesVersion && h[0] != priorVersion {
		return nil, WeightsError(fmt.Sprintf("version %d is unknown", h[0]))
	}
	w := &Weights{Channels: int(h[1]), Layers: int(h[2]), Hidden: int(h[3]), Wavelet: int(h[4]), ActivationBits: uint(h[5]), Tau: int8(h[6]), Experts: int(h[7])}
	rest := file[weightsHeader:]
	if h[0] >= familyVersion {
		if len(rest) == 0 {
			return nil, WeightsError("truncated")
		}
		w.Family, rest = process.Family(rest[0]), rest[1:]
		if h[0] == familyVersion && w.Family == process.Logistic {
			return nil, WeightsError("a file of logistic distributions has version 2") // so that every network has one file
		}
	}
	sized := h[0] == sizesVersion
	if h[0] >= sizesVersion {
		if len(rest) == 0 {
			return nil, WeightsError("truncated")
		}
		if rest[0] > 1 || rest[0] == 1 && h[0] == sizesVersion {
			return nil, WeightsError("unknown parts")
		}
		sized, rest = sized || rest[0] == 1, rest[1:]
	}
	if sized {
		if len(rest) < 3*w.Experts {
			return nil, WeightsError("truncated")
		}
		w.Sizes = make([]ExpertSize, w.Experts)
		for e := range w.Sizes {
			w.Sizes[e], rest = ExpertSize{int(rest[0]), int(rest[1]), int(rest[2])}, rest[3:]
		}
	}
	if h[0] == priorVersion {
		if len(rest) == 0 || len(rest) < 1+int(rest[0])*thumbnail.ComponentSize {
			return nil, WeightsError("truncated")
		}
		if w.Prior, rest = thumbnail.Read(rest); w.Prior == nil {
			return nil, WeightsError("no prior, or a number of it is out of range")
		}
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
	switch version := &file[len(weightsMagic)]; {
	case w.Prior != nil:
		*version = priorVersion
		file = append(file, byte(w.Family), 0)
		if w.Sizes != nil {
			file[len(file)-1] = 1
			file = w.appendSizes(file)
		}
		file = w.Prior.Append(file)
	case w.Sizes != nil:
		*version = sizesVersion
		file = w.appendSizes(append(file, byte(w.Family), 0))
	case w.Family != process.Logistic:
		*version = familyVersion
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

// appendSizes appends the sizes of the experts.
func (w *Weights) appendSizes(file []byte) []byte {
	for _, s := range w.Sizes {
		file = append(file, byte(s.Channels), byte(s.Layers), byte(s.Hidden))
	}
	return file
}
