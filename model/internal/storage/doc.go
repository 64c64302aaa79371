// Package storage holds what is known of an image's coefficients, in as few bytes as that needs: their cells, their true values,
// which an encoder knows, their dither, and the coarser images that the wavelet pyramid makes of them.
//
// A scale of the pyramid is a grid of sites, and a site carries process.Coefficients coefficients, number 3*plane + subband. What is
// held for each coefficient is an array by site, row after row. Numbers of bits and units are those of package process.
package storage
