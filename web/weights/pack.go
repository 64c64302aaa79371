package weights

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/rans"
)

// Pack packs a weights file. What is wrong with one of networks is a model.WeightsError.
func Pack(file []byte) ([]byte, error) {
	if len(file) >= jpegHeader && string(file[:len(jpegMagic)]) == jpegMagic {
		return packRuns(file), nil
	}
	w, err := model.ReadWeights(file)
	if err != nil {
		return nil, err
	}
	p := packer{file: file, weights: w}
	if err := p.place(); err != nil {
		return nil, err
	}
	for i := range p.list {
		p.code(i)
	}
	return p.append(nil), nil
}

// A packer is a file that is being packed.
type packer struct {
	file    []byte
	weights *model.Weights
	first   int // byte of the first tensor's elements
	list    []*tensor
	back    [][]int // how many tensors before a tensor its references are

	symbols []symbol
}

// place finds the tensors in the file, and what is known of each without fitting.
func (p *packer) place() error {
	shapes := p.weights.Shapes()
	var elements []byte
	for i, t := range p.weights.Tensors {
		if i > 0 {
			elements = append(elements, byte(t.Frac))
		}
		for _, v := range t.Data {
			elements = binary.LittleEndian.AppendUint16(elements, uint16(v))
		}
	}
	if p.first = bytes.Index(p.file, elements); p.first < 0 {
		return model.WeightsError("the tensors are not where they are expected")
	}
	for i, s := range shapes {
		t := &tensor{row: s.Dims[len(s.Dims)-1], plane: s.Size() / s.Dims[0]}
		if len(s.Dims) == 1 {
			t.plane = t.row
		}
		back := p.references(i)
		for _, b := range back {
			t.references = append(t.references, p.list[i-b])
		}
		p.list, p.back = append(p.list, t), append(p.back, back)
	}
	return nil
}

// references returns how many tensors before tensor i those are that predict it, the most similar first: the same tensor of experts
// before, and of the same expert the tensor before it of its shape.
func (p *packer) references(i int) []int {
	shapes := p.weights.Shapes()
	each := len(shapes) / p.weights.Experts
	var back []int
	for _, experts := range []int{1, 2, 3, 5, 6, 7} { // 6 experts are for luma, 6 for chroma
		if i >= experts*each {
			back = append(back, experts*each)
		}
	}
	for j := i - 1; j >= i-i%each; j-- {
		if slices.Equal(shapes[j].Dims, shapes[i].Dims) {
			back = append(back, i-j)
			break
		}
	}
	t := &p.weights.Tensors[i]
	distance := map[int]float64{}
	for _, b := range back {
		r := &p.weights.Tensors[i-b]
		for j, v := range t.Data {
			distance[b] += math.Abs(math.Ldexp(float64(v), -int(t.Frac)) - math.Ldexp(float64(r.Data[j]), -int(r.Frac)))
		}
	}
	slices.SortFunc(back, func(a, b int) int { return cmp.Or(cmp.Compare(distance[a], distance[b]), cmp.Compare(a, b)) })
	return back
}

// code fits the factors of a tensor, and finds the symbols of its elements.
func (p *packer) code(i int) {
	t, data := p.list[i], p.weights.Tensors[i].Data
	t.repeat = repeatOf(data, t.row)
	t.fitPrediction(data)
	t.fitMagnitude(data)
	t.each(data, func(again bool) {
		if again {
			p.symbols = append(p.symbols, symbol{bit, 1})
		} else {
			p.symbols = append(p.symbols, symbol{bit, 0})
		}
	}, func(j, d int) {
		p.symbols = append(p.symbols, symbol{t.class(j), d})
	})
}

// A symbol is a difference and its class, or that of a bit.
type symbol struct{ class, value int }

const bit = -1

// each makes the elements known one after the other. Before it does, it calls row with whether a row that may repeat another does,
// unless row is nil, and element with the place of an element in its row and its difference.
func (t *tensor) each(data []int16, row func(again bool), element func(j, d int)) {
	t.begin(len(data))
	for ; t.at < len(data); t.next() {
		known := data[t.at:][:t.row]
		if r := t.repeated(); r != nil {
			again := slices.Equal(r, known)
			if row != nil {
				row(again)
			}
			if again {
				copy(t.data[t.at:], r)
				continue
			}
		}
		t.prepare()
		for j, predicted := range t.predicted {
			d := int(known[j]) - int(predicted)
			element(j, d)
			t.set(j, known[j], abs(d))
		}
	}
}

// repeatOf returns how many rows before a row one is that most often has the same elements, or 0 if few have.
func repeatOf(data []int16, row int) int {
	rows := slices.Collect(slices.Chunk(data, row))
	best, most := 0, len(rows)/16
	for n := 1; n < len(rows); n++ {
		same := 0
		for i, r := range rows[n:] {
			if slices.Equal(r, rows[i]) {
				same++
			}
		}
		if same > most {
			best, most = n, same
		}
	}
	return best
}

// fitPrediction finds the factors of predictions that leave the smallest squares.
func (t *tensor) fitPrediction(data []int16) {
	k := len(t.references)
	t.prediction = make([]int64, k+2)
	if len(data) <= 4*k {
		return
	}
	fit := newSquares(k + 2)
	x := make([]float64, k+2)
	for i, v := range data {
		for n, r := range t.references {
			x[n] = float64(r.data[i])
		}
		if i >= t.row {
			x[k] = float64(data[i-t.row])
		}
		if i >= t.plane {
			x[k+1] = float64(data[i-t.plane])
		}
		fit.add(x, float64(v), 1)
	}
	if t.row == t.plane {
		fit.drop(k + 1)
	}
	for n, f := range fit.solve() {
		t.prediction[n] = fixed(f)
	}
}

// fixed returns a factor as a packed file has it, within 2^7, so that sums remain far from what 64 bits hold.
func fixed(f float64) int64 {
	const most = 1 << 7
	return int64(math.Round(math.Ldexp(min(max(f, -most), most), factorBits)))
}

// fitMagnitude finds the factors of magnitudes that leave the smallest squares of relative errors: the first time, relative to
// what a guess says, and then to what that has led to.
func (t *tensor) fitMagnitude(data []int16) {
	t.magnitude = [features]int64{meanOfAll: 1 << (factorBits - 1), meanOfPlace: 1 << (factorBits - 1)}
	for range 2 {
		fit := newSquares(features + 1)
		x := make([]float64, features+1)
		x[features] = 16
		t.each(data, nil, func(j, d int) {
			for k := range features {
				x[k] = float64(t.features[k][j])
			}
			x[meanOfAll] = float64(t.mean)
			expected := math.Ldexp(float64(t.expected[j]+t.magnitude[meanOfAll]*int64(t.mean)), -factorBits)
			fit.add(x, 16*math.Abs(float64(d)), 1/math.Pow(expected+16, 2))
		})
		for n, f := range fit.nonNegative() {
			if n < features {
				t.magnitude[n] = fixed(f)
			} else {
				t.constant = int64(math.Round(f * 16))
			}
		}
	}
}

// append appends the packed file.
func (p *packer) append(b []byte) []byte {
	b = append(b, magic...)
	b = append(b, version)
	b = binary.AppendUvarint(b, uint64(len(p.file)))
	b = binary.AppendUvarint(b, uint64(len(p.list)))
	at, end := p.first, 0
	for i, t := range p.list {
		b = binary.AppendUvarint(b, uint64(at-end))
		b = append(b, p.file[end:at]...)
		for _, n := range []int{len(t.data), t.row, t.plane, t.repeat, len(p.back[i])} {
			b = binary.AppendUvarint(b, uint64(n))
		}
		for _, n := range p.back[i] {
			b = binary.AppendUvarint(b, uint64(n))
		}
		for _, f := range t.prediction {
			b = binary.AppendVarint(b, f)
		}
		for _, f := range t.magnitude {
			b = binary.AppendUvarint(b, uint64(f))
		}
		b = binary.AppendUvarint(b, uint64(t.constant))
		end = at + 2*len(t.data)
		at = end + 1
	}
	b = append(b, p.file[end:]...)

	var counts [classes][symbols]int
	for _, d := range p.symbols {
		if d.class != bit {
			s, _ := symbolOf(abs(d.value))
			counts[d.class][s]++
		}
	}
	var starts, frequencies [classes][symbols]uint32
	for c := range counts {
		frequencies[c] = normalize(&counts[c])
		last, sum := 0, uint32(0)
		for s, f := range frequencies[c] {
			starts[c][s] = sum
			if sum += f; f > 0 {
				last = s + 1
			}
		}
		b = binary.AppendUvarint(b, uint64(last))
		for _, f := range frequencies[c][:last] {
			b = binary.AppendUvarint(b, uint64(f))
		}
	}
	var e rans.Encoder
	for _, d := range p.symbols {
		if d.class == bit {
			e.PutBits(uint32(d.value), 1)
			continue
		}
		m := abs(d.value)
		s, low := symbolOf(m)
		e.Put(starts[d.class][s], frequencies[d.class][s])
		if m > 0 {
			negative := uint32(0)
			if d.value < 0 {
				negative = 1
			}
			e.PutBits(uint32(m&(1<<low-1))<<1|negative, low+1)
		}
	}
	return e.Finish(b)
}

// normalize returns frequencies that sum to 2^16, or to nothing if no symbol has been counted; none that has been is 0.
func normalize(counts *[symbols]int) (frequencies [symbols]uint32) {
	const total = 1 << rans.ProbBits
	sum, most := 0, 0
	for s, n := range counts {
		if sum += n; n > counts[most] {
			most = s
		}
	}
	if sum == 0 {
		return frequencies
	}
	rest := total
	for s, n := range counts {
		if n > 0 {
			f := max(1, n*total/sum)
			frequencies[s] = uint32(f)
			rest -= f
		}
	}
	frequencies[most] += uint32(rest) // negative only if many symbols are rare, and then far less than the most frequent
	return frequencies
}

// squares are the sums of a weighted least-squares fit.
type squares struct {
	a [][]float64
	y []float64
}

func newSquares(n int) *squares {
	s := &squares{make([][]float64, n), make([]float64, n)}
	for i := range s.a {
		s.a[i] = make([]float64, n)
	}
	return s
}

func (s *squares) add(x []float64, y, weight float64) {
	for i, u := range x {
		for j, v := range x[:i+1] {
			s.a[i][j] += weight * u * v
		}
		s.y[i] += weight * u * y
	}
}

// drop has the factor of a variable be 0.
func (s *squares) drop(i int) {
	for j := range s.a {
		s.a[max(i, j)][min(i, j)] = 0
	}
	s.y[i] = 0
}

// solve returns the factors, by elimination.
func (s *squares) solve() []float64 {
	n := len(s.y)
	a, y := make([][]float64, n), make([]float64, n)
	for i := range n {
		a[i] = make([]float64, n)
		for j := range n {
			a[i][j] = s.a[max(i, j)][min(i, j)]
		}
		a[i][i] = a[i][i]*(1+1e-4) + 1e-9
		y[i] = s.y[i]
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < n; k++ {
				a[j][k] -= f * a[i][k]
			}
			y[j] -= f * y[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			y[i] -= a[i][k] * y[k]
		}
		y[i] /= a[i][i]
	}
	return y
}

// nonNegative returns factors none of which is negative: it drops variables until that is so.
func (s *squares) nonNegative() []float64 {
	for {
		f := s.solve()
		least := 0
		for i := range f {
			if f[i] < f[least] {
				least = i
			}
		}
		if f[least] >= 0 {
			return f
		}
		s.drop(least)
	}
}
