package sparse

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

var all = [subbands]bool{true, true, true}

// draw returns a plane of coefficients as Split leaves them, of which one in so many is not zero.
func draw(r *rand.Rand, w, h, oneIn int) transform.Plane {
	x := transform.NewPlane(w, h)
	for y := range h {
		for i := range w {
			if (y|i)&1 == 1 && r.IntN(oneIn) == 0 { // at even places is the coarser image
				x.Row(y)[i] = int32(r.NormFloat64() * float64(int(1)<<r.IntN(15)))
			}
		}
	}
	return x
}

// clamped returns what x has for details of some subbands, put back: what is beyond their range is cut.
func clamped(x transform.Plane, of [subbands]bool) transform.Plane {
	to := transform.NewPlane(x.W, x.H)
	for b := range subbands {
		dx, dy := transform.Offset(b)
		for y := dy; of[b] && y < x.H; y += 2 {
			for i := dx; i < x.W; i += 2 {
				to.Row(y)[i] = min(max(x.Row(y)[i], -maxMagnitude), maxMagnitude)
			}
		}
	}
	return to
}

// TestCode: details of any density and size, of all subbands or of some, come back from what was coded, band by band, and from
// none of its prefixes.
func TestCode(t *testing.T) {
	for _, size := range [][2]int{{2, 1}, {1, 2}, {3, 3}, {16, 12}, {17, 9}, {40, 31}} {
		for _, oneIn := range []int{1, 3, 50, 1 << 30} {
			t.Run(fmt.Sprint(size, oneIn), func(t *testing.T) {
				w, h := size[0], size[1]
				r := rand.New(rand.NewPCG(uint64(w), uint64(oneIn)))
				rows := (h + 1) / 2
				of := [...][subbands]bool{all, {true, false, true}, {false, true, true}}[(w+h+oneIn)%3]
				truth, planes := New(rows), [Planes]transform.Plane{}
				for p := range planes {
					planes[p] = draw(r, w, h, oneIn)
					truth.Take(p+1, planes[p], of)
				}
				classes := make([]uint8, 3*rows*(w+1)/2+3*rows)
				for i := range classes {
					classes[i] = uint8(r.IntN(clipClasses))
				}
				for edge := 0; edge < rows; edge++ { // bands [0,edge) and [edge,rows)
					var got Details
					for p := range got {
						got[p] = make([][]int16, rows)
					}
					for _, band := range [][2]int{{0, edge}, {edge, rows}} {
						b := Band{Tables: logistic.SharedTables(process.Logistic), W: w, H: h, Y0: band[0], Y1: band[1], Subbands: of,
							Classes: func(y int, to *[transform.Subbands][]uint8) {
								for k := range to {
									copy(to[k], classes[(3*y+k)*((w+1)/2):])
								}
							}}
						var sent logistictest.Tape
						b.Coder = &sent
						if _, ok := b.Code(truth.Rows(b.Y0, b.Y1)); !ok {
							t.Fatal("the encoder stops")
						}
						received := sent.Replay(r)
						b.Coder = received
						found, ok := b.Code(Details{})
						if !ok || received.Broken || received.Next != len(sent.Marks) {
							t.Fatalf("read %d of %d marks, broken: %v", received.Next, len(sent.Marks), received.Broken)
						}
						for p := range got {
							copy(got[p][b.Y0:b.Y1], found[p])
						}
						for n := 0; n < len(sent.Marks); n += 1 + n/4 {
							short := sent.Replay(r)
							short.Marks = sent.Marks[:n]
							b.Coder = short
							if _, ok := b.Code(Details{}); ok {
								t.Fatalf("%d of %d marks suffice", n, len(sent.Marks))
							}
						}
					}
					for p := range planes {
						for y := 0; y < h; y += 2 {
							part := transform.NewPlane(w, min(2, h-y))
							want := clamped(planes[p], of).Pix[y*w : y*w+len(part.Pix)]
							for i := range part.Pix {
								part.Pix[i] = r.Int32N(100)
								want[i] += part.Pix[i]
							}
							got.Put(p+1, part, y, 0)
							if !reflect.DeepEqual(part.Pix, want) {
								t.Fatalf("plane %d, rows from %d on: %v, want %v", p+1, y, part.Pix, want)
							}
						}
					}
				}
			})
		}
	}
}

// TestHostile: what is decoded from any symbols stays within bounds.
func TestHostile(t *testing.T) {
	b := Band{Coder: ones{}, Tables: logistic.SharedTables(process.Logistic), W: 9, H: 7, Y0: 0, Y1: 4, Subbands: all, Classes: func(int, *[transform.Subbands][]uint8) {}}
	found, ok := b.Code(Details{})
	if !ok {
		t.Fatal("the decoder stops")
	}
	for p := range found {
		for _, row := range found[p] {
			for _, v := range row {
				if v < -maxMagnitude || v > maxMagnitude {
					t.Fatalf("a coefficient of %d", v)
				}
			}
		}
	}
}

// ones decodes a 1 for every bit.
type ones struct{}

func (ones) Symbol(*logistic.Distribution, int32) (int32, bool) { return 1, true }
func (ones) Bits(_ uint32, n uint) (uint32, bool)               { return 1<<n - 1, true }
func (ones) Bit(_, _ uint32) (uint32, bool)                     { return 1, true }
