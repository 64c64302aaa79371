package charts

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
)

// logScale makes an axis logarithmic.
func logScale(a *plot.Axis) {
	a.Scale = plot.LogScale{}
	a.Tick.Marker = logTicks{}
}

// logTicks are at 1, 2 and 5 times powers of ten; at these powers only, if the axis has more than three of them.
type logTicks struct{}

// Ticks implements plot.Ticker.
func (logTicks) Ticks(low, high float64) (list []plot.Tick) {
	factors := []float64{1, 2, 5}
	if high > 1000*low {
		factors = factors[:1]
	}
	for e := math.Floor(math.Log10(low)); math.Pow(10, e) <= high; e++ {
		for _, f := range factors {
			if v := f * math.Pow(10, e); v >= low && v <= high {
				list = append(list, plot.Tick{Value: v, Label: fmt.Sprintf("%.4g", v)})
			}
		}
	}
	return list
}

// linearTicks are at multiples of 1, 2 or 5 times a power of ten, of which three to nine are in sight.
type linearTicks struct{}

// Ticks implements plot.Ticker.
func (linearTicks) Ticks(low, high float64) (list []plot.Tick) {
	if !(high > low) {
		return []plot.Tick{{Value: low, Label: fmt.Sprintf("%.4g", low)}}
	}
	power := math.Pow(10, math.Floor(math.Log10(high-low)))
	step := power
	for _, f := range []float64{0.2, 0.5, 1, 2} {
		if step = f * power; (high-low)/step <= 8 {
			break
		}
	}
	for i := math.Ceil(low / step); i*step <= high && len(list) < 10; i++ { // a step can be too small to count
		v := i*step + 0 // not the -0 that Ceil can return
		list = append(list, plot.Tick{Value: v, Label: fmt.Sprintf("%.6g", v)})
	}
	return list
}
