// Package cifar measures ddpmz on CIFAR-10, as the paper does: bits a dimension and error after so many reverse
// steps. The paper's figures are lengths that a code would have; ours are bytes of files, header and checksums
// included, one file an image.
//
// "The paper" is Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, 2020 (arXiv 2006.11239v2).
package cifar
