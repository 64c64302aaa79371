package model

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/transform"
)

func TestLoad(t *testing.T) {
	for wavelet := range transform.Liftings {
		s := shape{channels: 32, layers: 2, hidden: 16, wavelet: wavelet, actFrac: 10, tau: -128}
		file := s.file(newRand(22), 300)
		net, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if net.Identity() != sha256.Sum256(file) || net.WeightsSize() != len(file) || net.Tau() != s.tau || net.lifting != &transform.Liftings[wavelet] {
			t.Errorf("%+v is loaded as %x, %d bytes, τ %d", s, net.Identity(), net.WeightsSize(), net.Tau())
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
	refused(t, "version", change(4, 0), "version 0")
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
	refused(t, "fraction of the stem", change(11, 25), "fraction")
	refused(t, "trailing byte", append(good[:len(good):len(good)], 0), "trailing")
}

// TestLoadPrefixes: no part of a file is a file.
func TestLoadPrefixes(t *testing.T) {
	file := tiny.file(newRand(24), 300)
	for n := range 11 {
		refused(t, "prefix", file[:n], "not a weights file")
	}
	for n := 11; n < len(file); n++ {
		if n > 200 && n < len(file)-200 && n%17 != 0 {
			continue
		}
		refused(t, "prefix", file[:n], "truncated")
	}
}

// TestLoadMutations damages files everywhere. What still loads may predict nonsense, but the kernels' sums
// cannot overflow: kernel.NewConv bounds them, and a file that could exceed the bound is refused.
func TestLoadMutations(t *testing.T) {
	const files = 120
	r := newRand(25)
	loaded, overflow := 0, 0
	for range files {
		file := tiny.file(r, 300)
		for range r.IntN(30) {
			file[11+r.IntN(len(file)-11)] ^= byte(1 << r.UintN(8))
		}
		switch r.IntN(4) {
		case 0: // the header
			file[r.IntN(11)] ^= byte(1 << r.UintN(8))
		case 1: // weights as large as can be
			for i := 12 + 2*r.IntN(100); i < len(file)-1; i += 2 + 2*r.IntN(50) {
				binary.LittleEndian.PutUint16(file[i:], uint16(math.MaxInt16+r.IntN(2)))
			}
		case 2: // the binary exponent of a tensor
			at, sizes := 11, tiny.sizes()
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
		case !errors.As(err, &e):
			t.Fatalf("error %v is no WeightsError", err)
		case strings.Contains(err.Error(), "overflow"), strings.Contains(err.Error(), "too large"):
			overflow++
		}
	}
	t.Logf("of %d damaged files %d load, %d could overflow", files, loaded, overflow)
}

// TestLoadOverflow: a bias that leaves no room for the products is refused, not wrapped around.
func TestLoadOverflow(t *testing.T) {
	file := tiny.file(newRand(26), 300)
	bias := 11 + 1 + 2*tiny.sizes()[0] // fraction bits of the stem's bias
	file[bias] = 0
	for i := range tiny.sizes()[1] {
		binary.LittleEndian.PutUint16(file[bias+1+2*i:], math.MaxInt16)
	}
	refused(t, "bias", file, "overflow")
}

// FuzzLoad starts from the network of the zoo cut short, since a whole one takes long to mutate.
func FuzzLoad(f *testing.F) {
	file, err := os.ReadFile(filepath.Join("zoo", "photo.ddpw"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file[:11])
	f.Add(file[:2000])
	s := tiny
	s.layers = 0
	f.Add(s.file(newRand(30), 300))
	f.Add(tiny.file(newRand(31), 30_000))
	f.Fuzz(func(t *testing.T, file []byte) {
		net, err := Load(file)
		var e WeightsError
		if (net == nil) == (err == nil) || err != nil && !errors.As(err, &e) {
			t.Fatalf("network %p and error %v", net, err)
		}
	})
}
