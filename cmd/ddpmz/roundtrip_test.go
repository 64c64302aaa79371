package main

import (
	"bytes"
	"image/png"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// pictures are small ones of every kind.
var pictures = []string{
	"alpha.png", "alpha16.png", "gray16.png", "palette.png", "noise.png",
	"tiny/cloth.png", "tiny/rock.png", "tiny/windows.png",
	"odd/gray-1x1.png", "odd/rgb-1x7.png", "odd/gray-7x1.png", "odd/rgb-2x2.png", "odd/rgb-17x13.png",
}

// TestFiles goes from PNG to ddpmz to PNG by the names that the program chooses.
func TestFiles(t *testing.T) {
	for _, name := range pictures {
		dir := folder(t, name)
		original := filepath.Join(dir, filepath.Base(name))
		stem := strings.TrimSuffix(original, ".png")
		must(t, nil, "encode", original)
		must(t, nil, "decode", "--force", stem+".ddpmz") // over the original
		t.Run(name, func(t *testing.T) { wantSame(t, readFile(t, original), load(t, name)) })
		wantFiles(t, dir, filepath.Base(original), filepath.Base(stem)+".ddpmz")
	}
}

// TestPipes does the same by standard streams.
func TestPipes(t *testing.T) {
	for _, name := range []string{"alpha16.png", "palette.png", "tiny/rock.png", "odd/gray-17x13.png"} {
		t.Run(name, func(t *testing.T) {
			original := load(t, name)
			coded := must(t, original, "encode")
			wantSame(t, must(t, coded, "decode"), original)
		})
	}
}

// TestDashes names the standard streams in each of the ways that there are.
func TestDashes(t *testing.T) {
	original := load(t, "tiny/rock.png")
	coded := must(t, original, "encode")
	for _, args := range [][]string{{"-"}, {"-o", "-"}, {"-", "-o", "-"}, {"--output=-", "-"}, {"--", "-"}, {"-o-"}} {
		if !bytes.Equal(must(t, original, append([]string{"encode"}, args...)...), coded) {
			t.Errorf("%q: other bytes", args)
		}
	}
}

// TestModes checks that each mode does what it says, by what info calls the result.
func TestModes(t *testing.T) {
	original := load(t, "tiny/rock.png")
	for mode, want := range map[string]string{"modelled": "by the model photo", "stored": "stored"} {
		coded := must(t, original, "encode", "--mode", mode, "--model", "photo")
		if info := must(t, coded, "info"); !bytes.Contains(info, []byte("coding   "+want)) {
			t.Errorf("mode %s gives\n%s", mode, info)
		}
		wantSame(t, must(t, coded, "decode"), original)
	}
	fails(t, 2, []string{`no mode "fast"`, "auto, modelled and stored"}, original, "encode", "--mode", "fast")
	fails(t, 2, []string{`no model "none"`, "photo"}, original, "encode", "--model", "none")
	fails(t, 1, []string{"standard input: ", "paletted"}, load(t, "palette.png"), "encode", "--mode", "modelled")
}

// TestMetadata checks that what a PNG file says beside its pixels is there again in the end.
func TestMetadata(t *testing.T) {
	for _, n := range []int{20, 9000} { // before the picture, behind it
		original := withText(t, load(t, "tiny/rock.png"), n)
		coded := must(t, original, "encode")
		wantSame(t, must(t, coded, "decode"), original)

		r := ddpmz(coded, "decode", "--format", "bmp")
		if r.status != 0 || !strings.HasPrefix(r.err, "ddpmz: note: standard input: not kept: ") {
			t.Errorf("BMP: status %d, %q", r.status, r.err)
		}
		must(t, coded, "decode", "--format", "bmp", "--quiet")
	}

	// Cut inside the text, the picture is whole.
	coded := must(t, withText(t, load(t, "tiny/rock.png"), 9000), "encode")
	r := ddpmz(coded[:len(coded)-100], "decode")
	if r.status != 3 || !strings.Contains(r.err, "exact; metadata may be missing") {
		t.Errorf("cut metadata: status %d, %q", r.status, r.err)
	}
	wantSame(t, r.out, load(t, "tiny/rock.png"))
}

// TestPackedInHaste checks that PNG files of previews are packed by image/png's quickest level, and those of exact
// pictures by its usual one.
func TestPackedInHaste(t *testing.T) {
	for _, name := range []string{"rgb-17x13.png", "gray-17x13.png"} {
		coded := must(t, load(t, "odd/"+name), "encode", "--mode", "modelled")
		half := must(t, coded, "truncate", "--bytes", strconv.Itoa(len(coded)/2))
		for _, test := range []struct {
			file  []byte
			args  []string
			level png.CompressionLevel
		}{
			{coded, nil, png.DefaultCompression},
			{coded, []string{"--steps", "1000"}, png.DefaultCompression},
			{coded, []string{"--steps", "900"}, png.BestSpeed},
			{half, []string{"--quiet"}, png.BestSpeed},
		} {
			have := must(t, test.file, append([]string{"decode"}, test.args...)...)
			p := decodePNG(t, have)
			for _, level := range []png.CompressionLevel{png.DefaultCompression, png.BestSpeed} {
				var want bytes.Buffer
				if _, err := picture.Write(&want, "png", p.Image, &p.Metadata, picture.WriteOptions{Compression: level}); err != nil {
					t.Fatal(err)
				}
				if same := bytes.Equal(have, want.Bytes()); same != (level == test.level) {
					t.Errorf("%s, decode %q: is level %d: %t", name, test.args, level, same)
				}
			}
		}
	}
}

// TestFormats decodes into other formats, chosen by either means, and encodes them again.
func TestFormats(t *testing.T) {
	dir := folder(t, "tiny/rock.png")
	original := load(t, "tiny/rock.png")
	coded := must(t, original, "encode")
	for _, suffix := range []string{"tiff", "bmp", "tif", "PNG"} {
		out := filepath.Join(dir, "x."+suffix)
		must(t, coded, "decode", "-o", out)
		if again := must(t, nil, "encode", "-o", "-", out); !bytes.Equal(again, coded) {
			t.Errorf("%s: not the same file in the end", suffix)
		}
		if piped := must(t, coded, "decode", "--format", suffix); !bytes.Equal(piped, readFile(t, out)) {
			t.Errorf("--format %s is not what -o x.%s is", suffix, suffix)
		}
	}
	if ppm := must(t, coded, "decode", "--format=ppm"); !bytes.HasPrefix(ppm, []byte("P6")) {
		t.Error("no PPM file")
	}
	must(t, must(t, coded, "decode", "--quiet", "--format=jpeg"), "encode")
	fails(t, 1, []string{"JPEG approximates"}, coded, "decode", "--strict", "--format=jpeg")

	fails(t, 2, []string{`unknown format "webp"`}, coded, "decode", "-o", filepath.Join(dir, "x.webp"))
	fails(t, 2, []string{`unknown format "webp"`}, coded, "decode", "--format", "webp")
	fails(t, 1, []string{"standard output: ", "transparency"}, encoded(t, "alpha.png"), "decode", "--format", "jpg")
}

// TestFormatNames checks that every format which the help lists is known.
func TestFormatNames(t *testing.T) {
	for _, format := range strings.FieldsFunc(strings.ReplaceAll(formats, " or ", ", "), func(r rune) bool { return r == ',' || r == ' ' }) {
		if known, ok := picture.FormatOf("x." + format); !ok || known != format || !holds("x."+format, format) {
			t.Errorf("%s is %q, %t", format, known, ok)
		}
	}
	if !holds("x.pnm", "ppm") || holds("x.pgm", "ppm") || holds("x.jpeg", "png") || !holds("x.jpeg", "jpeg") || holds("x.ddpmz", "png") || !holds("x.old", "png") {
		t.Error("a suffix is taken for another format")
	}
}
