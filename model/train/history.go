package train

import "time"

// A History is what was measured while training.
type History struct {
	Train  []Point // means over trainEvery steps
	Held   []Point // of the held-out images
	Sum    float64 // over the steps since the last point of Train
	Number int     // of them
}

// A Point is bits per sub-pixel at a time.
type Point struct {
	Step    int
	Elapsed time.Duration
	Bits    float64
}

// trainEvery is how many steps a point of History.Train is the mean of.
const trainEvery = 20

func (h *History) train(step int, elapsed time.Duration, bits float64) {
	h.Sum, h.Number = h.Sum+bits, h.Number+1
	if h.Number == trainEvery {
		h.Train = append(h.Train, Point{step, elapsed, h.Sum / trainEvery})
		h.Sum, h.Number = 0, 0
	}
}

// Best returns the point of the lowest Held, and how many came after it.
func (h *History) Best() (best Point, since int) {
	for i, p := range h.Held {
		if i == 0 || p.Bits < best.Bits {
			best, since = p, len(h.Held)-1-i
		}
	}
	return best, since
}
