package process_test

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/process/reals"
)

// TestSteps checks that Steps has every stage of every scale once and in order, that levels only descend, and that scales descend within
// a level. At the end of a level, the clock of a coarser scale is ahead of the finest by its Lead.
func TestSteps(t *testing.T) {
	for scales := range 12 {
		next := make([]int, scales+1) // the stage that each scale comes to next
		last := process.Step{Level: 1 << 10}
		for _, s := range process.Steps(scales) {
			if s.Scale < 1 || s.Scale > scales || s.Stage != next[s.Scale] {
				t.Fatalf("%d scales: step %+v, the next stages are %v", scales, s, next)
			}
			next[s.Scale]++
			if s.Level > last.Level || s.Level == last.Level && s.Scale >= last.Scale {
				t.Fatalf("%d scales: step %+v after %+v", scales, s, last)
			}
			if want := process.Stages - 1 - s.Level + process.Lead(s.Scale); s.Stage != want {
				t.Fatalf("%d scales: step %+v should be stage %d", scales, s, want)
			}
			last = s
		}
		for l, n := range next[1:] {
			if n != process.Stages {
				t.Errorf("%d scales: %d stages of scale %d", scales, n, 1+l)
			}
		}
		if scales > 0 && last.Level != 0 {
			t.Errorf("%d scales: the last level is %d", scales, last.Level)
		}
	}
}

// TestExpertIndex checks that every network and every row of its gains serves some step, and that indices are in range.
func TestExpertIndex(t *testing.T) {
	for _, experts := range []int{1, process.Experts} {
		used := map[[2]int]bool{}
		for stage := range process.Stages {
			for class := range process.ColourClasses {
				for l := 1; l < 9; l++ {
					expert, row := process.ExpertIndex(experts, l, stage, class)
					if expert < 0 || expert >= experts || row < 0 || row >= process.GainRows(experts) {
						t.Fatalf("%d experts, scale %d, stage %d, class %d: expert %d, row %d", experts, l, stage, class, expert, row)
					}
					used[[2]int{expert, row}] = true
				}
			}
		}
		if want := experts * process.GainRows(experts); len(used) != want {
			t.Errorf("%d experts: %d rows are used of %d", experts, len(used), want)
		}
	}
}

// TestGroups checks that the groups list every coefficient once, and the phases every parity.
func TestGroups(t *testing.T) {
	i := 0
	for _, g := range process.Groups {
		for _, c := range g {
			if c != i {
				t.Errorf("coefficient %d where %d should be", c, i)
			}
			i++
		}
	}
	if i != process.Coefficients {
		t.Errorf("%d coefficients in groups", i)
	}
	seen := map[[2]int]bool{}
	for _, p := range process.PhaseOrigin {
		seen[[2]int{p[0] & 1, p[1] & 1}] = true
	}
	if len(seen) != process.Phases {
		t.Errorf("%d phases", len(seen))
	}
	top := uint8(0)
	for _, b := range process.SubbandClocks {
		top = max(top, b+process.StageClocks[0])
	}
	if top != process.TopClock {
		t.Errorf("the largest clock is %d", top)
	}
}

// TestScales compares the bounds of the scale in package logistic, in octaves, with the natural logarithms here.
func TestScales(t *testing.T) {
	for _, c := range []struct {
		steps int
		log   float64
	}{{logistic.MinScale, reals.MinLogScale}, {logistic.MaxScale, reals.MaxLogScale}} {
		if want := c.log / math.Ln2 * logistic.ScaleSteps; math.Abs(float64(c.steps)-want) > .5 {
			t.Errorf("a bound of %d scale steps, want %.2f", c.steps, want)
		}
	}
}
