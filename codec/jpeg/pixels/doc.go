// Package pixels makes pictures of the coefficients of JPEG files: the pixels that libjpeg-turbo's decoder gives by default, to the
// last bit, which is what nearly every viewer shows. ITU-T T.81 leaves all of this open within bounds:
//
//   - The inverse DCT is that of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with 11 multiplications",
//     1989), in integers: constants of 13 fractional bits, 2 more bits kept between columns and rows (libjpeg's "islow").
//   - Chroma at half the width, the height or both is upsampled by a triangle filter, weights 3/4 and 1/4, with roundings that
//     alternate ("fancy"). Samples beyond the edge of a component, which is that of the picture, not of its blocks, are those of the
//     edge. Components of two columns are not filtered across, and other ratios are not at all: samples are repeated.
//   - Luma and chroma become red, green and blue by constants of 16 fractional bits (JFIF's matrix).
//   - What a file's components are, is guessed from its JFIF and Adobe markers and the components' numbers ([ColoursOf]).
//   - Inks are taken as Adobe's programs write them, inverted: 255 is no ink. Red is cyan times black, of 255, rounded; green and
//     blue likewise, which is how djpeg writes Netpbm files and near to what browsers show without a colour profile.
//
// [Layout.Decoder] has it make the pixels of Go's image/jpeg instead: that has two inverse DCTs, one for each of its versions, repeats the
// samples of chroma, and rounds colours in its own way.
//
// Beyond what libjpeg-turbo reads, components whose sampling factors do not divide the largest are repeated as evenly as can be.
// libjpeg-turbo smooths blocks of progressive files whose AC coefficients are not all in the file; this package does not.
//
// Coefficients may be estimates with a fraction ([Layout.Image]): the arithmetic is the same, so that estimates which are integers
// give the exact picture. [Layout.Reduced] makes small pictures of the coefficients of low frequencies.
package pixels
