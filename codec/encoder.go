package codec

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A Mode says how an image is coded.
type Mode int

const (
	// Auto codes by the model, unless the plain coder makes the file smaller. Where the model's file is smaller by
	// far than a forecast of the plain one, that is not made.
	Auto Mode = iota
	// Modelled codes by the model. Paletted images, which it cannot do, are an UnsupportedError.
	Modelled
	// Stored codes plainly.
	Stored
)

// Options are the choices an encoder has. Zero values are good.
type Options struct {
	// Model is the name of a model in the zoo; the empty name is the default.
	Model string

	Mode Mode

	// KeepColours has red, green and blue coded as they are, where Encode would else look for the luma and chroma that they
	// were made from. Files get larger, by much if there are any.
	KeepColours bool

	// Metadata rides along as it is, compressed: color profile, camera data, text. The codec does not look
	// inside.
	Metadata []byte

	// Progress, if set, is called now and then with the share of the work that is done, up to 1000.
	Progress func(permille int)

	Limits
}

// An Encoder writes images. The zero value is ready to use, and safe for concurrent use.
type Encoder struct{ Options }

// Encode writes m to w with the given options, or with the default ones if o is nil. Nothing is written if
// it fails for any other reason than w.
//
// Errors: UnsupportedError, *LimitError, zoo.UnknownModelError, or w's.
func Encode(w io.Writer, m image.Image, o *Options) error {
	var e Encoder
	if o != nil {
		e.Options = *o
	}
	return e.Encode(w, m)
}

// smallMetadata is how much metadata may delay the picture; more of it goes last.
const smallMetadata = 4 << 10

// A file is what the container frames.
type file struct {
	header   container.Header
	payloads [][]byte
}

func (f *file) add(k container.Kind, units int, payload []byte) {
	f.header.Segments = append(f.header.Segments, container.Segment{Kind: k, Units: uint32(units), Size: uint64(len(payload))})
	f.payloads = append(f.payloads, payload)
}

func (f *file) size() (int64, error) {
	o, err := f.header.Offsets()
	if err != nil {
		return 0, err
	}
	return o[len(o)-1], nil
}

// Encode writes m to w.
func (e *Encoder) Encode(w io.Writer, m image.Image) error {
	return e.EncodeContext(context.Background(), w, m)
}

// EncodeContext is Encode; once ctx is done, it returns its error, soon, and has written nothing.
func (e *Encoder) EncodeContext(ctx context.Context, w io.Writer, m image.Image) error {
	b := m.Bounds()
	if w, h := b.Dx(), b.Dy(); w <= 0 || h <= 0 || w > container.MaxSide || h > container.MaxSide {
		return UnsupportedError(fmt.Sprintf("an image of %d x %d pixels", w, h))
	}
	need := plainMemory
	if _, paletted := m.(*image.Paletted); !paletted && e.Mode != Stored {
		net, err := zoo.ByName(e.Model)
		if err != nil {
			return err
		}
		need = encodingMemory(net, geometryOf(m))
	}
	if err := e.check(b.Dx(), b.Dy(), need); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := take(m)
	if err != nil {
		return err
	}
	f, err := e.encode(ctx, s)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // the plain coder does not look
		return err
	}
	return container.Write(w, &f.header, f.payloads)
}

// forecastFirst is the size, in pixels, from which on a picture's forecast is made before the model's turn: then the image can
// go, which takes memory, and meanwhile a processor waits, for a twentieth of the time at most.
const forecastFirst = 1 << 22

func (e *Encoder) encode(ctx context.Context, s *source) (*file, error) {
	p := &picture{info: s.info}
	if p.format == formatPaletted && e.Mode == Modelled {
		return nil, UnsupportedError("paletted images cannot be modelled; convert to RGB first")
	}
	side, err := e.side(s)
	if err != nil {
		return nil, err
	}
	if e.Mode == Stored || p.format == formatPaletted {
		return side.around(func(f *file) error { return f.addStored(s.raster()) })
	}
	p.colour = s.planes()
	colour, first := chooseColour(p.colour, max(p.depth, 8), !e.KeepColours)
	if e.Mode == Modelled {
		s = nil // which holds the image
		return side.around(func(f *file) error {
			_, err := e.modelled(ctx, f, p, colour, first, nil)
			return err
		})
	}
	// Both, side by side. Where the plain coder expects to lose, it lets go of the image, and has its turn only if the model's
	// result is no better. Then the model's chain has the samples. Images that were made from luma and chroma are photographs as
	// a rule, and the model's files of them smaller by far: then a glimpse is enough.
	type result struct {
		*file
		least int64 // bytes that it will take, if there is no file
		err   error
	}
	expect := stored.Forecast
	if colour.Derived() {
		expect = stored.Glimpse
	}
	plain, rival := make(chan result, 1), &rival{forecast: make(chan struct{})}
	go func(raster *stored.Raster) {
		least, err := expect(raster)
		close(rival.forecast)
		if err != nil || least > 0 {
			plain <- result{nil, least, err}
			return
		}
		f, err := side.around(func(f *file) error { return f.addStored(raster) })
		if err == nil {
			var n int64
			n, err = f.size()
			rival.size.Store(n)
		}
		plain <- result{f, 0, err}
	}(s.raster())
	s = nil
	if p.w*p.h >= forecastFirst {
		<-rival.forecast
	}
	var again func() []model.Plane
	var size int64
	modelled, err := side.around(func(f *file) (err error) {
		n := len(f.payloads)
		again, err = e.modelled(ctx, f, p, colour, first, rival)
		size = totalLen(f.payloads[n:])
		return err
	})
	r := <-plain
	switch {
	case err == errBeaten:
		if e.Progress != nil {
			e.Progress(1000)
		}
		return r.file, r.err
	case err != nil:
		return nil, err
	}
	if r.file == nil && r.err == nil {
		if r.least > size {
			return modelled, nil
		}
		r.file, r.err = side.around(func(f *file) error { return f.addStored(p.rasterOf(again())) })
	}
	if r.err != nil {
		return nil, r.err
	}
	a, err := modelled.size()
	if err != nil {
		return nil, err
	}
	if b, err := r.size(); err != nil || b <= a {
		return r.file, err
	}
	return modelled, nil
}

// A rival is the plain coder, as far as the model's turn depends on it.
type rival struct {
	forecast chan struct{} // closed when it has made its forecast: what that took is free then
	size     atomic.Int64  // of its file, once there is one
}

// errBeaten is what becomes of the model's turn once its file is sure to be no smaller than its rival's.
var errBeaten = errors.New("beaten")

// beats reports whether a file of which there are so many bytes will be no smaller.
func (r *rival) beats(bytes int64) bool {
	n := r.size.Load()
	return n > 0 && bytes >= n
}

func totalLen(payloads [][]byte) int64 {
	var n int64
	for _, p := range payloads {
		n += int64(len(p))
	}
	return n
}

// sideData is what a file holds besides the pixels' colours, coded once for whichever way these are coded.
type sideData struct{ before, after file }

func (e *Encoder) side(s *source) (*sideData, error) {
	d := new(sideData)
	d.before.header = container.Header{Width: uint32(s.w), Height: uint32(s.h), Format: uint8(s.format), Depth: uint8(s.depth)}
	if len(e.Metadata) > 0 {
		b, err := packSide(e.Metadata)
		if err != nil {
			return nil, err
		}
		f := &d.before
		if len(e.Metadata) > smallMetadata {
			f = &d.after
		}
		f.add(container.Metadata, 0, b)
	}
	if s.palette != nil {
		b, err := packPalette(s.palette)
		if err != nil {
			return nil, err
		}
		d.before.add(container.Palette, 0, b)
	}
	if !s.opaque {
		b, err := stored.Encode(s.alphaRaster())
		if err != nil {
			return nil, err
		}
		d.before.add(container.Alpha, 0, b)
	}
	return d, nil
}

// around frames what body codes with the side data.
func (s *sideData) around(body func(*file) error) (*file, error) {
	f := &file{header: s.before.header, payloads: slices.Clone(s.before.payloads)}
	f.header.Segments = slices.Clone(f.header.Segments)
	if err := body(f); err != nil {
		return nil, err
	}
	f.header.Segments = append(f.header.Segments, s.after.header.Segments...)
	f.payloads = append(f.payloads, s.after.payloads...)
	f.shorten()
	return f, nil
}

// shorten gives a file the container's short form if it can have it. Then τ is the model's own, as that of every file made
// here, and of the params the byte after it is left.
func (f *file) shorten() {
	h := f.header
	if !h.Modelled || h.Depth != 8 || len(h.Segments) != 1 || h.Segments[0].Size > container.MaxShort {
		return
	}
	h.Short = true
	if h.Params = h.Params[1:]; len(h.Params) == 0 {
		h.Params = nil
	} else if h.Params[0] > container.MaxShortParam {
		return
	}
	if n, ok := zoo.Number(h.Model); ok {
		h.Number, h.Model = n, [4]byte{}
	}
	f.header = h
}

// rasterOf returns planes as the plain coder takes them: interleaved, gray at its true depth.
func (p *info) rasterOf(planes []model.Plane) *stored.Raster {
	n, step := len(planes), int32(p.grayStep())
	return &stored.Raster{Width: p.w, Height: p.h, Channels: n, Depth: p.depth, Row: func(y int, samples []uint16) {
		for c, plane := range planes {
			for x, v := range plane.Row(y) {
				samples[x*n+c] = uint16(v / step)
			}
		}
	}}
}

// addStored codes a raster plainly.
func (f *file) addStored(r *stored.Raster) error {
	b, err := stored.Encode(r)
	if err != nil {
		return err
	}
	f.add(container.Stored, 0, b)
	return nil
}

// modelled codes the picture by the model, a small one in the orientation in which that takes the fewest bytes. It
// overwrites the colour planes, and returns a function that gives them back. The finest scale, which takes most of the
// memory and the time, begins when the rival, if there is one, has made its forecast, and ends with errBeaten when it has won: but not of
// small pictures, where that is about one orientation only.
func (e *Encoder) modelled(ctx context.Context, f *file, p *picture, colour model.Colour, first orientation, rival *rival) (again func() []model.Plane, err error) {
	net, err := zoo.ByName(e.Model)
	if err != nil {
		return nil, err
	}
	type attempt struct {
		*file
		chain *model.Chain
		last  *model.Chain // the same before the last pass, if there are others to choose from
		size  int64        // of what there is of the file
		err   error
	}
	tried := []orientation{first}
	if p.w*p.h <= turnedPixels {
		tried = append(tried, first^mirrored, first^upsideDown, first^mirrored^upsideDown)
		rival = nil // one of them may be beaten, and another not
	}
	code := func(o orientation, planes []model.Plane, report func(int)) (a attempt) {
		id := net.Identity()
		a.file = &file{header: f.header, payloads: slices.Clone(f.payloads)}
		a.header.Segments = slices.Clone(f.header.Segments)
		a.header.Modelled, a.header.Model = true, [4]byte(id[:4])
		a.header.Params = append([]byte{uint8(net.Tau())}, packParams(colour, o)...)
		o.turn(0, planes, p.h)
		a.chain = model.NewChain(net, p.geometry(), net.Tau())
		a.chain.Colour = colour
		beside := totalLen(a.payloads)
		before := func(pass model.Pass, last bool, coded int64) error {
			if pass.Scale == 1 && rival != nil {
				select {
				case <-rival.forecast:
				case <-ctx.Done():
					return ctx.Err()
				}
				if rival.beats(beside + coded) {
					return errBeaten
				}
			}
			if last && len(tried) > 1 {
				a.last = a.chain.Fork()
			}
			return nil
		}
		a.err = a.addPasses(ctx, a.chain, planes, newWork(model.Passes(p.w, p.h), p.w, p.h, report), before)
		if a.err == nil {
			whole := *a.file // as around makes it
			whole.shorten()
			a.size, a.err = whole.size()
		}
		return a
	}
	attempts := make([]attempt, len(tried))
	var others sync.WaitGroup
	for i := 1; i < len(attempts); i++ {
		planes := clone(p.colour)
		others.Go(func() { attempts[i] = code(tried[i], planes, nil) })
	}
	planes := p.colour
	p.colour = nil // so that planes can go when the chain has what they held
	attempts[0] = code(first, planes, e.Progress)
	others.Wait()
	var sizes []int64
	for _, a := range attempts {
		if a.err != nil {
			return nil, a.err
		}
		sizes = append(sizes, a.size)
	}
	best := 0
	if len(attempts) > 1 {
		best = steadiest(sizes, func(i int) int64 { return fall(attempts[i].last, net, p.geometry(), attempts[i].chain.Picture()) })
	}
	*f = *attempts[best].file
	return func() []model.Plane {
		planes := attempts[best].chain.Picture()
		tried[best].turn(0, planes, p.h)
		return planes
	}, nil
}
