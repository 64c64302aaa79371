package wholebench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"path/filepath"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/cmd/internal/images"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A Source is a picture to measure with, which is read in its turn: many large ones would take much memory.
type Source struct {
	Folder, Name string
	Read         func() (m image.Image, format string, bytes int64, err error)
}

// A Config says what to measure.
type Config struct {
	Model       string     // name: of the zoo, unless Net is set
	Net         *model.Net // in place of a model of the zoo; may be nil
	KeepColours bool       // see codec.Options
	Peers       []peers.Peer
	Limits      codec.Limits
	Progress    func(permille int) // may be nil
}

// Run measures pictures, one after the other. The first failure ends it.
func Run(ctx context.Context, sources []Source, config Config) (*Report, error) {
	if len(sources) == 0 {
		return nil, errors.New("wholebench: no pictures")
	}
	net := config.Net
	if net == nil {
		var err error
		if net, err = zoo.ByName(config.Model); err != nil {
			return nil, err
		}
	}
	id := net.Identity()
	r := &Report{Kind: Kind, Machine: bench.ThisMachine(), Model: filepath.Base(config.Model), ModelID: fmt.Sprintf("%x", id[:8]),
		KeepColours: config.KeepColours, Peers: config.Peers}
	for i, s := range sources {
		p, err := config.measure(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		r.Pictures = append(r.Pictures, p)
		if config.Progress != nil {
			config.Progress(1000 * (i + 1) / len(sources))
		}
	}
	return r, nil
}

// measure measures one picture.
func (c *Config) measure(ctx context.Context, s Source) (Picture, error) {
	m, format, size, err := s.Read()
	if err != nil {
		return Picture{}, err
	}
	b := m.Bounds()
	p := Picture{Folder: s.Folder, Name: s.Name, Width: b.Dx(), Height: b.Dy(), Kind: kind(m), Bytes: size, Format: format, Peers: map[string]Result{}}
	if p.Own, err = c.own(ctx, m); err != nil {
		return p, err
	}
	for i := range c.Peers {
		peer := &c.Peers[i]
		if len(peer.Missing) > 0 {
			continue
		}
		if ctx.Err() != nil {
			return p, context.Cause(ctx)
		}
		w, ok, err := peer.MeasureWhole(ctx, m)
		if err != nil {
			return p, err
		}
		if ok {
			p.Peers[peer.ID] = newResult(w)
		}
	}
	return p, nil
}

// own measures ddpmz.
func (c *Config) own(ctx context.Context, m image.Image) (Result, error) {
	encoder := codec.Encoder{Options: codec.Options{Model: c.Model, Net: c.Net, KeepColours: c.KeepColours, Limits: c.Limits}}
	decoder := codec.Decoder{Limits: c.Limits}
	if c.Net != nil {
		decoder.Nets = []*model.Net{c.Net}
	}
	mode := "stored"
	w, err := peers.MeasureCoder(m, func(file *bytes.Buffer) error {
		if err := encoder.EncodeContext(ctx, file, m); err != nil {
			return err
		}
		info, err := decoder.Inspect(bytes.NewReader(file.Bytes()))
		if err == nil && info.Modelled {
			mode = "modelled"
		}
		return err
	}, func(file []byte) (image.Image, error) { return decoder.DecodeContext(ctx, bytes.NewReader(file)) })
	r := newResult(w)
	r.Mode = mode
	return r, err
}

// newResult rounds times to a tenth of a millisecond.
func newResult(w peers.Whole) Result {
	seconds := func(v float64) float64 { return math.Round(v*1e4) / 1e4 }
	return Result{Bytes: w.Bytes, Encode: seconds(w.Encode.Seconds()), Decode: seconds(w.Decode.Seconds())}
}

// kind says in words what a picture's pixels are.
func kind(m image.Image) string {
	text := "RGB"
	if _, ok := m.(*image.Paletted); ok {
		text = "palette"
	} else if picture.IsGray(m) {
		text = "gray"
	}
	if images.Depth(m) == 16 {
		text += ", 16 bits"
	}
	if !images.Opaque(m) {
		text += ", alpha"
	}
	return text
}
