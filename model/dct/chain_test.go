package dct

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/logistic/logistictest"
)

// A recorder is the source of an encoder, which keeps what is coded: by pass, tapes by band.
type recorder [][]*logistictest.Tape

func (r *recorder) Begin(_ model.Pass, bands int) (model.PassCoder, error) {
	p := make(recorded, bands)
	for i := range p {
		p[i] = new(logistictest.Tape)
	}
	*r = append(*r, p)
	return p, nil
}

type recorded []*logistictest.Tape

func (r recorded) Open(band int) model.Coder { return r[band] }
func (r recorded) Close(int)                 {}
func (r recorded) Done(bool) error           { return nil }

// A player is the source of a decoder of what a recorder has kept. A pass of which marks are missing is not complete.
type player struct {
	t      *testing.T
	random *rand.Rand
	passes recorder
	open   recorded
	next   int
	ended  bool // a pass was not complete
}

func (p *player) Begin(_ model.Pass, bands int) (model.PassCoder, error) {
	if p.next == len(p.passes) {
		return nil, io.EOF
	}
	if len(p.passes[p.next]) != bands {
		p.t.Fatalf("a pass has %d bands, and had %d", bands, len(p.passes[p.next]))
	}
	p.open = nil
	for _, tape := range p.passes[p.next] {
		p.open = append(p.open, tape.Replay(rand.New(rand.NewPCG(p.random.Uint64(), 1))))
	}
	p.next++
	return playedPass{p}, nil
}

type playedPass struct{ *player }

func (p playedPass) Open(band int) model.Coder { return p.open[band] }
func (p playedPass) Close(int)                 {}
func (p playedPass) Done(complete bool) error {
	p.ended = !complete
	for i, tape := range p.open {
		if tape.Broken || complete && tape.Next != len(tape.Marks) {
			p.t.Fatalf("band %d of pass %d asks for other decisions than were coded", i, p.next-1)
		}
	}
	return nil
}

// blank returns an image without coefficients that is as another one.
func blank(im *Image) *Image {
	b := *im
	b.Planes = slices.Clone(im.Planes)
	for i := range b.Planes {
		b.Planes[i].Coef = nil
	}
	return &b
}

// encode returns what encoding an image records.
func encode(t *testing.T, w *Weights, im *Image) recorder {
	t.Helper()
	before := slices.Clone(im.Planes[0].Coef)
	var r recorder
	c := NewChain(w, im)
	if err := c.Run(Passes(im), &r); err != nil || !c.Exact() {
		t.Fatalf("encoding: %v, exact is %t", err, c.Exact())
	}
	if !slices.Equal(im.Planes[0].Coef, before) {
		t.Fatal("encoding has changed the image")
	}
	return r
}

// untrained returns weights that know nothing.
func untrained() *Weights { return NewLearner(nil).Weights(0) }

// sampling is the sampling factors of the planes of a test image.
type sampling [][2]int

var samplings = []sampling{
	{{1, 1}},
	{{2, 2}},
	{{1, 1}, {1, 1}, {1, 1}},
	{{2, 2}, {1, 1}, {1, 1}},
	{{2, 1}, {1, 1}, {1, 1}},
	{{1, 2}, {1, 1}, {1, 1}},
	{{4, 1}, {1, 1}, {2, 1}},
	{{3, 2}, {2, 1}, {1, 1}},
	{{1, 1}, {2, 2}, {2, 1}},
	{{1, 1}, {1, 1}, {1, 1}, {1, 1}},
	{{2, 2}, {1, 1}, {1, 1}, {2, 2}},
}

// testImage returns an image of so many MCUs, with coefficients as a picture has them, up to a few that are anything. The steps grow with frequency from
// least to most.
func testImage(s sampling, wide, high, least, most int, r *rand.Rand) *Image {
	im := new(Image)
	for i, f := range s {
		p := Plane{H: f[0], V: f[1], Wide: wide * f[0], High: high * f[1]}
		im.Width, im.Height = max(im.Width, 8*p.Wide), max(im.Height, 8*p.High)
		for f := range p.Quant {
			p.Quant[f] = uint16(least + (most-least)*(f>>3+f&7)/14)
		}
		p.Coef = make([]int16, BlockSize*p.Wide*p.High)
		level := 0
		for b := range p.Wide * p.High {
			level = min(max(level+r.IntN(201)-100, -1000), 1000)
			active := r.IntN(400) * r.IntN(2) / (i + 1)
			for f := range BlockSize {
				v := level
				if f > 0 {
					v = (r.IntN(2*active+1) - active) / (f>>3 + f&7)
				}
				p.Coef[BlockSize*b+f] = int16(v / int(p.Quant[f]))
			}
		}
		im.Planes = append(im.Planes, p)
	}
	return im
}

// TestRoundTrip: a decoder makes every image again, with all its bands, and its estimates are then the coefficients.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	w := untrained()
	for i, s := range samplings {
		for _, size := range [][2]int{{1, 1}, {3, 2}, {2, 9}} {
			im := testImage(s, size[0], size[1], 1+i%3*8, 1+i%4*40, r)
			roundTrip(t, w, im, r)
		}
	}
	roundTrip(t, w, testImage(samplings[0], 1, 2*bandRows+1, 5, 50, r), r)
	roundTrip(t, w, testImage(samplings[3], 1, 2*bandRows/2+3, 5, 50, r), r)
}

func roundTrip(t *testing.T, w *Weights, im *Image, r *rand.Rand) {
	t.Helper()
	coded, again := encode(t, w, im), blank(im)
	c := NewChain(w, again)
	if err := c.Run(Passes(again), &player{t: t, random: r, passes: coded}); err != nil || !c.Exact() {
		t.Fatalf("decoding: %v, exact is %t", err, c.Exact())
	}
	for i := range im.Planes {
		p, q := &im.Planes[i], &again.Planes[i]
		for j, v := range p.Coef {
			if q.Coef[j] != v {
				t.Fatalf("plane %d of %d, coefficient %d of block %d: %d, not %d", i, len(im.Planes), j%BlockSize, j/BlockSize, q.Coef[j], v)
			}
		}
		estimates := make([]int32, BlockSize*p.Wide)
		for y := range p.High {
			c.Estimates(i, y, estimates)
			for j, v := range estimates {
				if want := min(max(int64(p.Coef[BlockSize*p.Wide*y+j])*int64(max(p.Quant[j%BlockSize], 1))<<EstimateBits, -largest), largest); int64(v) != want {
					t.Fatalf("the estimate of what is exact is %d, not %d", v, want)
				}
			}
		}
	}
}

// TestExtremes: coefficients may be anything that 16 bits hold, and steps as well.
func TestExtremes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	w := untrained()
	values := []int16{0, 1, -1, 15, -16, 17, 255, -1023, 1024, -1025, 2047, -2047, 2048, 4095, -4096, 32767, -32767, -32768}
	for _, steps := range [][2]int{{0, 0}, {1, 1}, {1, 255}, {3, 3}, {255, 1}, {65535, 65535}, {1, 65535}} {
		im := testImage(samplings[3], 2, 2, 1, 1, r)
		for i := range im.Planes {
			p := &im.Planes[i]
			for f := range p.Quant {
				p.Quant[f] = uint16(steps[0] + (steps[1]-steps[0])*f/63)
			}
			for j := range p.Coef {
				if r.IntN(4) == 0 {
					p.Coef[j] = values[r.IntN(len(values))]
				}
			}
		}
		roundTrip(t, w, im, r)
	}
}

// TestCut: a decoder that runs out, within any pass and band, knows what it has decoded: the clocks and values are the encoder's
// there, and what was not decoded is as it was.
func TestCut(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	w := untrained()
	for _, im := range []*Image{testImage(samplings[3], 2, 2, 3, 40, r), testImage(samplings[0], 1, 2*bandRows, 20, 90, r)} {
		coded := encode(t, w, im)
		for range 12 {
			n := r.IntN(len(coded))
			part := slices.Clone(coded[:n+1])
			part[n] = nil
			short := false
			for _, tape := range coded[n] {
				cut := logistictest.Tape{Marks: tape.Marks[:r.IntN(len(tape.Marks)+1)]}
				short = short || len(cut.Marks) < len(tape.Marks)
				part[n] = append(part[n], &cut)
			}
			again := blank(im)
			c := NewChain(w, again)
			p := &player{t: t, random: r, passes: part}
			if err := c.Run(Passes(again)[:n+1], p); short && !errors.Is(err, io.ErrUnexpectedEOF) || !short && err != nil {
				t.Fatalf("cut in pass %d: %v", n, err)
			}
			if short && (c.Exact() || !p.ended) {
				t.Fatal("exact after a cut")
			}
			for i := range im.Planes {
				estimates := make([]int32, BlockSize*im.Planes[i].Wide)
				for y := range im.Planes[i].High {
					c.Estimates(i, y, estimates)
				}
			}
			for _, b := range c.bands {
				for i, k := range b.components {
					checkKnown(t, &im.Planes[i], k)
				}
			}
		}
	}
}

// checkKnown compares what a component knows with the truth.
func checkKnown(t *testing.T, p *Plane, c *component) {
	t.Helper()
	for f := range BlockSize {
		for y := range c.high {
			for x := range c.wide {
				k := c.clocks[f*c.size+c.at(y, x)]
				v, got := int32(p.Coef[((c.first+y)*c.wide+x)*BlockSize+f]), int32(*c.truth(f, y, x))
				switch {
				case k >= never:
					v = 0
				case f == 0:
					v = v >> k << k
				default:
					v = max(v, -v) >> k << k * min(max(v, -1), 1)
				}
				if v != got {
					t.Fatalf("coefficient %d at clock %d is %d, not %d", f, k, got, v)
				}
			}
		}
	}
}

// A noise is the coder of a damaged stream: it decodes anything, up to a number of decisions.
type noise struct {
	*rand.Rand
	left int
}

func (n *noise) Symbol(*model.Distribution, int32) (int32, bool) { panic("a symbol") }
func (n *noise) Bits(uint32, uint) (uint32, bool)                { panic("bits") }
func (n *noise) Bit(_, p uint32) (uint32, bool) {
	if p < 1 || p > 1<<16-1 {
		panic(fmt.Sprintf("a probability of %d", p))
	}
	n.left--
	return n.Uint32N(2), n.left >= 0
}

type noises struct{ *rand.Rand }

func (n noises) Begin(model.Pass, int) (model.PassCoder, error) { return n, nil }
func (n noises) Open(int) model.Coder                           { return &noise{n.Rand, 1 << 20} }
func (n noises) Close(int)                                      {}
func (n noises) Done(bool) error                                { return nil }

// TestDamage: whatever is decoded, all coefficients are 16 bits, the estimates bounded, and nothing panics.
func TestDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	w := untrained()
	for i, s := range samplings {
		im := blank(testImage(s, 2, 3, 1+i, 255, r))
		if i%4 == 0 {
			for f := range im.Planes[0].Quant {
				im.Planes[0].Quant[f] = uint16(r.Uint32())
			}
		}
		c := NewChain(w, im)
		for _, p := range Passes(im) {
			if err := c.Run([]model.Pass{p}, noises{r}); err != nil {
				t.Fatal(err)
			}
			for i := range im.Planes {
				estimates := make([]int32, BlockSize*im.Planes[i].Wide)
				for y := range im.Planes[i].High {
					c.Estimates(i, y, estimates)
					for _, v := range estimates {
						if v < -largest || v > largest {
							t.Fatalf("an estimate of %d", v)
						}
					}
				}
			}
		}
	}
}

// TestStopped: once Done is closed, Run ends with ErrStopped.
func TestStopped(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	im := testImage(samplings[3], 4, 4, 3, 30, r)
	c := NewChain(untrained(), im)
	done := make(chan struct{})
	c.Done = done
	passes := Passes(im)
	if err := c.Run(passes[:2], new(recorder)); err != nil {
		t.Fatal(err)
	}
	close(done)
	if err := c.Run(passes[2:], new(recorder)); !errors.Is(err, model.ErrStopped) {
		t.Fatalf("%v", err)
	}
}
