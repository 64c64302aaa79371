package peers

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
)

// bitsAPixel are those of the uncompressed picture, by which {ratio} is meant.
const bitsAPixel = 24

// Measure codes the original of w as the peer's comparison has it, and returns what came of it: one file if it is
// lossless, else at most one for each rate, in bits a pixel; rates must rise. A rate that the peer cannot come
// down to, or at which there is nothing to see yet, has a nil picture. Lossless files are checked to be so.
func (p *Peer) Measure(ctx context.Context, w *Work, rates []float64) ([]Coded, error) {
	if len(p.Missing) > 0 {
		return nil, fmt.Errorf("peers: %s is not installed", strings.Join(p.Missing, " and "))
	}
	switch {
	case p.Encode == builtIn:
		return w.png()
	case p.Comparison == Lossless:
		return p.lossless(ctx, w)
	case p.Comparison == Cut:
		return p.cut(ctx, w, rates)
	}
	return p.made(ctx, w, rates)
}

// Budget is the number of bytes that a rate in bits a pixel allows.
func Budget(rate float64, r *metrics.Raster) int64 {
	return int64(rate * float64(r.Width) * float64(r.Height) / 8)
}

func (w *Work) png() ([]Coded, error) {
	begin := time.Now()
	file, err := encodePNG(w.original, png.BestCompression)
	if err != nil {
		return nil, err
	}
	encoded := time.Now()
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	c := Coded{Bytes: int64(len(file)), Encode: encoded.Sub(begin), Decode: time.Since(encoded)}
	c.Picture, err = metrics.NewRaster(m)
	return []Coded{c}, err
}

func (p *Peer) lossless(ctx context.Context, w *Work) ([]Coded, error) {
	name, size, took, err := w.encode(ctx, p, map[string]string{})
	if err != nil {
		return nil, err
	}
	r, undo, err := w.decode(ctx, p, name, false, map[string]string{})
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(r.Pix, w.original.Pix) {
		return nil, fmt.Errorf("%s: the picture comes back otherwise", p.Encode)
	}
	return []Coded{{Bytes: size, Picture: r, Encode: took, Decode: undo}}, nil
}

func (p *Peer) cut(ctx context.Context, w *Work, rates []float64) ([]Coded, error) {
	name, size, took, err := w.encode(ctx, p, map[string]string{"ratios": w.ratios(rates)})
	if err != nil {
		return nil, err
	}
	file, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var list []Coded
	prefix := w.Path("cut" + p.suffix)
	for i, rate := range rates {
		layers := i + 1
		n := Budget(rate, w.original)
		if n >= size { // all of it, the last layer too
			n, layers = size, len(rates)+1
		}
		if err := os.WriteFile(prefix, file[:n], 0o666); err != nil {
			return nil, err
		}
		c := Coded{Bytes: n, Encode: took}
		for _, less := range retreats {
			if c.Picture != nil || less > 0 && (n == size || less >= n) {
				break
			}
			if err := os.Truncate(prefix, n-less); err != nil {
				return nil, err
			}
			if c.Picture, c.Decode, err = w.decode(ctx, p, prefix, n < size, map[string]string{"layers": fmt.Sprint(layers)}); err != nil {
				return nil, err
			}
		}
		if strings.Contains(p.Decode, "{layers}") && n < size && layers > 1 {
			if err := w.orBefore(ctx, p, prefix, layers-1, &c); err != nil {
				return nil, err
			}
		}
		list = append(list, c)
	}
	return list, nil
}

// retreats are how many bytes less are tried of a file whose decoder shows nothing: djpeg gives up in the midst of
// a table between two scans, and shows the scans before it if there is none of it.
var retreats = []int64{0, 16, 64, 256}

// ratios returns those for layers that end where the file is cut. OpenJPEG exceeds sizes a little; with 0.2% and
// 8 bytes less it did so in none of 168 layers of the Kodak images, where it had in 33.
func (w *Work) ratios(rates []float64) string {
	var list strings.Builder
	for _, rate := range rates {
		size := 0.998*float64(Budget(rate, w.original)) - 8
		fmt.Fprintf(&list, "%.6g,", float64(len(w.original.Pix))/max(size, 1))
	}
	return list.String() + "1"
}

// orBefore looks at the picture without the last layer, which is the better one if that is incomplete after all.
func (w *Work) orBefore(ctx context.Context, p *Peer, prefix string, layers int, c *Coded) error {
	r, took, err := w.decode(ctx, p, prefix, true, map[string]string{"layers": fmt.Sprint(layers)})
	if err != nil || r == nil {
		return err
	}
	before, err := metrics.MSE(w.original, r)
	if err != nil {
		return err
	}
	if c.Picture != nil {
		if have, err := metrics.MSE(w.original, c.Picture); err != nil || have <= before {
			return err
		}
	}
	c.Picture, c.Decode = r, took
	return nil
}

// made finds for each rate the best setting whose file is not larger, or makes a file for the rate if the peer can.
func (p *Peer) made(ctx context.Context, w *Work, rates []float64) ([]Coded, error) {
	s := &settings{peer: p, work: w, made: make(map[int]made)}
	var list []Coded
	for _, rate := range rates {
		var c Coded
		var err error
		if budget := Budget(rate, w.original); p.qualities == nil {
			c, err = p.atRatio(ctx, w, bitsAPixel/rate, budget)
		} else {
			c, err = s.within(ctx, budget)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// atRatio returns a file of about as many times fewer bytes than the uncompressed picture has, and of at most n.
// OpenJPEG counts its header only by and by: small files come out a little too large, and are made again.
func (p *Peer) atRatio(ctx context.Context, w *Work, ratio float64, n int64) (Coded, error) {
	for range 8 {
		name, size, took, err := w.encode(ctx, p, map[string]string{"ratio": fmt.Sprintf("%.6g", ratio)})
		if err != nil {
			return Coded{}, err
		}
		if size > n {
			ratio *= 1.001 * float64(size) / float64(n)
			continue
		}
		r, undo, err := w.decode(ctx, p, name, false, map[string]string{})
		return Coded{Bytes: size, Picture: r, Encode: took, Decode: undo}, err
	}
	return Coded{}, nil
}

// settings are the files that a peer made of a picture so far, by the index of their quality.
type settings struct {
	peer *Peer
	work *Work
	made map[int]made
	err  error
}

type made struct {
	name string
	size int64
	took time.Duration
}

// within returns the largest file of at most n bytes, as far as sizes rise with quality.
func (s *settings) within(ctx context.Context, n int64) (Coded, error) {
	over := sort.Search(len(s.peer.qualities), func(i int) bool { return s.err != nil || s.make(ctx, i).size > n })
	if s.err != nil || over == 0 {
		return Coded{}, s.err
	}
	m := s.make(ctx, over-1)
	if s.err != nil {
		return Coded{}, s.err
	}
	c := Coded{Bytes: m.size, Setting: s.peer.qualities[over-1], Encode: m.took}
	c.Picture, c.Decode, s.err = s.work.decode(ctx, s.peer, m.name, false, map[string]string{})
	return c, s.err
}

func (s *settings) make(ctx context.Context, i int) made {
	m, ok := s.made[i]
	if !ok && s.err == nil {
		m.name, m.size, m.took, s.err = s.work.encode(ctx, s.peer, map[string]string{"quality": s.peer.qualities[i]})
		s.made[i] = m
	}
	return m
}
