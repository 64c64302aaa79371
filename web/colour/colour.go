// Package colour converts pictures to the colour spaces of canvases, by what a picture's file says of its samples.
//
// It knows ICC profiles (ICC.1:2022) of three primaries and three curves, and of one curve for gray; and PNG's chunks cICP, sRGB, gAMA and
// cHRM (PNG, third edition, 11.3.2). Tables, as profiles of printers and CMYK have them, it does not know. What it computes is for
// looking at, in floating point.
package colour

import (
	"encoding/binary"
	"errors"
	"math"
	"sync"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// A Profile says which colours the samples of a picture stand for: light is a curve of each, a number from 0 to 1, and the sum of what
// three primaries make of it. The zero value is no profile.
type Profile struct {
	curves    [3]func(float64) float64
	primaries matrix // columns: XYZ of red, green and blue, adapted to ICC's white point, D50
}

// A Space is a colour space of canvases.
type Space int

const (
	SRGB Space = iota
	DisplayP3
)

// String returns the name of a space in CSS.
func (s Space) String() string { return [...]string{"srgb", "display-p3"}[s] }

// ErrUnknown is the error of a profile that is of another kind than this package knows, or malformed.
var ErrUnknown = errors.New("colour: a profile of an unknown kind, or a damaged one")

// chromaticities are x and y of white, red, green and blue.
type chromaticities [4][2]float64

// The chromaticities of BT.709 and sRGB, BT.2020, and P3 with the white point of screens (SMPTE EG 432-1), as ITU-T H.273 has them.
var (
	d65    = [2]float64{0.3127, 0.3290}
	bt709  = chromaticities{d65, {0.640, 0.330}, {0.300, 0.600}, {0.150, 0.060}}
	bt2020 = chromaticities{d65, {0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}
	p3     = chromaticities{d65, {0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}
)

// d50 is the white point of profiles, XYZ.
var d50 = vector{0.9642, 1, 0.8249}

// newProfile returns a profile of primaries and one curve.
func newProfile(c chromaticities, curve func(float64) float64) *Profile {
	m, ok := c.matrix()
	if !ok {
		return nil
	}
	return &Profile{curves: [3]func(float64) float64{curve, curve, curve}, primaries: m}
}

var spaces = [...]*Profile{SRGB: newProfile(bt709, linearOfSRGB), DisplayP3: newProfile(p3, linearOfSRGB)}

// linearOfSRGB is the curve of sRGB (IEC 61966-2-1).
func linearOfSRGB(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// sRGBOfLinear is its inverse.
func sRGBOfLinear(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

func power(gamma float64) func(float64) float64 {
	return func(v float64) float64 { return math.Pow(v, gamma) }
}

// sRGBGamma is the gAMA chunk, in hundred thousandths, that PNG wants beside sRGB's: an approximation of its curve.
const sRGBGamma = 45455

// FromMetadata returns what metadata say of colours: nil if that is sRGB, or nothing that this package knows. Of several
// chunks, that counts which PNG has go before the others: cICP, iCCP, sRGB, and gAMA with cHRM.
func FromMetadata(m *metadata.Metadata) *Profile {
	chunk := func(name string, size int) []byte {
		for _, c := range m.Chunks {
			if c.Type == name && len(c.Data) == size {
				return c.Data
			}
		}
		return nil
	}
	if c := chunk("cICP", 4); c != nil {
		return fromCICP(c)
	}
	if icc, err := m.ICCProfile(); icc != nil || err != nil {
		p, _ := Parse(icc) // what is not known is shown as it is
		return p
	}
	gamma := chunk("gAMA", 4)
	if gamma == nil || chunk("sRGB", 1) != nil {
		return nil
	}
	curve := linearOfSRGB
	if g := binary.BigEndian.Uint32(gamma); g == 0 {
		return nil
	} else if g != sRGBGamma {
		curve = power(100000 / float64(g))
	}
	primaries := bt709
	if c := chunk("cHRM", 32); c != nil {
		for i := range 8 {
			primaries[i/2][i%2] = float64(binary.BigEndian.Uint32(c[4*i:])) / 100000
		}
	}
	return newProfile(primaries, curve)
}

// fromCICP returns the profile of code points of ITU-T H.273: primaries, transfer, matrix, full range.
func fromCICP(c []byte) *Profile {
	primaries, ok := map[byte]chromaticities{1: bt709, 9: bt2020, 12: p3}[c[0]]
	curve, known := map[byte]func(float64) float64{4: power(2.2), 5: power(2.8), 8: power(1), 13: linearOfSRGB}[c[1]]
	if !ok || !known || c[2] != 0 || c[3] != 1 {
		return nil
	}
	return newProfile(primaries, curve)
}

// A Conversion takes pictures of a profile to a space.
type Conversion struct {
	Space Space

	same   bool // as they are
	linear [3][256]float32
	matrix [3][3]float32
	coded  []byte // see samples
}

// samples returns the samples of either space, of light in steps of 1/steps.
var samples = sync.OnceValue(func() []byte {
	list := make([]byte, steps+1)
	for i := range list {
		list[i] = byte(math.Round(255 * sRGBOfLinear(float64(i)/steps)))
	}
	return list
})

// steps are so many that two that are next to each other are the same sample, or the next.
const steps = 1 << 14

// tolerance is by how much a sample of eight bits may be off so that a picture is taken to be of a space as it is.
const tolerance = 1.0

// For returns the conversion of pictures of a profile, which may be nil, for canvases of sRGB or, with wide, of Display P3 too: to the
// latter, only if pictures may have colours that sRGB has not.
func For(p *Profile, wide bool) *Conversion {
	if p == nil {
		return &Conversion{Space: SRGB, same: true}
	}
	m, off, clips := p.compare(SRGB)
	space := SRGB
	if clips && wide {
		space = DisplayP3
		m, off, _ = p.compare(DisplayP3)
	}
	c := &Conversion{Space: space, same: off <= tolerance}
	if c.same {
		return c
	}
	for i := range 3 {
		for j := range 3 {
			c.matrix[i][j] = float32(m[i][j])
		}
		for v := range c.linear[i] {
			c.linear[i][v] = float32(p.curves[i](float64(v) / 255))
		}
	}
	c.coded = samples()
	return c
}

// compare returns the matrix from a profile's light to a space's, by how much samples of eight bits differ at most, and whether there are
// colours beyond the space.
func (p *Profile) compare(s Space) (m matrix, off float64, clips bool) {
	const (
		n      = 8 // colours along each axis, less one
		margin = 0.004
	)
	inverse, _ := spaces[s].primaries.inverse()
	m = inverse.times(p.primaries)
	for i := range (n + 1) * (n + 1) * (n + 1) {
		v := vector{float64(i%(n+1)) / n, float64(i/(n+1)%(n+1)) / n, float64(i/(n+1)/(n+1)) / n}
		var light vector
		for k := range 3 {
			light[k] = p.curves[k](v[k])
		}
		for k, x := range m.of(light) {
			clips = clips || x < -margin || x > 1+margin
			off = max(off, 255*math.Abs(sRGBOfLinear(min(max(x, 0), 1))-v[k]))
		}
	}
	return m, off, clips
}

// Convert returns the pixels of a picture, four bytes each, R, G, B and straight alpha, in the conversion's space: pix itself, if they are the same there,
// which it does not change.
func (c *Conversion) Convert(pix []byte) []byte {
	if c.same {
		return pix
	}
	out := make([]byte, len(pix))
	code := func(v float32) byte { return c.coded[int(min(max(v, 0), 1)*steps+0.5)] }
	for i := 0; i+4 <= len(pix); i += 4 {
		p, q := pix[i:i+4:i+4], out[i:i+4:i+4]
		r, g, b := c.linear[0][p[0]], c.linear[1][p[1]], c.linear[2][p[2]]
		q[0] = code(c.matrix[0][0]*r + c.matrix[0][1]*g + c.matrix[0][2]*b)
		q[1] = code(c.matrix[1][0]*r + c.matrix[1][1]*g + c.matrix[1][2]*b)
		q[2] = code(c.matrix[2][0]*r + c.matrix[2][1]*g + c.matrix[2][2]*b)
		q[3] = p[3]
	}
	return out
}
