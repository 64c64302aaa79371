package network

// A Tensor is an array of int16 with a common binary exponent: an element stands for Data[i] · 2^-Frac.
type Tensor struct {
	Frac uint // at most MaxTensorFrac
	Data []int16
}

// MaxTensorFrac is the most fraction bits a Tensor may have.
const MaxTensorFrac = 24

// zeros returns a tensor of n zeros.
func zeros(n int) Tensor { return Tensor{Data: make([]int16, n)} }

// row returns row i of those of n elements.
func (t Tensor) row(i, n int) Tensor { return Tensor{t.Frac, t.Data[i*n : (i+1)*n]} }

// padded returns a tensor of n elements that begins as t does; the rest are zeros.
func (t Tensor) padded(n int) Tensor {
	if len(t.Data) == n {
		return t
	}
	p := Tensor{t.Frac, make([]int16, n)}
	copy(p.Data, t.Data)
	return p
}
