package jpeg

// zigzag gives, for every index of the order in which coefficients are coded, the natural one. T.81, figure A.6.
var zigzag = [BlockSize]uint8{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
}

// nonzero returns the bits of those indices in zigzag order whose coefficient is not zero.
func nonzero(coef []int16) (set uint64) {
	_ = coef[BlockSize-1]
	for i := 0; i < BlockSize; i += 8 {
		c := coef[i : i+8 : i+8]
		if c[0]|c[1]|c[2]|c[3]|c[4]|c[5]|c[6]|c[7] == 0 {
			continue
		}
		at := unzigzag[i : i+8 : i+8]
		for j, v := range c {
			set |= uint64(uint16(v|-v)>>15) << (at[j] & 63) // without a branch: the sign of v or -v
		}
	}
	return set
}

// unzigzag is the inverse of zigzag.
var unzigzag = func() (inverse [BlockSize]uint8) {
	for k, i := range zigzag {
		inverse[i] = uint8(k)
	}
	return inverse
}()

// typical are the Huffman tables of T.81, annex K.3, as a DHT segment has them: how many codes there are of 1 to 16 bits,
// and the values. DC and AC of luma, then of chroma. Files without tables of their own (motion JPEG) mean these.
var typical = [4]string{
	"\x00\x01\x05\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b",
	"\x00\x02\x01\x03\x03\x02\x04\x03\x05\x05\x04\x04\x00\x00\x01\x7d" +
		"\x01\x02\x03\x00\x04\x11\x05\x12\x21\x31\x41\x06\x13\x51\x61\x07" +
		"\x22\x71\x14\x32\x81\x91\xa1\x08\x23\x42\xb1\xc1\x15\x52\xd1\xf0" +
		"\x24\x33\x62\x72\x82\x09\x0a\x16\x17\x18\x19\x1a\x25\x26\x27\x28" +
		"\x29\x2a\x34\x35\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48\x49" +
		"\x4a\x53\x54\x55\x56\x57\x58\x59\x5a\x63\x64\x65\x66\x67\x68\x69" +
		"\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x83\x84\x85\x86\x87\x88\x89" +
		"\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5\xa6\xa7" +
		"\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3\xc4\xc5" +
		"\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xe1\xe2" +
		"\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8" +
		"\xf9\xfa",
	"\x00\x03\x01\x01\x01\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00" +
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b",
	"\x00\x02\x01\x02\x04\x04\x03\x04\x07\x05\x04\x04\x00\x01\x02\x77" +
		"\x00\x01\x02\x03\x11\x04\x05\x21\x31\x06\x12\x41\x51\x07\x61\x71" +
		"\x13\x22\x32\x81\x08\x14\x42\x91\xa1\xb1\xc1\x09\x23\x33\x52\xf0" +
		"\x15\x62\x72\xd1\x0a\x16\x24\x34\xe1\x25\xf1\x17\x18\x19\x1a\x26" +
		"\x27\x28\x29\x2a\x35\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48" +
		"\x49\x4a\x53\x54\x55\x56\x57\x58\x59\x5a\x63\x64\x65\x66\x67\x68" +
		"\x69\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x82\x83\x84\x85\x86\x87" +
		"\x88\x89\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5" +
		"\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3" +
		"\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda" +
		"\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf2\xf3\xf4\xf5\xf6\xf7\xf8" +
		"\xf9\xfa",
}

// steps are the quantization tables of T.81, annex K.1, in natural order: luma, chroma.
var steps = [2][BlockSize]uint8{
	{
		16, 11, 10, 16, 24, 40, 51, 61,
		12, 12, 14, 19, 26, 58, 60, 55,
		14, 13, 16, 24, 40, 57, 69, 56,
		14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77,
		24, 35, 55, 64, 81, 104, 113, 92,
		49, 64, 78, 87, 103, 121, 120, 101,
		72, 92, 95, 98, 112, 100, 103, 99,
	},
	{
		17, 18, 24, 47, 99, 99, 99, 99,
		18, 21, 26, 66, 99, 99, 99, 99,
		24, 26, 56, 99, 99, 99, 99, 99,
		47, 66, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
	},
}

// scaled returns a quantization table as libjpeg scales it for a quality of 1 to 100, in steps of 8 bits.
func scaled(table, quality int) (t [BlockSize]uint16) {
	for i, s := range steps[table] {
		t[i] = scaledStep(s, quality)
	}
	return t
}

func scaledStep(step uint8, quality int) uint16 {
	percent := 200 - 2*quality
	if quality < 50 {
		percent = 5000 / quality
	}
	return uint16(min(max((int(step)*percent+50)/100, 1), 255))
}

// qualityOf returns for which quality libjpeg scales a table to t, or 0.
func qualityOf(t *[BlockSize]uint16, table int) int {
	for quality := 1; quality <= 100; quality++ {
		same := 0
		for same < BlockSize && scaledStep(steps[table][same], quality) == t[same] {
			same++
		}
		if same == BlockSize {
			return quality
		}
	}
	return 0
}

// Typical returns a quantization table as libjpeg scales it for a quality of 1 to 100: of luma, or of chroma.
func Typical(chroma bool, quality int) [BlockSize]uint16 {
	if chroma {
		return scaled(1, quality)
	}
	return scaled(0, quality)
}

// QualityOf returns the quality for which libjpeg scales its table of luma to these steps, exactly, or else about: to steps of the same
// sum.
func QualityOf(t *[BlockSize]uint16) (quality int, exact bool) {
	if q := qualityOf(t, 0); q > 0 {
		return q, true
	}
	sum := func(t *[BlockSize]uint16) (n int) {
		for _, s := range t {
			n += int(s)
		}
		return n
	}
	want := sum(t)
	for quality = 1; quality < 100; quality++ {
		if typical := scaled(0, quality); sum(&typical) <= want {
			break
		}
	}
	return quality, false
}
