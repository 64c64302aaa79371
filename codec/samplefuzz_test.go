package codec_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// FuzzSample continues files that are anything by random numbers: decoding ends, in a picture or an error of a type, and what is called
// exact has nothing drawn.
func FuzzSample(f *testing.F) {
	names, err := filepath.Glob(goldenPath("*.ddpmz"))
	if err != nil {
		f.Fatal(err)
	}
	for i, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file[:len(file)*(1+i%4)/4], uint64(i), uint16(100*(i%3)), uint8(i%3))
	}
	f.Fuzz(func(t *testing.T, file []byte, seed uint64, timestep uint16, reduce uint8) {
		d := codec.Decoder{Timestep: int(timestep), Reduce: int(reduce), Sample: rand.NewPCG(seed, 0), Limits: codec.Limits{MaxPixels: 1 << 12, MaxMemory: 64 << 20}}
		s, err := d.Open(bytes.NewReader(reseal(file))) // without which few mutations get past the checksums
		if err != nil {
			return
		}
		at, err := s.Last()
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
		if at.Exact && at.DrawnBits > 0 || at.DrawnBits < 0 {
			t.Errorf("%+v", at)
		}
		if m, err := s.Image(); err == nil && (m.Bounds().Dx() != s.Config().Width || m.Bounds().Dy() != s.Config().Height) {
			t.Errorf("a picture of %v", m.Bounds())
		}
	})
}
