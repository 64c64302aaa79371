package codec_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// A kodakJPEG is a Kodak photograph as a JPEG file of libjpeg-turbo's cjpeg, with the bytes of that, and of what others make of it.
type kodakJPEG struct {
	photograph                  string
	quality                     int
	sampling                    string
	jpeg, jpegtran, cjxl, ddpmz int
}

const (
	kodakJPEGsName = "testdata/jpeg-kodak.tsv"
	kodakJPEGsHead = "photograph\tquality\tsampling\tcjpeg\tjpegtran\tcjxl\tddpmz\n"
)

// kodakSettings are the settings of the JPEG files, in the order of the table in docs/jpeg.md.
var kodakSettings = []kodakJPEG{
	{quality: 50, sampling: "4:2:0"}, {quality: 50, sampling: "4:4:4"}, {quality: 75, sampling: "4:2:0"}, {quality: 75, sampling: "4:4:4"},
	{quality: 90, sampling: "4:2:0"}, {quality: 90, sampling: "4:4:4"}, {quality: 95, sampling: "4:2:0"}, {quality: 95, sampling: "4:4:4"},
}

// run returns what a program writes to its standard output.
func run(in []byte, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	var out, problem bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &problem
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %v: %s", name, err, problem.String())
	}
	return out.Bytes(), nil
}

// file makes the JPEG file.
func (k *kodakJPEG) file(t *testing.T, dir string) ([]byte, error) {
	m := open(t, filepath.Join(dir, k.photograph+".png"))
	size := m.Bounds().Size()
	ppm := fmt.Appendf(nil, "P6 %d %d 255\n", size.X, size.Y)
	for y := range size.Y {
		for x := range size.X {
			r, g, b, _ := m.At(x, y).RGBA()
			ppm = append(ppm, byte(r>>8), byte(g>>8), byte(b>>8))
		}
	}
	args := []string{"-quality", strconv.Itoa(k.quality)}
	if k.sampling == "4:4:4" {
		args = append(args, "-sample", "1x1")
	}
	return run(ppm, "cjpeg", args...)
}

func readKodakJPEGs(t *testing.T) (list []kodakJPEG) {
	t.Helper()
	text, err := os.ReadFile(kodakJPEGsName)
	if err != nil {
		t.Fatal(err)
	}
	lines, ok := strings.CutPrefix(string(text), kodakJPEGsHead)
	if !ok {
		t.Fatalf("%s has another first line", kodakJPEGsName)
	}
	for line := range strings.Lines(lines) {
		var k kodakJPEG
		if _, err := fmt.Sscan(line, &k.photograph, &k.quality, &k.sampling, &k.jpeg, &k.jpegtran, &k.cjxl, &k.ddpmz); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		list = append(list, k)
	}
	if len(list) != 24*len(kodakSettings) {
		t.Fatalf("%d files", len(list))
	}
	return list
}

// TestKodakJPEGTable: the table of docs/jpeg.md has the figures of testdata.
func TestKodakJPEGTable(t *testing.T) {
	document, err := os.ReadFile("../docs/jpeg.md")
	if err != nil {
		t.Fatal(err)
	}
	list := readKodakJPEGs(t)
	thousands := func(n int) string {
		s := strconv.Itoa(n)
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	}
	all := 0.0
	for _, setting := range kodakSettings {
		var sum kodakJPEG
		ratios, n := 0.0, 0
		for _, k := range list {
			if k.quality == setting.quality && k.sampling == setting.sampling {
				sum.jpeg, sum.jpegtran, sum.cjxl, sum.ddpmz = sum.jpeg+k.jpeg, sum.jpegtran+k.jpegtran, sum.cjxl+k.cjxl, sum.ddpmz+k.ddpmz
				ratios, n = ratios+float64(k.ddpmz)/float64(k.cjxl), n+1
			}
		}
		all += ratios
		row := fmt.Sprintf("| %d | %s | %s | %s | %s | %s | %.3f | %.3f | %.3f |\n", setting.quality, setting.sampling, thousands(sum.jpeg), thousands(sum.jpegtran),
			thousands(sum.cjxl), thousands(sum.ddpmz), float64(sum.ddpmz)/float64(sum.jpeg), float64(sum.ddpmz)/float64(sum.cjxl), ratios/float64(n))
		if n != 24 || !strings.Contains(string(document), row) {
			t.Errorf("of %d files: docs/jpeg.md has no line %s", n, row)
		}
	}
	mean := all / float64(len(list))
	if line := fmt.Sprintf("The mean of all %d ratios is %.3f", len(list), mean); !strings.Contains(string(document), line) {
		t.Errorf("docs/jpeg.md does not say: %s", line)
	}
	if mean > 0.92 {
		t.Errorf("the mean of the ratios is %.4f", mean)
	}
}

// TestKodakJPEGs: the JPEG files of Kodak's photographs take as many bytes as testdata says, and come back. With -update, it
// says what they take now, and what peers make of them.
func TestKodakJPEGs(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1: 192 files take minutes")
	}
	dir := data(t, "kodak")
	if _, err := exec.LookPath("cjpeg"); err != nil {
		t.Skip("no cjpeg")
	}
	var list []kodakJPEG
	if *update {
		for _, k := range kodakSettings {
			for i := range 24 {
				k.photograph = fmt.Sprintf("kodim%02d", i+1)
				list = append(list, k)
			}
		}
	} else {
		list = readKodakJPEGs(t)
	}
	table := []byte(kodakJPEGsHead)
	if !*update {
		list = spread(list, 5)
	}
	for i, want := range list {
		original, err := want.file(t, dir)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := codec.EncodeJPEG(&file, bytes.NewReader(original), nil); err != nil {
			t.Fatal(err)
		}
		got := want
		got.jpeg, got.ddpmz = len(original), file.Len()
		if *update {
			name := filepath.Join(t.TempDir(), "photograph.jpg")
			if err := os.WriteFile(name, original, 0o666); err != nil {
				t.Fatal(err)
			}
			for bytes, args := range map[*int][]string{
				&got.jpegtran: {"jpegtran", "-copy", "all", "-optimize", "-progressive", name},
				&got.cjxl:     {"cjxl", name, "/dev/stdout", "--quiet", "--lossless_jpeg=1", "-e", "7"},
			} {
				out, err := run(nil, args[0], args[1:]...)
				if err != nil {
					t.Fatal(err)
				}
				*bytes = len(out)
			}
			table = fmt.Appendf(table, "%s\t%d\t%s\t%d\t%d\t%d\t%d\n", got.photograph, got.quality, got.sampling, got.jpeg, got.jpegtran, got.cjxl, got.ddpmz)
			continue
		}
		if i == 0 && got.jpeg != want.jpeg {
			t.Skipf("this cjpeg makes %d bytes of the first photograph, and the one of the table %d", got.jpeg, want.jpeg)
		}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if i%8 == 0 {
			if back, _ := originalOf(t, file.Bytes()); !bytes.Equal(back, original) {
				t.Errorf("%s: another JPEG file comes back", want.photograph)
			}
		}
	}
	if *update {
		if err := os.WriteFile(kodakJPEGsName, table, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
