package jpegs

// A Plane is a component of a JPEG file: Wide x High blocks of 64 coefficients each, in natural order, block rows from top to
// bottom. H and V are its sampling factors; Wide and High are multiples of them. Quant has its steps.
type Plane struct {
	H, V, Wide, High int
	Quant            [64]uint16
	Coef             []int16
}

// An Image is the coefficients of a JPEG file of a picture of Width x Height pixels.
type Image struct {
	Width, Height int
	Planes        []Plane
}
