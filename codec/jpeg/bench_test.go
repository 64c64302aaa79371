package jpeg

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"testing"
)

// benchmarkFiles makes a file of some megabytes as cameras write them, and a progressive one if jpegtran is there.
func benchmarkFiles(b *testing.B) map[string][]byte {
	m := painted(4000, 3000)
	noise := rand.New(rand.NewPCG(1, 1))
	for i := range m.Pix {
		if v := m.Pix[i]; v > 4 && v < 252 {
			m.Pix[i] = v/2 + uint8(noise.IntN(5))
		}
	}
	files := map[string][]byte{"sequential": goEncoded(b, m, 90)}
	cmd := exec.Command("jpegtran", "-progressive")
	cmd.Stdin = bytes.NewReader(files["sequential"])
	if progressive, err := cmd.Output(); err == nil {
		files["progressive"] = progressive
	}
	return files
}

func BenchmarkParse(b *testing.B) {
	for name, data := range benchmarkFiles(b) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := Parse(data, Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for name, data := range benchmarkFiles(b) {
		f, err := Parse(data, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		var out []byte
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if out, err = f.Append(out[:0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
