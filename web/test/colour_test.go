package test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
	"github.com/ddpmz/ddpmz/web/colour/profiles"
)

// cube returns a picture of n x n x n colours.
func cube(n int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, n*n, n))
	for i := range n * n * n {
		v := func(k int) byte { return byte(k % n * 255 / (n - 1)) }
		m.SetNRGBA(i%(n*n), i/(n*n), color.NRGBA{v(i), v(i / n), v(i / n / n), 0xff})
	}
	return m
}

// ramp returns a picture of all grays.
func ramp() *image.Gray {
	m := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range m.Pix {
		m.Pix[i] = byte(i)
	}
	return m
}

// pngWith returns a PNG file with chunks behind its header.
func pngWith(t *testing.T, m image.Image, chunks []metadata.Chunk) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	const header = 8 + 25
	out := bytes.Clone(b.Bytes()[:header])
	for _, c := range chunks {
		body := append([]byte(c.Type), c.Data...)
		out = binary.BigEndian.AppendUint32(out, uint32(len(c.Data)))
		out = binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	return append(out, b.Bytes()[header:]...)
}

// words returns the data of a chunk of numbers.
func words(list ...uint32) (b []byte) {
	for _, v := range list {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// TestColours compares colours of pictures with profiles with those that the browser itself finds in a PNG file of the same samples and
// the same profile, and, where a profile is not known, with those without one. decode returns the samples of the file unless it is asked for colours.
func TestColours(t *testing.T) {
	icc := func(profile []byte) []metadata.Chunk {
		var m metadata.Metadata
		m.SetICCProfile(profile)
		return m.Chunks
	}
	tables := profiles.Of("RGB ", profiles.Tag{Name: "A2B0", Data: make([]byte, 64)})
	for _, c := range []struct {
		name   string
		chunks []metadata.Chunk
		gray   bool
		space  string
		most   int // difference of samples
	}{
		{"none", nil, false, "srgb", 0},
		{"sRGB", icc(profiles.RGB(profiles.SRGB, profiles.SRGBCurve())), false, "srgb", 1},
		{"sRGB's primaries, another curve", icc(profiles.RGB(profiles.SRGB, profiles.Table(33, func(v float64) float64 { return math.Pow(v, 1.8) }))), false, "srgb", 2},
		{"Display P3", icc(profiles.RGB(profiles.DisplayP3, profiles.SRGBCurve())), false, "display-p3", 1},
		{"Adobe RGB", icc(profiles.RGB(profiles.AdobeRGB, profiles.Gamma(563./256))), false, "display-p3", 2},
		{"gray", icc(profiles.Of("GRAY", profiles.Tag{Name: "kTRC", Data: profiles.Gamma(1.8)})), true, "srgb", 2},
		{"cICP", []metadata.Chunk{{Type: "cICP", Data: []byte{12, 13, 0, 1}}}, false, "display-p3", 1},
		{"gAMA and cHRM", []metadata.Chunk{{Type: "gAMA", Data: words(55556)},
			{Type: "cHRM", Data: words(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)}}, false, "srgb", 2},
		{"tables", icc(tables), false, "srgb", 0},
	} {
		var m image.Image = cube(6)
		if c.gray {
			m = ramp()
		}
		name, reference := host.add("coloured", encodeWith(t, m, &metadata.Metadata{Chunks: c.chunks})), "coloured.png"
		if c.most == 0 {
			reference = host.add(reference, pngWith(t, m, nil))
		} else {
			reference = host.add(reference, pngWith(t, m, c.chunks))
		}
		for _, on := range []string{"srgb", "display-p3"} {
			reset(t)
			var got struct {
				Space                                      string
				Element, Decoded, Bitmap, Plain, Reference []int
			}
			call(t, &got, "colours", name, reference, on)
			if got.Space != c.space || len(got.Reference) != 4*m.Bounds().Dx()*m.Bounds().Dy() {
				t.Errorf("%s: in %s, want %s; %d samples", c.name, got.Space, c.space, len(got.Reference))
			}
			for i, from := range [][]int{got.Element, got.Decoded, got.Bitmap} {
				most := c.most
				if got.Space != on {
					most = max(most, 1) // to which the browser rounds
				}
				if off := furthest(from, got.Reference, got.Space != on); off > most {
					t.Errorf("%s: %s is off by %d on a canvas of %s", c.name, []string{"the element", "decode", "the bitmap"}[i], off, on)
				}
			}
			var samples []int
			b := m.Bounds()
			for y := range b.Dy() {
				for x := range b.Dx() {
					p := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
					samples = append(samples, int(p.R), int(p.G), int(p.B), int(p.A))
				}
			}
			if !slices.Equal(got.Plain, samples) {
				t.Errorf("%s: decode does not return the samples", c.name)
			}
		}
	}
}

// furthest returns the largest difference of samples, four a pixel, from others; 256 if there are not as many. Without those that are
// clipped, it passes over pixels with a sample that is 0 or 255: what is beyond two spaces is clipped twice.
func furthest(got, want []int, withoutClipped bool) (most int) {
	if len(got) != len(want) {
		return 256
	}
	for i := 0; i < len(want); i += 4 {
		if withoutClipped && slices.ContainsFunc(want[i:i+3], func(v int) bool { return v == 0 || v == 255 }) {
			continue
		}
		for k := i; k < i+4; k++ {
			most = max(most, got[k]-want[k], want[k]-got[k])
		}
	}
	return most
}

// TestColoursOfJPEG: the profile of a JPEG file, behind its coefficients, is known to a picture that needs only a part of these, and to one
// that has all.
func TestColoursOfJPEG(t *testing.T) {
	var plain, b bytes.Buffer
	if err := jpeg.Encode(&plain, picture(t, "street.png"), &jpeg.Options{Quality: 98}); err != nil {
		t.Fatal(err)
	}
	profile := append([]byte("ICC_PROFILE\x00\x01\x01"), profiles.RGB(profiles.DisplayP3, profiles.SRGBCurve())...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe2}, uint16(2+len(profile)))
	if err := codec.EncodeJPEG(&b, bytes.NewReader(slices.Concat(head, profile, plain.Bytes()[2:])), nil); err != nil {
		t.Fatal(err)
	}
	name := host.add("coloured-jpeg", b.Bytes())
	for _, c := range []struct {
		kind   string
		reduce int
		space  string
	}{{"url", 3, "display-p3"}, {"bytes", 0, "display-p3"}} {
		var got decoded
		call(t, &got, "decode", c.kind, name, map[string]any{"reduce": c.reduce, "colorSpaceConversion": "default"})
		if got.Error != "" || got.Space != c.space {
			t.Errorf("from %s, reduced by %d: %+v, want %s", c.kind, c.reduce, got, c.space)
		}
		if sent, _ := host.of("coloured-jpeg"); c.kind == "url" && sent >= b.Len() {
			t.Errorf("%d bytes were sent of a file of %d, of which the picture needs a part", sent, b.Len())
		}
	}
}
