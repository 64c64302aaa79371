// Package model is the diffusion model of ddpmz: the forward process, which turns an image into ever coarser states, and the
// learned reverse process, which predicts each state from the next coarser one. docs/glossary.md defines the words that are used
// here: cell, clock, dither, level, pass, scale, site, stage.
//
// "The paper" is Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, 2020.
//
// The surprises first:
//
//   - Nothing is sampled to add noise. The forward process hides low bits: every integer coefficient v has a fixed pseudo-random
//     dither u, and its state at clock k is the cell floor((v+u)/2^k). The centre of the cell is v plus noise that is uniform and
//     independent of v, so this is a diffusion. Each state is a function of the next finer one, so the code lengths of all
//     reverse steps add up to exactly the length of the image under the model: nothing is paid for the noise. (internal/storage)
//   - The chain does not run on pixels but on a reversible wavelet pyramid of YCoCg-R planes, in which isotropic noise is still
//     isotropic and coefficients are nearly independent. For images with clipped colours, other planes come closer to that. For
//     images that a JPEG decoder or a Photo CD made, the planes are the luma and chroma that they were made from, with chroma at
//     half the resolution if it was. (internal/transform, colour.go, sparsechroma.go)
//   - A coefficient is coded in a step only if its predicted standard deviation is not small against the width of its next cell.
//     The decoder predicts the same, so a skip costs nothing. Where the network is nearly certain to have a step skipped, it is
//     not run. (codephase.go, skiptest.go)
//   - All arithmetic is in integers, because encoder and decoder must agree to the last bit on every machine. A fixed-point value
//     is given with its format: Q6 has six fractional bits.
//
// A Chain is the state of one image. Passes lists the passes that take it from nothing to the image, and Chain.Run takes it through
// them with coders from a Source. What a pass predicts for a coefficient comes from the network (internal/network), is corrected to the
// image (internal/adapt), and becomes the frequencies of an entropy coder (internal/logistic).
//
// Where the paper's equations are:
//
//	eq. 1      reverse steps p(x_{t-1} | x_t)              Chain.Run
//	eq. 2, 4   forward process, its closed form            internal/storage/cell.go, schedule.go
//	eq. 5      the bound L = L_T + sum L_{t-1} + L_0       the sum over all Passes, here an exact length
//	eq. 11     ε-parameterization of the mean              coefficientRow.predict:  mean = centre + ε · width
//	Alg. 2     sampling                                    Sampler
//	eq. 13     discretized decoder                         logistic.Distribution, at every step
//	eq. 15     x̂_0, the picture a prefix shows             Chain.Picture, logistic.Tables.TruncatedMean
package model
