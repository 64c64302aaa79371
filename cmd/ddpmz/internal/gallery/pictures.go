package gallery

import (
	"bytes"
	"container/list"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"runtime"
	"sync"

	"github.com/ddpmz/ddpmz/codec"
)

// maxCached is how many bytes of encoded pictures are kept.
const maxCached = 128 << 20

// gain is by how much differences are made visible.
const gain = 8

// pictures decodes files, as many side by side as there are processors, and keeps what was last asked for.
type pictures struct {
	decoder codec.Decoder
	turns   chan struct{}

	mutex  sync.Mutex
	bytes  int
	recent list.List // of *shown, the last used first
	byKey  map[string]*list.Element

	exactMutex sync.Mutex
	exactKey   string // of the file whose image was last compared with
	exact      image.Image
}

// A shown is a picture as it is sent.
type shown struct {
	key       string
	mediaType string
	file      []byte
	at        codec.Refinement
	psnr      float64 // of the whole image; NaN if that is not known
}

func newPictures(d codec.Decoder) *pictures {
	return &pictures{decoder: d, turns: make(chan struct{}, runtime.GOMAXPROCS(0)), byKey: map[string]*list.Element{}}
}

// wanted says which picture of a file is wanted.
type wanted struct {
	timestep   int
	fit        int // pixels a side at least, of a smaller picture; 0 is its own size
	difference bool
	compared   bool // with the whole image
}

// get returns a picture of a file. key tells it from other pictures of all files.
func (p *pictures) get(ctx context.Context, f *source, key string, w wanted) (*shown, error) {
	p.mutex.Lock()
	if e, ok := p.byKey[key]; ok {
		p.recent.MoveToFront(e)
		p.mutex.Unlock()
		return e.Value.(*shown), nil
	}
	p.mutex.Unlock()

	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.turns }()
	s, err := p.make(ctx, f, w)
	if err != nil {
		return nil, err
	}
	s.key = key
	p.keep(s)
	return s, nil
}

// keep keeps a picture, and forgets those that were not used for longest.
func (p *pictures) keep(s *shown) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if _, ok := p.byKey[s.key]; ok || len(s.file) > maxCached/4 {
		return
	}
	p.byKey[s.key] = p.recent.PushFront(s)
	for p.bytes += len(s.file); p.bytes > maxCached; {
		e := p.recent.Back()
		old := p.recent.Remove(e).(*shown)
		delete(p.byKey, old.key)
		p.bytes -= len(old.file)
	}
}

// make decodes and encodes a picture.
func (p *pictures) make(ctx context.Context, f *source, w wanted) (*shown, error) {
	d := p.decoder
	d.Timestep = w.timestep
	if w.fit > 0 {
		c, err := codec.DecodeConfig(f)
		if err != nil {
			return nil, err
		}
		for d.Reduce < codec.MaxReduce && max(c.Width, c.Height)>>(d.Reduce+1) >= w.fit {
			d.Reduce++
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
	}
	m, at, err := decode(ctx, &d, f)
	if err != nil {
		return nil, err
	}
	s := &shown{at: at, psnr: math.NaN()}
	if w.compared {
		whole, err := p.whole(ctx, f)
		if err != nil {
			return nil, err
		}
		if whole != nil {
			difference, psnr := compare(m, whole)
			if s.psnr = psnr; w.difference {
				m = difference
			}
		}
	}
	var b bytes.Buffer
	if w.fit > 0 && opaque(m) {
		s.mediaType = "image/jpeg"
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 88})
	} else {
		s.mediaType = "image/png"
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m)
	}
	s.file = b.Bytes()
	return s, err
}

// decode decodes a file as far as the decoder does.
func decode(ctx context.Context, d *codec.Decoder, f io.Reader) (image.Image, codec.Refinement, error) {
	s, err := d.OpenContext(ctx, f)
	if err != nil {
		return nil, codec.Refinement{}, err
	}
	at, err := s.Last()
	if err != nil {
		return nil, at, err
	}
	m, err := s.Image()
	return m, at, err
}

// whole returns the image of a file, or nil if the file does not hold all of it.
func (p *pictures) whole(ctx context.Context, f *source) (image.Image, error) {
	p.exactMutex.Lock()
	defer p.exactMutex.Unlock()
	if p.exactKey == f.key {
		return p.exact, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	d := p.decoder
	m, at, err := decode(ctx, &d, f)
	if err != nil {
		return nil, err
	}
	if !at.Exact {
		m = nil
	}
	p.exactKey, p.exact = f.key, m
	return m, nil
}

func opaque(m image.Image) bool {
	o, ok := m.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// compare returns gain times the differences of two pictures of a size, around grey, and the PSNR in dB of colours of 8 bits.
func compare(a, b image.Image) (image.Image, float64) {
	r := a.Bounds()
	d := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	sum := 0
	for y := range r.Dy() {
		for x := range r.Dx() {
			p := color.NRGBAModel.Convert(a.At(r.Min.X+x, r.Min.Y+y)).(color.NRGBA)
			q := color.NRGBAModel.Convert(b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y)).(color.NRGBA)
			to := d.Pix[d.PixOffset(x, y):][:4]
			for i, v := range [...]int{int(p.R) - int(q.R), int(p.G) - int(q.G), int(p.B) - int(q.B)} {
				sum += v * v
				to[i] = byte(max(0, min(128+gain*v, 255)))
			}
			to[3] = 0xff
		}
	}
	if sum == 0 {
		return d, math.Inf(1)
	}
	return d, 10 * math.Log10(255*255*3*float64(r.Dx()*r.Dy())/float64(sum))
}
