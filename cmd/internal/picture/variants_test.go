package picture

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestVariants has the tools of the reference libraries make files of many kinds,
// and reads them; pixels must be those of the reference decoders. Every fourth is tried, or
// all with DDPMZ_LONG=1. In the commands, $in is a photograph of 83 x 61 pixels and $out the file to make; what stands
// between bars is run one after the other.
func TestVariants(t *testing.T) {
	step := 4 // some will do
	if os.Getenv("DDPMZ_LONG") == "1" {
		step = 1
	}
	photo, err := filepath.Abs(filepath.Join("..", "..", "..", "testdata", "landscape.png"))
	if err != nil {
		t.Fatal(err)
	}
	in := filepath.Join(t.TempDir(), "in.png")
	if _, err := run("convert", photo, "-crop", "83x61+100+200", "+repage", "-strip", in); errors.Is(err, exec.ErrNotFound) {
		t.Skip("ImageMagick, which makes the files, is not installed")
	} else if err != nil {
		t.Fatal(err)
	}
	for i, test := range []struct{ suffix, commands string }{
		{"tif", "convert $in -compress none $out"},
		{"tif", "convert $in -compress lzw $out"},
		{"tif", "convert $in -compress zip -define tiff:predictor=2 $out"},
		{"tif", "convert $in -compress rle $out"},
		{"tif", "convert $in -compress lzw -define tiff:predictor=2 -define tiff:endian=msb $out"},
		{"tif", "convert $in -compress zip -depth 16 -define tiff:predictor=2 $out"},
		{"tif", "convert $in -compress lzw -depth 16 -define tiff:endian=msb -define tiff:predictor=2 $out"},
		{"tif", "convert $in -compress zip -depth 16 -colorspace gray $out"},
		{"tif", "convert $in -compress none -depth 4 -colorspace gray $out"},
		{"tif", "convert $in -compress lzw -depth 2 -colorspace gray $out"},
		{"tif", "convert $in -compress none -depth 12 $out"},
		{"tif", "convert $in -compress none -depth 10 -colorspace gray $out"},
		{"tif", "convert $in -compress none -alpha set -channel A -evaluate set 60% $out"},
		{"tif", "convert $in -compress none -depth 16 -alpha set -channel A -evaluate set 60% $out"},
		{"tif", "convert $in -compress none -colorspace gray -alpha set -channel A -evaluate set 60% $out"},
		{"tif", "convert $in -compress none -define quantum:polarity=min-is-white -colorspace gray $out"},
		{"tif", "convert $in -colors 200 -type palette -compress lzw $out"},
		{"tif", "convert $in -colors 13 -type palette -compress none $out"},
		{"tif", "convert $in -colors 2 -type palette -compress none $out"},
		{"tif", "convert $in -colorspace cmyk -compress lzw $out"},
		{"tif", "convert $in -monochrome -compress group4 $out"},
		{"tif", "convert $in -monochrome -compress fax $out"},
		{"tif", "convert $in -monochrome -compress none -define quantum:polarity=min-is-white $out"},
		{"tif", "convert $in -monochrome -compress group4 $out.1.tif | tiffcp -c g3:1d $out.1.tif $out"},
		{"tif", "convert $in -monochrome -compress group4 $out.1.tif | tiffcp -c g3:2d $out.1.tif $out"},
		{"tif", "convert $in -monochrome -compress group4 $out.1.tif | tiffcp -c g3:2d:fill -r 7 $out.1.tif $out"},
		{"tif", "convert $in -monochrome -compress group4 $out.1.tif | tiffcp -c g3:1d:fill -f lsb2msb $out.1.tif $out"},
		{"tif", "convert $in -monochrome -compress group4 $out.1.tif | tiffcp -c g4 -f lsb2msb -r 10 $out.1.tif $out"},
		{"tif", "convert $in -monochrome -compress group4 $out.1.tif | tiffcp -c none -f lsb2msb $out.1.tif $out"},
		{"tif", "convert $in -resize 3000x -monochrome -compress group4 $out.1.tif | tiffcp -c g4 $out.1.tif $out"},
		{"tif", "convert $in -monochrome -define quantum:polarity=min-is-white -compress group4 $out.1.tif | tiffcp -c g3:2d $out.1.tif $out"},
		{"tif", "convert $in -compress none $out.1.tif | tiffcp -p separate -c lzw:2 $out.1.tif $out"},
		{"tif", "convert $in -depth 16 -interlace plane -compress zip -define tiff:predictor=2 -define tiff:endian=msb $out"},
		{"tif", "convert $in -compress none $out.1.tif | tiffcp -t -w 32 -l 16 -c packbits $out.1.tif $out"},
		{"tif", "convert $in -compress none $out.1.tif | tiffcp -t -w 32 -l 48 -p separate -c lzw:2 $out.1.tif $out"},
		{"tif", "convert $in -monochrome -compress group4 $out.1.tif | tiffcp -t -w 32 -l 32 -c g4 $out.1.tif $out"},
		{"tif", "convert $in -colors 13 -type palette -compress none $out.1.tif | tiffcp -t -w 16 -l 16 -c zip $out.1.tif $out"},
		{"tif", "convert $in -compress none -depth 16 -alpha set $out.1.tif | tiffcp -8 -L -c lzw $out.1.tif $out"},
		{"tif", "convert $in -compress none $out.1.tif | tiffcp -8 -B -c zip $out.1.tif $out"},
		{"tif", "convert $in -compress jpeg -sampling-factor 2x2 $out"},
		{"tif", "convert $in -compress jpeg -colorspace cmyk $out"},
		{"tif", "convert $in -compress none $out.1.tif | tiffcp -c jpeg:r -p separate $out.1.tif $out"},
		{"tif", "convert $in -compress none $out.1.tif | tiffcp -c jpeg:75 -t -w 32 -l 32 $out.1.tif $out"},
		{"tif", "convert $in -compress none $out.1.tif | tiffcp -c jpeg -r 16 $out.1.tif $out"},
		{"tif", "convert $in -colorspace cmyk -compress none $out.1.tif | tiffcp -p separate -c packbits $out.1.tif $out"},
		{"tif", "convert $in -depth 16 -compress none $out.1.tif | tiffcp -c zip:2 -t -w 16 -l 32 -B $out.1.tif $out"},
		{"tif", "convert $in -compress none -alpha set -channel A -fx i/w -define tiff:alpha=unspecified $out"},
		{"bmp", "convert $in BMP2:$out"},
		{"bmp", "convert $in BMP3:$out"},
		{"bmp", "convert $in -alpha set -channel A -evaluate set 60% BMP3:$out"},
		{"bmp", "convert $in -alpha set -channel A -evaluate set 60% BMP:$out"},
		{"bmp", "convert $in -colors 200 -type palette -compress none BMP3:$out"},
		{"bmp", "convert $in -colors 200 -type palette -compress rle BMP3:$out"},
		{"bmp", "convert $in -colors 13 -type palette -compress none BMP3:$out"},
		{"bmp", "convert $in -colors 13 -type palette BMP2:$out"},
		{"bmp", "convert $in -colors 200 -type palette BMP2:$out"},
		{"bmp", "convert $in -monochrome BMP3:$out"},
		{"bmp", "convert $in -define bmp:subtype=RGB555 BMP:$out"},
		{"bmp", "convert $in -define bmp:subtype=RGB565 BMP:$out"},
		{"bmp", "convert $in -colorspace gray BMP:$out"},
		{"pbm", "convert $in -monochrome -compress none $out"},
		{"pbm", "convert $in -monochrome $out"},
		{"pgm", "convert $in -colorspace gray -compress none $out"},
		{"pgm", "convert $in -colorspace gray -depth 16 $out"},
		{"pgm", "convert $in -colorspace gray $out.1.pgm | pamdepth 100 $out.1.pgm > $out"},
		{"pgm", "convert $in -colorspace gray -depth 16 $out.1.pgm | pamdepth 4095 $out.1.pgm > $out"},
		{"ppm", "convert $in -compress none -depth 16 $out"},
		{"ppm", "convert $in $out.1.ppm | pamdepth 1000 $out.1.ppm > $out"},
		{"pam", "convert $in -alpha set -channel A -evaluate set 60% $out"},
		{"pam", "convert $in -alpha set -depth 16 -colorspace gray -channel A -evaluate set 60% $out"},
		{"webp", "cwebp -quiet -q 30 $in -o $out"},
		{"webp", "cwebp -quiet -q 90 -crop 1 2 66 51 $in -o $out"},
		{"webp", "cwebp -quiet -q 90 -crop 1 2 1 1 $in -o $out"},
		{"webp", "cwebp -quiet -q 90 -crop 1 2 2 3 $in -o $out"},
		{"webp", "cwebp -quiet -lossless $in -o $out"},
		{"webp", "convert $in -alpha set -channel A -fx i/w $out.1.png | cwebp -quiet -exact -q 50 $out.1.png -o $out"},
		{"webp", "convert $in -alpha set -channel A -fx i/w $out.1.png | cwebp -quiet -alpha_q 30 -q 50 $out.1.png -o $out"},
		{"webp", "convert $in -alpha set -channel A -fx i/w $out.1.png | cwebp -quiet -exact -lossless $out.1.png -o $out"},
		{"gif", "convert $in $out"},
		{"gif", "convert $in -alpha set -channel A -threshold 40% $out"},
		{"webp", "cwebp -quiet -q 50 -f 100 -strong $in -o $out"},
		{"webp", "cwebp -quiet -q 50 -f 60 -nostrong -sharpness 7 -segments 4 $in -o $out"},
		{"webp", "cwebp -quiet -near_lossless 20 $in -o $out"},
		{"webp", "convert $in -colors 4 -alpha set -channel A -threshold 50% $out.1.png | cwebp -quiet -lossless $out.1.png -o $out"},
		{"gif", "convert $in -interlace GIF $out"},
		{"gif", "convert $in -resize 20x10 -repage 40x30+25+26 $out"},
		{"gif", "convert $in -resize 20x10 -repage 40x30+5+6 -alpha set -channel A -threshold 40% $out"},
		{"png", "convert $in -depth 16 $out"},
		{"png", "convert $in -interlace PNG -colors 13 $out"},
	} {
		if i%step > 0 {
			continue
		}
		t.Run(test.commands, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out."+test.suffix)
			for command := range strings.SplitSeq(test.commands, "|") {
				words := strings.Fields(strings.NewReplacer("$in", in, "$out", out).Replace(command))
				to := ""
				if n := len(words); n > 2 && words[n-2] == ">" {
					to, words = words[n-1], words[:n-2]
				}
				said, err := run(words[0], words[1:]...)
				if errors.Is(err, exec.ErrNotFound) {
					t.Skip(err)
				}
				if err != nil {
					t.Fatal(err)
				}
				if to != "" {
					if err := os.WriteFile(to, said, 0o666); err != nil {
						t.Fatal(err)
					}
				}
			}
			compareWithReference(t, out)
		})
	}
}

// compareWithReference reads a file and compares its pixels with those of the
// reference decoder.
func compareWithReference(t *testing.T, name string) {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := Read(f, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	have := rasterOf(p.Image)
	want, err := reference(t, p.Format, name)
	if err != nil {
		t.Fatal(err)
	}
	if p.Format == "gif" {
		have.hideTransparent()
		want.hideTransparent()
	}
	if have.width != want.width || have.height != want.height {
		t.Fatalf("%d x %d pixels, the reference decoder has %d x %d", have.width, have.height, want.width, want.height)
	}
	wrong, first := 0, ""
	for i, v := range have.samples {
		if v != want.samples[i] {
			if wrong++; first == "" {
				at := i / 4
				first = strings.TrimSpace(strings.Join([]string{string("RGBA"[i%4]), strconv.Itoa(at % have.width), strconv.Itoa(at / have.width), strconv.Itoa(int(v)), strconv.Itoa(int(want.samples[i]))}, " "))
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%s, %T: %d of %d samples differ, first (channel, x, y, have, want) %s; losses %v", p.Format, p.Image, wrong, len(have.samples), first, p.Losses)
	}
}
