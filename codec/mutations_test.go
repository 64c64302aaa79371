package codec

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// fromEnvironment returns a number that an environment variable has, or else another.
func fromEnvironment(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestStructureMutations is FuzzStructure without the fuzzer: it changes structures at random, with no instruments to count what code
// they reach, and most of them small, which makes several times as many executions. A failure names its number, which repeats it.
//
//	DDPMZ_MUTATIONS   how many, 400 if it is not set
//	DDPMZ_FIRST       the number of the first, 0 if it is not set
//	DDPMZ_SEED        another sequence
func TestStructureMutations(t *testing.T) {
	nets, start := []*model.Net{defaultNet(t), smallNet(t)}, time.Now()
	count, first := fromEnvironment(t, "DDPMZ_MUTATIONS", 400), fromEnvironment(t, "DDPMZ_FIRST", 0)
	seed := fromEnvironment(t, "DDPMZ_SEED", 1)
	corpus := mutationCorpus(t, nets)
	// One goroutine decodes at a time, so that what is allocated is a file's own.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	decoded := uint64(0)
	for i := first; i < first+count; i++ {
		r := rand.New(rand.NewPCG(seed, i))
		net := nets[1]
		if r.IntN(16) == 0 {
			net = nets[0]
		}
		if mutate(r, corpus).try(t, net) {
			decoded++
		}
		if t.Failed() {
			t.Fatalf("DDPMZ_SEED=%d DDPMZ_FIRST=%d DDPMZ_MUTATIONS=1 repeats this", seed, i)
		}
	}
	took := time.Since(start)
	t.Logf("seed %d, %d to %d: %d executions, %d files, in %v: %.0f a second", seed, first, first+count, count, decoded,
		took.Round(time.Second), float64(count)/took.Seconds())
	if decoded < count/2 {
		t.Errorf("only %d of %d mutations are files", decoded, count)
	}
}

// smallNet returns a network of random weights that is as small as one can be. Decoders treat its files as those of any other, and mutations
// are the same noise to all of them.
func smallNet(t testing.TB) *model.Net {
	t.Helper()
	r := rand.New(rand.NewPCG(72, 73))
	w := &model.Weights{Channels: 16, Layers: 1, Hidden: 16, ActivationBits: 10, Tau: defaultNet(t).Tau(), Experts: 1}
	for _, s := range w.Shapes() {
		x := model.Tensor{Frac: 10, Data: make([]int16, s.Size())}
		for i := range x.Data {
			x.Data[i] = int16(r.IntN(401) - 200)
		}
		w.Tensors = append(w.Tensors, x)
	}
	file, err := w.Encode()
	if err != nil {
		t.Fatal(err)
	}
	net, err := model.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// mutationCorpus returns the structures of small files of every format, by models and stored, and those that FuzzStructure begins with.
func mutationCorpus(t testing.TB, nets []*model.Net) (list []structure) {
	t.Helper()
	r := rand.New(rand.NewPCG(70, 71))
	for _, side := range [][2]int{{1, 1}, {2, 3}, {4, 4}, {7, 5}} {
		rect := image.Rect(0, 0, side[0], side[1])
		gray, wide, straight := image.NewGray(rect), image.NewRGBA64(rect), image.NewNRGBA(rect)
		paletted := image.NewPaletted(rect, color.Palette{color.RGBA{1, 2, 3, 0xff}, color.RGBA{200, 100, 0, 0xff}, color.RGBA{}})
		for y := range side[1] {
			for x := range side[0] {
				v := uint8(60 + 9*x + 5*y + r.IntN(20))
				gray.SetGray(x, y, color.Gray{v})
				wide.SetRGBA64(x, y, color.RGBA64{uint16(v)*200 + uint16(r.IntN(300)), uint16(v) * 190, uint16(v) * 180, 0xffff})
				straight.SetNRGBA(x, y, color.NRGBA{v, v + 5, v - 9, uint8(r.IntN(256))})
				paletted.SetColorIndex(x, y, uint8(r.IntN(3)))
			}
		}
		for _, m := range []image.Image{gray, wide, straight, paletted} {
			for _, o := range []Options{{Mode: Modelled}, {Mode: Modelled, Net: nets[1], Metadata: []byte("x")}, {Mode: Stored}, {Mode: Auto, Metadata: []byte("not much of it, not much of it")}} {
				if m == image.Image(paletted) && o.Mode == Modelled {
					continue
				}
				var b bytes.Buffer
				if err := (&Encoder{Options: o}).Encode(&b, m); err != nil {
					t.Fatal(err)
				}
				s, ok := structureOf(b.Bytes())
				if !ok {
					t.Fatal("not taken apart")
				}
				list = append(list, s)
			}
		}
	}
	for _, c := range trials(t) {
		list = append(list, c.structure)
	}
	return list
}

// mutate returns one of the structures, changed in one to four places, cut one time in three, and decoded in any way there is.
func mutate(r *rand.Rand, corpus []structure) trial {
	c := trial{corpus[r.IntN(len(corpus))], math.MaxUint16, uint8(r.Uint32())}
	c.params, c.table, c.payload = bytes.Clone(c.params), bytes.Clone(c.table), bytes.Clone(c.payload)
	if r.IntN(4) > 0 { // mostly not reduced
		c.step &^= 0x78
	}
	for range 1 + r.IntN(4) {
		c.structure.mutate(r, &corpus[r.IntN(len(corpus))])
	}
	side := uint32(8) // at most, of all but few: what there is of a picture's code is reached by small ones, too
	switch n := r.IntN(1000); {
	case n < 3:
		side = math.MaxUint32
	case n < 60:
		side = 32
	}
	c.width, c.height = min(c.width, side), min(c.height, side)
	if r.IntN(3) == 0 {
		c.present = uint16(r.IntN(len(c.payload) + 64))
	}
	return c
}

// mutate changes one thing. Parts of another structure may take the place of its own.
func (s *structure) mutate(r *rand.Rand, other *structure) {
	switch r.IntN(16) {
	case 0:
		s.width = r.Uint32N(25)
	case 1:
		s.height = r.Uint32N(25)
	case 2:
		s.width, s.height = other.width, other.height
	case 3:
		if s.format = uint8(r.IntN(container.MaxFormat + 1)); r.IntN(2) == 0 {
			s.depth = [...]uint8{1, 2, 4, 8, 16}[r.IntN(5)]
		}
	case 4:
		s.depth = uint8(r.IntN(18))
	case 5:
		s.modelled = !s.modelled
	case 6:
		s.short = !s.short
	case 7:
		s.endsEarly, s.kept = r.IntN(4) > 0, uint16(r.IntN(len(s.payload)+2))
	case 8:
		s.params = mutateBytes(r, s.params, other.params)
	case 9:
		s.table = mutateBytes(r, s.table, other.table)
	case 10: // an entry of the table more, less, or twice
		n := len(s.table) / tableEntry
		if n == 0 {
			return
		}
		at := tableEntry * r.IntN(n)
		entry := bytes.Clone(s.table[at:][:tableEntry])
		if r.IntN(2) == 0 {
			entry[0] = byte(1 + r.IntN(int(container.Digest)))
		}
		if r.IntN(3) > 0 {
			s.table = append(s.table[:at:at], append(entry, s.table[at:]...)...)
		} else {
			s.table = append(s.table[:at], s.table[at+tableEntry:]...)
		}
	default:
		s.payload = mutateBytes(r, s.payload, other.payload)
	}
}

// mutateBytes changes bytes: bits flipped, a run overwritten, left out, put in or repeated, the end cut, or another's end in its place.
func mutateBytes(r *rand.Rand, b, other []byte) []byte {
	if len(b) == 0 {
		return append(b, other[:min(len(other), r.IntN(9))]...)
	}
	at := r.IntN(len(b))
	n := min(1+r.IntN(1+r.IntN(16)), len(b)-at)
	switch r.IntN(8) {
	case 0, 1:
		b[at] ^= 1 << r.IntN(8)
	case 2:
		for i := range n {
			b[at+i] = byte(r.Uint32())
		}
	case 3:
		fill := [...]byte{0, 0x7f, 0x80, 0xff}[r.IntN(4)]
		for i := range n {
			b[at+i] = fill
		}
	case 4:
		b = append(b[:at], b[at+n:]...)
	case 5:
		b = append(b[:at:at], append(bytes.Clone(b[at:][:n]), b[at:]...)...)
	case 6:
		b = b[:at]
	case 7:
		b = append(b[:at], other[min(at, len(other)):]...)
	}
	return b
}
