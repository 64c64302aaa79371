package train

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/internal/cifar10"
)

func TestLoadCIFAR10(t *testing.T) {
	const pixels = cifar10.Side * cifar10.Side
	record := make([]byte, 1+3*pixels)
	for i := range record[1:] {
		record[1+i] = byte(i/pixels*64 + i%pixels%61)
	}
	name := filepath.Join(t.TempDir(), "a.bin")
	if err := os.WriteFile(name, append(record, record...), 0o666); err != nil {
		t.Fatal(err)
	}
	images, err := LoadCIFAR10(name, name)
	if err != nil || len(images) != 4 {
		t.Fatal(len(images), err)
	}
	m := images[3]
	if m.W != cifar10.Side || m.H != cifar10.Side || len(m.Pix) != 3*pixels {
		t.Fatalf("%d x %d, %d samples", m.W, m.H, len(m.Pix))
	}
	for i, v := range m.Pix {
		if want := byte(i%3*64 + i/3%61); v != want {
			t.Fatalf("sample %d is %d, want %d", i, v, want)
		}
	}
}

func TestSplitCIFAR10(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 1, 21: 2, 9990: 500, 20000: 500} {
		images := make([]Image, n)
		for i := range images {
			images[i].W = i
		}
		learn, held := SplitCIFAR10(images)
		if len(held) != want || held[0].W != 0 || n > 1 && (len(learn)+len(held) != n || learn[0].W != want) {
			t.Errorf("%d images: %d and %d", n, len(learn), len(held))
		}
	}
}

// TestWhole: of an image two crops are made, itself and its mirror image; the image stays as it is.
func TestWhole(t *testing.T) {
	images := textures(1, 8)
	before := slices.Clone(images[0].Pix)
	mirrored := Image{W: 8, H: 8, Pix: slices.Clone(before)}
	turn(mirrored, 1)
	r := rand.New(rand.NewPCG(1, 1))
	seen := [2]int{}
	for range 40 {
		switch m := randomWhole(r, images); {
		case slices.Equal(m.Pix, before):
			seen[0]++
		case slices.Equal(m.Pix, mirrored.Pix):
			seen[1]++
		default:
			t.Fatal("neither the image nor its mirror image")
		}
	}
	if seen[0] == 0 || seen[1] == 0 || !slices.Equal(images[0].Pix, before) {
		t.Errorf("%d times as it is, %d mirrored; changed %v", seen[0], seen[1], !slices.Equal(images[0].Pix, before))
	}
	for y := range 8 {
		for x := range 8 {
			if mirrored.Pix[(y*8+x)*3] != before[(y*8+7-x)*3] {
				t.Fatal("the mirror is another")
			}
		}
	}
}
