// Package metrics measures how far a picture is from its original, and how far one codec is from another.
//
// PSNR is over the red, green and blue samples together. MS-SSIM is of the luma alone. Both are of 8-bit
// samples as they are stored: nothing is linearized. ssimulacra2 and butteraugli are other people's programs,
// used where they are installed.
package metrics
