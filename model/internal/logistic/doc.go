// Package logistic is the discretized decoder of the model (eq. 13): a logistic distribution of a given mean and scale,
// predicted for the value of a coefficient, becomes integer frequencies for an entropy coder.
//
// The logistic distribution takes the place of the paper's Gaussian: its tails are heavier and its integral is elementary. A
// coefficient is coded in steps, each of which divides the cell that is known to hold it (see package storage) into narrower
// ones. The probability of a narrower cell is the integral of the density over it, divided by the integral over the cell that
// is known. Frequencies are integers, at least 1 each, and sum to 2^ProbBits.
//
// A scale is given as its logarithm to base 2 in 1/ScaleSteps: scale s stands for 2^(s/ScaleSteps) grey levels. Means are Q6. All
// arithmetic is in integers, so that encoder and decoder compute the same frequencies on every machine.
package logistic
