package stored

// A Pixel is all samples of one position: the sample of a raster of one channel; of red, green and blue, green in the highest
// bits, then red, then blue, each in as many bits as the raster's depth. It has 48 bits at most.
type Pixel uint64

// A colourTable remembers, for contexts that are hashed to 64 bits, the pixel that followed one when it last came up. A slot is
// its pixel in the low 48 bits, a check of the context's hash in the next 12, and in the highest 4 the confidence: 0 if the slot
// is empty.
type colourTable struct {
	slots []uint64
	shift uint // of a hash, to get its slot's number
}

const (
	pixelBits     = 48
	checkBits     = 12
	confidenceAt  = pixelBits + checkBits
	maxConfidence = 5
	pixelMask     = 1<<pixelBits - 1
	checkMask     = 1<<checkBits - 1
)

func newColourTable(log int) colourTable {
	return colourTable{make([]uint64, 1<<log), uint(64 - log)}
}

// find returns the slot of a context, which it empties if that is another context's.
func (t *colourTable) find(hash uint64) *uint64 {
	s := &t.slots[hash>>t.shift]
	if check := hash >> (t.shift - checkBits) & checkMask << pixelBits; *s&(checkMask<<pixelBits) != check {
		*s = check
	}
	return s
}

// remember notes which pixel followed the context of a slot. One that was right before is not given up at once.
func remember(s *uint64, v Pixel) {
	old := *s
	confidence := old >> confidenceAt
	switch {
	case confidence == 0:
		confidence, old = 1, old&^pixelMask|uint64(v)
	case Pixel(old&pixelMask) == v:
		confidence = min(confidence+1, maxConfidence)
	case confidence > 1:
		confidence /= 2
	default:
		confidence, old = 1, old&^pixelMask|uint64(v)
	}
	*s = old&(1<<confidenceAt-1) | confidence<<confidenceAt
}

// hashFactor is 2^64 divided by the golden ratio, made odd; hashFactors are its powers, the first to the eleventh. The hash of a
// context is the sum, modulo 2^64, of its pixels times one of them each.
const hashFactor = 0x9e3779b97f4a7c15

var hashFactors = func() (f [contextPixels]uint64) {
	k := uint64(1)
	for i := range f {
		k *= hashFactor
		f[i] = k
	}
	return f
}()
