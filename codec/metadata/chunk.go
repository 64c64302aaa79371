package metadata

// A Place is where a chunk stands in a PNG file. Its value is stored.
type Place uint8

const (
	BeforePLTE Place = iota // or, without a palette, before the first IDAT
	BeforeIDAT              // after PLTE
	AfterIDAT
	numPlaces
)

// A Chunk is an ancillary chunk of a PNG file.
type Chunk struct {
	Type  string // four ASCII letters, the first of them lower-case
	Place Place
	Data  []byte
}

// A Layout is how a PNG file stores its samples. The zero Layout stands for the
// one that image/png would choose.
type Layout struct {
	Depth      uint8 // bits a sample or index
	ColourType uint8 // one of the constants below
}

// PNG's colour types.
const (
	Gray      = 0
	RGB       = 2
	Indexed   = 3
	GrayAlpha = 4
	RGBA      = 6
)

// kept are the chunk types that are kept although PNG does not mark them safe to
// copy: neither the pixels, nor the palette, nor the depth change under them.
// Whoever writes a PNG file checks the two for which that may be untrue, sBIT and
// bKGD.
var kept = map[string]bool{
	"cHRM": true, "gAMA": true, "iCCP": true, "sBIT": true, "sRGB": true, "cICP": true,
	"mDCV": true, "cLLI": true, "bKGD": true, "sPLT": true, "tIME": true,
	"pCAL": true, "sCAL": true, "sTER": true,
}

// Keeps reports whether metadata hold chunks of the given type: ancillary ones
// that PNG marks safe to copy, and those in a list of others that hold as long
// as the pixels do.
func Keeps(chunkType string) bool {
	return isChunkType(chunkType) && isAncillary(chunkType) && (isLower(chunkType[3]) || kept[chunkType])
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

func isAncillary(chunkType string) bool { return isLower(chunkType[0]) }

// isChunkType reports whether s is four ASCII letters.
func isChunkType(s string) bool {
	if len(s) != 4 {
		return false
	}
	for i := range 4 {
		if !isLower(s[i] | 0x20) {
			return false
		}
	}
	return true
}
