package main

import (
	"bytes"
	"fmt"
	"image"
	"path/filepath"
	"strings"
	"testing"
)

// distance is the mean squared difference of the samples of two pictures, in 16 bits.
func distance(a, b image.Image) float64 {
	sum, size := 0.0, a.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			r0, g0, b0, a0 := a.At(x, y).RGBA()
			r1, g1, b1, a1 := b.At(x, y).RGBA()
			for _, d := range []float64{float64(r0) - float64(r1), float64(g0) - float64(g1), float64(b0) - float64(b1), float64(a0) - float64(a1)} {
				sum += d * d
			}
		}
	}
	return sum / float64(4*size.X*size.Y)
}

// TestTruncateSteps cuts at more and more steps: the files grow, decode without complaint, and the
// pictures come closer, up to the original.
func TestTruncateSteps(t *testing.T) {
	for _, name := range []string{"alpha16.png", "odd/gray-31x33.png", "tiny/rock.png"} {
		original := load(t, name)
		want := decodePNG(t, original).Image
		whole := encoded(t, name, "--mode", "modelled")
		size, worst := 0, 1e18
		for _, steps := range []int{0, 1, 250, 500, 750, 900, 990, 1000} {
			n := fmt.Sprint(steps)
			cut := must(t, whole, "truncate", "--steps", n)
			if len(cut) < size {
				t.Errorf("%s, %s steps: %d bytes, after %d before, or others", name, n, len(cut), size)
			}
			size = len(cut)
			if !bytes.Equal(must(t, whole, "truncate", "--timestep", fmt.Sprint(1000-steps)), cut) ||
				steps == 990 && !bytes.Equal(must(t, original, "encode", "--mode", "modelled", "--steps", n), cut) {
				t.Errorf("%s, %s steps: two ways to cut differ", name, n)
			}

			r := ddpmz(cut, "decode")
			if r.status != 0 || r.err != "" {
				t.Errorf("%s, %s steps: status %d, %q", name, n, r.status, r.err)
			}
			have := decodePNG(t, r.out).Image
			d := distance(have, want)
			// decode may not use what the prefix holds beyond the steps. That is a few symbols, which can make a
			// picture as small as these worse by 0.25 dB (codec: TestEveryPrefix).
			if asked := distance(decodePNG(t, must(t, whole, "decode", "--steps", n)).Image, want); asked < d*0.98 || steps == 1000 && asked != 0 {
				t.Errorf("%s: decode --steps %s is at distance %.0f, the file cut there at %.0f", name, n, asked, d)
			}
			if d > worst*1.02 || steps == 1000 && d != 0 {
				t.Errorf("%s, %s steps: distance %.0f after %.0f", name, n, d, worst)
			}
			worst = min(d, worst)
		}
		if size != len(whole) {
			t.Errorf("%s: 1000 steps take %d bytes of %d", name, size, len(whole))
		}
	}
}

// TestTruncateBytes checks that files cut to a number of bytes have no more, hardly less, and are whole.
func TestTruncateBytes(t *testing.T) {
	for _, name := range []string{"alpha16.png", "palette.png", "tiny/rock.png"} {
		original := load(t, name)
		if name == "alpha16.png" {
			original = part(t, name, image.Rect(10, 8, 34, 28))
		}
		whole := must(t, original, "encode")
		sizes := []int{60, len(whole) / 2, len(whole)}
		if name == "palette.png" {
			sizes = append(sizes, len(whole)-1, len(whole)+1000)
		}
		for _, n := range sizes {
			cut := must(t, whole, "truncate", "--bytes", fmt.Sprint(n))
			if len(cut) > n || len(cut) < min(n, len(whole))-8 {
				t.Errorf("%s: at most %d bytes are %d", name, n, len(cut))
			}
			if !bytes.Equal(must(t, original, "encode", "--exact-prefix", "--bytes", fmt.Sprint(n)), cut) {
				t.Errorf("%s: encode --exact-prefix --bytes %d is not truncate's", name, n)
			}
			if best := must(t, original, "encode", "--bytes", fmt.Sprint(n)); len(best) > n || len(best) < min(n, len(whole))-8 {
				t.Errorf("%s: encode makes %d bytes, where %d are the most", name, len(best), n)
			}
			// No note: the cut is what was asked for.
			must(t, whole, "decode", "--bytes", fmt.Sprint(n))
			must(t, cut, "decode")
			d := describeJSON(t, must(t, cut, "info", "--levels", "--json"))
			if !d.Whole || d.Cut || d.Ends != (len(cut) < len(whole)) || d.FileBytes != d.CompleteBytes || d.Exact != bytes.Equal(cut, whole) {
				t.Errorf("%s: the first %d bytes are described as %+v", name, n, d)
			}
		}
	}
	whole := encoded(t, "gray16.png")
	if cut := must(t, whole, "truncate", "--bytes", "2k"); len(cut) > 2048 || len(cut) < 2040 {
		t.Errorf("2k are %d bytes", len(cut))
	}
	if r := ddpmz(whole[:len(whole)-1], "decode"); r.status != 3 || !strings.Contains(r.err, "in its last checksum") {
		t.Errorf("without the last byte: status %d, %q", r.status, r.err)
	}
	fails(t, 1, []string{"standard input: ", "header"}, whole, "truncate", "--bytes", "10")
	fails(t, 1, []string{"standard input: ", "the file ends too early"}, whole, "decode", "--bytes", "10")
}

// TestTruncateOutput checks where the result goes.
func TestTruncateOutput(t *testing.T) {
	dir := folder(t)
	whole, name := encoded(t, "tiny/rock.png"), filepath.Join(dir, "rock.ddpmz")
	writeFile(t, name, whole)
	want, want50 := must(t, whole, "truncate", "--bytes", "100"), must(t, whole, "truncate", "--bytes", "50")
	if out := must(t, nil, "truncate", name, "--bytes", "100"); !bytes.Equal(out, want) {
		t.Error("not on standard output")
	}
	must(t, nil, "truncate", name, "--bytes", "100", "-o", filepath.Join(dir, "b"))
	if out := readFile(t, filepath.Join(dir, "b")); !bytes.Equal(out, want) {
		t.Error("not in the file")
	}
	fails(t, 1, []string{"b: exists"}, nil, "truncate", name, "--bytes", "100", "-o", filepath.Join(dir, "b"))
	fails(t, 2, []string{"rock.ddpmz is the input and the output"}, nil, "truncate", name, "--bytes", "100", "-o", dir)
	must(t, nil, "truncate", "-f", name, "--bytes", "100", "-o", name) // in place
	if out := readFile(t, name); !bytes.Equal(out, want) {
		t.Error("not in place")
	}
	wantFiles(t, dir, "b", "rock.ddpmz")

	fails(t, 2, []string{"where to?"}, whole, "truncate")
	fails(t, 2, []string{"rock.ddpmz exists; if it is to be the output"}, nil, "truncate", "--steps", "1", name, name)
	fails(t, 2, []string{"one file"}, nil, "truncate", "--steps", "1", name, name, "-o", "x")
	must(t, nil, "truncate", "--bytes", "50", name, filepath.Join(dir, "new.ddpmz"))
	if out := readFile(t, filepath.Join(dir, "new.ddpmz")); !bytes.Equal(out, want50) {
		t.Error("not in the second of two names")
	}
}
