package network

import "github.com/ddpmz/ddpmz/model/internal/process"

// A Predictor predicts a coefficient of 8-bit samples at many sites of a row at once, where the processor can: see PredictAll.
type Predictor struct {
	constants [predictConstants]int32
	down      int // bits by which products with the bases of means are shifted
}

// NewPredictor returns the Predictor of a coefficient with extraBits, 0 or -1, whose scales are between least and most, in 1/32 octaves,
// before extraScale is added.
func NewPredictor(extraBits int, least, most, extraScale int32) *Predictor {
	return &Predictor{[...]int32{
		constTextureGain: textureGain, constTextureHalf: 1 << 11, constTextureOffset: textureOffset, constTextureLow: 1<<12 - 1,
		constActivityGain: activityGain, constActivityHalf: 1 << 9, constActivityOffset: activityOffset, constActivityMask: 1<<16 - 1,
		constTextureShare: textureShare, constShareLow: 1<<16 - 1, constDitherMask: 1<<8 - 1, constOne: 1, constLastBit: 31,
		constWidthBits: int32(12 - extraBits), constLogOffset: 12 << 16, constMantissaMask: 1<<8 - 1, constFractionMask: 1<<16 - 1,
		constScaleHalf: 1 << 10, constLeast: least, constMost: most, constExtraScale: extraScale, constUnknown: process.Unknown,
		constHalfBytes: 0x0f0f0f0f, constByteOnes: 0x01010101, constWordOnes: 1<<16 + 1, constNumberBits: 32,
	}, 16 - extraBits}
}

// The constants of the assembly, in its order (kernel/_gen/rows/predict.go).
const (
	constTextureGain = iota
	constTextureHalf
	constTextureOffset
	constTextureLow
	constActivityGain
	constActivityHalf
	constActivityOffset
	constActivityMask
	constTextureShare
	constShareLow
	constDitherMask
	constOne
	constLastBit
	constWidthBits
	constLogOffset
	constMantissaMask
	constFractionMask
	constScaleHalf
	constLeast
	constMost
	constExtraScale
	constUnknown
	constHalfBytes
	constByteOnes
	constWordOnes
	constNumberBits
	predictConstants
)

// A Place is where coefficients are predicted: their packed cells, dithers, textures and activities, by site of a row.
type Place struct {
	Cells    []int16
	Dither   []uint8
	Texture  []uint32
	Activity []uint16
}

// Predicted are what PredictAll writes, by prediction: means, Q6, and scales, and the cells that they were predicted from, with their dithers
// and clocks.
type Predicted struct {
	Mean            []int64
	Scale           []int32
	Cell, U, Clocks []int32
}
