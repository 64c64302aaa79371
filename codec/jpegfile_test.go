package codec_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	gojpeg "image/jpeg"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/container"
)

// jpegFiles returns the names of the small JPEG files of package pixels.
func jpegFiles(t testing.TB) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("jpeg", "pixels", "testdata", "*.jpg"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no JPEG files", err)
	}
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	return names
}

// originalOf decodes a file to its end and returns the JPEG file that it holds, and its picture.
func originalOf(t testing.TB, file []byte) ([]byte, image.Image) {
	t.Helper()
	s, err := new(codec.Decoder).Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if at, err := s.Last(); err != nil || !at.Exact || !s.Whole() || !s.IsJPEG() {
		t.Fatalf("%+v, %v, whole %t", at, err, s.Whole())
	}
	var b bytes.Buffer
	if err := s.WriteOriginal(&b); err != nil {
		t.Fatal(err)
	}
	m, err := s.Image()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), m
}

// TestJPEGComesBack: small JPEG files of every kind come back byte for byte, coded and wrapped, and their pictures are what package
// pixels makes of them. None becomes larger than 1% and 64 bytes more.
func TestJPEGComesBack(t *testing.T) {
	for _, name := range jpegFiles(t) {
		original := jpegFile(t, name)
		want := jpegPicture(t, original)
		for mode, word := range modes {
			file := encodeJPEG(t, original, &codec.Options{Mode: mode})
			back, m := originalOf(t, file)
			if !bytes.Equal(back, original) {
				t.Errorf("%s, %s: another JPEG file comes back", name, word)
			}
			if !same(m, want) {
				t.Errorf("%s, %s: another picture", name, word)
			}
			if most := len(original) + len(original)/100 + 64; mode == codec.Auto && len(file) > most {
				t.Errorf("%s: %d bytes of %d, at most %d are allowed", name, len(file), len(original), most)
			}
			c, err := codec.DecodeConfig(bytes.NewReader(file))
			if err != nil || c.ColorModel != want.ColorModel() || c.Width != want.Bounds().Dx() || c.Height != want.Bounds().Dy() {
				t.Errorf("%s, %s: %+v, %v", name, word, c, err)
			}
		}
	}
}

// TestJPEGDetails: what surrounds the picture in a JPEG file comes back, too, and so do a caller's metadata, small and large.
func TestJPEGDetails(t *testing.T) {
	original := jpegFile(t, "420.jpg")
	with := func(begin, end string) []byte { return []byte("\xff\xd8" + begin + string(original[2:]) + end) }
	long := strings.Repeat("words of no importance ", 400)
	for name, file := range map[string][]byte{
		"comment":     with("\xff\xfe\x00\x0ba comment", ""),
		"fill bytes":  with("\xff\xff\xff\xff\xfe\x00\x0ba comment", ""),
		"trailing":    with("", "what follows"),
		"another one": with("", string(original)),
		"much":        with("\xff\xef\x20\x02"+long[:0x2000], long),
	} {
		for _, metadata := range []string{"", "of one's own", long} {
			coded := encodeJPEG(t, file, &codec.Options{Mode: codec.Modelled, Metadata: []byte(metadata)})
			if back, _ := originalOf(t, coded); !bytes.Equal(back, file) {
				t.Errorf("%s: another JPEG file comes back", name)
			}
			s, err := new(codec.Decoder).Open(bytes.NewReader(coded))
			if err == nil {
				_, err = s.Last()
			}
			if err != nil || string(s.Metadata()) != metadata {
				t.Errorf("%s: %d bytes of metadata, %v", name, len(s.Metadata()), err)
			}
		}
	}
}

// TestJPEGEmbedded: JPEG files in a JPEG file, and in these, are coded as JPEG files; all of it comes back.
func TestJPEGEmbedded(t *testing.T) {
	base, thumbnail, preview := jpegFile(t, "420.jpg"), jpegFile(t, "fine.jpg"), jpegFile(t, "440.jpg")
	with := func(file, inner []byte) []byte {
		segment := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xe1"), uint16(2+len(inner)+10))
		segment = append(append(append(segment, "Exif\x00\x00"...), inner...), "tail"...)
		return append(segment, file[2:]...)
	}
	for name, c := range map[string]struct {
		file  []byte
		files int
	}{
		"thumbnail":               {with(base, thumbnail), 1},
		"trailing":                {append(bytes.Clone(base), preview...), 1},
		"both, and more":          {append(append(with(base, thumbnail), preview...), "more"...), 2},
		"damaged":                 {with(base, thumbnail[:len(thumbnail)/2]), 0},
		"in one another":          {with(base, with(preview, thumbnail)), 1},
		"four, in one another":    {with(base, with(preview, with(preview, thumbnail))), 1},
		"beginnings, but no more": {append(bytes.Clone(base), bytes.Repeat([]byte("\xff\xd8\xff"), 1000)...), 0},
	} {
		file := encodeJPEG(t, c.file, &codec.Options{Mode: codec.Modelled})
		if back, _ := originalOf(t, file); !bytes.Equal(back, c.file) {
			t.Errorf("%s: another JPEG file comes back", name)
		}
		h, payloads := partsOf(t, file)
		for i, s := range h.Segments {
			if s.Kind != container.Syntax {
				continue
			}
			files := 0
			if payloads[i][0] == 2 {
				files = int(payloads[i][1])
			}
			if files != c.files {
				t.Errorf("%s: %d files in the syntax, want %d", name, files, c.files)
			}
		}
	}
}

// TestJPEGThumbnail: a thumbnail costs much less in its picture than alone.
func TestJPEGThumbnail(t *testing.T) {
	const wide, high, by = 320, 240, 4
	m, small := image.NewGray(image.Rect(0, 0, wide, high)), image.NewGray(image.Rect(0, 0, wide/by, high/by))
	random := rand.New(rand.NewPCG(1, 1))
	for y := 0; y < high; y += 8 {
		for x := 0; x < wide; x += 8 { // patches of random brightness, so that nothing is known of the thumbnail but from the picture
			draw.Draw(m, image.Rect(x, y, x+8, y+8), image.NewUniform(color.Gray{Y: uint8(random.IntN(256))}), image.Point{}, draw.Src)
		}
	}
	for y := range high / by {
		for x := range wide / by {
			small.SetGray(x, y, m.GrayAt(x*by, y*by))
		}
	}
	encode := func(m image.Image) []byte {
		var b bytes.Buffer
		if err := gojpeg.Encode(&b, m, &gojpeg.Options{Quality: 90}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	thumbnail := encode(small)
	whole := append(encode(m), thumbnail...)
	alone := len(encodeJPEG(t, thumbnail, nil))
	file := encodeJPEG(t, whole, nil)
	if back, _ := originalOf(t, file); !bytes.Equal(back, whole) {
		t.Error("another JPEG file comes back")
	}
	h, _ := partsOf(t, file)
	for _, s := range h.Segments {
		if s.Kind == container.Syntax && s.Size > uint64(alone/4) {
			t.Errorf("%d bytes of syntax, where the thumbnail alone takes %d", s.Size, alone)
		}
	}
}

// TestJPEGOriginalOfPart: what is not there in full has no original, and says why; a whole file has it when it has been decoded.
func TestJPEGOriginalOfPart(t *testing.T) {
	file := kind(t, "JPEG, modelled").file
	var cut bytes.Buffer
	if _, err := codec.Truncate(&cut, bytes.NewReader(file), codec.Cut{Bytes: int64(len(file) - 10)}, codec.Limits{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		file   []byte
		d      codec.Decoder
		decode bool
		why    string
	}{
		{"a picture", kind(t, "rgb").file, codec.Decoder{}, true, "picture"},
		{"not decoded", file, codec.Decoder{}, false, "decoded to its end"},
		{"stopped", file, codec.Decoder{Timestep: 500}, true, "decoded to its end"},
		{"cut", file[:len(file)-1], codec.Decoder{}, true, "cut"},
		{"cut in the passes", file[:len(file)/2], codec.Decoder{}, true, "cut"},
		{"ends early", cut.Bytes(), codec.Decoder{}, true, "early"},
	} {
		s, err := c.d.Open(bytes.NewReader(c.file))
		if err == nil && c.decode {
			_, err = s.Last()
		}
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var none codec.NoOriginalError
		if err := s.WriteOriginal(io.Discard); !errors.As(err, &none) || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestJPEGPartsKnown: the frame is known with the first refinement, and all segments of the JPEG file at the end.
func TestJPEGPartsKnown(t *testing.T) {
	s, err := new(codec.Decoder).Open(bytes.NewReader(kind(t, "JPEG, modelled").file))
	if err != nil {
		t.Fatal(err)
	}
	if s.JPEG() != nil {
		t.Error("a frame before there is any")
	}
	if _, err := s.Next(); err != nil {
		t.Fatal(err)
	}
	if f := s.JPEG(); f == nil || f.Components[1].H != 1 || f.Components[0].H != 2 || len(f.Segments()) > 0 {
		t.Errorf("after the first refinement: %v", f)
	}
	if _, err := s.Last(); err != nil {
		t.Fatal(err)
	}
	if f := s.JPEG(); f == nil || len(f.Segments()) < 4 || f.Progressive {
		t.Errorf("at the end: %v", f)
	}
}

// TestJPEGRefused: what is no JPEG file, or one that cannot come back, is refused with an error that says so.
func TestJPEGRefused(t *testing.T) {
	original := jpegFile(t, "420.jpg")
	changed := func(marker string, change func(b []byte)) []byte {
		b := bytes.Clone(original)
		change(b[bytes.Index(b, []byte(marker)):])
		return b
	}
	var (
		format      codec.FormatError
		unsupported codec.UnsupportedError
	)
	for name, c := range map[string]struct {
		file []byte
		as   any
		word string
	}{
		"nothing":      {nil, &format, "JPEG"},
		"PNG":          {[]byte("\x89PNG\r\n\x1a\n"), &format, "JPEG"},
		"cut":          {original[:len(original)-100], &format, ""},
		"arithmetic":   {changed("\xff\xc0", func(b []byte) { b[1] = 0xc9 }), &unsupported, "arithmetic"},
		"lossless":     {changed("\xff\xc0", func(b []byte) { b[1] = 0xc3 }), &unsupported, "lossless"},
		"hierarchical": {changed("\xff\xc0", func(b []byte) { b[1] = 0xc5 }), &unsupported, "hierarchical"},
		"12 bits":      {changed("\xff\xc0", func(b []byte) { b[4] = 12 }), &unsupported, "12"},
	} {
		var b bytes.Buffer
		err := codec.EncodeJPEG(&b, bytes.NewReader(c.file), nil)
		if !errors.As(err, c.as) || !strings.Contains(err.Error(), c.word) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
}

// withTail returns a JPEG file with data after its end that do not compress, so that a file of it has a digest.
func withTail(original []byte) []byte {
	for n := len(original) + 5<<10; len(original) < n; {
		sum := sha256.Sum256(original)
		original = append(original, sum[:]...)
	}
	return original
}

// TestJPEGWrongDigest: a file whose digest is that of another JPEG file says that it is not what was encoded.
func TestJPEGWrongDigest(t *testing.T) {
	original := withTail(jpegFile(t, "420.jpg"))
	for _, mode := range []codec.Mode{codec.Modelled, codec.Stored} {
		file := encodeJPEG(t, original, &codec.Options{Mode: mode})
		file[digestAt(t, file)] ^= 1
		s, err := new(codec.Decoder).Open(bytes.NewReader(reseal(file)))
		if err != nil {
			t.Fatal(err)
		}
		at, err := s.Last()
		var wrong *codec.DigestError
		if !errors.As(err, &wrong) || at.Exact {
			t.Errorf("%s: %+v, %v", modes[mode], at, err)
		}
		if err := s.WriteOriginal(io.Discard); !errors.As(err, &wrong) {
			t.Errorf("%s: an original is there: %v", modes[mode], err)
		}
	}
}

// TestJPEGLimits: limits hold in both directions.
func TestJPEGLimits(t *testing.T) {
	original := jpegFile(t, "420.jpg")
	for _, l := range []codec.Limits{{MaxPixels: 10}, {MaxMemory: 4 << 10}} {
		var limit *codec.LimitError
		for mode, word := range modes {
			if err := codec.EncodeJPEG(io.Discard, bytes.NewReader(original), &codec.Options{Mode: mode, Limits: l}); !errors.As(err, &limit) {
				t.Errorf("%s, %+v: %v", word, l, err)
			}
			if _, err := (&codec.Decoder{Limits: l}).Decode(bytes.NewReader(encodeJPEG(t, original, &codec.Options{Mode: mode}))); !errors.As(err, &limit) {
				t.Errorf("decoding, %s, %+v: %v", word, l, err)
			}
		}
	}
}

// TestJPEGContext: an encoder whose context is done has written nothing.
func TestJPEGContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	e := codec.Encoder{Options: codec.Options{Mode: codec.Modelled, Progress: func(int) { cancel() }}}
	var b bytes.Buffer
	if err := e.EncodeJPEGContext(ctx, &b, bytes.NewReader(jpegFile(t, "420.jpg"))); !errors.Is(err, context.Canceled) || b.Len() > 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
}

// TestJPEGForeignParts: of a file with the frame or the syntax of another one, nothing calls itself exact: the parts do not fit, or the
// digest is wrong.
func TestJPEGForeignParts(t *testing.T) {
	file := encodeJPEG(t, withTail(jpegFile(t, "420.jpg")), &codec.Options{Mode: codec.Modelled})
	other := encodeJPEG(t, withTail(jpegFile(t, "444.jpg")), &codec.Options{Mode: codec.Modelled})
	h, payloads := partsOf(t, file)
	_, foreign := partsOf(t, other)
	for i, s := range h.Segments {
		if s.Kind != container.Frame && s.Kind != container.Syntax {
			continue
		}
		mixed := *h
		mixed.Segments = slices.Clone(h.Segments)
		parts := append([][]byte(nil), payloads...)
		parts[i] = foreign[i]
		mixed.Segments[i].Size = uint64(len(foreign[i]))
		var b bytes.Buffer
		if err := container.Write(&b, &mixed, parts); err != nil {
			t.Fatal(err)
		}
		if _, at, err := decodeLast(b.Bytes(), codec.Decoder{}); err == nil || !documented(err) {
			t.Errorf("the %v of another file: %+v, %v", s.Kind, at, err)
		}
	}
}

// partsOf returns the header and the payloads of a file.
func partsOf(t testing.TB, file []byte) (*container.Header, [][]byte) {
	t.Helper()
	r, err := container.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var payloads [][]byte
	for range r.Header().Segments {
		c, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		payloads = append(payloads, c.Payload)
	}
	return r.Header(), payloads
}

// TestJPEGGrayBeforeTheFrame: as long as the frame is not there, the picture is gray, of the right size and kind.
func TestJPEGGrayBeforeTheFrame(t *testing.T) {
	for _, name := range []string{"gray.jpg", "420.jpg"} {
		for _, mode := range []codec.Mode{codec.Modelled, codec.Stored} {
			original := jpegFile(t, name)
			file := encodeJPEG(t, original, &codec.Options{Mode: mode})
			m := decode(t, file[:offsets(t, file)[0]+1], 0)
			want := jpegPicture(t, original)
			b := m.Bounds()
			if m.ColorModel() != want.ColorModel() || b != want.Bounds() {
				t.Fatalf("%s: %v, %v", name, m.ColorModel(), b)
			}
			for y := range b.Dy() {
				for x := range b.Dx() {
					if r, g, b, a := m.At(x, y).RGBA(); (color.RGBA64{uint16(r), uint16(g), uint16(b), uint16(a)}) != (color.RGBA64{0x8080, 0x8080, 0x8080, 0xffff}) {
						t.Fatalf("%s, %s: %v at %d, %d", name, modes[mode], m.At(x, y), x, y)
					}
				}
			}
		}
	}
}

// TestPublicJPEGs: the JPEG files of cameras and of odd kinds come back byte for byte, or are refused by name.
func TestPublicJPEGs(t *testing.T) {
	refused := map[string]string{"testimgari.jpg": "arithmetic", "testorig12.jpg": "12 bits", "pillow_ultrahdr.jpg": "95760 blocks in 446 bytes"}
	quick := map[string]bool{"imagers_portrait_2.jpg": true, "pillow_hopper_16bit_qtables.jpg": true, "testimgari.jpg": true, "testorig12.jpg": true}
	total, made := 0, 0
	for _, folder := range []string{"camera", "kinds"} {
		paths, err := filepath.Glob(filepath.Join(data(t, "jpeg"), folder, "*.jp*g"))
		if err != nil || len(paths) < 24 {
			t.Fatalf("%d files, %v", len(paths), err)
		}
		if folder == "camera" && long() {
			paths = spread(paths, 2)
		}
		for _, path := range paths {
			name := filepath.Base(path)
			if !long() && !quick[name] {
				continue
			}
			original, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var file bytes.Buffer
			err = codec.EncodeJPEG(&file, bytes.NewReader(original), nil)
			if word := refused[name]; word != "" {
				if !documented(err) || !strings.Contains(err.Error(), word) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			back, m := originalOf(t, file.Bytes())
			if !bytes.Equal(back, original) {
				t.Errorf("%s: another JPEG file comes back", name)
			}
			if f, err := jpeg.Parse(original, jpeg.Limits{}); err != nil || m.Bounds() != image.Rect(0, 0, f.Width, f.Height) {
				t.Errorf("%s: a picture of %v, %v", name, m.Bounds(), err)
			}
			if folder == "camera" {
				total, made = total+len(original), made+file.Len()
			}
			t.Logf("%-45s %7d bytes, %7d, %.4f", name, len(original), file.Len(), float64(file.Len())/float64(len(original)))
		}
	}
	t.Logf("camera: %d bytes, %d, %.4f", total, made, float64(made)/float64(total))
}
