package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/internal/pnm"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

var updateReference = flag.Bool("update-reference", false, "write testdata/pixels.tsv anew, from what the reference decoders give")

// pixelsFile is a table of every file of the shared data that Read may meet: its path;
// what is expected; and the kinds of losses. It is expected
//
//   - "equal HASH": that the pixels have the checksum, which is of what the format's
//     reference decoder gives, as hashOf makes it;
//   - "refused TEXT": an error with that text.
//
// With the reference decoders installed (packages netpbm, webp, imagemagick, libtiff-tools and
// libjpeg-turbo-progs of Debian 12), the test runs them, and with -update-reference it writes the
// table anew.
const pixelsFile = "testdata/pixels.tsv"

// A raster is a picture in the form in which pictures are compared: red, green,
// blue and alpha of every pixel, straight, in 16 bits. Samples of n bits become
// round(v * 65535 / (2^n - 1)).
type raster struct {
	width, height int
	samples       []uint16
}

// hashOf returns the SHA-256 of width and height, as decimal numbers with a space
// between them and a line feed after, and all samples, big-endian.
func (r raster) hashOf() string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d\n", r.width, r.height)
	binary.Write(h, binary.BigEndian, r.samples)
	return hex.EncodeToString(h.Sum(nil))
}

// hideTransparent makes all invisible pixels black: in GIF files they have no
// colour.
func (r raster) hideTransparent() {
	for i := 0; i < len(r.samples); i += 4 {
		if r.samples[i+3] == 0 {
			clear(r.samples[i : i+3])
		}
	}
}

func rasterOf(img image.Image) raster {
	b := img.Bounds()
	r := raster{width: b.Dx(), height: b.Dy()}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := colourAt(img, x, y)
			r.samples = append(r.samples, c.R, c.G, c.B, c.A)
		}
	}
	return r
}

// rasterOfPAM reads a PAM or raw PNM file that a program of Netpbm or dwebp wrote.
func rasterOfPAM(file []byte) (raster, error) {
	in := bytes.NewBuffer(file)
	var width, height, depth, most int
	var magic string
	fmt.Fscan(in, &magic)
	switch magic {
	case "P5", "P6":
		if depth = 1; magic == "P6" {
			depth = 3
		}
		if _, err := fmt.Fscan(in, &width, &height, &most); err != nil {
			return raster{}, err
		}
		in.Next(1)
	case "P7":
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return raster{}, err
			}
			name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			n, _ := strconv.Atoi(value)
			switch name {
			case "WIDTH":
				width = n
			case "HEIGHT":
				height = n
			case "DEPTH":
				depth = n
			case "MAXVAL":
				most = n
			}
			if name == "ENDHDR" {
				break
			}
		}
	default:
		return raster{}, fmt.Errorf("a reference decoder wrote %.10q", file)
	}
	r := raster{width: width, height: height}
	for range width * height {
		var s [4]uint16
		for i := range depth {
			v := int(in.Next(1)[0])
			if most > 255 {
				v = v<<8 | int(in.Next(1)[0])
			}
			s[i] = uint16((uint64(v)*65535 + uint64(most)/2) / uint64(most))
		}
		switch depth {
		case 1:
			s = [4]uint16{s[0], s[0], s[0], 65535}
		case 2:
			s = [4]uint16{s[0], s[0], s[0], s[1]}
		case 3:
			s[3] = 65535
		}
		r.samples = append(r.samples, s[:]...)
	}
	return r, nil
}

// hasImageMagick reports whether the command convert is ImageMagick's: other programs have that name, too.
var hasImageMagick = sync.OnceValue(func() bool {
	version, err := exec.Command("convert", "-version").Output()
	return err == nil && bytes.Contains(version, []byte("ImageMagick"))
})

// run runs a reference decoder.
func run(name string, args ...string) ([]byte, error) {
	if name == "convert" && !hasImageMagick() {
		return nil, fmt.Errorf("%s: %w", name, exec.ErrNotFound)
	}
	c := exec.Command(name, args...)
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return out.Bytes(), fmt.Errorf("%s: %w: %s", name, err, said.String())
	}
	return out.Bytes(), nil
}

// convert asks ImageMagick for the pixels of a file.
func convert(args ...string) (raster, error) {
	size, err := run("convert", slices.Concat(args, []string{"-format", "%w %h\n", "info:-"})...)
	if err != nil {
		return raster{}, err
	}
	var r raster
	if _, err := fmt.Sscan(string(size), &r.width, &r.height); err != nil {
		return r, err
	}
	out, err := run("convert", slices.Concat(args, []string{"-depth", "16", "-endian", "MSB", "rgba:-"})...)
	if err != nil {
		return r, err
	}
	if len(out) != 8*r.width*r.height {
		return r, fmt.Errorf("ImageMagick wrote %d bytes for %d x %d pixels", len(out), r.width, r.height)
	}
	for ; len(out) > 0; out = out[2:] {
		r.samples = append(r.samples, binary.BigEndian.Uint16(out))
	}
	return r, nil
}

// reference decodes a file by the reference decoder of its format: pngtopam
// (libpng), dwebp (libwebp), tiff2rgba (libtiff) for palettes, CMYK and JPEG, and ImageMagick
// (libtiff too) for other TIFF files, which tiff2rgba cuts to 8 bits,
// ImageMagick for BMP and for the canvas of GIF, pamdepth for Netpbm's, and djpeg.
func reference(t *testing.T, format, file string) (raster, error) {
	switch format {
	case "png":
		content, err := os.ReadFile(file)
		if err != nil {
			return raster{}, err
		}
		if content[25] == metadata.RGB && bytes.Contains(content, []byte("tRNS")) {
			// pngtopam does not make the colour of tRNS transparent. ImageMagick does, and minds gAMA.
			plain := []byte(pngSignature)
			kinds, data := walk(content)
			for i, kind := range kinds {
				if kind != "gAMA" {
					plain = appendChunk(plain, kind, data[i])
				}
			}
			file = filepath.Join(t.TempDir(), "plain.png")
			if err := os.WriteFile(file, plain, 0o666); err != nil {
				return raster{}, err
			}
			return convert(file)
		}
		out, err := run("pngtopam", "-alphapam", file)
		if err != nil {
			return raster{}, err
		}
		return rasterOfPAM(out)
	case "webp":
		frame := file
		if info, err := run("webpmux", "-info", file); err == nil && strings.Contains(string(info), "Number of frames") {
			frame = filepath.Join(t.TempDir(), "frame.webp")
			if _, err := run("webpmux", "-get", "frame", "1", file, "-o", frame); err != nil {
				return raster{}, err
			}
		}
		out, err := run("dwebp", "-quiet", "-pam", frame, "-o", "-")
		if err != nil {
			return raster{}, err
		}
		return rasterOfPAM(out)
	case "gif":
		return convert(file, "-coalesce", "-delete", "1--1")
	case "bmp":
		return convert(file)
	case "tiff":
		info, _ := run("tiffinfo", "-0", file)
		for _, kind := range []string{"separated", "palette color", "Compression Scheme: JPEG"} {
			if strings.Contains(string(info), kind) {
				out := filepath.Join(t.TempDir(), "rgba.tif")
				if _, err := run("tiff2rgba", "-c", "none", file, out); err != nil {
					return raster{}, err
				}
				return convert(out)
			}
		}
		return convert(file + "[0]")
	case "pbm", "pgm", "ppm", "pam":
		content, err := os.ReadFile(file)
		if err != nil {
			return raster{}, err
		}
		depth := "255"
		if h, err := pnm.ReadHeader(content); err == nil && h.Max > 255 {
			depth = "65535"
		}
		out, err := run("pamdepth", depth, file)
		if err != nil {
			return raster{}, err
		}
		return rasterOfPAM(out)
	case "jpeg":
		out, err := run("djpeg", "-pnm", file)
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == 2 { // a warning
			err = nil
		}
		if err != nil {
			return raster{}, err
		}
		return rasterOfPAM(out)
	}
	return raster{}, fmt.Errorf("no reference decoder for %s", format)
}

// dataFolder returns where the shared data should be.
func dataFolder() string {
	if data := os.Getenv("DDPMZ_DATA"); data != "" {
		return data
	}
	return filepath.Join("..", "..", "..", "..", "shared", "data")
}

// sharedData returns the folder of shared data, or skips.
func sharedData(t testing.TB) string {
	t.Helper()
	data := dataFolder()
	if _, err := os.Stat(filepath.Join(data, "formats")); err != nil {
		t.Skipf("no pictures in %s: set DDPMZ_DATA to the folder that holds formats and graphics", data)
	}
	return data
}

// TestReference reads every file of the shared data's formats, PngSuite and
// libjxl's pictures, and compares with testdata/pixels.tsv and, where it is
// installed, with the reference decoder itself.
func TestReference(t *testing.T) {
	data := sharedData(t)
	want := map[string][2]string{}
	table, err := os.ReadFile(pixelsFile)
	if err != nil && !*updateReference {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(fields) != 3 {
			t.Fatalf("line %q", line)
		}
		want[fields[0]] = [2]string{fields[1], fields[2]}
	}
	var out strings.Builder
	seen := map[string]bool{}
	for _, folder := range []string{"formats", "graphics/pngsuite", "graphics/pngsuite_broken", "graphics/libjxl"} {
		files, err := filepath.Glob(filepath.Join(data, filepath.FromSlash(folder), "*"))
		if err != nil || len(files) == 0 {
			t.Errorf("no files in %s", folder)
		}
		for _, file := range files {
			if strings.HasSuffix(file, ".md") {
				continue
			}
			name := folder + "/" + filepath.Base(file)
			seen[name] = true
			t.Run(name, func(t *testing.T) {
				expected, losses := checkReference(t, file, want[name])
				fmt.Fprintf(&out, "%s\t%s\t%s\n", name, expected, losses)
			})
		}
	}
	for name := range want {
		if !seen[name] && !*updateReference {
			t.Errorf("%s is in %s and not in the shared data", name, pixelsFile)
		}
	}
	if *updateReference && !t.Failed() {
		if err := os.WriteFile(pixelsFile, []byte(out.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// checkReference compares one file with what is expected and with the reference
// decoder, and returns the line for it.
func checkReference(t *testing.T, file string, want [2]string) (expected, losses string) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(bytes.NewReader(content), ReadOptions{})
	if err != nil {
		expected = "refused " + err.Error()
		if !*updateReference && expected != want[0] {
			t.Errorf("%s, want %s", expected, want[0])
		}
		return expected, ""
	}
	have := rasterOf(p.Image)
	if p.Format == "gif" {
		have.hideTransparent()
	}
	expected = "equal " + have.hashOf()
	var kinds []string
	for _, l := range p.Losses {
		kinds = append(kinds, l.Kind)
	}
	losses = strings.Join(kinds, " ")
	if got := [2]string{expected, losses}; !*updateReference && got != want {
		t.Errorf("%q (losses %v), want %q", got, p.Losses, want)
	}
	ref, err := reference(t, p.Format, file)
	if p.Format == "gif" {
		ref.hideTransparent()
	}
	switch {
	case errors.Is(err, exec.ErrNotFound):
		if *updateReference {
			t.Fatal(err)
		}
		return expected, losses
	case err != nil:
		t.Errorf("the reference decoder: %v", err)
	case ref.width != have.width || ref.height != have.height:
		t.Errorf("%d x %d pixels, the reference decoder has %d x %d", have.width, have.height, ref.width, ref.height)
	case ref.hashOf() != have.hashOf():
		for i, v := range have.samples {
			if v != ref.samples[i] {
				t.Fatalf("sample %d of pixel %d, %d is %d, of the reference decoder %d", i%4, i/4%have.width, i/4/have.width, v, ref.samples[i])
			}
		}
	}
	return expected, losses
}
