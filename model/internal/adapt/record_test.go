package adapt

import (
	"math"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/fixed"
)

func TestRecord(t *testing.T) {
	for score := int64(-2000); score <= 12000; score += 7 {
		for residual := int64(-70); residual <= 70; residual++ {
			v := newRecord(score, residual)
			if v == 0 {
				t.Fatalf("score %d, residual %d: a record like none", score, residual)
			}
			if got, want := v.residual(), fixed.Clamp(residual, -60, 60); got != want {
				t.Fatalf("residual %d is read as %d", residual, got)
			}
			if n := v.countedScore() >> 15; n != 1 {
				t.Fatalf("score %d, residual %d: counted %d times", score, residual, n)
			}
			if got, want := int64(v.countedScore()&0x7fff)-16, fixed.Clamp(score, -16<<6, 100<<6); math.Abs(float64(got<<6-want)) > 32 {
				t.Fatalf("score %d is read as %d/16", score, got)
			}
		}
	}
	if Record(0).residual() != 0 || Record(0).countedScore() != 0 {
		t.Error("no record has a residual or counts")
	}
	// What CorrectScale adds, thirteen records around and twice two of the same site, stays within the fields.
	most := newRecord(math.MaxInt64, -1).countedScore()
	if sum := 17 * most; sum>>15 != 17 || sum&0x7fff != 17*(most&0x7fff) {
		t.Errorf("17 scores of %d do not fit", most&0x7fff)
	}
}
