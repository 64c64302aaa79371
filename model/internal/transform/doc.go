// Package transform is the reversible integer transforms between samples and coordinates: a colour transform
// and a pyramid of wavelet splits. Details are nearly independent of each other, and noise that is independent
// and equally strong in all of them is nearly so in the samples.
package transform
