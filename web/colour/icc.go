package colour

import (
	"encoding/binary"
	"math"
)

// What is where in a profile (ICC.1:2022, 7.2 and 7.3).
const (
	spaceAt     = 16 // of the samples
	connectedAt = 20 // the space that they are taken to
	signatureAt = 36
	tagsAt      = 128
	tagBytes    = 12
)

// Parse returns the profile that an ICC profile is. Of one that has tables as well, it takes primaries and curves. Its error is ErrUnknown.
func Parse(icc []byte) (*Profile, error) {
	if len(icc) < tagsAt+4 || string(icc[signatureAt:][:4]) != "acsp" || string(icc[connectedAt:][:4]) != "XYZ " {
		return nil, ErrUnknown
	}
	switch string(icc[spaceAt:][:4]) {
	case "RGB ":
		p := new(Profile)
		for i, name := range []string{"r", "g", "b"} {
			column, ok := parseXYZ(tag(icc, name+"XYZ"))
			curve := parseCurve(tag(icc, name+"TRC"))
			if !ok || curve == nil {
				return nil, ErrUnknown
			}
			p.curves[i] = curve
			for k, v := range column {
				p.primaries[k][i] = v
			}
		}
		if _, ok := p.primaries.inverse(); !ok {
			return nil, ErrUnknown
		}
		return p, nil
	case "GRAY":
		if curve := parseCurve(tag(icc, "kTRC")); curve != nil {
			return newProfile(bt709, curve), nil
		}
	}
	return nil, ErrUnknown
}

// tag returns the data of a tag, or nothing.
func tag(icc []byte, name string) []byte {
	n := binary.BigEndian.Uint32(icc[tagsAt:])
	for list := icc[tagsAt+4:]; n > 0 && len(list) >= tagBytes; n, list = n-1, list[tagBytes:] {
		if string(list[:4]) != name {
			continue
		}
		at, size := uint64(binary.BigEndian.Uint32(list[4:])), uint64(binary.BigEndian.Uint32(list[8:]))
		if at+size > uint64(len(icc)) {
			return nil
		}
		return icc[at : at+size]
	}
	return nil
}

// fixed returns a number of 16 fraction bits.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / (1 << 16) }

func parseXYZ(b []byte) (v vector, ok bool) {
	if len(b) < 20 || string(b[:4]) != "XYZ " {
		return v, false
	}
	return vector{fixed(b[8:]), fixed(b[12:]), fixed(b[16:])}, true
}

// parseCurve returns a curve (10.6 and 10.18), or nil. Its values are from 0 to 1.
func parseCurve(b []byte) func(float64) float64 {
	if len(b) < 12 {
		return nil
	}
	var curve func(float64) float64
	switch kind, body := string(b[:4]), b[12:]; kind {
	case "curv":
		curve = sampled(binary.BigEndian.Uint32(b[8:]), body)
	case "para":
		curve = parametric(binary.BigEndian.Uint16(b[8:]), body)
	}
	if curve == nil {
		return nil
	}
	return func(v float64) float64 {
		if y := curve(v); y > 0 { // and is a number
			return min(y, 1)
		}
		return 0
	}
}

// sampled returns a curve of n samples of 16 bits; one says the exponent, and none that there is no curve.
func sampled(n uint32, b []byte) func(float64) float64 {
	sample := func(i int) float64 { return float64(binary.BigEndian.Uint16(b[2*i:])) }
	switch {
	case uint64(len(b)) < 2*uint64(n):
		return nil
	case n == 0:
		return power(1)
	case n == 1:
		return power(sample(0) / 256)
	}
	return func(v float64) float64 {
		at := v * float64(n-1)
		i := min(int(at), int(n)-2)
		part := at - float64(i)
		return (sample(i)*(1-part) + sample(i+1)*part) / 65535
	}
}

// parametric returns a function of the five that there are.
func parametric(kind uint16, b []byte) func(float64) float64 {
	counts := [...]int{1, 3, 4, 5, 7}
	if int(kind) >= len(counts) || len(b) < 4*counts[kind] {
		return nil
	}
	var p [7]float64
	for i := range counts[kind] {
		p[i] = fixed(b[4*i:])
	}
	gamma, a, offset, slope, from, above, below := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch kind {
	case 0:
		return power(gamma)
	case 1, 2:
		if a == 0 {
			return nil
		}
		from, above, below, slope = -offset/a, slope, slope, 0 // of kind 1, p[3] is 0
	}
	return func(v float64) float64 {
		if v >= from {
			return math.Pow(a*v+offset, gamma) + above
		}
		return slope*v + below
	}
}
