// Package sparse codes detail coefficients of which hardly any differs from zero: those of chroma at the finest scale where chroma
// was upsampled (transform.Colour.Subsampled). The transform of such images predicts them from chroma at half the resolution; what is
// left is where samples are clipped and the encoder found no better chroma, or where rounding left something.
//
// The network does not predict these coefficients. At the end of a band's last pass, every site is coded as one that has
// coefficients other than zero or has none, and then what they are, with adaptive binary probabilities, which follow the bits
// coded before in the same context. Luma is exact by then and shows which samples are nearly clipped: that is a context.
package sparse
