// Package model is the diffusion model of ddpmz: the forward process that turns an image into ever
// coarser states, and the learned reverse process that predicts each state from the coarser one.
//
// "The paper" is Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, 2020.
//
// The surprises first:
//
//   - Nothing is sampled to add noise. The forward process hides low bits: every integer coordinate v
//     has a fixed pseudo-random dither u, and the state at clock k is the cell floor((v+u)/2^k). Its
//     centre is v plus noise that is uniform and independent of v, so it is a diffusion; and each state
//     is a function of the next finer one, so the lengths of all reverse steps add up to exactly the
//     length of the image under the model. Nothing is paid for noise. (internal/storage)
//   - The chain does not run on pixels but on a reversible wavelet pyramid of YCoCg-R planes, where
//     isotropic noise is still isotropic but coordinates are nearly independent. Where colours are clipped, other
//     planes are more so. Where a JPEG decoder or a Photo CD's made the image, the planes are the luma and chroma that it
//     was made from, chroma at half the resolution if it was. (internal/transform, colour.go)
//   - A coordinate advances only when the model is unsure of it on the scale of the target cell. The
//     decoder knows how unsure the model is, so skipping costs nothing. (chain.go)
//   - Everything here is integer arithmetic: encoder and decoder must agree to the last bit on every
//     machine. Fixed-point values name their format: Q6 has six fractional bits.
//
// Where the paper's equations are:
//
//	eq. 1      reverse steps p(x_{t-1} | x_t)              Chain.Run
//	eq. 2, 4   forward process, its closed form            internal/storage/cell.go, schedule.go
//	eq. 5      the bound L = L_T + sum L_{t-1} + L_0       the sum over all Passes, here an exact length
//	eq. 11     ε-parameterization of the mean              coefficientRow.predict:  mean = centre + ε · width
//	eq. 13     discretized decoder                         logistic.Distribution, at every step
//	eq. 15     x̂_0, the picture a prefix shows             Chain.Picture, logistic.Tables.TruncatedMean
package model
