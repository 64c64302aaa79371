package dctkernel

import "testing"

// BenchmarkMixer predicts and learns decisions of ten inputs.
func BenchmarkMixer(b *testing.B) {
	for _, n := range []int{5, MaxInputs} {
		b.Run(map[int]string{5: "5", MaxInputs: "10"}[n], func(b *testing.B) {
			m := newTestMixer()
			seed := uint32(1)
			for b.Loop() {
				choice := testChoice(n, func() int32 {
					seed = seed*1664525 + 1013904223
					return int32(seed >> 29)
				})
				p := m.Predict(&choice)
				bit := uint32(0)
				if seed>>16 < p {
					bit = 1
				}
				m.Learn(&choice, bit)
			}
		})
	}
}

// BenchmarkPredict predicts a row of coefficients, from taps as many as one of luma has.
func BenchmarkPredict(b *testing.B) {
	magnitudes, values := make([]uint16, 4096), make([]int16, 4096)
	p := NewPredictor(make([]Tap, 7), make([]Tap, 6), make([]ValueTap, 4))
	groups := make([]Predictions, 32)
	b.ReportMetric(0, "ns/op")
	for b.Loop() {
		p.Predict(groups, magnitudes, values, 100)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(Lanes*len(groups)), "ns/coefficient")
}
