package pixels

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec/jpeg"
)

var updateDigests = flag.Bool("update-digests", false, "write the digests of djpeg's pictures")

// digestsFile is a table of JPEG files and the SHA-256 of what djpeg -pnm of Debian 12 (libjpeg-turbo 2.1.5) makes of them: those of
// testdata, which are small and of every kind, and those of the shared data, from the folders camera, kinds and formats, that djpeg
// reads whole.
const digestsFile = "testdata/djpeg.tsv"

// sharedFolder is where the shared data are.
const sharedFolder = "../../../../shared/data"

// sharedFiles are patterns of JPEG files there.
var sharedFiles = []string{"jpeg/camera/*.jpg", "jpeg/kinds/*.jp*g", "formats/jpeg-*.jpg"}

// longFile is the length of files, in bytes, that are only read with DDPMZ_LONG=1.
const longFile = 100_000

// djpeg returns djpeg's picture of a file, and no error if it only warns of something.
func djpeg(name string) ([]byte, error) {
	out, err := exec.Command("djpeg", "-pnm", name).Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == 2 {
		err = nil
	}
	return out, err
}

// pnm writes a picture as djpeg -pnm does.
func pnm(img image.Image) []byte {
	size := img.Bounds().Size()
	switch img := img.(type) {
	case *image.Gray:
		return append(fmt.Appendf(nil, "P5\n%d %d\n255\n", size.X, size.Y), img.Pix...)
	case *image.RGBA:
		out := fmt.Appendf(nil, "P6\n%d %d\n255\n", size.X, size.Y)
		for p := img.Pix; len(p) > 0; p = p[4:] {
			out = append(out, p[0], p[1], p[2])
		}
		return out
	}
	return nil
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// TestPictures: pictures are djpeg's, to the last bit. Where djpeg is installed, the digests of the files of testdata are checked, too,
// and with DDPMZ_LONG=1 all.
func TestPictures(t *testing.T) {
	if *updateDigests {
		writeDigests(t)
	}
	table, err := os.ReadFile(digestsFile)
	if err != nil {
		t.Fatal(err)
	}
	_, absent := exec.LookPath("djpeg")
	if absent != nil {
		t.Log("no djpeg: its digests are compared, and are not made again")
	}
	long := os.Getenv("DDPMZ_LONG") == "1"
	missing := 0
	for line := range strings.Lines(string(table)) {
		name, want, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			t.Fatalf("line %q", line)
		}
		own := strings.HasPrefix(name, "testdata/")
		file := name
		if !own {
			file = filepath.Join(sharedFolder, filepath.FromSlash(name))
		}
		data, err := os.ReadFile(file)
		switch {
		case err != nil && !own && errors.Is(err, os.ErrNotExist):
			missing++
			continue
		case err != nil:
			t.Error(err)
			continue
		case len(data) > longFile && !long:
			continue
		}
		t.Run(name, func(t *testing.T) {
			f, err := jpeg.Parse(data, jpeg.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			img, err := Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			have := pnm(img)
			if digestOf(have) != want {
				t.Errorf("the digest of the picture is %s, want %s", digestOf(have), want)
			}
			if absent != nil || !own && !long {
				return
			}
			if other, err := djpeg(file); err != nil {
				t.Error(err)
			} else if !bytes.Equal(have, other) {
				t.Errorf("the installed djpeg makes another picture, of digest %s", digestOf(other))
			}
		})
	}
	if missing > 0 {
		t.Logf("%d files of the shared data are not there", missing)
	}
}

// writeDigests makes the table of what djpeg and package jpeg read.
func writeDigests(t *testing.T) {
	names, err := filepath.Glob("testdata/*.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range sharedFiles {
		files, err := filepath.Glob(filepath.Join(sharedFolder, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		names = append(names, files...)
	}
	var out bytes.Buffer
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jpeg.Parse(data, jpeg.Limits{}); err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		picture, err := djpeg(name)
		if err != nil {
			t.Fatalf("%s: djpeg: %v", name, err)
		}
		fmt.Fprintf(&out, "%s\t%s\n", strings.TrimPrefix(filepath.ToSlash(name), sharedFolder+"/"), digestOf(picture))
	}
	if err := os.WriteFile(digestsFile, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkDecode makes the picture of a telephone's photograph of 8 megapixels.
func BenchmarkDecode(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(sharedFolder, "jpeg/camera/jolla.jpg"))
	if err != nil {
		b.Skip("no shared data")
	}
	f, err := jpeg.Parse(data, jpeg.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(f.Width) * int64(f.Height))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(f); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzDecode makes pictures of whatever package jpeg reads, in all sizes, by all decoders: bits 0 to 2 of size are what reduces, bits 6 and 7 the decoder.
func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.jpg")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, size := range []uint8{0, 1, 2, 3, 64, 128, 128 + 1} {
			f.Add(data, size)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		file, err := jpeg.Parse(data, jpeg.Limits{MaxPixels: 1 << 16, MaxMemory: 1 << 22})
		if err != nil {
			return
		}
		l, err := LayoutOf(file)
		if err != nil {
			if len(file.Components) != 2 || !errors.As(err, new(jpeg.UnsupportedError)) {
				t.Fatal(err)
			}
			return
		}
		reduce := size % 8
		l.Decoder = Decoder(size >> 6)
		img, err := l.Reduced(BlocksOf(file), 0, uint(reduce))
		if errors.As(err, new(LayoutError)) && l.Decoder != LibjpegTurbo && (l.Colours > RGB || l.Decoder > GoBefore26) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if want := image.Rect(0, 0, ceilDiv(file.Width, 1<<reduce), ceilDiv(file.Height, 1<<reduce)); img.Bounds() != want {
			t.Fatalf("a picture of %v, want %v", img.Bounds(), want)
		}
	})
}
