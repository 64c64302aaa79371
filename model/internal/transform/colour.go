package transform

// A Colour is the number, in the format, of a reversible transform of samples R, G, B into a plane of the samples' range,
// called luma here, and two planes, called chroma, which have a sign in addition. A gray image has zero chroma, and luma equal
// to its samples (but see Middle).
type Colour uint8

// The colour transforms. A name says which conversion the transform undoes and, if chroma has half the resolution, which
// upsampling: see colours.
const (
	YCoCg Colour = iota
	RedGreen
	GreenBlue
	PhotoCD
	JFIF
	JFIFGo
	PhotoCDLinear
	JFIFTriangle
	JFIFRepeated
	JFIFGoRepeated
	JFIFTriangleAcross
	JFIFRepeatedAcross
	JFIFGoRepeatedAcross
	JFIFTriangleDown
	JFIFRepeatedDown
	JFIFGoRepeatedDown
	WebP
	WebPSmooth
	WebPRepeated
	Video601
	Video601Repeated
	Video601RepeatedAcross
	Video709
	Video709Repeated
	Video709RepeatedAcross
	VideoFull
	VideoFullRepeated
	VideoFullRepeatedAcross
	YUV601
	YUV601Smooth
	YUV601Repeated
	YUV709
	YUV709Smooth
	YUV709Repeated
	YUVFull601
	YUVFull601Smooth
	YUVFull601Repeated
	YUVFull709
	YUVFull709Smooth
	YUVFull709Repeated
	Nearest601
	Nearest601Smooth
	Nearest601Repeated
	Nearest709
	Nearest709Smooth
	Nearest709Repeated
	NearestFull601
	NearestFull601Smooth
	NearestFull601Repeated
	NearestFull709
	NearestFull709Smooth
	NearestFull709Repeated
	Portable601
	Portable601Repeated
	Portable601RepeatedAcross
	Portable709
	Portable709Repeated
	Portable709RepeatedAcross
	PortableFull
	PortableFullRepeated
	PortableFullRepeatedAcross
	Colours // the number of transforms
)

// A kind of colour transforms.
type kind uint8

const (
	plain      kind = iota // any samples can be transformed
	derived                // only samples that a matrixConversion made of 8-bit luma and chroma can be transformed
	subsampled             // likewise, and chroma had half the resolution, in both directions or in one
)

// A conversion is what a colour transform does to the samples of a pixel. The three slices of its methods have the same length.
type conversion interface {
	forward(r, g, b []int32)     // replaces samples by luma and chroma
	inverse(luma, d, e []int32)  // replaces luma and chroma by samples
	estimate(luma, d, e []int32) // replaces estimates of luma and chroma, Q4, by samples
	middle(depth uint) int32     // returns the luma of mid-gray, Q4
}

// A colour is a row of the table of colour transforms.
type colour struct {
	name       string // the three planes
	kind       kind
	conversion conversion // a *matrixConversion unless kind is plain
	upsampling upsampling // of chroma, if kind is subsampled
}

// colours is the table of colour transforms. To add a transform, add a number above and a row here, and the code of its
// conversion or upsampling if it is a new one.
//
// RedGreen and GreenBlue are for images in which two of the samples are clipped and the third is not: then only one of the three
// planes varies, if the two are the p and q of the plainConversion.
var colours = [Colours]colour{
	YCoCg:     {"Y, Co, Cg", plain, &plainConversion{p: 0, q: 2, s: 1, meanOfAll: true}, 0},
	RedGreen:  {"(R+G)/2, R-G, B-(R+G)/2", plain, &plainConversion{p: 0, q: 1, s: 2}, 0},
	GreenBlue: {"(G+B)/2, G-B, R-(G+B)/2", plain, &plainConversion{p: 1, q: 2, s: 0}, 0},

	PhotoCD: {"Photo CD: Y, C2, C1", derived, photoCD, 0},
	JFIF:    {"JFIF: Y, Cr, Cb", derived, jfif, 0},
	JFIFGo:  {"JFIF as Go has it: Y, Cr, Cb", derived, jfifGo, 0},

	PhotoCDLinear:  {"Photo CD: Y, C2, C1, chroma halved", subsampled, photoCD, linear},           // as hpcdtoppm decodes
	JFIFTriangle:   {"JFIF: Y, Cr, Cb, chroma halved", subsampled, jfif, triangle},                // as the Independent JPEG Group's decoder does ("fancy upsampling")
	JFIFRepeated:   {"JFIF: Y, Cr, Cb, chroma halved", subsampled, jfif, repeated},                // as that decoder does if it is asked to be fast
	JFIFGoRepeated: {"JFIF as Go has it: Y, Cr, Cb, chroma halved", subsampled, jfifGo, repeated}, // as Go's image.YCbCr does

	// The same for JPEG files of chroma that is halved in one direction.
	JFIFTriangleAcross:   {"JFIF: Y, Cr, Cb, chroma halved across", subsampled, jfif, triangleAcross},
	JFIFRepeatedAcross:   {"JFIF: Y, Cr, Cb, chroma halved across", subsampled, jfif, repeatedAcross},
	JFIFGoRepeatedAcross: {"JFIF as Go has it: Y, Cr, Cb, chroma halved across", subsampled, jfifGo, repeatedAcross},
	JFIFTriangleDown:     {"JFIF: Y, Cr, Cb, chroma halved down", subsampled, jfif, triangleDown},
	JFIFRepeatedDown:     {"JFIF: Y, Cr, Cb, chroma halved down", subsampled, jfif, repeatedDown},
	JFIFGoRepeatedDown:   {"JFIF as Go has it: Y, Cr, Cb, chroma halved down", subsampled, jfifGo, repeatedDown},

	// libwebp's decoder, with its "fancy" upsampling and without.
	WebP:         {"libwebp (BT.601, limited range): Y, V, U", derived, webP, 0},
	WebPSmooth:   {"libwebp (BT.601, limited range): Y, V, U, chroma halved", subsampled, webP, smooth},
	WebPRepeated: {"libwebp (BT.601, limited range): Y, V, U, chroma halved", subsampled, webP, repeated},

	// FFmpeg, where it is not asked to be accurate.
	Video601:                {"libswscale (BT.601, limited range): Y, V, U", derived, video601, 0},
	Video601Repeated:        {"libswscale (BT.601, limited range): Y, V, U, chroma halved", subsampled, video601, repeated},
	Video601RepeatedAcross:  {"libswscale (BT.601, limited range): Y, V, U, chroma halved across", subsampled, video601, repeatedAcross},
	Video709:                {"libswscale (BT.709, limited range): Y, V, U", derived, video709, 0},
	Video709Repeated:        {"libswscale (BT.709, limited range): Y, V, U, chroma halved", subsampled, video709, repeated},
	Video709RepeatedAcross:  {"libswscale (BT.709, limited range): Y, V, U, chroma halved across", subsampled, video709, repeatedAcross},
	VideoFull:               {"libswscale (BT.601, full range): Y, V, U", derived, videoFull, 0},
	VideoFullRepeated:       {"libswscale (BT.601, full range): Y, V, U, chroma halved", subsampled, videoFull, repeated},
	VideoFullRepeatedAcross: {"libswscale (BT.601, full range): Y, V, U, chroma halved across", subsampled, videoFull, repeatedAcross},

	// libyuv, with bilinear filter and without.
	YUV601:             {"libyuv (BT.601, limited range): Y, V, U", derived, yuv601, 0},
	YUV601Smooth:       {"libyuv (BT.601, limited range): Y, V, U, chroma halved", subsampled, yuv601, smooth},
	YUV601Repeated:     {"libyuv (BT.601, limited range): Y, V, U, chroma halved", subsampled, yuv601, repeated},
	YUV709:             {"libyuv (BT.709, limited range): Y, V, U", derived, yuv709, 0},
	YUV709Smooth:       {"libyuv (BT.709, limited range): Y, V, U, chroma halved", subsampled, yuv709, smooth},
	YUV709Repeated:     {"libyuv (BT.709, limited range): Y, V, U, chroma halved", subsampled, yuv709, repeated},
	YUVFull601:         {"libyuv (BT.601, full range): Y, V, U", derived, yuvFull601, 0},
	YUVFull601Smooth:   {"libyuv (BT.601, full range): Y, V, U, chroma halved", subsampled, yuvFull601, smooth},
	YUVFull601Repeated: {"libyuv (BT.601, full range): Y, V, U, chroma halved", subsampled, yuvFull601, repeated},
	YUVFull709:         {"libyuv (BT.709, full range): Y, V, U", derived, yuvFull709, 0},
	YUVFull709Smooth:   {"libyuv (BT.709, full range): Y, V, U, chroma halved", subsampled, yuvFull709, smooth},
	YUVFull709Repeated: {"libyuv (BT.709, full range): Y, V, U, chroma halved", subsampled, yuvFull709, repeated},

	// Programs that compute in floating point, such as libheif.
	Nearest601:             {"rounded to the nearest (BT.601, limited range): Y, V, U", derived, nearest601, 0},
	Nearest601Smooth:       {"rounded to the nearest (BT.601, limited range): Y, V, U, chroma halved", subsampled, nearest601, smooth},
	Nearest601Repeated:     {"rounded to the nearest (BT.601, limited range): Y, V, U, chroma halved", subsampled, nearest601, repeated},
	Nearest709:             {"rounded to the nearest (BT.709, limited range): Y, V, U", derived, nearest709, 0},
	Nearest709Smooth:       {"rounded to the nearest (BT.709, limited range): Y, V, U, chroma halved", subsampled, nearest709, smooth},
	Nearest709Repeated:     {"rounded to the nearest (BT.709, limited range): Y, V, U, chroma halved", subsampled, nearest709, repeated},
	NearestFull601:         {"rounded to the nearest (BT.601, full range): Y, V, U", derived, nearestFull601, 0},
	NearestFull601Smooth:   {"rounded to the nearest (BT.601, full range): Y, V, U, chroma halved", subsampled, nearestFull601, smooth},
	NearestFull601Repeated: {"rounded to the nearest (BT.601, full range): Y, V, U, chroma halved", subsampled, nearestFull601, repeated},
	NearestFull709:         {"rounded to the nearest (BT.709, full range): Y, V, U", derived, nearestFull709, 0},
	NearestFull709Smooth:   {"rounded to the nearest (BT.709, full range): Y, V, U, chroma halved", subsampled, nearestFull709, smooth},
	NearestFull709Repeated: {"rounded to the nearest (BT.709, full range): Y, V, U, chroma halved", subsampled, nearestFull709, repeated},

	// FFmpeg on other processors than x86.
	Portable601:                {"libswscale, portable (BT.601, limited range): Y, V, U", derived, portable601, 0},
	Portable601Repeated:        {"libswscale, portable (BT.601, limited range): Y, V, U, chroma halved", subsampled, portable601, repeated},
	Portable601RepeatedAcross:  {"libswscale, portable (BT.601, limited range): Y, V, U, chroma halved across", subsampled, portable601, repeatedAcross},
	Portable709:                {"libswscale, portable (BT.709, limited range): Y, V, U", derived, portable709, 0},
	Portable709Repeated:        {"libswscale, portable (BT.709, limited range): Y, V, U, chroma halved", subsampled, portable709, repeated},
	Portable709RepeatedAcross:  {"libswscale, portable (BT.709, limited range): Y, V, U, chroma halved across", subsampled, portable709, repeatedAcross},
	PortableFull:               {"libswscale, portable (BT.601, full range): Y, V, U", derived, portableFull, 0},
	PortableFullRepeated:       {"libswscale, portable (BT.601, full range): Y, V, U, chroma halved", subsampled, portableFull, repeated},
	PortableFullRepeatedAcross: {"libswscale, portable (BT.601, full range): Y, V, U, chroma halved across", subsampled, portableFull, repeatedAcross},
}

// unknownColour is the row of numbers that are not in the table.
var unknownColour = colour{"unknown", plain, &plainConversion{p: 0, q: 2, s: 1}, 0}

// row returns c's row of the table.
func (c Colour) row() *colour {
	if c >= Colours {
		return &unknownColour
	}
	return &colours[c]
}

// matrix returns the conversion that c, which is Derived, undoes.
func (c Colour) matrix() *matrixConversion { return c.row().conversion.(*matrixConversion) }

// String returns what the three planes are.
func (c Colour) String() string { return c.row().name }

// Derived reports whether c is for samples that were made from 8-bit luma and chroma: other samples cannot be transformed.
func (c Colour) Derived() bool { return c.row().kind != plain }

// Subsampled reports whether c is Derived, and is for chroma that was upsampled from half the resolution, in both directions or
// in one.
func (c Colour) Subsampled() bool { return c.row().kind == subsampled }

// Upsampled reports whether the details of chroma in a subband, at the finest scale, are zeros but for exceptions, because chroma
// was upsampled.
func (c Colour) Upsampled(subband int) bool {
	if !c.Subsampled() {
		return false
	}
	across, down := c.row().upsampling.halves()
	dx, dy := Offset(subband)
	return across && dx == 1 || down && dy == 1
}

// Class returns the class of c, below process.ColourClasses, of which networks have gains of their own: 0 if it is for any samples,
// 2 if chroma is all known at the finest scale, because it was upsampled in both directions, and 1 otherwise.
func (c Colour) Class() int {
	switch {
	case !c.Derived():
		return 0
	case c.Upsampled(HL) && c.Upsampled(LH):
		return 2
	}
	return 1
}

// Wavelet returns the wavelet for a plane at a scale, of which 1 is the finest: l, except that chroma which was
// upsampled has one of its own at the finest scale.
func (c Colour) Wavelet(l *Lifting, scale, plane int) Wavelet {
	if scale == 1 && plane > 0 && c.Subsampled() {
		return upsampled{c.row().upsampling, l}
	}
	return l
}

// Forward replaces samples by luma and chroma. If c is Derived, the samples must be such that Derive succeeds.
func (c Colour) Forward(r, g, b []int32) { c.row().conversion.forward(r, g, b) }

// Inverse undoes Forward.
func (c Colour) Inverse(luma, d, e []int32) { c.row().conversion.inverse(luma, d, e) }

// Estimate is Inverse for estimates in Q4. It rounds the samples to integers; see divide.
func (c Colour) Estimate(luma, d, e []int32) { c.row().conversion.estimate(luma, d, e) }

// Middle returns the luma, in Q4, of mid-gray, which is 2^(depth-1): the least of which Estimate makes that sample.
func (c Colour) Middle(depth uint) int32 { return c.row().conversion.middle(depth) }

// Derive is Forward for a Derived transform and any samples of 8 bits: it reports whether all of them have luma and chroma. If
// not, it stops at the first that has none. It also gives up when it has tried more combinations of luma and chroma than most,
// from which it subtracts those that it tried. Most may be nil.
func (c Colour) Derive(r, g, b []int32, most *int) bool { return c.matrix().derive(r, g, b, most) }

// Approximate replaces samples by the luma and chroma of 8 bits that are nearest to them, from which Inverse makes similar
// samples. It makes training images for a Derived transform.
func (c Colour) Approximate(r, g, b []int32) { c.matrix().approximate(r, g, b) }

// Distance replaces luma, of a Derived transform, by how far the samples that it makes with chroma are from being clipped: the
// least distance of one of them from 0 or 255, negative if the sample is beyond.
func (c Colour) Distance(luma, d, e []int32) { c.matrix().distance(luma, d, e) }
