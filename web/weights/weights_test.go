package weights

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ddpmz/ddpmz/model"
)

// TestModels packs the models that the package for browsers has: their files come back, and take less than a general compressor makes of
// them. (brotli -q 11 -w 24 makes 0.68 of photo.ddpw and 0.50 of cifar10.ddpw; of jpeg.ddpj 0.33, and 0.31 of what it is packed to.)
func TestModels(t *testing.T) {
	for name, most := range map[string]float64{"photo.ddpw": 0.64, "cifar10.ddpw": 0.54, "jpeg.ddpj": 0.61} {
		file, err := os.ReadFile("../../model/zoo/" + name)
		if err != nil {
			t.Fatal(err)
		}
		packed, err := Pack(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes of %d, %.3f", name, len(packed), len(file), float64(len(packed))/float64(len(file)))
		if float64(len(packed)) > most*float64(len(file)) {
			t.Errorf("%s takes %d bytes of %d, which is more than %.2f", name, len(packed), len(file), most)
		}
		if got, err := Unpack(packed); err != nil || !bytes.Equal(got, file) {
			t.Errorf("%s comes back as %d bytes: %v", name, len(got), err)
		}
	}
}

// random returns the weights file of a small network: numbers of all magnitudes, some tensors all the same, rows that repeat.
func random(t testing.TB, seed uint64, experts int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	w := model.Weights{Channels: 16, Layers: 1 + r.IntN(2), Hidden: 16, ActivationBits: 10, Tau: -3, Experts: experts}
	for i, s := range w.Shapes() {
		v := model.Tensor{Frac: uint(r.IntN(20)), Data: make([]int16, s.Size())}
		width := r.IntN(17)
		for j := range v.Data {
			switch {
			case i%5 == 4:
				v.Data[j] = -1 << 15
			case i%3 == 2 && j >= 64:
				v.Data[j] = v.Data[j-64]
			default:
				v.Data[j] = int16(r.IntN(1<<width) - 1<<width/2)
			}
		}
		w.Tensors = append(w.Tensors, v)
	}
	file, err := w.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRandom(t *testing.T) {
	for seed := range uint64(4) {
		file := random(t, seed, 1)
		packed, err := Pack(file)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Unpack(packed); err != nil || !bytes.Equal(got, file) {
			t.Errorf("%d: %d bytes come back as %d: %v", seed, len(file), len(got), err)
		}
	}
	for n := range 40 { // of all lengths, runs at either end and in between
		file := append([]byte("ddpj\x02"), bytes.Repeat([]byte{1, 2}, n)...)
		for i := len(file) / 3; i < len(file)/2; i++ {
			if i >= 5 {
				file[i] ^= byte(i)
			}
		}
		for _, file := range [][]byte{file, append(file, 7)} {
			packed, err := Pack(file)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Unpack(packed); len(file) < maxRatio*len(packed) && (err != nil || !bytes.Equal(got, file)) {
				t.Errorf("%x comes back as %x: %v", file, got, err)
			}
		}
	}
	var wrong model.WeightsError
	if _, err := Pack([]byte("no weights")); !errors.As(err, &wrong) {
		t.Errorf("what is no weights file: %v", err)
	}
}

// TestDamaged: a packed file of which something is missing or wrong is an error, or another file, of the same size or less than it takes
// memory for.
func TestDamaged(t *testing.T) {
	packed, err := Pack(random(t, 5, 1))
	if err != nil {
		t.Fatal(err)
	}
	check := func(b []byte) (ok bool) {
		t.Helper()
		file, err := Unpack(b)
		if err != nil && (err != ErrFormat || file != nil) || len(file) > maxRatio*len(b) {
			t.Fatalf("%d bytes and %v", len(file), err)
		}
		return err == nil
	}
	for n := 0; n < len(packed); n += 1 + n/9 {
		if check(packed[:n]) {
			t.Errorf("%d bytes of %d are a packed file", n, len(packed))
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	passed := 0
	for range 150 {
		b := bytes.Clone(packed)
		at := r.IntN(len(b))
		if r.IntN(2) == 0 {
			at = r.IntN(1500) // what is not coded
		}
		b[at] ^= byte(1 + r.IntN(255))
		if check(b) {
			passed++
		}
	}
	t.Logf("%d of 150 damaged files are packed files", passed)
}

// TestSymbols: every magnitude has a symbol, and comes back from it and the bits that follow.
func TestSymbols(t *testing.T) {
	last := 0
	for m := range 1 << 17 {
		s, low := symbolOf(m)
		least, again := magnitudeOf(s)
		if s < last || s > last+1 || s >= symbols || again != low || least|m&(1<<low-1) != m || m-least >= 1<<low {
			t.Fatalf("%d has symbol %d and %d bits, which is %d and %d bits", m, s, low, least, again)
		}
		last = s
	}
	for m := range int64(1 << 20) {
		if c := classOf(m); c < 0 || c >= classes || c < classOf(m-1) {
			t.Fatalf("magnitude %d has class %d", m, c)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	packed, err := Pack(random(f, 6, 1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(packed[:2000])
	f.Add(packRuns([]byte("ddpj\x02some numbers, numbers, nnnnumbers")))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Unpack(b)
		if (file == nil) != (err != nil) || len(file) > maxRatio*len(b) {
			t.Errorf("%d bytes become %d: %v", len(b), len(file), err)
		}
	})
}

func BenchmarkUnpack(b *testing.B) {
	file, err := os.ReadFile("../../model/zoo/photo.ddpw")
	if err != nil {
		b.Fatal(err)
	}
	packed, err := Pack(file)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := Unpack(packed); err != nil {
			b.Fatal(err)
		}
	}
}
