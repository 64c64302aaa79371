package pixels

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	stdjpeg "image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec/jpeg"
)

// byDecoder returns the picture that a decoder makes of a JPEG file; ok is false if it makes none of such colours.
func byDecoder(t *testing.T, d Decoder, data []byte) (m image.Image, ok bool) {
	t.Helper()
	f, err := jpeg.Parse(data, jpeg.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := LayoutOf(f)
	if err != nil {
		t.Fatal(err)
	}
	l.Decoder = d
	m, err = l.Image(BlocksOf(f), 0)
	if errors.As(err, new(LayoutError)) && l.Colours > RGB {
		return nil, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return m, true
}

// TestGo compares with the image/jpeg of the Go that runs it, in whatever way its pictures become RGB of 8 bits. Should it fail where
// TestGoVersions does not, there is another decoder.
func TestGo(t *testing.T) {
	names, err := filepath.Glob("testdata/*.jpg")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	compared := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := stdjpeg.Decode(bytes.NewReader(data))
		if err != nil {
			continue // it has not all kinds of subsampling
		}
		have, ok := byDecoder(t, Go, data)
		if !ok {
			continue
		}
		compared++
		drawn := image.NewRGBA(m.Bounds())
		draw.Draw(drawn, m.Bounds(), m, image.Point{}, draw.Src)
		straight := image.NewNRGBA(m.Bounds())
		draw.Draw(straight, m.Bounds(), m, image.Point{}, draw.Src)
		var file bytes.Buffer
		if err := png.Encode(&file, m); err != nil {
			t.Fatal(err)
		}
		read, err := png.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []image.Image{drawn, straight, read} {
			for i := range drawn.Rect.Dx() * drawn.Rect.Dy() {
				x, y := i%drawn.Rect.Dx(), i/drawn.Rect.Dx()
				if h, w := color.RGBAModel.Convert(have.At(x, y)), color.RGBAModel.Convert(want.At(x, y)); h != w {
					t.Fatalf("%s: pixel (%d, %d) is %v, and of a %T %v", name, x, y, h, want, w)
				}
			}
		}
	}
	if compared != 20 {
		t.Errorf("%d files compared", compared)
	}
}

// TestGoVersions compares with what testdata/golang has written of the pictures of Go 1.25 and 1.26.
func TestGoVersions(t *testing.T) {
	for table, d := range map[string]Decoder{"testdata/go126.tsv": Go, "testdata/go125.tsv": GoBefore26} {
		text, err := os.ReadFile(table)
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for line := range strings.Lines(string(text)) {
			name, want, _ := strings.Cut(strings.TrimSpace(line), "\t")
			data, err := os.ReadFile("testdata/" + name)
			if err != nil {
				t.Fatal(err)
			}
			m, ok := byDecoder(t, d, data)
			if !ok {
				t.Fatalf("%s is not decoded", name)
			}
			compared++
			if have := digestOf(pnm(m)); have != want {
				t.Errorf("%s, %s: the digest of the picture is %s, want %s", table, name, have, want)
			}
		}
		if compared != 18 {
			t.Errorf("%s: %d files compared", table, compared)
		}
	}
}

// TestInverseOfGo compares the inverse DCTs with the definition, as TestInverse does, and has coefficients of any size.
func TestInverseOfGo(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, d := range []Decoder{Go, GoBefore26} {
		off, all := 0, 0
		for i := range 2000 {
			var coef [64]int32
			for k := range coef {
				if r.IntN(64) < i%65 {
					coef[k] = r.Int32N(201) - 100
				}
			}
			coef[0] += r.Int32N(1001) - 500
			want := definition(&coef)
			var have [64]byte
			d.Invert(&have, &coef)
			for k := range want {
				e := int(have[k]) - int(want[k])
				if e < -1 || e > 1 {
					t.Fatalf("decoder %d, %v: sample %d is %d, want %d", d, coef, k, have[k], want[k])
				}
				off += e * e
				all++
			}
			for k := range coef {
				coef[k] = int32(r.Uint32())
			}
			coef[r.IntN(64)] = math.MinInt32
			d.Invert(&have, &coef)
		}
		if off*50 > all {
			t.Errorf("decoder %d: %d of %d samples are off by 1", d, off, all)
		}
	}
}

// TestGoElsewhere: estimates and reduced pictures have libjpeg-turbo's roundings, and repeated chroma.
func TestGoElsewhere(t *testing.T) {
	data, err := os.ReadFile("testdata/420.jpg")
	if err != nil {
		t.Fatal(err)
	}
	f, err := jpeg.Parse(data, jpeg.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := LayoutOf(f)
	if err != nil {
		t.Fatal(err)
	}
	finer := func(component, row int, dst []int32) {
		BlocksOf(f)(component, row, dst)
		for i := range dst {
			dst[i] <<= 4
		}
	}
	pictures := func() (list []image.Image) {
		for _, reduce := range []uint{0, 1, 3} {
			m, err := l.Reduced(finer, 4, reduce)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, m)
		}
		m, err := l.Reduced(BlocksOf(f), 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		return append(list, m)
	}
	l.Repeats = true
	want := pictures()
	l.Repeats, l.Decoder = false, GoBefore26
	for i, have := range pictures() {
		if !bytes.Equal(have.(*image.RGBA).Pix, want[i].(*image.RGBA).Pix) {
			t.Errorf("picture %d is another", i)
		}
	}
	l.Decoder++
	if _, err := l.Image(BlocksOf(f), 0); !errors.As(err, new(LayoutError)) {
		t.Errorf("an unknown decoder: %v", err)
	}
}

// TestDecodersDiffer says in how many samples of luma the decoders differ: of files of cameras, with DDPMZ_LONG=1 of all.
func TestDecodersDiffer(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(sharedFolder, "jpeg/camera/*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Skip("no shared data")
	}
	var differ [3]float64
	all := 0.0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > longFile && os.Getenv("DDPMZ_LONG") != "1" {
			continue
		}
		f, err := jpeg.Parse(data, jpeg.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		luma := &f.Components[0]
		for k := 0; k < len(luma.Coef); k += 64 {
			var coef [64]int32
			for i, c := range luma.Coef[k : k+64] {
				coef[i] = int32(c) * int32(luma.Quant[i])
			}
			var samples [3][64]byte
			for d := range samples {
				Decoder(d).Invert(&samples[d], &coef)
			}
			for i, a := range samples[LibjpegTurbo] {
				b, c := samples[Go][i], samples[GoBefore26][i]
				for k, is := range [3]bool{a != b, a != c, b != c} {
					if is {
						differ[k]++
					}
				}
				all++
			}
		}
	}
	for k, pair := range [3]string{"Go 1.26 and libjpeg-turbo", "Go 1.25 and libjpeg-turbo", "the two of Go"} {
		share := 100 * differ[k] / all
		t.Logf("%s: %.2f%% of the samples differ", pair, share)
		if share < 0.5 {
			t.Error("hardly any")
		}
	}
}
