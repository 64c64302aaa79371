package codec_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

// A picture may lose this much, in dB, when at least dropBytes are added: what is predicted from a finer state is
// not always nearer to the truth. A single symbol, which less than a byte may tell, misleads by more until the next
// ones are there, in pictures of at most 32 x 32 pixels, where a single sample is a good part.
const (
	allowedDrop      = 0.2
	allowedDropSmall = 0.25 // below 32 x 32 pixels: the fewer there are, the more is luck
	dropBytes        = 8
	allowedDip       = 0.7
)

// offsets returns where the segments of a file begin, and its size.
func offsets(t testing.TB, file []byte) []int64 {
	t.Helper()
	h, _, err := container.ReadHeader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	o, err := h.Offsets()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// pictureEnd returns how many bytes of a file its exact picture takes: all, but for the syntax of a JPEG file, where no digest proves it.
func pictureEnd(t testing.TB, file []byte) int {
	t.Helper()
	h, _, err := container.ReadHeader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if last := len(h.Segments) - 1; h.Segments[last].Kind == container.Syntax {
		return int(offsets(t, file)[last])
	}
	return len(file)
}

// checkPrefix decodes a prefix that holds the header, and returns its PSNR.
func checkPrefix(t testing.TB, s sample, n int) float64 {
	t.Helper()
	m, at, err := decodeLast(s.file[:n], codec.Decoder{})
	switch {
	case err != nil:
		t.Fatalf("%d of %d bytes: %v", n, len(s.file), err)
	case at.Bytes > int64(n):
		t.Fatalf("%d bytes decode to what needs %d", n, at.Bytes)
	case at.Exact != (n >= pictureEnd(t, s.file)):
		t.Fatalf("%d of %d bytes are exact: %t", n, len(s.file), at.Exact)
	case m.Bounds() != image.Rect(0, 0, s.m.Bounds().Dx(), s.m.Bounds().Dy()):
		t.Fatalf("%d of %d bytes have bounds %v", n, len(s.file), m.Bounds())
	}
	return psnr(m, s.m)
}

// checkDrops checks that the PSNR of ever longer prefixes of m's file does not fall.
func checkDrops(t testing.TB, m image.Image, lengths []int, quality []float64) {
	t.Helper()
	pixels := m.Bounds().Dx() * m.Bounds().Dy()
	least, dip := allowedDrop, allowedDrop
	if pixels < 32*32 {
		least = allowedDropSmall
	}
	if pixels <= 32*32 {
		dip = allowedDip
	}
	for _, c := range []struct {
		fewer int // bytes
		bound float64
	}{{1, dip}, {dropBytes, least}} {
		best, worst, worstAt, next := math.Inf(-1), 0.0, 0, 0
		for i, q := range quality {
			for ; lengths[next] <= lengths[i]-c.fewer; next++ {
				best = max(best, quality[next])
			}
			drop := best - q
			if drop > worst {
				worst, worstAt = drop, lengths[i]
			}
			if drop > c.bound {
				t.Errorf("the PSNR falls by %.3f dB at %d bytes below what at least %d fewer had", drop, lengths[i], c.fewer)
			}
		}
		t.Logf("%d prefixes, up to %d bytes: the PSNR falls by at most %.3f dB below what at least %d bytes fewer had, at %d bytes",
			len(lengths), lengths[len(lengths)-1], worst, c.fewer, worstAt)
	}
}

func testEveryPrefix(t *testing.T, s sample) {
	header := int(offsets(t, s.file)[0])
	for n := range header {
		m, err := codec.Decode(bytes.NewReader(s.file[:n]))
		if !errors.Is(err, io.ErrUnexpectedEOF) || m != nil {
			t.Fatalf("%d bytes of a header of %d: %v", n, header, err)
		}
		if _, err := codec.DecodeConfig(bytes.NewReader(s.file[:n])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%d bytes of a header of %d: DecodeConfig: %v", n, header, err)
		}
	}
	var lengths []int
	var quality []float64
	for n := header; n <= len(s.file); n++ {
		if !long() && n%7 > 0 && n > header+9 && n < len(s.file)-9 {
			continue // .ci/run tries every one
		}
		lengths = append(lengths, n)
		quality = append(quality, checkPrefix(t, s, n))
	}
	if last := quality[len(quality)-1]; !math.IsInf(last, 1) {
		t.Errorf("the whole file has a PSNR of %.1f dB", last)
	}
	checkDrops(t, s.m, lengths, quality)
}

func TestEveryPrefix(t *testing.T) {
	samples := someKinds(t)
	var tiny []string
	if long() {
		tiny = []string{"cloud", "rock", "forest", "meadow", "fruit", "cloth", "windows", "leaves"}
	}
	for _, name := range tiny {
		m := picture(t, "tiny/"+name+".png")
		samples = append(samples, sample{name, m, encode(t, m, nil)})
	}
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			testEveryPrefix(t, s)
		})
	}
}

// large is a picture with several segments of passes, small enough for tests.
func large(t testing.TB) sample {
	return of(t, maker{"large", func(t testing.TB) (image.Image, []byte) {
		m := crop(picture(t, "landscape.png"), 100, 60, 128, 96)
		file := encode(t, m, &codec.Options{Mode: codec.Modelled})
		if n := len(offsets(t, file)) - 1; n < 2 {
			t.Fatalf("the file has %d segment(s)", n)
		}
		return m, file
	}})
}

// Cuts at both sides of every segment's end, and some between.
func TestPrefixesOfManySegments(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	t.Parallel()
	s := large(t)
	o := offsets(t, s.file)
	steps := 4
	if long() {
		steps = 12
	}
	var lengths []int
	for i, begin := range o[:len(o)-1] {
		size := int(o[i+1] - begin)
		for k := range steps {
			lengths = append(lengths, int(begin)+size*k/steps)
		}
		lengths = append(lengths, int(begin)+1, int(o[i+1])-4, int(o[i+1])-1)
	}
	lengths = append(lengths, len(s.file))
	slices.Sort(lengths)
	var quality []float64
	for _, n := range lengths {
		quality = append(quality, checkPrefix(t, s, n))
	}
	checkDrops(t, s.m, lengths, quality)
}

// Refinement.Bytes is what a refinement needs: the prefix of that length decodes to the same picture. (It may tell
// some symbols more, of which the picture gets better, so a Timestep has to stop it.)
func TestRefinementBytes(t *testing.T) {
	t.Parallel()
	for _, s := range append(someKinds(t), large(t)) {
		t.Run(s.name, func(t *testing.T) {
			stream, err := new(codec.Decoder).Open(bytes.NewReader(s.file))
			if err != nil {
				t.Fatal(err)
			}
			var before codec.Refinement
			for {
				at, err := stream.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if at.Bytes < before.Bytes || at.IdealBits < before.IdealBits || at.Steps < before.Steps || at.Steps+at.Timestep != 1000 {
					t.Errorf("%+v after %+v", at, before)
				}
				before = at
				if at.Bytes > int64(len(s.file)) {
					t.Fatalf("level %d needs %d of %d bytes", at.Level, at.Bytes, len(s.file))
				}
				if s.name == "large" && at.Level%4 > 0 && !long() {
					continue
				}
				want, err := stream.Image()
				if err != nil {
					t.Fatal(err)
				}
				got, prefix, err := decodeLast(s.file[:at.Bytes], codec.Decoder{Timestep: at.Timestep})
				if err != nil {
					t.Fatalf("level %d, %d bytes: %v", at.Level, at.Bytes, err)
				}
				if !same(got, want) || prefix.Level != at.Level {
					t.Errorf("level %d: %d bytes decode to another picture (%.3f dB, not %.3f; %+v)",
						at.Level, at.Bytes, psnr(got, s.m), psnr(want, s.m), prefix)
				}
				if _, more, err := decodeLast(s.file[:at.Bytes], codec.Decoder{}); err != nil || more.Steps < at.Steps {
					t.Errorf("level %d: %d bytes decode to %+v, %v", at.Level, at.Bytes, more, err)
				}
			}
			if !before.Exact {
				t.Errorf("ends with %+v", before)
			}
		})
	}
}

// However slowly the bytes come, the refinements are the same.
func TestSlowReaders(t *testing.T) {
	t.Parallel()
	refinements := func(r io.Reader) string {
		s, err := new(codec.Decoder).Open(r)
		if err != nil {
			t.Fatal(err)
		}
		var list string
		for {
			at, err := s.Next()
			if err == io.EOF {
				m, err := s.Image()
				if err != nil {
					t.Fatal(err)
				}
				return list + checksum(m) + string(s.Metadata())
			}
			if err != nil {
				t.Fatal(err)
			}
			list += fmt.Sprintf("%+v\n", at)
		}
	}
	for _, s := range someKinds(t) {
		for _, n := range []int{len(s.file), max(len(s.file)-6, int(offsets(t, s.file)[0]))} {
			file := s.file[:n]
			want := refinements(bytes.NewReader(file))
			for name, r := range map[string]io.Reader{
				"one byte":       iotest.OneByteReader(bytes.NewReader(file)),
				"half":           iotest.HalfReader(bytes.NewReader(file)),
				"data and EOF":   iotest.DataErrReader(bytes.NewReader(file)),
				"bytes.Buffer":   bytes.NewBuffer(file),
				"and more":       bytes.NewReader(append(bytes.Clone(file), "and more"[:8*(n/len(s.file))]...)),
				"io.MultiReader": io.MultiReader(bytes.NewReader(file[:n/2]), bytes.NewReader(file[n/2:])),
			} {
				if got := refinements(r); got != want {
					t.Errorf("%s, %d bytes, from %s:\n%s\nwant\n%s", s.name, n, name, got, want)
				}
			}
		}
	}
}

// A Stream shows what there is while the rest has not come yet.
func TestStreamWaits(t *testing.T) {
	s := large(t)
	o := offsets(t, s.file)
	r, w := io.Pipe()
	defer r.Close()
	go func() {
		w.Write(s.file[:o[1]])
		<-make(chan bool) // and nothing more, ever
	}()
	stream, err := new(codec.Decoder).Open(r)
	if err != nil {
		t.Fatal(err)
	}
	at, err := stream.Next()
	if err != nil || at.Level == 0 || at.Bytes > o[1] {
		t.Fatalf("%+v, %v", at, err)
	}
	if m, err := stream.Image(); err != nil || psnr(m, s.m) < 8 {
		t.Fatalf("no picture: %v", err)
	}
}

// A reader's own error is not mistaken for the end of the file; what came before it can be seen.
func TestReaderFails(t *testing.T) {
	broken := errors.New("cable cut")
	for _, s := range append(someKinds(t), large(t)) {
		for _, n := range []int{0, 3, 10, len(s.file) / 2, len(s.file) - 1} {
			r := io.MultiReader(bytes.NewReader(s.file[:n]), iotest.ErrReader(broken))
			if _, err := codec.Decode(r); !errors.Is(err, broken) {
				t.Errorf("%s, after %d bytes: %v", s.name, n, err)
			}
		}
	}
}
