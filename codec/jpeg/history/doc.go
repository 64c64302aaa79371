// Package history finds the JPEG compression history of a picture: the quantized coefficients of which a JPEG decoder has made it. Most
// photographs in PNG files are such pictures, or parts of them, and the coefficients are a fifth of what any lossless code of the samples
// takes.
//
//	h := history.Find(&history.Picture{Width: w, Height: h, Planes: planes})
//	layout, err := h.Layout()
//	picture, err := layout.Image(pixels.BlocksOf(h.File), 0) // which begins at (h.X, h.Y) there
//
// The way back goes through what a decoder does, from the last to the first:
//
//   - Red, green and blue have one luma and chroma at most unless a sample is clipped, by libjpeg-turbo's conversion or by Go's (picture.go,
//     wide.go).
//   - The coefficients of luma are multiples of steps only if blocks are taken from where the decoder had them: that is where the grid
//     is (grid.go). Of every frequency the step is the largest of which its coefficients are multiples, but for the noise of the samples'
//     rounding (steps.go).
//   - Of the decoders that have the conversion, or of all if the picture is gray, one makes the most samples of rounded blocks (solve.go).
//   - Chroma is tried with every way to upsample it that is usual (chroma.go). The filter is undone by solving its equations (sampling.go);
//     the right way is the one after which the coefficients are multiples of steps.
//   - Rounded coefficients go through the decoder again. Where samples differ, coefficients are changed as long as fewer do (solve.go,
//     chromasolve.go): steps of 1 or 2 are within the noise. Where samples are clipped, or outside the picture, luma and chroma are
//     unknown, and the samples are all that is to be met (coloursolve.go).
//
// What is found need not make the picture in full: whoever uses it compares. All of it is integer arithmetic.
package history
