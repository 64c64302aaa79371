package logistic_test

import (
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestCodeHalf compares with Set, CodeCell and Observe, of values that the model expects and of others, far out in its tails: what is sent,
// what is received, and what the step teaches.
func TestCodeHalf(t *testing.T) {
	r := newRand(18)
	halves := [2]int{}
	for range 60_000 {
		s := randomStep(r)
		s.family, s.to = process.Logistic, min(s.to, 14)
		v := r.Int32N(1<<12) - 1<<11
		if r.IntN(4) > 0 {
			v = int32(s.mean >> 6)
		}
		s.k = s.to + 1
		s.a = cell(v, s.u, s.k)
		v = s.a - int32(s.u) + r.Int32N(1<<s.k)
		d, raw := s.distribution()
		tab := logistic.SharedTables(s.family)
		if got := tab.Halves(s.scale, s.k, s.to); got != (raw == 0) {
			t.Fatalf("%+v: CodeHalf takes it: %v, but %d bits are raw", s, got, raw)
		}
		if raw > 0 {
			continue
		}
		var want, sent logistictest.Tape
		next, _ := logistic.CodeCell(&want, &d, raw, v+int32(s.u))
		observed := d.Observe(next, s.k, s.to)

		got, o, ok := tab.CodeHalf(&sent, s.mean, s.scale, s.a, s.u, s.to, v+int32(s.u))
		if !ok || got != next || o != observed || len(sent.Marks) != 1 || sent.Marks[0] != want.Marks[0] {
			t.Fatalf("%+v: %d is sent as cell %d, %v, which says %+v; want %d, %v, %+v", s, v, got, sent.Marks, o, next, want.Marks, observed)
		}
		got, o, ok = tab.CodeHalf(sent.Replay(r), s.mean, s.scale, s.a, s.u, s.to, 0)
		if !ok || got != next || o != observed {
			t.Fatalf("%+v: %d is received as cell %d, which says %+v; want %d, %+v", s, v, got, o, next, observed)
		}
		if _, _, ok = tab.CodeHalf(new(logistictest.Tape).Replay(r), s.mean, s.scale, s.a, s.u, s.to, 0); ok {
			t.Fatalf("%+v: nothing suffices", s)
		}
		halves[(got-s.a)>>s.to]++
	}
	if min(halves[0], halves[1]) < 5000 {
		t.Errorf("of the halves, %d are lower and %d upper", halves[0], halves[1])
	}
	if tab := logistic.SharedTables(process.Gaussian); tab.Halves(0, 3, 2) {
		t.Error("CodeHalf takes a Gaussian step")
	}
}
