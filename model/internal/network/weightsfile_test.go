package network

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/thumbnail"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

func TestLoad(t *testing.T) {
	for wavelet := range transform.Liftings {
		for _, experts := range []int{1, process.Experts} {
			s := shape{channels: 32, layers: 2, hidden: 16, wavelet: wavelet, actFrac: 10, tau: -128, experts: experts}
			file := s.file(newRand(22), 300)
			net, err := Load(file)
			if err != nil {
				t.Fatal(err)
			}
			if net.Identity() != sha256.Sum256(file) || net.WeightsSize() != len(file) || net.Tau() != s.tau || net.lifting != &transform.Liftings[wavelet] ||
				len(net.w.experts) != experts {
				t.Errorf("%+v is loaded as %x, %d bytes, τ %d, %d experts", s, net.Identity(), net.WeightsSize(), net.Tau(), len(net.w.experts))
			}
		}
	}
}

// TestReadWeights: what is taken apart is put together again as it was.
func TestReadWeights(t *testing.T) {
	for _, experts := range []int{1, process.Experts} {
		s := tiny
		s.experts = experts
		file := s.file(newRand(34), 300)
		w, err := ReadWeights(file)
		if err != nil {
			t.Fatal(err)
		}
		w.Family = process.Gaussian
		gaussian, err := w.Encode()
		if err != nil || len(gaussian) != len(file)+1 {
			t.Fatalf("%d bytes of a Gaussian network, %d of a logistic one: %v", len(gaussian), len(file), err)
		}
		if g, err := ReadWeights(gaussian); err != nil || g.Family != process.Gaussian {
			t.Errorf("the family is %v: %v", g.Family, err)
		}
		if net, err := Load(gaussian); err != nil || net.Family() != process.Gaussian {
			t.Errorf("a Gaussian network: %v", err)
		}
		wrong := bytes.Clone(gaussian)
		wrong[weightsHeader] = process.Families
		refused(t, "an unknown family", wrong, "unknown family")
		wrong[weightsHeader] = 0
		refused(t, "a family that has no byte", wrong, "version 2")
		refused(t, "no family", gaussian[:weightsHeader], "truncated")
		w.Family = process.Families
		if _, err := w.Encode(); err == nil {
			t.Error("an unknown family, and there is a file")
		}
		w.Family = process.Logistic
		if again, err := w.Encode(); err != nil || !bytes.Equal(again, file) {
			t.Errorf("%d experts: another file (%v)", experts, err)
		}
		names := map[string]bool{}
		for i, shape := range w.Shapes() {
			if names[shape.Name] || shape.Size() != s.sizes()[i] {
				t.Errorf("tensor %d is %q, %v, with %d elements", i, shape.Name, shape.Dims, s.sizes()[i])
			}
			names[shape.Name] = true
		}
		w.Tensors = w.Tensors[1:]
		if _, err := w.Encode(); err == nil {
			t.Error("a tensor is missing, and there is a file")
		}
	}
}

// TestSizes: a file says of which size every expert is, there is one file of a network, and what it says is checked.
func TestSizes(t *testing.T) {
	file := mixed.file(newRand(38), 300)
	w, err := ReadWeights(file)
	if err != nil {
		t.Fatal(err)
	}
	for e, z := range mixed.each {
		if w.Size(e) != z {
			t.Errorf("expert %d is of size %v, want %v", e, w.Size(e), z)
		}
	}
	for i, shape := range w.Shapes() {
		if shape.Size() != mixed.sizes()[i] {
			t.Errorf("%q has %d elements, want %d", shape.Name, shape.Size(), mixed.sizes()[i])
		}
	}
	if again, err := w.Encode(); err != nil || !bytes.Equal(again, file) {
		t.Errorf("another file (%v)", err)
	}
	w.Family = process.Gaussian
	if gaussian, err := w.Encode(); err != nil || len(gaussian) != len(file) {
		t.Errorf("%d bytes of Gaussians, want %d (%v)", len(gaussian), len(file), err)
	}
	const sizes = 2 // after the header
	change := func(at int, b byte) []byte {
		c := bytes.Clone(file)
		c[at] = b
		return c
	}
	refused(t, "no channels", change(weightsHeader+sizes, 0), "shape of an expert")
	refused(t, "layers", change(weightsHeader+sizes+1, 33), "shape of an expert")
	refused(t, "hidden", change(weightsHeader+sizes+2, 24), "shape of an expert")
	refused(t, "an expert larger than the largest", change(weightsHeader+sizes, 48), "largest")
	refused(t, "no expert as large as the largest", change(len(weightsMagic)+2, 4), "largest")
	refused(t, "an unknown part", change(weightsHeader+1, 2), "part")
	refused(t, "one expert of twelve sizes", change(weightsHeader-1, 1), "")
	for n := range len(mixed.each) * 3 {
		refused(t, "prefix", file[:weightsHeader+sizes+n], "truncated")
	}
	alike := bytes.Clone(file)
	for e := range mixed.each {
		copy(alike[weightsHeader+sizes+3*e:], alike[len(weightsMagic)+1:][:3])
	}
	refused(t, "sizes that are all the same", alike, "one size")
	w.Sizes = w.Sizes[1:]
	if _, err := w.Encode(); err == nil {
		t.Error("a size is missing, and there is a file")
	}
}

// TestReadPrior: a file may have a prior, whatever its family and its sizes, and a network the one of its file.
func TestReadPrior(t *testing.T) {
	for _, of := range []struct {
		shape
		sizes int // bytes of these
	}{{tiny, 0}, {mixed, 3 * process.Experts}} {
		file := of.file(newRand(35), 300)
		w, err := ReadWeights(file)
		if err != nil {
			t.Fatal(err)
		}
		for family := range process.Family(process.Families) {
			w.Family, w.Prior = family, &Prior{Components: make([]thumbnail.Component, 2)}
			w.Prior.Components[1].Mean[3] = 77
			b, err := w.Encode()
			if err != nil || b[len(weightsMagic)] != priorVersion {
				t.Fatalf("version %d: %v", b[len(weightsMagic)], err)
			}
			net, err := Load(b)
			if err != nil || net.Family() != family || net.Prior() == nil || net.Prior().Components[1] != w.Prior.Components[1] {
				t.Errorf("a network with a prior: %+v, %v", net, err)
			}
			again, err := ReadWeights(b)
			if err != nil {
				t.Fatal(err)
			}
			if c, err := again.Encode(); err != nil || !bytes.Equal(b, c) {
				t.Errorf("read and written it is another file (%v)", err)
			}
			prior := weightsHeader + 2 + of.sizes
			refused(t, "no family", b[:weightsHeader], "truncated")
			refused(t, "no parts", b[:weightsHeader+1], "truncated")
			refused(t, "no prior", b[:prior], "truncated")
			refused(t, "a part of a prior", b[:prior+100], "truncated")
			if of.sizes > 0 {
				refused(t, "no sizes", b[:prior-1], "truncated")
			}
			b[weightsHeader+1] ^= 2
			refused(t, "unknown parts", b, "unknown parts")
			b[weightsHeader+1] ^= 2
			b[prior] = 0
			refused(t, "a prior of no components", b, "prior")
			w.Prior.Components[0].Weight = 1
			if _, err := w.Encode(); err == nil {
				t.Error("a weight above 1, and there is a file")
			}
		}
		w.Family, w.Prior = process.Logistic, nil
		if again, err := w.Encode(); err != nil || !bytes.Equal(again, file) {
			t.Errorf("without its prior, it is another file (%v)", err)
		}
	}
}

// refused checks that Load returns a WeightsError that says what.
func refused(t *testing.T, name string, file []byte, what string) {
	t.Helper()
	net, err := Load(file)
	var e WeightsError
	if net != nil || !errors.As(err, &e) || !strings.Contains(err.Error(), what) {
		t.Errorf("%s: %v, want a WeightsError with %q", name, err, what)
	}
}

func TestLoadRefuses(t *testing.T) {
	good := tiny.file(newRand(23), 300)
	change := func(at int, b byte) []byte {
		c := append([]byte(nil), good...)
		c[at] = b
		return c
	}
	refused(t, "nothing", nil, "not a weights file")
	refused(t, "magic", change(3, 'W'), "not a weights file")
	refused(t, "version", change(4, 1), "version 1")
	refused(t, "no channels", change(5, 0), "shape")
	refused(t, "channels", change(5, 17), "shape")
	refused(t, "layers", change(6, 33), "shape")
	refused(t, "hidden", change(7, 8), "shape")
	refused(t, "more channels than there are", change(5, 240), "truncated")
	refused(t, "more layers than there are", change(6, 32), "")
	refused(t, "fewer layers than there are", change(6, 0), "")
	refused(t, "wavelet", change(8, byte(len(transform.Liftings))), "wavelet")
	refused(t, "coarse activations", change(9, 5), "shape")
	refused(t, "fine activations", change(9, 13), "shape")
	refused(t, "no experts", change(11, 0), "0 experts")
	refused(t, "experts", change(11, 2), "2 experts")
	refused(t, "more experts than there are", change(11, process.Experts), "")
	refused(t, "fraction of the stem", change(weightsHeader, 25), "fraction")
	refused(t, "trailing byte", append(good[:len(good):len(good)], 0), "trailing")
}

// TestLoadPrefixes: no part of a file is a file.
func TestLoadPrefixes(t *testing.T) {
	file := tiny.file(newRand(24), 300)
	for n := range weightsHeader {
		refused(t, "prefix", file[:n], "not a weights file")
	}
	for n := weightsHeader; n < len(file); n++ {
		if n > 200 && n < len(file)-200 && n%17 != 0 {
			continue
		}
		refused(t, "prefix", file[:n], "truncated")
	}
}

// TestLoadMutations damages files everywhere. What still loads may predict nonsense, but the kernels' sums
// cannot overflow: kernel.NewConv bounds them, and a file with a layer that could exceed the bound is refused, and no other.
func TestLoadMutations(t *testing.T) {
	files := 50
	if os.Getenv("DDPMZ_LONG") == "1" {
		files = 120
	}
	r := newRand(25)
	loaded, overflow := 0, 0
	for i := range files {
		s := tiny
		if i%8 == 0 {
			s.experts = process.Experts
		}
		file := s.file(r, 300)
		for range r.IntN(30) {
			file[weightsHeader+r.IntN(len(file)-weightsHeader)] ^= byte(1 << r.UintN(8))
		}
		switch r.IntN(4) {
		case 0: // the header
			file[r.IntN(weightsHeader)] ^= byte(1 << r.UintN(8))
		case 1: // weights as large as can be
			for i := weightsHeader + 1 + 2*r.IntN(100); i < len(file)-1; i += 2 + 2*r.IntN(50) {
				binary.LittleEndian.PutUint16(file[i:], uint16(math.MaxInt16+r.IntN(2)))
			}
		case 2: // the binary exponent of a tensor
			at, sizes := weightsHeader, s.sizes()
			for _, n := range sizes[:r.IntN(len(sizes))] {
				at += 1 + 2*n
			}
			file[at] = byte(r.IntN(26))
		}
		net, err := Load(file)
		var e WeightsError
		switch {
		case err == nil:
			loaded++
			if net == nil {
				t.Fatal("no network and no error")
			}
			if err := foldAll(net); err != nil {
				t.Fatalf("loaded, and %v", err)
			}
		case !errors.As(err, &e):
			t.Fatalf("error %v is no WeightsError", err)
		case strings.Contains(err.Error(), "overflow"), strings.Contains(err.Error(), "too large"):
			overflow++
			if net, err := newNet(file); err != nil || foldAll(net) == nil {
				t.Fatalf("refused, and every layer can be folded (%v)", err)
			}
		}
	}
	t.Logf("of %d damaged files %d load, %d could overflow", files, loaded, overflow)
}

// foldAll folds all layers of a network, and returns why one cannot be, if so.
func foldAll(n *Net) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(WeightsError)
		}
	}()
	for stage := range process.Stages {
		for class := range process.ColourClasses {
			n.heads(stage, class, 1)
			for _, in := range []*channels{&allChannels, &lumaChannels} {
				n.near(stage, class, 1, in)
				for q := range process.ScaleEmbeddings {
					n.stem(stage, class, 1+q, in)
				}
			}
			for q := range process.ScaleEmbeddings {
				n.blocks(stage, class, 1+q)
			}
		}
	}
	return nil
}

// TestCheck: a layer's check says what folding it does, near the bound and far from it.
func TestCheck(t *testing.T) {
	r := newRand(35)
	fine, large, overflow := 0, 0, 0
	for range 4000 {
		draw := func(n, frac int) Tensor {
			x, spread := zeros(n), r.IntN(1<<15)
			for i := range x.Data {
				x.Data[i] = int16(r.IntN(2*spread+1) - spread)
			}
			x.Frac = uint(r.IntN(frac))
			return x
		}
		const out = 16
		size, in := 1+2*r.IntN(2), 2*(1+r.IntN(20))
		l := newLayer(size, in, out, draw(out*size*size*in, 15), draw(out, 15), 6, uint(r.IntN(12)))
		g := gains{draw(out, 15), draw(out, 15)}
		if r.IntN(2) == 0 { // the least weights that could be too many for the bias
			l.bias.Frac, l.bias.Data[0] = 0, int16(r.IntN(1<<15))
		}
		_, want := l.fold(g)
		got := l.check(g)
		if (got == nil) != (want == nil) || got != nil && got.Error() != want.Error() {
			t.Fatalf("check says %v, fold %v", got, want)
		}
		switch {
		case got == nil:
			fine++
		case strings.Contains(got.Error(), "overflow"):
			overflow++
		default:
			large++
		}
	}
	t.Logf("%d layers can be folded, %d could overflow, %d have too large weights", fine, overflow, large)
	if min(fine, overflow, large) < 100 {
		t.Error("not all cases were there")
	}
}

// TestLoadOverflow: a bias that leaves no room for the products is refused, not wrapped around; of the last expert, too,
// which nothing has asked for yet.
func TestLoadOverflow(t *testing.T) {
	s := tiny
	s.experts = process.Experts
	for e := range s.experts {
		file := s.file(newRand(26), 300)
		sizes := s.sizes()
		bias := weightsHeader
		for _, n := range sizes[:e*len(sizes)/s.experts+1] {
			bias += 1 + 2*n
		}
		file[bias] = 0 // fraction bits of the stem's bias
		for i := range s.channels {
			binary.LittleEndian.PutUint16(file[bias+1+2*i:], math.MaxInt16)
		}
		refused(t, "bias", file, "overflow")
	}
}

// FuzzLoad starts from the network of the zoo cut short, since a whole one takes long to mutate.
func FuzzLoad(f *testing.F) {
	file, err := os.ReadFile(filepath.Join("..", "..", "zoo", "photo.ddpw"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file[:weightsHeader])
	f.Add(file[:2000])
	s := tiny
	s.layers = 0
	f.Add(s.file(newRand(30), 300))
	s.experts = process.Experts
	f.Add(s.file(newRand(36), 300))
	f.Add(tiny.file(newRand(31), 30_000))
	f.Add(mixed.file(newRand(39), 300)[:4000])
	f.Fuzz(func(t *testing.T, file []byte) {
		net, err := Load(file)
		var e WeightsError
		if (net == nil) == (err == nil) || err != nil && !errors.As(err, &e) {
			t.Fatalf("network %p and error %v", net, err)
		}
		if err == nil && foldAll(net) != nil {
			t.Fatal("a network whose layers cannot be folded")
		}
	})
}

// BenchmarkLoad measures what a program pays for a model before it codes anything, and all that it may pay later for
// layers.
func BenchmarkLoad(b *testing.B) {
	file, err := os.ReadFile(filepath.Join("..", "..", "zoo", "photo.ddpw"))
	if err != nil {
		b.Fatal(err)
	}
	six := shape{channels: 32, layers: 3, hidden: 48, actFrac: 8, experts: process.Experts}.file(newRand(37), 300)
	for _, c := range []struct {
		name string
		file []byte
		all  bool
	}{{"photo", file, false}, {"photo, folded", file, true}, {"experts", six, false}, {"experts, folded", six, true}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.file)))
			for b.Loop() {
				net, err := Load(c.file)
				if err != nil {
					b.Fatal(err)
				}
				if c.all {
					if err := foldAll(net); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
