package codec_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	gojpeg "image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A suiteMaker makes the conformance suite.
type suiteMaker struct {
	t     *testing.T
	suite conformanceSuite
	d     codec.Decoder
	files map[string][]byte // by name
}

// updateSuite adds what is new to the suite: see grow.
func updateSuite(t *testing.T) {
	old, d := readSuite(t)
	s := &suiteMaker{t: t, suite: conformanceSuite{Version: suiteVersion}, files: map[string][]byte{}}
	s.addModels()
	s.addStored()
	s.addModelled()
	s.addTransforms()
	s.addJPEG()
	s.addDecompressed()
	s.addFraming()
	s.addCut()
	s.addRefused()
	if t.Failed() {
		t.FailNow()
	}
	suite, added, err := old.grow(t, d, s.suite, s.files, func(name string) ([]byte, error) { return os.ReadFile(suitePath(name)) })
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(suite, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	added["manifest.json"] = append(b, '\n')
	for name, file := range added {
		if err := os.MkdirAll(filepath.Dir(suitePath(name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(suitePath(name), file, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d files are new, the manifest among them", len(added))
	if total := suiteSize(t, suite) + len(b) + 1; total > 3<<20 {
		t.Errorf("the suite has %d bytes", total)
	}
}

// suiteSize returns the bytes of the files of a suite, without the manifest.
func suiteSize(t *testing.T, suite conformanceSuite) (total int) {
	for _, m := range suite.Models {
		total += len(readSuiteFile(t, m.File))
	}
	for _, f := range suite.Decoded {
		total += len(readSuiteFile(t, f.File))
	}
	for _, f := range suite.Refused {
		total += len(readSuiteFile(t, f.File))
	}
	return total
}

// decodes adds a file that decodes, with pictures of prefixes: of shares of it in 1/64, and after levels, every so many of them.
// m is what it decodes to, or nil if that is not the image.
func (s *suiteMaker) decodes(name, about string, m image.Image, file []byte, every int, shares ...int) {
	s.t.Helper()
	f, err := suiteResult(s.t, s.d, file)
	if err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	f.File, f.About = "decoded/"+name+".ddpmz", about
	if m != nil {
		if back, _, err := decodeLast(file, s.d); err != nil || !f.Exact || !same(back, m) {
			s.t.Errorf("%s: another picture, %v", name, err)
		}
	}
	first := int(offsets(s.t, file)[0])
	for _, share := range shares {
		n := first + (len(file)-first)*share/64
		digest, err := prefixDigest(s.t, s.d, file[:n])
		if err != nil {
			s.t.Fatalf("%s: %d bytes: %v", name, n, err)
		}
		f.Prefixes = append(f.Prefixes, suiteBytes{n, digest})
	}
	if every > 0 {
		stream, err := s.d.Open(bytes.NewReader(file))
		if err != nil {
			s.t.Fatal(err)
		}
		for i := 1; ; i++ {
			at, err := stream.Next()
			if err != nil {
				break
			}
			if i%every != 0 || at.Level == 0 {
				continue
			}
			d := s.d
			d.Timestep = at.Timestep
			digest, err := prefixDigest(s.t, d, file)
			if err != nil {
				s.t.Fatalf("%s: level %d: %v", name, at.Level, err)
			}
			f.Levels = append(f.Levels, suiteLevel{at.Level, at.Timestep, digest})
		}
	}
	s.put(f.File, file)
	s.suite.Decoded = append(s.suite.Decoded, f)
}

// refused adds a file that is refused for a reason.
func (s *suiteMaker) refused(name, reason, about string, file []byte) {
	s.t.Helper()
	_, err := s.d.Decode(bytes.NewReader(file))
	if got := refusal(err); got != reason {
		s.t.Errorf("%s: %q (%v), want %q", name, got, err, reason)
	}
	r := suiteRefusal{"refused/" + name + ".ddpmz", reason, about}
	s.put(r.File, file)
	s.suite.Refused = append(s.suite.Refused, r)
}

func (s *suiteMaker) put(name string, file []byte) {
	s.t.Helper()
	if s.files[name] != nil {
		s.t.Fatalf("%s: twice", name)
	}
	s.files[name] = file
}

// addModels adds weights of random numbers, as small as can be: of every wavelet, version, family and number of experts.
func (s *suiteMaker) addModels() {
	for i, w := range []*model.Weights{
		{Channels: 16, Layers: 1, Hidden: 16, Wavelet: 0, ActivationBits: 9, Experts: 1},
		{Channels: 16, Layers: 0, Hidden: 16, Wavelet: 2, ActivationBits: 11, Experts: 1, Family: 1},
		{Channels: 32, Layers: 1, Hidden: 32, Wavelet: 1, ActivationBits: 10, Experts: 12},
	} {
		w.Tau = int8(3*i - 70)
		if w.Experts > 1 {
			w.Sizes = slices.Repeat([]model.ExpertSize{{Channels: 16, Layers: 0, Hidden: 16}}, w.Experts)
			w.Sizes[5] = model.ExpertSize{Channels: 32, Layers: 1, Hidden: 16}
			w.Sizes[11] = model.ExpertSize{Channels: 16, Layers: 0, Hidden: 32}
		}
		r := rand.New(rand.NewPCG(72, uint64(i)))
		for _, shape := range w.Shapes() {
			x := model.Tensor{Frac: 10, Data: make([]int16, shape.Size())}
			for i := range x.Data {
				x.Data[i] = int16(r.IntN(321) - 160)
			}
			w.Tensors = append(w.Tensors, x)
		}
		file, err := w.Encode()
		if err != nil {
			s.t.Fatal(err)
		}
		net, err := model.Load(file)
		if err != nil {
			s.t.Fatal(err)
		}
		s.d.Nets = append(s.d.Nets, net)
		name := fmt.Sprintf("models/random-%d.ddpw", i+1)
		s.put(name, file)
		s.suite.Models = append(s.suite.Models, suiteModel{name, sha256Hex(file)})
	}
}

var (
	storedMode   = codec.Options{Mode: codec.Stored}
	modelledMode = codec.Options{Mode: codec.Modelled}
)

// ofType returns a part of a picture as another type of image.
func ofType(m image.Image, to draw.Image) image.Image {
	draw.Draw(to, to.Bounds(), m, m.Bounds().Min, draw.Src)
	return to
}

// coarse returns a gray picture of samples of few bits.
func coarse(m image.Image, bits int) *image.Gray {
	to := image.NewGray(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(to, to.Rect, m, m.Bounds().Min, draw.Src)
	for i, v := range to.Pix {
		to.Pix[i] = v >> (8 - bits) * uint8(255/(1<<bits-1))
	}
	return to
}

// paletted returns a picture of n colours, of which some are transparent.
func paletted(m image.Image, n int) *image.Paletted {
	gray := coarse(m, 8)
	to := image.NewPaletted(gray.Rect, nil)
	for i := range n {
		c := color.NRGBA{uint8(i * 255 / (n - 1)), uint8(i * 7), uint8(255 - i), 255}
		if i%5 == 3 {
			c.A = uint8(40 * i)
		}
		to.Palette = append(to.Palette, c)
	}
	for i, v := range gray.Pix {
		to.Pix[i] = uint8(int(v) * n / 256)
	}
	return to
}

// addStored adds stored files: of every format, depth and method.
func (s *suiteMaker) addStored() {
	p := func(name string, x, y, w, h int) image.Image { return crop(picture(s.t, name), x, y, w, h) }
	add := func(name, about string, m image.Image) {
		s.decodes("stored-"+name, about, m, encode(s.t, m, &storedMode), 0, 0, 24, 50, 63)
	}
	rect := image.Rect(0, 0, 21, 14)
	landscape, soft := p("landscape.png", 40, 30, 21, 14), p("alpha.png", 20, 20, 21, 14)
	for _, bits := range []int{1, 2, 4, 8} {
		add(fmt.Sprintf("gray-%d", bits), fmt.Sprintf("gray of %d bits", bits), coarse(landscape, bits))
		add(fmt.Sprintf("palette-%d", bits), fmt.Sprintf("indices of %d bits, colours with alpha", bits), paletted(landscape, 1<<bits))
	}
	add("palette-200", "200 colours: mid-gray of missing rows is one more", paletted(landscape, 200))
	add("gray-16", "gray of 16 bits", p("gray16.png", 20, 10, 21, 14))
	add("rgb-8", "opaque", ofType(landscape, image.NewRGBA(rect)))
	add("rgb-16", "opaque, 16 bits", p("rgb16.png", 10, 10, 21, 14))
	add("rgba-8", "straight alpha", soft)
	add("rgba-16", "straight alpha, 16 bits", p("alpha16.png", 10, 10, 21, 14))
	add("premultiplied-8", "premultiplied alpha", ofType(soft, image.NewRGBA(rect)))
	add("premultiplied-16", "premultiplied alpha, 16 bits", ofType(soft, image.NewRGBA64(rect)))
	add("one-colour", "red, green and blue are the same (flag 8)", ofType(coarse(landscape, 8), image.NewRGBA(rect)))
	add("wide-gray", "gray of 16 bits, 257 times those of 8 (flag 16)", ofType(coarse(landscape, 8), image.NewGray16(rect)))
	add("wide-rgba", "straight alpha, 257 times 8 bits (flag 16)", ofType(soft, image.NewNRGBA64(rect)))
	add("wide-one-colour", "flags 8 and 16", ofType(coarse(landscape, 8), image.NewRGBA64(rect)))
	add("noise", "noise, which is plain", p("noise.png", 0, 0, 20, 20))
	add("text", "text", p("text.png", 20, 20, 150, 60))
	add("text-1", "text of 1 bit", coarse(p("text.png", 20, 80, 150, 60), 1))
	add("chart", "a chart with runs", p("palette.png", 0, 0, 120, 70))
	add("dithered", "256 colours", p("palette256.png", 30, 30, 40, 30))
	add("gradient", "a smooth ramp", p("gradient.png", 10, 10, 40, 30))
	flat := image.NewGray(image.Rect(0, 0, 1000, 300))
	add("flat", "one run: zeros at the end of the payload allow the samples", flat)
	r := rand.New(rand.NewPCG(5, 5))
	groups := image.NewGray(image.Rect(0, 0, 1024, 560)) // decisions that are likely, and many
	for i := range groups.Pix {
		if x, y := i%1024, i/1024; x > 0 && y > 0 && (x*y/64)&1 == 0 || r.IntN(4000) == 0 {
			groups.Pix[i] = 255
		}
	}
	add("groups", "more symbols than a group holds", groups)
}

// addModelled adds modelled files: of every format, depth and size, by the models of the zoo and others, with and without bands.
func (s *suiteMaker) addModelled() {
	p := func(name string, x, y, w, h int) image.Image { return crop(picture(s.t, name), x, y, w, h) }
	for _, size := range []string{"1x1", "1x7", "7x1", "2x2", "3x5", "17x13", "31x33", "67x41"} {
		for _, kind := range []string{"gray", "rgb"} {
			m, every := picture(s.t, "odd/"+kind+"-"+size+".png"), 1
			if len(size) == 5 {
				every = 4
			}
			s.decodes("modelled-"+kind+"-"+size, "a size", m, encode(s.t, m, &modelledMode), every, 8, 40, 62)
		}
	}
	add := func(name, about string, m image.Image, o codec.Options) {
		o.Mode = codec.Modelled
		s.decodes("modelled-"+name, about, m, encode(s.t, m, &o), 6, 5, 30, 60)
	}
	var none codec.Options
	rect := image.Rect(0, 0, 21, 14)
	landscape, soft := p("landscape.png", 40, 30, 21, 14), p("alpha.png", 20, 20, 21, 14)
	for _, bits := range []int{1, 2, 4} {
		add(fmt.Sprintf("gray-%d", bits), fmt.Sprintf("gray of %d bits, modelled as 8", bits), coarse(landscape, bits), none)
	}
	add("gray-16", "gray of 16 bits", p("gray16.png", 20, 10, 21, 14), none)
	add("rgb-16", "opaque, 16 bits", p("rgb16.png", 10, 10, 21, 14), none)
	add("rgba-8", "straight alpha", soft, none)
	add("rgba-16", "straight alpha, 16 bits", p("alpha16.png", 10, 10, 21, 14), none)
	add("premultiplied-8", "premultiplied alpha", ofType(soft, image.NewRGBA(rect)), none)
	add("premultiplied-16", "premultiplied alpha, 16 bits", ofType(soft, image.NewRGBA64(rect)), none)
	add("one-colour", "red, green and blue are the same (flag 8)", ofType(coarse(landscape, 8), image.NewRGBA(rect)), none)
	add("one-colour-rgba", "flag 8, and alpha", grayed(soft), none)
	add("wide-gray", "gray of 16 bits, 257 times those of 8 (flag 16)", ofType(coarse(landscape, 8), image.NewGray16(rect)), none)
	add("wide-rgba", "straight alpha, 257 times 8 bits (flag 16)", ofType(soft, image.NewNRGBA64(rect)), none)
	add("square", "a square, in the short form", p("landscape.png", 100, 60, 14, 14), none)
	add("noise", "noise", p("noise.png", 0, 0, 20, 20), none)
	add("cifar10", "the second model", picture(s.t, "tiny/cloth.png"), codec.Options{Model: "cifar10"})
	for i, net := range s.d.Nets {
		add(fmt.Sprintf("random-%d", i+1), "a model of the suite", p("landscape.png", 100, 60, 24, 20), codec.Options{Net: net})
		add(fmt.Sprintf("random-%d-gray", i+1), "a model of the suite, gray of 16 bits", p("gray16.png", 20, 10, 19, 24), codec.Options{Net: net})
	}
	add("bands", "passes of two and of four bands", tall(image.NewRGBA(image.Rect(0, 0, 6, 520))), none)
	add("bands-gray", "passes of two bands, an odd edge between them", tall(image.NewGray(image.Rect(0, 0, 5, 278))), none)
	add("bands-halved", "bands, and details of chroma", photoCD(bright(tall(image.NewRGBA(image.Rect(0, 0, 6, 262))))), none)
	add("segments", "several segments of passes, skips asked about in places, a digest", p("landscape.png", 100, 60, 128, 96), none)
}

// grayed returns a picture whose red and blue are its green.
func grayed(m image.Image) image.Image {
	to := ofType(m, image.NewNRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))).(*image.NRGBA)
	for i := 0; i < len(to.Pix); i += 4 {
		to.Pix[i], to.Pix[i+2] = to.Pix[i+1], to.Pix[i+1]
	}
	return to
}

// addTransforms adds a file by every colour transform, in all orientations in turn. Of derived ones, chroma is that of a photograph,
// so that where it should have been upsampled, it has details of every size.
func (s *suiteMaker) addTransforms() {
	for c := range model.Colours {
		w, h := 13+int(c)%5, 11+int(c)%3
		m := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.Draw(m, m.Rect, picture(s.t, "still-life.png"), image.Pt(40+3*int(c), 60+2*int(c)), draw.Src)
		if c.Derived() {
			var rgb [3][]int32
			for i := 0; i < len(m.Pix); i += 4 {
				for p := range rgb {
					rgb[p] = append(rgb[p], int32(m.Pix[i+p]))
				}
			}
			c.Approximate(rgb[0], rgb[1], rgb[2])
			if c.Subsampled() { // in most places chroma is flat, as its details are hardly ever
				for i := range rgb[0] {
					if j := i/w&^3*w + i%w&^3; (i/w/4+i%w/4)%3 > 0 {
						rgb[1][i], rgb[2][i] = rgb[1][j], rgb[2][j]
					}
				}
			}
			c.Inverse(rgb[0], rgb[1], rgb[2])
			for i := 0; i < len(m.Pix); i += 4 {
				for p := range rgb {
					m.Pix[i+p] = uint8(rgb[p][i/4])
				}
			}
		}
		file := codec.EncodeBy(s.t, m, c, uint8(c)%4)
		s.decodes(fmt.Sprintf("transform-%02d", c), fmt.Sprintf("%v; orientation %d", c, c%4), m, file, 0, 20, 56)
	}
	for _, name := range []string{"webp-fancy", "video-709-422", "video-709-portable", "avif-limited-601", "avif-full-709"} {
		m := crop(madeByDecoder(s.t, name), 4, 2, 30, 26)
		s.decodes("derived-"+name, "what that decoder made", m, encode(s.t, m, &modelledMode), 5, 20)
	}
	landscape := crop(picture(s.t, "landscape.png"), 60, 40, 40, 30)
	for name, m := range map[string]image.Image{
		"photocd": photoCD(landscape), "libjpeg": libjpeg(landscape, true, true), "across": libjpeg(landscape, true, false), "down": libjpeg(landscape, false, true),
	} {
		s.decodes("derived-"+name, "chroma that was upsampled, as that makes it", m, encode(s.t, m, &modelledMode), 5, 20)
	}
	slices.SortFunc(s.suite.Decoded, func(a, b suiteFile) int { return strings.Compare(a.File, b.File) })
}

// gojpegOf returns a JPEG file of a picture.
func gojpegOf(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gojpeg.Encode(&b, m, &gojpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// addJPEG adds files that hold JPEG files: of every sampling, coded and wrapped, with pictures in them.
func (s *suiteMaker) addJPEG() {
	for _, dir := range []string{"jpeg/pixels/testdata", "jpeg/testdata"} {
		names, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*.jpg"))
		if err != nil || len(names) < 8 {
			s.t.Fatalf("%d JPEG files, %v", len(names), err)
		}
		for _, name := range names {
			original, err := os.ReadFile(name)
			if err != nil {
				s.t.Fatal(err)
			}
			base := strings.TrimSuffix(filepath.Base(name), ".jpg")
			if base == "arithmetic" {
				continue
			}
			file := encodeJPEG(s.t, original, &modelledMode)
			s.decodes("jpeg-"+base, "a JPEG file", jpegPicture(s.t, original), file, 3, 10, 40)
		}
	}
	photo := gojpegOf(s.t, crop(picture(s.t, "landscape.png"), 100, 60, 120, 90), 88)
	s.decodes("jpeg-photo", "a JPEG file with a digest", jpegPicture(s.t, photo), encodeJPEG(s.t, photo, &modelledMode), 2, 6, 20, 50, 63)
	high := gojpegOf(s.t, tall(image.NewRGBA(image.Rect(0, 0, 9, 1100))), 80)
	s.decodes("jpeg-bands", "of several bands", jpegPicture(s.t, high), encodeJPEG(s.t, high, &modelledMode), 4, 20, 60)
	wrapped := jpegFile(s.t, "422.jpg")
	s.decodes("jpeg-wrapped", "a JPEG file that is stored as it is", jpegPicture(s.t, wrapped), encodeJPEG(s.t, wrapped, &storedMode), 0, 30)

	with := func(file, inner []byte) []byte {
		segment := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xe1"), uint16(2+len(inner)+10))
		segment = append(append(append(segment, "Exif\x00\x00"...), inner...), "tail"...)
		return append(segment, file[2:]...)
	}
	base, preview := jpegFile(s.t, "420.jpg"), jpegFile(s.t, "440.jpg")
	for name, c := range map[string]struct {
		about string
		file  []byte
	}{
		"inside":   {"a JPEG file in another, and in that a third", with(base, with(preview, jpegFile(s.t, "fine.jpg")))},
		"trailing": {"two JPEG files, and more, after its end", append(append(append(bytes.Clone(base), preview...), jpegFile(s.t, "gray.jpg")...), "more"...)},
		"residual": {"its thumbnail, by the residual", thumbnailed(s.t)},
	} {
		s.decodes("jpeg-"+name, c.about, jpegPicture(s.t, c.file), encodeJPEG(s.t, c.file, &modelledMode), 5, 50)
	}
}

// thumbnailed returns a JPEG file with a smaller one of the same picture behind it.
func thumbnailed(t testing.TB) []byte {
	t.Helper()
	const by = 4
	m := crop(picture(t, "landscape.png"), 60, 40, 96, 64)
	small := image.NewRGBA(image.Rect(0, 0, 96/by, 64/by))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			var sum [3]uint32
			for i := range by * by {
				r, g, b, _ := m.At(60+by*x+i%by, 40+by*y+i/by).RGBA()
				sum[0], sum[1], sum[2] = sum[0]+r>>8, sum[1]+g>>8, sum[2]+b>>8
			}
			small.Set(x, y, color.RGBA{uint8(sum[0] / by / by), uint8(sum[1] / by / by), uint8(sum[2] / by / by), 255})
		}
	}
	return append(gojpegOf(t, m, 92), gojpegOf(t, small, 90)...)
}

// addDecompressed adds pictures that JPEG decoders made.
func (s *suiteMaker) addDecompressed() {
	landscape := decompressed(s.t, crop(picture(s.t, "landscape.png"), 30, 40, 80, 64), 75)
	gray := decompressed(s.t, coarse(crop(picture(s.t, "landscape.png"), 30, 40, 80, 64), 8), 80)
	masked := image.NewNRGBA(landscape.Bounds())
	draw.Draw(masked, masked.Rect, landscape, image.Point{}, draw.Src)
	for i := 3; i < len(masked.Pix); i += 4 {
		masked.Pix[i] = byte(i / 1000)
	}
	for _, c := range []struct {
		name, about string
		m           image.Image
	}{
		{"rgb", "4:2:0", landscape},
		{"gray", "gray", gray},
		{"rgba", "straight alpha", masked},
		{"one-colour", "flag 8", ofType(gray, image.NewRGBA(gray.Bounds()))},
		{"wide", "flag 16", ofType(landscape, image.NewRGBA64(landscape.Bounds()))},
		{"part", "a part", crop(landscape, 13, 5, 61, 53)},
	} {
		file := encode(s.t, c.m, &codec.Options{Mode: codec.Modelled, Effort: codec.MostEffort})
		h, _ := partsOf(s.t, file)
		found := slices.ContainsFunc(h.Segments, func(g container.Segment) bool { return g.Kind == container.Frame })
		if !found {
			s.t.Errorf("decompressed-%s: the coefficients are not found", c.name)
		}
		s.decodes("decompressed-"+c.name, c.about, c.m, file, 3, 20, 50, 63)
	}
	original := gojpegOf(s.t, crop(picture(s.t, "landscape.png"), 30, 40, 88, 72), 75)
	asMade := func(*image.RGBA) {}
	m, file := codec.EncodeDecompressed(s.t, original, image.Rect(3, 9, 83, 70), 1, asMade)
	s.decodes("decompressed-repeated", "samples of chroma are repeated", m, file, 3, 20, 50)
	m, file = codec.EncodeDecompressed(s.t, original, image.Rect(2, 1, 50, 40), 0, func(m *image.RGBA) {
		r := rand.New(rand.NewPCG(7, 7))
		for range 150 { // samples by a little, and some by much
			m.Pix[4*r.IntN(len(m.Pix)/4)+r.IntN(3)] += uint8(r.IntN(5) - 2)
		}
		for range 12 {
			m.Pix[4*r.IntN(len(m.Pix)/4)+r.IntN(3)] = uint8(r.IntN(256))
		}
	})
	s.decodes("decompressed-corrected", "many corrections", m, file, 3, 50, 58, 61)
	for _, by := range []byte{5, 9} {
		name, about := fmt.Sprintf("by-%d", by), fmt.Sprintf("by decoder %d", by)
		m, file = codec.EncodeDecompressed(s.t, original, image.Rect(3, 9, 83, 70), by, func(m *image.RGBA) { m.Pix[1000]++ })
		s.decodes("decompressed-"+name, about, m, file, 3, 20, 50, 63)
		fine := gojpegOf(s.t, coarse(crop(picture(s.t, "landscape.png"), 30, 40, 80, 64), 8), 98)
		m, file = codec.EncodeDecompressed(s.t, fine, image.Rect(0, 0, 40, 24), by, asMade)
		s.decodes("decompressed-"+name+"-gray", about+", gray", m, file, 3, 63)
		m, file = codec.EncodeDecompressed(s.t, jpegFile(s.t, "411.jpg"), image.Rect(5, 1, 35, 21), by, asMade)
		s.decodes("decompressed-"+name+"-411", about+", 4:1:1", m, file, 3, 63)
		m, file = codec.EncodeDecompressed(s.t, original, image.Rect(2, 7, 78, 70), by|16, nil)
		s.decodes("decompressed-"+name+"-wide", fmt.Sprintf("by decoder %d: of 16 bits", by|16), m, file, 3, 20, 50, 63)
	}
}

// addFraming adds what the container and side data allow.
func (s *suiteMaker) addFraming() {
	m := picture(s.t, "odd/rgb-17x13.png")
	short := encode(s.t, m, &modelledMode)
	s.decodes("framing-common", "a small file in the common form", m, common(s.t, short), 0, 40)
	h, payloads := partsOf(s.t, common(s.t, short))
	named := *h
	named.Short, named.Params = true, nil
	s.decodes("framing-short-model", "the short form, with the model's identity", m, putTogether(s.t, &named, payloads), 0, 40)

	says := metadata.Metadata{Chunks: []metadata.Chunk{{Type: "gAMA", Data: []byte{0, 0, 0xb1, 0x8f}}}}
	record, err := says.Marshal()
	if err != nil {
		s.t.Fatal(err)
	}
	long := bytes.Repeat([]byte("much of it, and all the same; "), 300)
	for name, data := range map[string][]byte{"plain": []byte("taken by nobody, nowhere"), "packed": long, "chunk": record} {
		file := encode(s.t, m, &codec.Options{Mode: codec.Modelled, Metadata: data})
		s.decodes("metadata-"+name, "metadata", m, file, 0, 50)
		stored := encode(s.t, m, &codec.Options{Mode: codec.Stored, Metadata: data})
		s.decodes("metadata-"+name+"-stored", "metadata", m, stored, 0, 50)
	}
	// Several blocks, and a digest: the metadata are not to be compressed.
	random := make([]byte, 40000)
	fillRandom(random)
	s.decodes("framing-blocks", "a segment of three blocks, a digest", m, encode(s.t, m, &codec.Options{Mode: codec.Modelled, Metadata: random}), 0, 1, 32)

	// One pass a segment, where an encoder has one segment of all.
	passes := model.Passes(17, 13)
	one := *h
	one.Segments = []container.Segment{{Kind: container.Passes, Units: uint32(len(passes))}}
	s.decodes("framing-units", "units that are said, without a table", m, putTogether(s.t, &one, payloads), 0, 40)
	digest, _ := hexDecode(imageDigest(s.t, m))
	one.Segments = []container.Segment{{Kind: container.Passes, Units: uint32(len(passes))}, {Kind: container.Digest}, {Kind: container.Metadata}}
	s.decodes("framing-digest", "a digest and metadata after it", m, putTogether(s.t, &one, [][]byte{payloads[0], digest[:8], append([]byte{0}, "last"...)}), 0, 60)
	one.Segments = []container.Segment{{Kind: container.Ancillary}, {Kind: container.Metadata}, {Kind: 200}, {Kind: container.Passes, Units: uint32(len(passes))}, {Kind: 255}, {Kind: container.Digest}, {Kind: 255}}
	s.decodes("framing-passed-over", "segments of kinds that are passed over", m,
		putTogether(s.t, &one, [][]byte{[]byte("new"), append([]byte{0}, "first"...), nil, payloads[0], []byte("newer"), digest[:8], []byte("last")}), 0, 40)
	one.Segments = []container.Segment{{Kind: container.Passes, Units: uint32(len(passes))}, {Kind: container.Passes}}
	one.Params = []byte{h.Params[0] + 9}
	s.decodes("framing-other-threshold", "another threshold of the skip test, in a file that ends early before any pass", nil, endAfter(s.t, &one, 0), 0)
}

func hexDecode(s string) (b []byte, err error) {
	_, err = fmt.Sscanf(s, "%x", &b)
	return b, err
}

// endAfter returns the file that ends on purpose after so many bytes of its first segment.
func endAfter(t testing.TB, h *container.Header, kept uint64) []byte {
	t.Helper()
	g := *h
	g.Segments = slices.Clone(h.Segments[:1])
	g.Segments[0].Size = 1000
	g.EndsEarly, g.Kept = true, kept
	var b bytes.Buffer
	if err := container.Write(&b, &g, [][]byte{make([]byte, kept)}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// addCut adds files that end early, on purpose: others, cut.
func (s *suiteMaker) addCut() {
	for _, name := range []string{
		"stored-rgba-8", "stored-palette-4", "stored-palette-8", "stored-premultiplied-16", "modelled-rgb-67x41", "modelled-gray-17x13", "modelled-rgba-8", "modelled-wide-rgba",
		"modelled-bands", "modelled-segments", "metadata-plain", "metadata-packed", "framing-blocks", "jpeg-photo", "jpeg-wrapped", "decompressed-rgb", "decompressed-rgba", "transform-28", "transform-10",
	} {
		file := s.files["decoded/"+name+".ddpmz"]
		if file == nil {
			s.t.Fatalf("no %s", name)
		}
		for _, share := range []int{15, 45} {
			var b bytes.Buffer
			limit := int64(len(file)*share/64) + 20
			if _, err := codec.Truncate(&b, bytes.NewReader(file), codec.Cut{Bytes: limit}, codec.Limits{}); err != nil {
				s.t.Fatalf("%s: %v", name, err)
			}
			s.decodes(fmt.Sprintf("early-%s-%d", name, share), fmt.Sprintf("cut to %d/64", share), nil, b.Bytes(), 0, 40)
		}
	}
}

// crc8 is CRC-8/ROHC.
func crc8(p []byte) byte {
	crc := byte(0xff)
	for _, b := range p {
		crc ^= b
		for range 8 {
			crc = crc>>1 ^ crc&1*0xe0
		}
	}
	return crc
}

// framed returns a file of a header as it is, without its CRC, and of payloads.
func framed(header []byte, payloads ...[]byte) []byte {
	castagnoli := crc32.MakeTable(crc32.Castagnoli)
	own := binary.LittleEndian.AppendUint32(nil, crc32.Checksum(header, castagnoli))
	file := append(bytes.Clone(header), own...)
	for i, p := range payloads {
		for b, from := 0, 0; b == 0 || from < len(p); b, from = b+1, from+container.BlockSize {
			block := p[from:min(from+container.BlockSize, len(p))]
			place := binary.LittleEndian.AppendUint32(bytes.Clone(own), uint32(i))
			if len(p) > container.BlockSize {
				place = binary.LittleEndian.AppendUint32(place, uint32(b))
			}
			file = append(file, block...)
			file = binary.LittleEndian.AppendUint32(file, crc32.Update(crc32.Checksum(place, castagnoli), castagnoli, block))
		}
	}
	return file
}

// addRefused adds files that are refused, one for every rule.
func (s *suiteMaker) addRefused() {
	const (
		malformed, unsupported, damaged, truncated = "malformed", "unsupported", "damaged", "truncated"
		magic                                      = "\xddPMZ"
	)
	decoded := func(name string) []byte {
		file := s.files["decoded/"+name+".ddpmz"]
		if file == nil {
			s.t.Fatalf("no %s", name)
		}
		return file
	}
	flip := func(file []byte, at int) []byte {
		file = bytes.Clone(file)
		file[at] ^= 0x40
		return file
	}

	// The header, byte by byte: 3 x 2 pixels, gray, stored plainly.
	raster := []byte{0, 52, 55, 61, 63, 59, 55}
	s.decodes("framing-smallest", "3 x 2 pixels, stored", nil, framed([]byte(magic+"\x60\x01\x02\x01\x07"), raster), 0)
	header := func(name, reason, about, header string) {
		s.refused("header-"+name, reason, about, framed([]byte(magic+header), raster))
	}
	s.refused("header-magic", malformed, "another magic", framed([]byte("\xddPMX\x60\x01\x02\x01\x07"), raster))
	header("version", unsupported, "version 2", "\xa0\x01\x02\x01\x07")
	header("version-0", unsupported, "version 0, a draft", "\x20\x01\x02\x01\x07")
	header("no-options", malformed, "an options byte of zero", "\x60\x00\x02\x01\x01\x02\x03\x04\x05\x06\x07\x08\xba\x07")
	header("option-6", unsupported, "a reserved option", "\x60\x41\x02\x01\x07")
	header("option-7", unsupported, "a reserved option", "\x60\x81\x02\x01\x07")
	header("long-width", malformed, "a uvarint with a zero byte at its end", "\x60\x01\x82\x00\x01\x07")
	header("long-uvarint", malformed, "a uvarint of more than 64 bits", "\x60\x01\x82\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x01\x07")
	header("width", unsupported, "a width above 2^24", "\x60\x01\x80\x80\x80\x08\x01\x07")
	header("height", unsupported, "a height above 2^24", "\x60\x01\x02\x80\x80\x80\x08\x07")
	header("depth-8", malformed, "a depth field of 8", "\x60\x03\x02\x01\x08\x07")
	header("depth-0", malformed, "a depth of 0", "\x60\x03\x02\x01\x00\x07")
	header("depth-17", malformed, "a depth above 16", "\x60\x03\x02\x01\x11\x07")
	header("params-of-stored", malformed, "option 2 in a stored file", "\x60\x05\x02\x01\x07")
	header("units-of-stored", malformed, "option 3 in a stored file", "\x60\x09\x02\x01\x01\x07")
	header("lone-table", malformed, "a table of the one segment that needs none", "\x60\x11\x02\x01\x01\x04\x07")
	header("kept", malformed, "more bytes kept than there are", "\x60\x21\x02\x01\x07\x08")
	header("kind-0", unsupported, "a segment of kind 0", "\x60\x11\x02\x01\x02\x00\x00\x04\x07")
	header("kind-9", unsupported, "a segment of kind 9", "\x60\x11\x02\x01\x02\x09\x00\x04\x07")
	header("kind-127", unsupported, "a segment of kind 127", "\x60\x11\x02\x01\x02\x7f\x00\x04\x07")
	header("passes-in-stored", malformed, "passes in a stored file", "\x60\x11\x02\x01\x02\x04\x07\x05\x00\x00")
	header("count", unsupported, "more than 4096 segments", "\x60\x11\x02\x01\x81\x20")
	header("sizes", unsupported, "sizes of 2^56 together", "\x60\x11\x02\x01\x02\x01\x01\x04\xff\xff\xff\xff\xff\xff\xff\x7f")
	header("table-twice-stored", malformed, "two stored segments", "\x60\x11\x02\x01\x02\x04\x07\x04\x00")
	header("empty-table", malformed, "a stored file without its image", "\x60\x11\x02\x01\x00")
	header("format-7", unsupported, "format 7", "\x67\x01\x02\x01\x07")
	header("format-12", unsupported, "flag 8 with a palette", "\x6c\x01\x02\x01\x07")
	header("format-8", unsupported, "flag 8 of gray", "\x68\x01\x02\x01\x07")
	header("format-20", unsupported, "flag 16 with a palette", "\x74\x01\x02\x01\x07")
	header("depth-3", unsupported, "gray of 3 bits", "\x60\x03\x02\x01\x03\x07")
	header("depth-4-rgb", unsupported, "RGB of 4 bits", "\x61\x03\x02\x01\x04\x07")
	header("depth-16-palette", unsupported, "indices of 16 bits", "\x64\x03\x02\x01\x10\x07")
	header("wide-16", unsupported, "flag 16 with 16 bits", "\x70\x03\x02\x01\x10\x07")
	header("jpeg-16", unsupported, "a JPEG file of 16 bits", "\x65\x03\x02\x01\x10\x07")
	s.refused("header-cut", truncated, "the file ends within its header", framed([]byte(magic+"\x60\x01\x02\x01\x07"), raster)[:11])
	s.refused("header-empty", truncated, "no bytes", nil)
	s.refused("header-crc", damaged, "the header's CRC is wrong", flip(framed([]byte(magic+"\x60\x01\x02\x01\x07"), raster), 10))
	s.refused("block-crc", damaged, "a block's CRC is wrong", flip(framed([]byte(magic+"\x60\x01\x02\x01\x07"), raster), 15))

	// The short form.
	short := decoded("modelled-rgb-17x13")
	body := func(name, reason, about string, change func(b []byte) []byte) {
		n := int(offsets(s.t, short)[0])
		b := change(bytes.Clone(short[:n-1]))
		b = append(b, crc8(b))
		b = append(b, short[n:len(short)-2]...)
		s.refused("short-"+name, reason, about, binary.LittleEndian.AppendUint16(b, crc16(b)))
	}
	body("version", unsupported, "version 2", func(b []byte) []byte { b[2] ^= 0xc0; return b })
	body("version-0", unsupported, "version 0, a draft", func(b []byte) []byte { b[2] &^= 0xc0; return b })
	body("square", malformed, "a height that equals the width", func(b []byte) []byte { b[4] = b[3]; return b })
	body("number", unsupported, "a model's number that there is not", func(b []byte) []byte { b[5] |= 15; return b })
	body("transform", malformed, "params that would be a transform of gray", func(b []byte) []byte { b[2] = 0x40; b[5] |= 0xf0; return b })
	body("size", unsupported, "a size from 4001 to 4095", func(b []byte) []byte { return append(b[:6], 0xa1, 0x1f) })
	body("kept", malformed, "all bytes kept, in a file that ends early", func(b []byte) []byte { return append(b[:6], 0x8a, 0x20, 10) })
	n := int(offsets(s.t, short)[0])
	s.refused("short-crc", damaged, "the CRC-8 is wrong", flip(short, n-1))
	s.refused("short-file-crc", damaged, "the CRC-16 is wrong", flip(short, len(short)-1))

	// Headers that are well formed, and what they stand for.
	changed := func(name, reason, about, of string, change func(h *container.Header, payloads [][]byte) [][]byte) {
		s.t.Helper()
		h, payloads := partsOf(s.t, decoded(of))
		payloads = change(h, payloads)
		s.refused(name, reason, about, putTogether(s.t, h, payloads))
	}
	type parts = [][]byte
	head := func(name, reason, about, of string, change func(h *container.Header)) {
		s.t.Helper()
		changed(name, reason, about, of, func(h *container.Header, p parts) parts { change(h); return p })
	}
	head("model", unsupported, "a model that is not known", "framing-common", func(h *container.Header) { h.Model[0] ^= 1 })
	head("params-none", unsupported, "no params", "framing-common", func(h *container.Header) { h.Params = nil })
	head("params-three", unsupported, "three bytes of params", "framing-common", func(h *container.Header) { h.Params = append(h.Params, 1, 1) })
	head("params-zero", malformed, "a second byte of params that is 0", "framing-common", func(h *container.Header) { h.Params = append(h.Params[:1], 0) })
	head("transform-61", unsupported, "transform 61", "framing-common", func(h *container.Header) { h.Params = append(h.Params[:1], 0xf1) })
	head("transform-of-gray", malformed, "a transform of one plane", "modelled-gray-16", func(h *container.Header) { h.Params = append(h.Params[:1], 1) })
	head("transform-of-16-bits", malformed, "a transform of 8 bits with 16", "modelled-rgb-16", func(h *container.Header) { h.Params = append(h.Params[:1], 3) })
	head("units-many", malformed, "more passes than the image has", "framing-units", func(h *container.Header) { h.Segments[0].Units++ })
	head("units-few", malformed, "fewer passes than the image has", "framing-units", func(h *container.Header) { h.Segments[0].Units-- })
	head("palette-modelled", malformed, "indices that are modelled", "framing-common", func(h *container.Header) { h.Format = 4 })

	segment := func(name, reason, about, of string, at int, kind container.Kind, payload []byte) {
		s.t.Helper()
		changed("segment-"+name, reason, about, of, func(h *container.Header, p parts) parts {
			h.Segments = slices.Insert(h.Segments, at, container.Segment{Kind: kind})
			return slices.Insert(p, at, payload)
		})
	}
	eight := []byte("a digest")
	segment("palette", malformed, "a palette of an image that has none", "stored-rgb-8", 0, container.Palette, []byte{0, 1, 2, 3, 4})
	segment("alpha", malformed, "alpha of an image that has none", "stored-rgb-8", 0, container.Alpha, raster)
	segment("frame", malformed, "a frame of an image that has none", "stored-rgb-8", 0, container.Frame, raster)
	segment("frame-modelled", malformed, "a frame of an image by another model than that of JPEG files", "framing-common", 0, container.Frame, raster)
	segment("syntax", malformed, "a syntax of an image that has none", "framing-common", 1, container.Syntax, raster)
	segment("digest-wrong", "another", "a digest of another image", "stored-rgb-8", 1, container.Digest, eight)
	segment("digest-first", malformed, "a digest before the image", "stored-rgb-8", 0, container.Digest, eight)
	segment("digest-short", malformed, "a digest of seven bytes", "stored-rgb-8", 1, container.Digest, eight[:7])
	segment("digest-twice", malformed, "two digests", "framing-digest", 1, container.Digest, eight)
	segment("metadata-twice", malformed, "metadata first and last", "framing-digest", 0, container.Metadata, []byte{0, 1})
	segment("metadata-empty", malformed, "side data of no bytes", "stored-rgb-8", 0, container.Metadata, nil)
	segment("metadata-kind", unsupported, "side data packed in an unknown way", "stored-rgb-8", 0, container.Metadata, []byte{9, 1, 2})
	segment("metadata-zstd", malformed, "side data that are no Zstandard frame", "stored-rgb-8", 0, container.Metadata, []byte{1, 1, 2, 3, 4, 5})
	segment("alpha-late", malformed, "alpha after the image", "stored-rgba-8", 2, container.Alpha, raster)
	segment("stored-empty", malformed, "two stored segments", "stored-rgba-8", 2, container.Stored, raster)
	segment("large", malformed, "a palette of more bytes than 256 colours have", "stored-gray-8", 0, container.Palette, make([]byte, 1026))
	changed("segment-no-palette", malformed, "indices without a palette", "stored-palette-4", func(h *container.Header, p parts) parts {
		h.Segments = h.Segments[1:]
		return p[1:]
	})
	payload := func(name, about, of string, at int, change func(p []byte) []byte) {
		s.t.Helper()
		changed(name, malformed, about, of, func(h *container.Header, p parts) parts {
			p[at] = change(bytes.Clone(p[at]))
			return p
		})
	}
	payload("palette-short", "a palette of 3 bytes", "stored-palette-4", 0, func(p []byte) []byte { return []byte{0, 1, 2, 3} })
	payload("palette-none", "a palette of no colours", "stored-palette-4", 0, func(p []byte) []byte { return []byte{0} })
	payload("palette-index", "an index beyond the last colour", "stored-palette-4", 0, func(p []byte) []byte { return []byte{0, 1, 2, 3, 4} })
	payload("raster-empty", "a raster without its method", "stored-gray-8", 0, func(p []byte) []byte { return nil })
	payload("raster-method", "a method that there is not", "stored-gray-8", 0, func(p []byte) []byte { p[0] = 3; return p })
	payload("raster-bits", "bits of three channels", "stored-rgb-8", 0, func(p []byte) []byte { p[0] = 2; return p })
	payload("raster-bits-16", "bits of 16-bit samples", "stored-gray-16", 0, func(p []byte) []byte { p[0] = 2; return p })
	payload("raster-cut", "a raster that lacks its end", "stored-text", -1+len(partsCount(s.t, decoded("stored-text"))), func(p []byte) []byte { return p[:len(p)/2] })
	payload("raster-plain-cut", "plain samples that lack one", "framing-smallest", 0, func(p []byte) []byte { return p[:6] })
	payload("raster-plain-long", "plain samples, and one more", "framing-smallest", 0, func(p []byte) []byte { return append(p, 1) })
	payload("passes-cut", "passes that lack their end", "framing-common", 0, func(p []byte) []byte { return p[:len(p)/2] })
	payload("passes-long", "bytes after the last pass", "framing-common", 0, func(p []byte) []byte { return append(p, 1, 2, 3, 4) })
	payload("passes-empty", "passes of no bytes", "framing-common", 0, func(p []byte) []byte { return nil })

	// Bands.
	h, payloads, several := takeApart(s.t, decoded("modelled-bands"))
	band := several[0].index
	banded := func(name, about string, change func(p []byte) []byte) {
		p := slices.Clone(payloads)
		p[band] = change(bytes.Clone(p[band]))
		s.refused("bands-"+name, malformed, about, putTogether(s.t, h, p))
	}
	banded("no-lengths", "a pass of several bands without their lengths", func(p []byte) []byte { return []byte{0x80} })
	banded("long-length", "a length that is not the shortest varint", func(p []byte) []byte { return append([]byte{p[0] | 0x80, 0}, p[1:]...) })
	banded("lengths", "bands of more bytes than there are", func(p []byte) []byte { return append([]byte{0xff, 0xff, 1}, p[1:]...) })
	joined := *h
	joined.Segments = slices.Clone(h.Segments)
	joined.Segments[band].Units++
	joined.Segments[band+1].Units--
	if joined.Segments[band+1].Units == 0 {
		joined.Segments = slices.Delete(joined.Segments, band+1, band+2)
		s.refused("bands-together", malformed, "a pass of several bands with others in a segment", putTogether(s.t, &joined, slices.Delete(slices.Clone(payloads), band+1, band+2)))
	} else {
		s.refused("bands-together", malformed, "a pass of several bands with others in a segment", putTogether(s.t, &joined, payloads))
	}

	// JPEG files, and decompressed pictures.
	of := func(name, about, of string, kind container.Kind, change func(p []byte) []byte) {
		s.t.Helper()
		h, payloads := partsOf(s.t, decoded(of))
		i := slices.IndexFunc(h.Segments, func(g container.Segment) bool { return g.Kind == kind })
		if payloads[i] = change(bytes.Clone(payloads[i])); payloads[i] == nil {
			h.Segments, payloads = slices.Delete(h.Segments, i, i+1), slices.Delete(payloads, i, i+1)
		}
		s.refused(name, malformed, about, putTogether(s.t, h, payloads))
	}
	none := func([]byte) []byte { return nil }
	of("jpeg-no-frame", "a JPEG file without its frame", "jpeg-422", container.Frame, none)
	of("jpeg-no-syntax", "a JPEG file without its syntax", "jpeg-422", container.Syntax, none)
	of("jpeg-frame-cut", "a frame that lacks its end", "jpeg-422", container.Frame, func(p []byte) []byte { return p[:len(p)-1] })
	of("jpeg-frame-long", "a frame and a byte more", "jpeg-422", container.Frame, func(p []byte) []byte { return append(p, 0) })
	of("jpeg-frame-components", "a frame of no components", "jpeg-422", container.Frame, func(p []byte) []byte { p[0] &^= 7; return p })
	of("jpeg-frame-size", "a frame of another size than the header's", "jpeg-422", container.Frame, func(p []byte) []byte { p[1]++; return p })
	of("jpeg-syntax-cut", "a syntax that lacks its end", "jpeg-422", container.Syntax, func(p []byte) []byte { return []byte{0, 5, 1, 2} })
	of("jpeg-passes-cut", "passes that lack their end", "jpeg-photo", container.Passes, func(p []byte) []byte { return p[:3] })
	of("jpeg-wrapped-other", "what is wrapped is no JPEG file", "jpeg-wrapped", container.Stored, func(p []byte) []byte { return append([]byte{0}, "no JPEG file"...) })
	of("decompressed-no-frame", "a decompressed picture without its frame", "decompressed-rgb", container.Frame, none)
	changed("decompressed-flags", unsupported, "a frame with reserved flags", "decompressed-rgb", func(_ *container.Header, p parts) parts {
		p[0] = bytes.Clone(p[0])
		p[0][0] |= 2
		return p
	})
	of("decompressed-wide", "a decoder of 16 bits, and a picture of 8", "decompressed-rgb", container.Frame, func(p []byte) []byte { p[0] = 21; return p })
	of("decompressed-place", "a picture that begins at 64 of its grid", "decompressed-rgb", container.Frame, func(p []byte) []byte { p[1] = 64; return p })
}

// partsCount returns the payloads of a file.
func partsCount(t testing.TB, file []byte) [][]byte {
	t.Helper()
	_, payloads := partsOf(t, file)
	return payloads
}
