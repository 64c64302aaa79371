package dct

// BlockSize is the number of coefficients of a block.
const BlockSize = 64

// A Plane holds the coefficients of a component.
type Plane struct {
	H, V       int               // sampling factors
	Wide, High int               // blocks
	Quant      [BlockSize]uint16 // quantization steps, row by row
	Coef       []int16           // quantized coefficients, row by row in a block, blocks row by row
}

// An Image is the picture that a JPEG file holds.
type Image struct {
	Width, Height int // pixels
	Planes        []Plane
}

// luma is whether a plane is coded as luma. The others are chroma: luma's blocks around theirs say much about them.
func luma(plane int) bool { return plane == 0 }

// class is the index of tables for a plane.
func class(plane int) int {
	if luma(plane) {
		return 0
	}
	return 1
}

const classes = 2

// A band is a run of block rows that are coded on their own. Bands have at least bandRows rows of the first plane's blocks each,
// where there are several, and there are maxBands at most, an even number, for processors come in pairs.
const (
	bandRows = 64
	maxBands = 16
)

// bands returns the number of bands.
func (im *Image) bands() int {
	return min(max(im.Planes[0].High/bandRows&^1, 1), maxBands)
}

// bandStart returns the first block row of a band, or where the last one ends.
func (p *Plane) bandStart(band, bands int) int {
	if band == bands {
		return p.High
	}
	rows := (p.High + p.V - 1) / max(p.V, 1) // of MCUs
	return min(rows*band/bands*p.V, p.High)
}

// rowsOfBands returns how many block rows the largest band has.
func (p *Plane) rowsOfBands(bands int) (n int) {
	for b := range bands {
		n = max(n, p.bandStart(b+1, bands)-p.bandStart(b, bands))
	}
	return n
}

// widest returns the blocks in a row of the plane that has the most.
func (im *Image) widest() (n int) {
	for i := range im.Planes {
		n = max(n, im.Planes[i].Wide)
	}
	return n
}

// area returns how many pixels a coefficient of a plane is for, relative to those of the plane with the most, rounded down.
func (im *Image) area(plane int) int32 {
	h, v := 1, 1
	for _, p := range im.Planes {
		h, v = max(h, p.H), max(v, p.V)
	}
	p := &im.Planes[plane]
	return int32(h * v / max(p.H*p.V, 1))
}
