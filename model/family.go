package model

import "github.com/ddpmz/ddpmz/model/internal/process"

// A Family is the kind of distribution that a network predicts for a coefficient: the logistic, or the paper's Gaussian. Both have
// the mean and the standard deviation that the network says. A weights file says which its own is.
type Family = process.Family

const (
	Logistic = process.Logistic
	Gaussian = process.Gaussian

	// Families is the number of families.
	Families = process.Families
)
