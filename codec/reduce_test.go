package codec_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// reducedModel returns the color model that a picture has when it is reduced.
func reducedModel(m image.Image) color.Model {
	if p, ok := m.(*image.Paletted); ok {
		if p.Opaque() {
			return color.RGBAModel
		}
		return color.NRGBAModel
	}
	return m.ColorModel()
}

// checkReduced decodes a prefix at 1/2^n of each side from a reader that can seek and from one that cannot, with pictures between
// and without.
func checkReduced(t testing.TB, s sample, length, n int) image.Image {
	t.Helper()
	file := s.file[:length]
	d := codec.Decoder{Reduce: n}
	m, at, err := decodeLast(file, d)
	if err != nil {
		t.Fatalf("%d of %d bytes reduced by %d: %v", length, len(s.file), n, err)
	}
	b := s.m.Bounds()
	model := reducedModel(s.m)
	if model == color.NRGBAModel && length < len(s.file) && m.ColorModel() == color.RGBAModel {
		model = color.RGBAModel // the palette is not there yet
	}
	if want := image.Rect(0, 0, (b.Dx()-1)>>n+1, (b.Dy()-1)>>n+1); m.Bounds() != want || m.ColorModel() != model {
		t.Fatalf("%d of %d bytes reduced by %d: %T of %v, want %v", length, len(s.file), n, m, m.Bounds(), want)
	}
	if at.Exact || at.Bytes > int64(length) {
		t.Fatalf("%d of %d bytes reduced by %d: %+v", length, len(s.file), n, at)
	}
	stream, err := d.Open(struct{ io.Reader }{bytes.NewReader(file)})
	if err != nil {
		t.Fatal(err)
	}
	last, err := stream.Last()
	if err != nil || at.Steps > 0 && last != at {
		t.Fatalf("%d of %d bytes reduced by %d: %+v, %v, and %+v of a stream", length, len(s.file), n, at, err, last)
	}
	other, err := stream.Image()
	if err != nil || !same(m, other) {
		t.Fatalf("%d of %d bytes reduced by %d: another picture of a stream, %v", length, len(s.file), n, err)
	}
	if c := stream.Config(); c.Width != m.Bounds().Dx() || c.Height != m.Bounds().Dy() || c.ColorModel != m.ColorModel() {
		t.Fatalf("Config is %v", c)
	}
	return m
}

// TestReducePrefixes reduces every prefix of files of every kind. Pictures of stored files, unless these were JPEG files, are of means.
func TestReducePrefixes(t *testing.T) {
	for _, s := range someKinds(t) {
		t.Run(s.name, func(t *testing.T) {
			for length := int(offsets(t, s.file)[0]); length <= len(s.file); length++ {
				if n := 1 + length%codec.MaxReduce; long() || length == len(s.file) || length%61 == 0 {
					checkReduced(t, s, length, n)
				}
			}
			info, err := codec.Inspect(bytes.NewReader(s.file))
			if err != nil {
				t.Fatal(err)
			}
			for n := 1; n <= codec.MaxReduce; n++ {
				small := checkReduced(t, s, len(s.file), n)
				if !info.Modelled && !strings.HasPrefix(s.name, "JPEG") {
					checkMeans(t, small, s.m, n)
				}
			}
			if m, err := (&codec.Decoder{Reduce: 0}).Decode(bytes.NewReader(s.file)); err != nil || !same(m, decode(t, s.file, 0)) {
				t.Errorf("reduced by 1: %v", err)
			}
		})
	}
}

// TestReduceRefuses tests how far pictures can be reduced.
func TestReduceRefuses(t *testing.T) {
	file := encode(t, picture(t, "odd/rgb-1x1.png"), nil)
	for _, n := range []int{-1, codec.MaxReduce + 1, 1 << 30} {
		var unsupported codec.UnsupportedError
		if _, err := (&codec.Decoder{Reduce: n}).Open(bytes.NewReader(file)); !errors.As(err, &unsupported) {
			t.Errorf("by %d: %v", n, err)
		}
	}
}

// A seeking reader counts what is read of it.
type seeking struct {
	*bytes.Reader
	read int
}

func (s *seeking) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	s.read += n
	return n, err
}

func (s *seeking) ReadByte() (byte, error) {
	s.read++
	return s.Reader.ReadByte()
}

// TestReduceReadsLittle: of a file of several segments, a reduced picture needs few, and metadata at the end of the file are found all the
// same. What the picture needs decodes to it, too.
func TestReduceReadsLittle(t *testing.T) {
	m := crop(picture(t, "landscape.png"), 200, 0, 97, 256)
	meta := bytes.Repeat([]byte("somewhere, once; "), 1000)
	file := encode(t, m, &codec.Options{Mode: codec.Modelled, KeepColours: true, Metadata: meta})
	size, lastRead := len(file), 0
	for _, n := range []int{3, 1} {
		in := &seeking{Reader: bytes.NewReader(file)}
		s, err := (&codec.Decoder{Reduce: n}).Open(in)
		if err != nil {
			t.Fatal(err)
		}
		at, err := s.Last()
		if err != nil {
			t.Fatal(err)
		}
		small, err := s.Image()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(s.Metadata(), meta) || s.Truncated() || s.Whole() {
			t.Errorf("reduced by %d: %d bytes of metadata, truncated: %v", n, len(s.Metadata()), s.Truncated())
		}
		t.Logf("reduced by %d: %d of %d bytes read, the picture needs the first %d", n, in.read, size, at.Bytes)
		if in.read > size*6/10 || in.read < lastRead {
			t.Errorf("reduced by %d: %d of %d bytes are read", n, in.read, size)
		}
		lastRead = in.read
		again, _, err := decodeLast(file[:at.Bytes], codec.Decoder{Reduce: n})
		if err != nil || !same(small, again) {
			t.Errorf("reduced by %d: the first %d bytes give another picture, %v", n, at.Bytes, err)
		}
	}
	for i, at := range offsets(t, file) { // cut at the borders of segments, those passed over among them
		if at < int64(len(file)) && i%3 == 0 {
			checkReduced(t, sample{fmt.Sprint(i), m, file}, int(at), 1)
		}
	}
}

// checkMeans checks that a picture, reduced by n, has the means of the pixels of another, weighted by their alpha.
func checkMeans(t *testing.T, small, m image.Image, n int) {
	t.Helper()
	got, from, b := straight(small), straight(m), m.Bounds()
	w, h := small.Bounds().Dx(), small.Bounds().Dy()
	for y := range h {
		for x := range w {
			var sum [4]float64
			pixels := 0.0
			for yy := y << n; yy < min((y+1)<<n, b.Dy()); yy++ {
				for xx := x << n; xx < min((x+1)<<n, b.Dx()); xx++ {
					p := from[4*(yy*b.Dx()+xx):]
					a := float64(p[3])
					sum[0], sum[1], sum[2], sum[3] = sum[0]+a*float64(p[0]), sum[1]+a*float64(p[1]), sum[2]+a*float64(p[2]), sum[3]+a
					pixels++
				}
			}
			if sum[3] == 0 {
				continue
			}
			p := got[4*(y*w+x):]
			want := [4]float64{sum[0] / sum[3], sum[1] / sum[3], sum[2] / sum[3], sum[3] / pixels}
			for c, v := range want {
				if d := float64(p[c]) - v; d > 257 || d < -257 {
					t.Fatalf("reduced by %d: channel %d at %d, %d is %d, want %.1f", n, c, x, y, p[c], v)
				}
			}
		}
	}
}

// TestInspectReadsLittle: describing a file takes its header and its metadata, wherever they are, and no more; what the header says is what
// decoding finds.
func TestInspectReadsLittle(t *testing.T) {
	m := crop(picture(t, "landscape.png"), 200, 0, 40, 256)
	for _, meta := range [][]byte{nil, []byte("here"), bytes.Repeat([]byte("somewhere, once; "), 1000)} {
		file := encode(t, m, &codec.Options{Mode: codec.Modelled, Metadata: meta})
		in := &seeking{Reader: bytes.NewReader(file)}
		quick, err := codec.Inspect(in)
		if err != nil {
			t.Fatal(err)
		}
		if in.read > int(quick.HeaderSize)+len(meta)+8192 || !bytes.Equal(quick.Metadata, meta) {
			t.Errorf("%d of %d bytes read, %d of metadata", in.read, len(file), len(quick.Metadata))
		}
		slow, err := new(codec.Decoder).Inspect(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		for i := range slow.Levels {
			if quick.Levels[i].Bytes < slow.Levels[i].Bytes && i+1 < len(slow.Levels) {
				t.Errorf("level %d needs %d bytes, and not %d", quick.Levels[i].Level, slow.Levels[i].Bytes, quick.Levels[i].Bytes)
			}
		}
		for n := range file { // of what is cut, as much is there
			if n%497 > 0 && n > int(quick.HeaderSize)+8 {
				continue
			}
			cut, err := codec.Inspect(bytes.NewReader(file[:n]))
			if whole := n >= int(quick.HeaderSize); whole != (err == nil) || whole && (cut.Size != quick.Size || len(cut.Levels) != len(quick.Levels)) {
				t.Fatalf("%d of %d bytes: %+v, %v", n, len(file), cut, err)
			}
		}
	}
}

// TestInspectLarge: describing a file of 24 megapixels takes its header, of which the segments of all passes are most. What segments hold
// is not looked at.
func TestInspectLarge(t *testing.T) {
	small := encode(t, crop(picture(t, "landscape.png"), 200, 0, 97, 256), &codec.Options{Mode: codec.Modelled, KeepColours: true})
	r, err := container.NewReader(bytes.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	h := *r.Header()
	h.Width, h.Height, h.Segments = 6000, 4000, nil
	var payloads [][]byte
	payload := make([]byte, 20_000)
	for range model.Passes(int(h.Width), int(h.Height)) {
		h.Segments = append(h.Segments, container.Segment{Kind: container.Passes, Units: 1, Size: uint64(len(payload))})
		payloads = append(payloads, payload)
	}
	var file bytes.Buffer
	if err := container.Write(&file, &h, payloads); err != nil {
		t.Fatal(err)
	}
	in := &seeking{Reader: bytes.NewReader(file.Bytes())}
	info, err := codec.Inspect(in)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d bytes read, %d segments", in.read, file.Len(), len(info.Segments))
	if in.read > 64<<10 || info.Width != 6000 || len(info.Segments) != len(payloads) || info.Size != int64(file.Len()) {
		t.Errorf("%d bytes read, a picture of %d x %d in %d segments", in.read, info.Width, info.Height, len(info.Segments))
	}
}

// TestLowBand: a sample of a reduced picture is that of the image at the place that LowBand says, in whichever orientation the file was
// coded. On a slope, the low band is the image.
func TestLowBand(t *testing.T) {
	const w, h = 62, 14
	mirrored := map[string]bool{}
	for turn := range 4 {
		m := image.NewGray(image.Rect(0, 0, w, h))
		at := func(x, y int) int {
			if turn&1 != 0 {
				x = w - 1 - x
			}
			if turn&2 != 0 {
				y = h - 1 - y
			}
			return 3*x + 4*y + x*x/200
		}
		for y := range h {
			for x := range w {
				m.SetGray(x, y, color.Gray{uint8(at(x, y))})
			}
		}
		file := encode(t, m, &codec.Options{Mode: codec.Modelled})
		info, err := codec.Inspect(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		mirrored[info.Mirrored] = true
		for n := 1; n <= 2; n++ {
			s, err := (&codec.Decoder{Reduce: n}).Open(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Last(); err != nil {
				t.Fatal(err)
			}
			small, err := s.Image()
			if err != nil {
				t.Fatal(err)
			}
			first, ok := s.LowBand()
			if !ok || first.X < 0 || first.X >= 1<<n || first.Y < 0 || first.Y >= 1<<n {
				t.Fatalf("reduced by %d: the first sample is at %v, %v", n, first, ok)
			}
			off, samples := 0, 0
			for y := 1; y < small.Bounds().Dy()-1; y++ {
				for x := 2; x < small.Bounds().Dx()-2; x++ {
					off += int(small.At(x, y).(color.Gray).Y) - at(first.X+x<<n, first.Y+y<<n)
					samples++
				}
			}
			if mean := float64(off) / float64(samples); mean < -1 || mean > 1 {
				t.Errorf("%q, reduced by %d: off by %.2f on average, with the first sample at %v", info.Mirrored, n, mean, first)
			}
		}
	}
	if len(mirrored) < 2 {
		t.Errorf("all are in one orientation: %v", mirrored)
	}
	s, err := (&codec.Decoder{Reduce: 1}).Open(bytes.NewReader(encode(t, picture(t, "odd/gray-7x1.png"), &codec.Options{Mode: codec.Stored})))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.LowBand(); ok {
		t.Error("a stored file has a low band")
	}
}
