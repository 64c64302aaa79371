package process

// A Family is the kind of distribution that is predicted for a coefficient. Its numbers are those of weights files.
type Family uint8

const (
	Logistic Family = iota // the discretized logistic
	Gaussian               // the paper's

	// Families is the number of families.
	Families = iota
)

func (f Family) String() string {
	switch f {
	case Logistic:
		return "logistic"
	case Gaussian:
		return "gaussian"
	}
	return "unknown"
}
