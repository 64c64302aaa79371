package dctkernel

import (
	"math/rand/v2"
	"testing"
)

// testTaps returns so many taps within reach of a coefficient, the sums of whose weights are at most most for magnitudes, and 2^28 - 1 for values.
func testTaps(r *rand.Rand, n int, reach, most int32) (taps []Tap, values []ValueTap) {
	all, part, value := most, most, int32(1<<28-1)
	share := func(left *int32) int32 {
		w := r.Int32N(*left + 1)
		if r.IntN(8) == 0 {
			w = *left
		}
		*left -= w
		return w * (1 - 2*r.Int32N(2))
	}
	for range n {
		from := r.Int32N(2*reach+1) - reach
		taps = append(taps, Tap{from, share(&all), share(&part)})
		values = append(values, ValueTap{from, share(&value)})
	}
	return
}

// TestPredict compares Predict with At, and that with sums of 64 bits, for all that fits, and for a little more.
func TestPredict(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 0xdc))
	const n, reach = 400, 60
	magnitudes, values := make([]uint16, n), make([]int16, n)
	for round := range 300 {
		for i := range magnitudes {
			magnitudes[i], values[i] = uint16(r.Uint32()), int16(r.Uint32())
			if r.IntN(3) == 0 || round%10 == 0 {
				magnitudes[i], values[i] = 1<<16-1, []int16{-1 << 15, 1<<15 - 1}[round/10%2]
			}
		}
		own, value := testTaps(r, r.IntN(12), reach, 1<<14)
		others, _ := testTaps(r, r.IntN(20), reach, 1<<14-1)
		wide := round%3 == 1
		if wide {
			own = append(own, Tap{0, 1<<31 - 1, -1 << 31})
			value = append(value, ValueTap{0, 1<<31 - 1})
		}
		p := NewPredictor(own, others, value)
		if p.Many() != (accelerated && !wide) {
			t.Fatalf("Many is %t of %v, %v, %v", p.Many(), own, others, value)
		}
		groups := make([]Predictions, 3)
		at := reach + r.IntN(n-2*reach-Slack*(len(groups)))
		p.Predict(groups, magnitudes, values, at)
		onlyValues := make([]Predictions, len(groups))
		p.PredictValues(onlyValues, values, at)
		for i := range Lanes * len(groups) {
			g, lane := &groups[i/Lanes], i%Lanes
			from := at + 2*i
			sum := func(taps []Tap, weight func(Tap) int32) (s int64) {
				for _, x := range taps {
					s += int64(weight(x)) * int64(magnitudes[from+int(x.From)])
				}
				return s
			}
			all, part := func(x Tap) int32 { return x.All }, func(x Tap) int32 { return x.Part }
			magnitude := func(s int64) int32 { return int32(min(max(s>>14, 0), 1<<24)) }
			v := int64(0)
			for _, x := range value {
				v += int64(x.Weight) * int64(values[from+int(x.From)])
			}
			want := [...]int32{magnitude(sum(own, all) + sum(others, all)), magnitude(sum(own, part)), magnitude(sum(others, part)), int32(min(max(v>>14, -1<<29), 1<<29))}
			var one Predictions
			p.At(&one, lane, magnitudes, values, from)
			if got := [...]int32{g.All[lane], g.Own[lane], g.Others[lane], g.Value[lane]}; got != want {
				t.Fatalf("coefficient %d: %v, want %v", i, got, want)
			}
			if got := [...]int32{one.All[lane], one.Own[lane], one.Others[lane], one.Value[lane]}; got != want {
				t.Fatalf("coefficient %d alone: %v, want %v", i, got, want)
			}
			if onlyValues[i/Lanes].Value[lane] != want[3] {
				t.Fatalf("value %d: %d, want %d", i, onlyValues[i/Lanes].Value[lane], want[3])
			}
		}
	}
}
