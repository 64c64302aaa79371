package colour

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/codec/metadata"
	"github.com/ddpmz/ddpmz/web/colour/profiles"
)

func parse(t *testing.T, icc []byte) *Profile {
	t.Helper()
	p, err := Parse(icc)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// near reports whether colours differ by no more than a number in any sample.
func near(a, b []byte, most int) bool {
	for i := range a {
		if d := int(a[i]) - int(b[i]); max(d, -d) > most {
			return false
		}
	}
	return len(a) == len(b)
}

// TestKnown compares with colours that are known in two spaces: CSS Color 4 has sRGB's red as color(display-p3 0.9175 0.2003 0.1386), and
// Adobe RGB's samples of sRGB's red and green are (219, 0, 0) and (144, 255, 60).
func TestKnown(t *testing.T) {
	p3, adobe := profiles.RGB(profiles.DisplayP3, profiles.SRGBCurve()), profiles.RGB(profiles.AdobeRGB, profiles.Gamma(563./256))
	for _, c := range []struct {
		icc      []byte
		wide     bool
		space    Space
		from, to [3]byte
		off      int
	}{
		{p3, false, SRGB, [3]byte{234, 51, 35}, [3]byte{255, 0, 0}, 3},
		{p3, false, SRGB, [3]byte{90, 90, 90}, [3]byte{90, 90, 90}, 0},
		{p3, true, DisplayP3, [3]byte{200, 100, 50}, [3]byte{200, 100, 50}, 0},
		{adobe, false, SRGB, [3]byte{219, 0, 0}, [3]byte{255, 0, 0}, 3},
		{adobe, false, SRGB, [3]byte{144, 255, 60}, [3]byte{0, 255, 0}, 5},
		{adobe, false, SRGB, [3]byte{128, 128, 128}, [3]byte{128, 128, 128}, 1},
		{adobe, true, DisplayP3, [3]byte{219, 0, 0}, [3]byte{234, 51, 35}, 2},
		{profiles.RGB(profiles.SRGB, profiles.SRGBCurve()), true, SRGB, [3]byte{1, 130, 250}, [3]byte{1, 130, 250}, 0},
		{profiles.RGB(profiles.SRGB, profiles.Gamma(1.8)), true, SRGB, [3]byte{100, 100, 100}, [3]byte{119, 119, 119}, 1}, // of (100/255)^1.8
		{profiles.Of("GRAY", profiles.Tag{Name: "kTRC", Data: profiles.Gamma(1.8)}), true, SRGB, [3]byte{100, 100, 100}, [3]byte{119, 119, 119}, 1},
	} {
		conversion := For(parse(t, c.icc), c.wide)
		pix := append(c.from[:], 77)
		got := conversion.Convert(pix)
		if conversion.Space != c.space || !near(got, append(c.to[:], 77), c.off) || !bytes.Equal(pix[:3], c.from[:]) {
			t.Errorf("%v, wide %v: %v in %v, want %v in %v", c.from, c.wide, got, conversion.Space, c.to, c.space)
		}
	}
	if c := For(nil, true); c.Space != SRGB || c.Convert([]byte{1, 2, 3, 4})[2] != 3 {
		t.Errorf("without a profile: %+v", c)
	}
}

// TestCurves: the same curve in all of its forms is the same.
func TestCurves(t *testing.T) {
	curve := func(v float64) float64 { return math.Pow(v, 2.25) }
	for i, b := range [][]byte{
		profiles.Gamma(2.25), profiles.Table(1024, curve), profiles.Parametric(0, 2.25), profiles.Parametric(1, 2.25, 1, 0),
		profiles.Parametric(2, 2.25, 1, 0, 0), profiles.Parametric(3, 2.25, 1, 0, 1, 0), profiles.Parametric(4, 2.25, 1, 0, 1, 0, 0, 0),
	} {
		got := parseCurve(b)
		for v := range 256 {
			x := float64(v) / 255
			if y := got(x); math.Abs(y-curve(x)) > 1e-4 {
				t.Fatalf("form %d: %.5f becomes %.5f, want %.5f", i, x, y, curve(x))
			}
		}
	}
	srgb := parseCurve(profiles.SRGBCurve())
	for v := range 256 {
		x := float64(v) / 255
		if y := srgb(x); math.Abs(y-linearOfSRGB(x)) > 1e-4 || math.Abs(sRGBOfLinear(y)-x) > 1e-3 {
			t.Errorf("%.5f becomes %.5f, and that %.5f", x, y, sRGBOfLinear(y))
		}
	}
	// ICC.1:2022, 10.18: of the second function, what is below -b/a is 0; of the third, c.
	below := parseCurve(profiles.Parametric(1, 2, 2, -1))(0.3)
	if offset := parseCurve(profiles.Parametric(2, 2, 2, -1, 0.25))(0.3); below != 0 || offset != 0.25 {
		t.Errorf("%v and %v", below, offset)
	}
	for _, b := range [][]byte{nil, {}, profiles.Gamma(2)[:12], profiles.Table(10, curve)[:30], profiles.Parametric(5, 1), profiles.Parametric(3, 1, 1), profiles.Parametric(1, 1, 0, 1)} {
		if parseCurve(b) != nil {
			t.Errorf("%q is a curve", b)
		}
	}
}

// TestFromMetadata: which of several chunks counts.
func TestFromMetadata(t *testing.T) {
	words := func(list ...uint32) (b []byte) {
		for _, v := range list {
			b = binary.BigEndian.AppendUint32(b, v)
		}
		return b
	}
	wide := metadata.Chunk{Type: "cICP", Data: []byte{12, 13, 0, 1}}
	gamma := metadata.Chunk{Type: "gAMA", Data: words(55556)}
	usual := metadata.Chunk{Type: "gAMA", Data: words(45455)}
	srgb := metadata.Chunk{Type: "sRGB", Data: []byte{0}}
	primaries := metadata.Chunk{Type: "cHRM", Data: words(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)}
	icc := func(profile []byte) metadata.Chunk {
		var m metadata.Metadata
		m.SetICCProfile(profile)
		return m.Chunks[0]
	}
	adobe := icc(profiles.RGB(profiles.AdobeRGB, profiles.Gamma(2.2)))
	for i, c := range []struct {
		chunks []metadata.Chunk
		space  Space
		same   bool
	}{
		{nil, SRGB, true},
		{[]metadata.Chunk{srgb, gamma}, SRGB, true},
		{[]metadata.Chunk{usual}, SRGB, true},
		{[]metadata.Chunk{gamma}, SRGB, false},
		{[]metadata.Chunk{primaries}, SRGB, true}, // without a curve
		{[]metadata.Chunk{usual, primaries}, DisplayP3, true},
		{[]metadata.Chunk{gamma, primaries}, DisplayP3, false},
		{[]metadata.Chunk{srgb, gamma, primaries, wide}, DisplayP3, true},
		{[]metadata.Chunk{{Type: "cICP", Data: []byte{9, 13, 0, 1}}}, DisplayP3, false},
		{[]metadata.Chunk{{Type: "cICP", Data: []byte{9, 16, 0, 1}}, adobe}, SRGB, true}, // PQ, which is not known
		{[]metadata.Chunk{{Type: "cICP", Data: []byte{12, 13, 0, 0}}}, SRGB, true},       // a limited range
		{[]metadata.Chunk{gamma, adobe}, DisplayP3, false},
		{[]metadata.Chunk{gamma, {Type: "iCCP", Data: []byte("broken")}}, SRGB, true},
		{[]metadata.Chunk{gamma, icc([]byte("no profile"))}, SRGB, true},
		{[]metadata.Chunk{{Type: "gAMA", Data: words(0)}}, SRGB, true},
		{[]metadata.Chunk{gamma, {Type: "cHRM", Data: make([]byte, 32)}}, SRGB, true},
	} {
		got := For(FromMetadata(&metadata.Metadata{Chunks: c.chunks}), true)
		if got.Space != c.space || got.same != c.same {
			t.Errorf("%d: %v, as it is: %v; want %v, %v", i, got.Space, got.same, c.space, c.same)
		}
	}
}

// TestDamaged: profiles of which bytes are other or missing are an error, or convert; of another kind, an error.
func TestDamaged(t *testing.T) {
	good := profiles.RGB(profiles.AdobeRGB, profiles.Table(64, linearOfSRGB))
	pix := make([]byte, 4*256)
	for i := range pix {
		pix[i] = byte(i * 7)
	}
	try := func(icc []byte) bool {
		p, err := Parse(icc)
		if (p == nil) != (err == ErrUnknown) {
			t.Fatalf("%v, %v", p, err)
		}
		if err != nil {
			return false
		}
		for _, wide := range []bool{false, true} {
			if got := For(p, wide).Convert(pix); len(got) != len(pix) {
				t.Fatal(len(got))
			}
		}
		return true
	}
	for n := 0; n < len(good); n += 1 + n/40 {
		try(good[:n])
	}
	r := rand.New(rand.NewPCG(1, 9))
	works := 0
	for range 300 {
		b := bytes.Clone(good)
		for range 1 + r.IntN(3) {
			b[r.IntN(len(b))] = byte(r.Uint32())
		}
		if try(b) {
			works++
		}
	}
	if works == 0 || works == 300 {
		t.Errorf("%d of 300 can be used", works)
	}
	other := bytes.Clone(good)
	copy(other[16:], "CMYK")
	for name, icc := range map[string][]byte{
		"CMYK": other, "no curve": profiles.Of("GRAY"), "no primaries": profiles.Of("RGB ", profiles.Tag{Name: "rTRC", Data: profiles.Gamma(2)}),
		"primaries in one plane": profiles.RGB([9]float64{1, 1, 1, 1, 1, 1, 1, 1, 1}, profiles.Gamma(2)),
	} {
		if p, err := Parse(icc); err != ErrUnknown {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}

func BenchmarkConvert(b *testing.B) {
	p, err := Parse(profiles.RGB(profiles.AdobeRGB, profiles.Gamma(2.2)))
	if err != nil {
		b.Fatal(err)
	}
	c := For(p, false)
	pix := make([]byte, 4<<20)
	b.SetBytes(int64(len(pix)))
	for b.Loop() {
		c.Convert(pix)
	}
}
