package model

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/model/internal/logistic"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

var geometries = []Geometry{
	{1, 1, 1, 8}, {1, 1, 3, 16}, {2, 1, 3, 8}, {1, 9, 1, 8}, {7, 1, 3, 8}, {5, 5, 1, 16}, {13, 17, 3, 16}, {33, 18, 1, 8}, {40, 30, 3, 8},
}

func (g Geometry) String() string {
	return fmt.Sprintf("%dx%d, %d planes of %d bits", g.Width, g.Height, g.Planes, g.Depth)
}

// state returns what two chains that agree have in common: everything that later predictions depend on.
func (c *Chain) state() []any {
	s := []any{c.top, c.hasTop, c.exactAt, c.ll, slices.Clone(c.learned)}
	for i := range c.scales {
		l := &c.scales[i]
		if (l.begun || l.parent != nil && l.parent.begun) && l.cells[0].Empty() && i <= c.exactAt {
			c.begin(l) // nothing is known of it, allocated or not
		}
		s = append(s, l.stage, l.cells, l.records)
	}
	return s
}

// record takes an encoder's chain through all passes, calling between after each.
func record(net *Net, g Geometry, image []Plane, between func(c *Chain, p Pass)) *tape {
	c, sent := NewChain(net, g, net.Tau()), new(tape)
	c.SetImage(clonePlanes(image))
	for _, p := range Passes(g.Width, g.Height) {
		codePass(c, p, sent)
		between(c, p)
	}
	return sent
}

// TestChain codes images and checks, after every pass, that the decoder's chain is in the encoder's state, and
// at the end that it has the image.
func TestChain(t *testing.T) {
	nets := []*Net{photoNet(t)}
	for i := range transform.Liftings {
		nets = append(nets, tinyNet(t, i))
	}
	r := newRand(33)
	for i, net := range nets {
		for j, g := range geometries {
			if (i+j)%3 > 0 && os.Getenv("DDPMZ_LONG") != "1" {
				continue
			}
			image := smoothImage(r, g)
			if (i+j)%2 == 0 {
				image = randomImage(r, g)
			}
			sent := new(tape)
			encoder, decoder := NewChain(net, g, net.Tau()), NewChain(net, g, net.Tau())
			if encoder.Colour = Colour(i+j) % Colours; encoder.Colour.Derived() {
				if g.Planes == 3 && g.Depth == 8 {
					image = derivedImage(r, g, encoder.Colour)
				} else {
					encoder.Colour = 0
				}
			}
			decoder.Colour = encoder.Colour
			encoder.SetImage(clonePlanes(image))
			played := 0
			for _, p := range Passes(g.Width, g.Height) {
				if encoder.Exact() {
					t.Fatalf("%v: exact before %v", g, p)
				}
				if !codePass(encoder, p, sent) {
					t.Fatalf("%v: the encoder stops in %v", g, p)
				}
				received := sent.Replay(r)
				received.Next = played
				if !codePass(decoder, p, received) || received.Broken || received.Next != len(sent.Marks) {
					t.Fatalf("%v: in %v the decoder read %d of %d marks, broken %v", g, p, received.Next, len(sent.Marks), received.Broken)
				}
				played = received.Next
				if !reflect.DeepEqual(encoder.state(), decoder.state()) {
					t.Fatalf("%v: the chains differ after %v", g, p)
				}
			}
			if !decoder.Exact() || !reflect.DeepEqual(decoder.Picture(), image) {
				t.Errorf("network %d, %v: the image did not come back", i, g)
			}
		}
	}
}

// TestTruncated: a chain that runs out of symbols anywhere still has a picture.
func TestTruncated(t *testing.T) {
	net, r := tinyNet(t, 0), newRand(36)
	g := Geometry{9, 7, 3, 8}
	sent := record(net, g, smoothImage(r, g), func(*Chain, Pass) {})
	for n := 0; n < len(sent.Marks); n += 1 + n/8 {
		c, short := NewChain(net, g, net.Tau()), (&tape{Marks: sent.Marks[:n]}).Replay(r)
		stopped := false
		for _, p := range Passes(g.Width, g.Height) {
			if stopped = !codePass(c, p, short); stopped {
				break
			}
		}
		if !stopped || c.Exact() {
			t.Fatalf("%d marks are enough", n)
		}
		checkPicture(t, c, g)
	}
}

// A source is a decoder's Coder whose symbols come from nowhere. It checks that the model asks sound questions.
type source struct {
	t      *testing.T
	symbol func(d *Distribution) int32
	bits   func(n uint) uint32
}

func (s source) Symbol(d *Distribution, _ int32) (int32, bool) {
	v := s.symbol(d)
	if symbols(d) < 1 || symbols(d) > 1<<(logistic.ProbBits-1) || v < 0 || v >= symbols(d) {
		s.t.Fatalf("symbol %d of %d", v, symbols(d))
	}
	start, freq := d.Interval(v)
	if freq < 1 || start+freq > 1<<logistic.ProbBits {
		s.t.Fatalf("symbol %d of %d has [%d,+%d)", v, symbols(d), start, freq)
	}
	if i, _, _ := d.Find(start + freq - 1); i != v {
		s.t.Fatalf("symbol %d of %d is found as %d", v, symbols(d), i)
	}
	return v, true
}

func (s source) Bits(_ uint32, n uint) (uint32, bool) {
	if n < 1 || n > 16 {
		s.t.Fatalf("%d bits", n)
	}
	return s.bits(n), true
}

func (s source) Bit(_, p uint32) (uint32, bool) {
	if p < 1 || p >= 1<<logistic.ProbBits {
		s.t.Fatalf("a bit of probability %d", p)
	}
	return s.bits(1), true
}

// sources are random bits, which make decoding the same as sampling from the model (the paper's Algorithm 2),
// and what only a hostile file holds.
func sources(t *testing.T, r *rand.Rand) map[string]source {
	random := func(n uint) uint32 { return r.Uint32N(1 << n) }
	ones := func(n uint) uint32 { return 1<<n - 1 }
	zeros := func(n uint) uint32 { return 0 }
	sample := func(d *Distribution) int32 {
		s, _, _ := d.Find(r.Uint32N(1 << logistic.ProbBits))
		return s
	}
	n := 0
	return map[string]source{
		"sampling":       {t, sample, random},
		"any symbol":     {t, func(d *Distribution) int32 { return r.Int32N(symbols(d)) }, random},
		"the largest":    {t, func(d *Distribution) int32 { return symbols(d) - 1 }, ones},
		"the smallest":   {t, func(d *Distribution) int32 { return 0 }, ones},
		"the last":       {t, func(d *Distribution) int32 { return symbols(d) - 1 }, zeros},
		"the first":      {t, func(d *Distribution) int32 { return 0 }, zeros},
		"first and last": {t, func(d *Distribution) int32 { n++; return (symbols(d) - 1) * int32(n&1) }, ones},
		"escapes, mixed": {t, func(d *Distribution) int32 { return (symbols(d) - 1) * r.Int32N(2) }, random},
		"the middle":     {t, func(d *Distribution) int32 { return median(d) }, random},
	}
}

func TestHostileSymbols(t *testing.T) {
	r := newRand(37)
	photo, small := photoNet(t), tinyNet(t, 2)
	geometries := append(geometries[:len(geometries):len(geometries)], Geometry{80, 48, 1, 16}) // for predictions to go astray
	for name := range sources(t, r) {
		t.Run(name, func(t *testing.T) {
			src := sources(t, r)[name]
			for i, g := range geometries {
				net := small
				if i == 0 || i == 4 || i == 6 {
					net = photo
				}
				c := NewChain(net, g, int8(r.IntN(256)-128))
				checkPicture(t, c, g)
				for j, p := range Passes(g.Width, g.Height) {
					if !codePass(c, p, src) {
						t.Fatalf("%v: stopped in %v", g, p)
					}
					if j%5 == 0 {
						checkPicture(t, c, g)
					}
				}
				checkPicture(t, c, g)
			}
		})
	}
}

// TestBands: bands are decoded as they were encoded, and the number of processors changes nothing. Nor does it if
// the symbols of some bands end early, whatever the others still get.
func TestBands(t *testing.T) {
	g := Geometry{40, 2*3*bandRows + 51, 3, 8}
	image := smoothImage(newRand(38), g)
	net, passes := tinyNet(t, 0), Passes(g.Width, g.Height)
	tapes := func(c *Chain, p Pass, of func(band int) *tape) (coders []Coder) {
		for i := range c.bandCount(p) {
			coders = append(coders, of(i))
		}
		return coders
	}
	code := func(procs int) (sent [][]*tape, picture []Plane) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		c := NewChain(net, g, net.Tau())
		c.SetImage(clonePlanes(image))
		for _, p := range passes {
			var of []*tape
			codePass(c, p, tapes(c, p, func(int) *tape { of = append(of, new(tape)); return of[len(of)-1] })...)
			sent = append(sent, of)
			if p.Scale == 1 && p.Stage == 2 {
				picture = c.Picture()
			}
		}
		return sent, picture
	}
	one, picture := code(1)
	if n := len(one[len(one)-1]); n != 3 {
		t.Fatalf("%d bands", n)
	}
	for _, n := range []int{2, 8} {
		if many, p := code(n); !reflect.DeepEqual(one, many) || !reflect.DeepEqual(picture, p) {
			t.Errorf("%d processors code something else than one", n)
		}
	}
	decode := func(procs, cut int) *Chain {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		c := NewChain(net, g, net.Tau())
		for i, p := range passes {
			last := i == len(passes)-1
			ok := codePass(c, p, tapes(c, p, func(b int) *tape {
				marks := one[i][b].Marks
				if last {
					marks = marks[:len(marks)*cut>>b/100]
				}
				return (&tape{Marks: marks}).Replay(newRand(39))
			})...)
			if ok == last {
				t.Fatalf("%v: complete %v", p, ok)
			}
		}
		return c
	}
	for _, cut := range []int{0, 37, 100} {
		a, b := decode(1, cut), decode(4, cut)
		if !reflect.DeepEqual(a.state(), b.state()) || !reflect.DeepEqual(a.Picture(), b.Picture()) {
			t.Errorf("cut to %d%%, the number of processors changes the picture", cut)
		}
	}
	c := NewChain(net, g, net.Tau())
	for i, p := range passes {
		if !codePass(c, p, tapes(c, p, func(b int) *tape { return one[i][b].Replay(newRand(40)) })...) {
			t.Fatalf("the symbols of %v are not enough", p)
		}
	}
	if !reflect.DeepEqual(c.Picture(), image) {
		t.Error("the image did not come back")
	}
}

// TestSkippingSaves: skipping makes the coarse states cheaper, and whatever τ, the image comes back.
func TestSkippingSaves(t *testing.T) {
	net, g := photoNet(t), Geometry{40, 30, 3, 8}
	image := smoothImage(newRand(39), g)
	bits := func(tau int8) (coarse length) {
		c := NewChain(net, g, tau)
		c.SetImage(clonePlanes(image))
		l := new(length)
		for _, p := range Passes(g.Width, g.Height) {
			codePass(c, p, l)
			if p.Level == 3 {
				coarse = *l
			}
		}
		if !reflect.DeepEqual(c.Picture(), image) {
			t.Errorf("τ 2^(%d/32): the image did not come back", tau)
		}
		return coarse
	}
	never, normal, most := bits(-128), bits(net.Tau()), bits(127)
	if !(most < normal && normal <= never) {
		t.Errorf("level 3 costs %.0f bits without skipping, %.0f with, %.0f with the most", never, normal, most)
	}
}
