// Package profiles makes ICC profiles, of the kinds that package colour reads, for tests.
package profiles

import (
	"encoding/binary"
	"math"
	"slices"
)

// A Tag is a tag of a profile and its data.
type Tag struct {
	Name string
	Data []byte
}

// Of returns a profile for samples of a space, "RGB " or "GRAY", with tags (ICC.1:2022, 7).
func Of(space string, tags ...Tag) []byte {
	head := make([]byte, 128)
	copy(head[8:], []byte{4, 0x40, 0, 0})
	copy(head[12:], "mntr"+space+"XYZ ")
	copy(head[36:], "acsp")
	copy(head[68:], slices.Concat(number(0.9642), number(1), number(0.8249)))
	tags = append(tags, Tag{"wtpt", XYZ(0.9642, 1, 0.8249)})
	list, data := binary.BigEndian.AppendUint32(nil, uint32(len(tags))), []byte(nil)
	for _, t := range tags {
		list = append(list, t.Name...)
		list = binary.BigEndian.AppendUint32(list, uint32(len(head)+4+12*len(tags)+len(data)))
		list = binary.BigEndian.AppendUint32(list, uint32(len(t.Data)))
		data = append(data, t.Data...)
		data = append(data, make([]byte, -len(data)&3)...)
	}
	icc := slices.Concat(head, list, data)
	binary.BigEndian.PutUint32(icc, uint32(len(icc)))
	return icc
}

// RGB returns a profile of primaries, XYZ of red, green and blue, and one curve.
func RGB(primaries [9]float64, curve []byte) []byte {
	p := primaries
	return Of("RGB ",
		Tag{"rXYZ", XYZ(p[0], p[1], p[2])}, Tag{"gXYZ", XYZ(p[3], p[4], p[5])}, Tag{"bXYZ", XYZ(p[6], p[7], p[8])},
		Tag{"rTRC", curve}, Tag{"gTRC", curve}, Tag{"bTRC", curve})
}

// Primaries, adapted to D50: of sRGB and Display P3 as their profiles have them, and of Adobe RGB (1998), 4.3.5.
var (
	SRGB      = [9]float64{0.43607, 0.22249, 0.01392, 0.38515, 0.71687, 0.09708, 0.14307, 0.06061, 0.71410}
	DisplayP3 = [9]float64{0.51512, 0.24120, -0.00105, 0.29198, 0.69225, 0.04189, 0.15710, 0.06657, 0.78407}
	AdobeRGB  = [9]float64{0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457}
)

func number(v float64) []byte {
	return binary.BigEndian.AppendUint32(nil, uint32(int32(math.Round(v*65536))))
}

// XYZ returns the data of a tag of a colour.
func XYZ(x, y, z float64) []byte {
	return slices.Concat([]byte("XYZ \x00\x00\x00\x00"), number(x), number(y), number(z))
}

// Gamma returns a curve of an exponent, as one number of 8 fraction bits.
func Gamma(gamma float64) []byte {
	return binary.BigEndian.AppendUint16([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), uint16(math.Round(gamma*256)))
}

// Parametric returns a curve of one of the five functions.
func Parametric(kind byte, parameters ...float64) []byte {
	b := []byte{'p', 'a', 'r', 'a', 0, 0, 0, 0, 0, kind, 0, 0}
	for _, p := range parameters {
		b = append(b, number(p)...)
	}
	return b
}

// SRGBCurve returns the curve of sRGB.
func SRGBCurve() []byte { return Parametric(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045) }

// Table returns a curve of n samples of a function.
func Table(n int, f func(float64) float64) []byte {
	b := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), uint32(n))
	for i := range n {
		b = binary.BigEndian.AppendUint16(b, uint16(math.Round(65535*f(float64(i)/float64(n-1)))))
	}
	return b
}
