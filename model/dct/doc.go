// Package dct is the reverse process in the basis of JPEG files: it codes the quantized coefficients of a file's 8x8 blocks,
// level by level, from noise to the exact integers.
//
// The state of a coefficient is the clock k, the number of low bits of its magnitude that are unknown, with the rest of the
// magnitude, and the sign if that rest is not zero. Its cell is one step of a quantizer with a dead zone: the cell about zero has
// twice the width of others. A level brings every coefficient to the clock whose cells are as wide, times the coefficient's
// quantization step, as the noise of the level; so levels are those of package model. A DC coefficient has plain cells: no zero
// about which it would lie.
//
// What is coded is a sequence of binary decisions. A decision's probability comes from adaptive probabilities of several
// contexts, mixed by weights that adapt too (gated linear mixing of log odds). The contexts are made of two linear predictions:
// of the magnitude, from magnitudes known in the block and around it, and of the value, from values, which continues the picture
// across the edges of blocks. The weights file has the coefficients of these predictions, and the state of everything adaptive
// that the training pictures have led to, and the weights of smoothing.
//
// For pictures of which little is known, what is expected of low frequencies is smoothed by what is expected in the blocks around.
//
// All of it is integer arithmetic.
package dct
