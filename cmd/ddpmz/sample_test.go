package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	_ "image/gif"
	_ "image/jpeg"
)

// pictureOf decodes a picture of any format.
func pictureOf(t *testing.T, file []byte) image.Image {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSample draws single pictures, sheets, strips and animations. The pictures of a sheet are those that are drawn alone by
// the same seed only in the first place; others are further ones.
func TestSample(t *testing.T) {
	dir := t.TempDir()
	name := func(s string) string { return filepath.Join(dir, s) }
	must(t, nil, "sample", "--model", "cifar10", "--size", "32", "--seed", "4", name("one.png"))
	must(t, nil, "sample", "--model", "cifar10", "--size", "32x32", "--seed", "4", "--count", "5", "-o", name("five.png"))
	must(t, nil, "sample", "--model", "cifar10", "--size", "32", "--seed", "4", "--frames", "-o", name("frames.png"))
	must(t, nil, "sample", "--model", "cifar10", "--size", "32", "--seed", "4", "--count", "2", "--frames", "-o", name("frames.apng"))
	must(t, nil, "sample", "--size", "40x20", "--gray", "-o", name("gray.gif"))
	one, five, strip := pictureOf(t, readFile(t, name("one.png"))), pictureOf(t, readFile(t, name("five.png"))), pictureOf(t, readFile(t, name("frames.png")))
	at := func(m image.Image, x, y int) image.Image { // 32x32 pixels of a sheet
		return m.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(image.Rect(x, y, x+32, y+32))
	}
	if one.Bounds() != image.Rect(0, 0, 32, 32) || five.Bounds() != image.Rect(0, 0, 3*34-2, 2*34-2) || strip.Bounds() != image.Rect(0, 0, 10*34-2, 32) {
		t.Fatalf("%v, %v, %v", one.Bounds(), five.Bounds(), strip.Bounds())
	}
	if !samePixels(one, at(five, 0, 0)) || samePixels(one, at(five, 34, 0)) || !samePixels(one, at(strip, 9*34, 0)) || samePixels(one, at(strip, 0, 0)) {
		t.Error("pictures are not where they should be on the sheets")
	}
	animation := readFile(t, name("frames.apng"))
	if first := pictureOf(t, animation); first.Bounds() != image.Rect(0, 0, 66, 32) || bytes.Count(animation, []byte("fcTL")) != 10 {
		t.Errorf("an animation of %v, of %d frames", first.Bounds(), bytes.Count(animation, []byte("fcTL")))
	}
	if gray := pictureOf(t, readFile(t, name("gray.gif"))); gray.Bounds() != image.Rect(0, 0, 40, 20) {
		t.Error(gray.Bounds())
	}
	if again := must(t, nil, "sample", "--model", "cifar10", "--size", "32", "--seed", "4", "-o", "-"); !samePixels(one, pictureOf(t, again)) {
		t.Error("a seed gives two pictures")
	}
}

// samePixels reports whether two pictures have the same colours.
func samePixels(a, b image.Image) bool {
	d, e := a.Bounds(), b.Bounds()
	for y := range d.Dy() {
		for x := range d.Dx() {
			ar, ag, ab, _ := a.At(d.Min.X+x, d.Min.Y+y).RGBA()
			br, bg, bb, _ := b.At(e.Min.X+x, e.Min.Y+y).RGBA()
			if ar != br || ag != bg || ab != bb {
				return false
			}
		}
	}
	return d.Size() == e.Size()
}

func TestSampleUsage(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "a.png")
	writeFile(t, out, nil)
	for _, c := range []struct {
		status int
		words  string
		args   []string
	}{
		{2, "width and height", []string{"--size", "0x5"}},
		{2, "width and height", []string{"--size", "big"}},
		{2, "--count is between", []string{"--count", "0"}},
		{2, "--count is between", []string{"--count", "10001"}},
		{2, "no model \"cats\"", []string{"--model", "cats"}},
		{2, "an animation is of --frames", []string{"-o", filepath.Join(dir, "a.apng")}},
		{2, "ends in its format", []string{"-o", filepath.Join(dir, "a.webp")}},
		{2, "one name", []string{"-o", out, "b.png"}},
		{1, "exists", []string{"-o", out}},
		{1, "limit", []string{"--size", "100000x100000", "-o", filepath.Join(dir, "large.png")}},
	} {
		fails(t, c.status, []string{c.words}, nil, append([]string{"sample"}, c.args...)...)
	}
	if _, err := os.Stat(filepath.Join(dir, "large.png")); err == nil {
		t.Error("a picture that failed is there")
	}
}

// TestInterpolate draws pictures between two.
func TestInterpolate(t *testing.T) {
	dir := folder(t, "tiny/rock.png", "tiny/fruit.png", "odd/rgb-17x13.png")
	name := func(s string) string { return filepath.Join(dir, s) }
	rock, fruit, out := name("rock.png"), name("fruit.png"), name("out.png")
	must(t, nil, "interpolate", "--model", "cifar10", "--timestep", "50", "--steps", "3", "-o", out, rock, fruit)
	if m := pictureOf(t, readFile(t, out)); m.Bounds() != image.Rect(0, 0, 5*34-2, 32) {
		t.Errorf("a sheet of %v", m.Bounds())
	}
	fails(t, 1, []string{"exists"}, nil, "interpolate", "-o", out, rock, fruit)
	fails(t, 1, []string{"not of one size"}, nil, "interpolate", "-o", name("b.png"), rock, name("rgb-17x13.png"))
	fails(t, 2, []string{"two pictures"}, nil, "interpolate", rock)
	fails(t, 2, []string{"timesteps go"}, nil, "interpolate", "--timestep", "1001", rock, fruit)
	fails(t, 2, []string{"--steps is between"}, nil, "interpolate", "--steps", "1", rock, fruit)
}

// TestDecodeSample continues a file that is cut, by accident and on purpose: one picture, and a sheet.
func TestDecodeSample(t *testing.T) {
	dir := folder(t, "tiny/rock.png")
	name := func(s string) string { return filepath.Join(dir, s) }
	must(t, nil, "encode", "--mode", "modelled", name("rock.png"))
	original := pictureOf(t, readFile(t, name("rock.png")))
	sample := func(args ...string) image.Image {
		return pictureOf(t, must(t, nil, append([]string{"decode", "-o", "-", name("rock.ddpmz")}, args...)...))
	}
	mean, one, other := sample("--steps", "955"), sample("--steps", "955", "--sample"), sample("--steps", "955", "--sample", "--seed", "1")
	if samePixels(mean, one) || samePixels(one, other) || samePixels(one, original) {
		t.Error("a sample is the mean, or that of another seed, or the picture itself")
	}
	sheet := sample("--steps", "955", "--sample", "--count", "3")
	if sheet.Bounds() != image.Rect(0, 0, 66, 66) {
		t.Fatalf("three pictures on a sheet of %v", sheet.Bounds())
	}
	first := sheet.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(0, 0, 32, 32))
	if !samePixels(one, first) {
		t.Error("the first picture of a sheet is not that of the seed")
	}
	if !samePixels(sample("--sample"), original) {
		t.Error("a whole file does not decode to its picture")
	}
	file := readFile(t, name("rock.ddpmz"))
	r := ddpmz(file[:len(file)/2], "decode", "--sample", "-")
	if r.status != 3 || !inOrder(r.err, []string{"cut", "drawn at random"}) {
		t.Errorf("status %d, %s", r.status, r.err)
	}
	if _, err := png.Decode(bytes.NewReader(r.out)); err != nil {
		t.Error(err)
	}
	fails(t, 2, []string{"--seed and --count are for --sample"}, nil, "decode", "--seed", "1", name("rock.ddpmz"))
}
