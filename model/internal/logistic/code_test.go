package logistic_test

import (
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
	"github.com/ddpmz/ddpmz/model/internal/process"
)

// TestCodeCell sends cells that the model expects and cells that it does not, far out in its escapes.
func TestCodeCell(t *testing.T) {
	r := newRand(15)
	for range 20_000 {
		s := randomStep(r)
		v := r.Int32N(1<<18) - 1<<17 // anything: coefficients have at most 18 bits and a sign
		if s.k != process.Unknown {
			v = s.a - int32(s.u) + r.Int32N(1<<s.k)
		} else if r.IntN(2) == 0 {
			v = int32(s.mean >> 6)
		}
		d, raw := s.distribution()
		var sent logistictest.Tape
		want := cell(v, s.u, s.to)
		if a, ok := logistic.CodeCell(&sent, &d, raw, v+int32(s.u)); !ok || a != want || sent.Broken {
			t.Fatalf("%+v: %d is sent as cell %d, want %d", s, v, a, want)
		}
		received := sent.Replay(r)
		if a, ok := logistic.CodeCell(received, &d, raw, 0); !ok || a != want || received.Broken || received.Next != len(sent.Marks) {
			t.Fatalf("%+v: %d is received as cell %d, want %d", s, v, a, want)
		}
		for n := range sent.Marks { // every prefix
			short := sent.Replay(r)
			short.Marks = sent.Marks[:n]
			if _, ok := logistic.CodeCell(short, &d, raw, 0); ok {
				t.Fatalf("%+v: %d of %d marks suffice", s, n, len(sent.Marks))
			}
		}
	}
}

func TestCodeDistance(t *testing.T) {
	r := newRand(16)
	check := func(v int32) {
		t.Helper()
		var sent logistictest.Tape
		logistic.CodeDistance(&sent, v)
		received := sent.Replay(r)
		if got, ok := logistic.CodeDistance(received, 0); !ok || got != v || sent.Broken || received.Broken {
			t.Errorf("distance %d is received as %d", v, got)
		}
	}
	for v := range int32(2000) {
		check(v)
	}
	for n := range logistic.EscapeBits {
		check(1<<n - 1)
		check(1 << n)
	}
	check(1<<logistic.EscapeBits - 2)
}
