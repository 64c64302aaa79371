package cifar

import "github.com/ddpmz/ddpmz/model"

// A PaperRow is one of the paper's Table 4: rate and distortion of the test set's progressive lossy code.
type PaperRow struct {
	Time int     // of the reverse process, T - t + 1
	Rate float64 // bits a dimension, an ideal length
	RMSE float64 // in grey levels
}

// Table4 is the paper's Table 4, in Appendix A of version 2.
var Table4 = []PaperRow{
	{1000, 1.77581, 0.95136},
	{900, 0.11994, 12.02277},
	{800, 0.05415, 18.47482},
	{700, 0.02866, 24.43656},
	{600, 0.01507, 30.80948},
	{500, 0.00716, 38.03236},
	{400, 0.00282, 46.12765},
	{300, 0.00081, 54.18826},
	{200, 0.00013, 60.97170},
	{100, 0.00000, 67.60125},
}

// The paper's lossless code length, section 4.3: rate, down to x_1, and distortion, the discretized decoder.
const (
	PaperRate       = 1.78
	PaperDistortion = 1.97
)

// timestep returns the t of a row's state x_t: the first row is of x_1.
func (p PaperRow) timestep() int { return model.T + 1 - p.Time }
