package transform

// The conversions of decoders of video and WebP. Their constants are facts about these programs; each has been compared with
// what the program makes (docs/experiments/conversions.md).

// webP is libwebp's: Q14 constants of BT.601 for luma of 16..235 and chroma of 16..240. Each product is rounded down to six
// fractional bits.
var webP = matrixConversion{
	shift: 16, weights: by601, redCentre: 128, blueCentre: 128, video: true,
	luma:      product{gain: 4 * 19077, mask: 1<<10 - 1},
	red:       product{gain: 4 * 26149, offset: 4 * 26149 * 128, mask: 1<<10 - 1},
	blue:      product{gain: 4 * 33050, offset: 4 * 33050 * 128, mask: 1<<10 - 1},
	greenRed:  product{gain: 4 * 13320, offset: 4 * 13320 * 128, mask: 1<<10 - 1},
	greenBlue: product{gain: 4 * 6419, offset: 4 * 6419 * 128, mask: 1<<10 - 1},
	add:       [3]int64{-14234 << 10, 8708 << 10, -17685 << 10},
}.prepared()

// swscale returns a conversion of FFmpeg's libswscale from Q13 constants, as its code for x86 computes it unless it is asked for
// accurate rounding: each product is rounded down to an integer, those that are taken away from green up.
func swscale(first, luma, red, blue, greenRed, greenBlue int64, weights [3]int64) *matrixConversion {
	const whole = 1<<16 - 1
	return matrixConversion{
		shift: 16, weights: weights, redCentre: 128, blueCentre: 128, video: true,
		luma:      product{gain: 8 * luma, offset: -8 * luma * first, mask: whole},
		red:       product{gain: 8 * red, mask: whole},
		blue:      product{gain: 8 * blue, mask: whole},
		greenRed:  product{gain: 8 * greenRed, offset: whole, mask: whole},
		greenBlue: product{gain: 8 * greenBlue, offset: whole, mask: whole},
	}.prepared()
}

var (
	video601  = swscale(16, 9539, 13075, 16525, 6660, 3209, by601)
	video709  = swscale(16, 9539, 14686, 17305, 4366, 1747, by709)
	videoFull = swscale(0, 8192, 11485, 14516, 5850, 2819, by601) // of JPEG
)

// libyuv returns a conversion of libyuv, which browsers, Android and AVIF decoders use: constants with six fractional bits, but for
// luma's gain, which is for luma times 0x101 and Q22; that product is rounded down to six bits. add includes what rounds samples.
func libyuv(luma, add, red, blue, greenRed, greenBlue int64, weights [3]int64) *matrixConversion {
	return matrixConversion{
		shift: 22, weights: weights, redCentre: 128, blueCentre: 128, video: true,
		luma:      product{gain: 0x101 * luma, mask: 1<<16 - 1},
		red:       product{gain: red << 16},
		blue:      product{gain: blue << 16},
		greenRed:  product{gain: greenRed << 16},
		greenBlue: product{gain: greenBlue << 16},
		add:       [3]int64{add << 16, add << 16, add << 16},
	}.prepared()
}

var (
	yuv601     = libyuv(18997, -1160, 102, 128, 52, 25, by601)
	yuv709     = libyuv(18997, -1160, 115, 128, 34, 14, by709)
	yuvFull601 = libyuv(16320, 32, 90, 113, 46, 22, by601)
	yuvFull709 = libyuv(16320, 32, 101, 119, 30, 12, by709)
)

// nearest returns the conversion that rounds to the nearest integers, as programs that compute in floating point do: Q24 constants.
func nearest(first, luma, red, blue, greenRed, greenBlue int64, weights [3]int64) *matrixConversion {
	return matrixConversion{
		shift: 24, weights: weights, redCentre: 128, blueCentre: 128, video: true,
		luma: product{gain: luma, offset: -first * luma}, red: product{gain: red}, blue: product{gain: blue},
		greenRed: product{gain: greenRed}, greenBlue: product{gain: greenBlue},
		add: [3]int64{1 << 23, 1 << 23, 1 << 23},
	}.prepared()
}

var (
	nearest601     = nearest(16, 19535115, 26776886, 33843539, 13639334, 6572681, by601)
	nearest709     = nearest(16, 19535115, 30077204, 35440221, 8940735, 3577718, by709)
	nearestFull601 = nearest(0, 1<<24, 23521657, 29729227, 11981219, 5773649, by601)
	nearestFull709 = nearest(0, 1<<24, 26420760, 31131802, 7853822, 3142780, by709)
)

// tables returns a conversion of libswscale by tables, which it uses on other processors than x86: chroma, times Q16 constants, moves
// the index of luma by whole steps, each of them luma's gain.
func tables(luma, add, red, blue, greenRed, greenBlue int64, weights [3]int64) *matrixConversion {
	const whole = 1<<16 - 1
	shift := func(by int64) int64 { return 128*by - by>>9<<16 } // since chroma is centred
	return matrixConversion{
		shift: 16, weights: weights, redCentre: 128, blueCentre: 128, video: true,
		luma:      product{gain: 1 << 16, mask: whole, unit: luma},
		red:       product{gain: red, offset: shift(red), mask: whole, unit: luma},
		blue:      product{gain: blue, offset: shift(blue), mask: whole, unit: luma},
		greenRed:  product{gain: greenRed, offset: whole - shift(-greenRed), mask: whole, unit: luma},
		greenBlue: product{gain: greenBlue, offset: whole - shift(-greenBlue), mask: whole, unit: luma},
		add:       [3]int64{add, add, add},
	}.prepared()
}

var (
	portable601  = tables(76309, -1304898, 89830, 113537, 45756, 22049, by601)
	portable709  = tables(76309, -1304898, 100902, 118894, 29993, 12001, by709)
	portableFull = tables(65536, 1<<15, 91881, 116129, 46800, 22552, by601)
)
