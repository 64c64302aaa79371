package cifar

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/internal/cifar10"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

const (
	// Side is the width and height of an image.
	Side = cifar10.Side

	pixels     = Side * Side
	dimensions = 3 * pixels // what the paper calls so: samples
)

// A Config says what to measure.
type Config struct {
	Model    string     // name: of the zoo, unless Net is set
	Net      *model.Net // in place of a model of the zoo; may be nil
	Rates    []float64  // bits a pixel, at which files are cut
	Jobs     int        // images at a time; 0 is one a core
	Progress func(permille int)
}

// DefaultRates are two at which others give BPG's PSNR, 0.75 and 1.75, and some around them.
var DefaultRates = []float64{0.5, 0.75, 1, 1.75, 3}

// A state is what one image is after a level, or cut.
type state struct {
	level, timestep int
	bytes           int64
	ideal           int64 // bits
	mse             float64
}

// measured is what one image gave.
type measured struct {
	bytes  int64
	levels []state
	cuts   []state
}

// Run measures images, each of which becomes a file, coded by the model in any case. The first failure ends it.
func Run(ctx context.Context, images []*image.RGBA, config Config) (*Report, error) {
	if len(images) == 0 {
		return nil, errors.New("cifar: no images")
	}
	net := config.Net
	if net == nil {
		var err error
		if net, err = zoo.ByName(config.Model); err != nil {
			return nil, err
		}
	}
	config.Net = net
	id := net.Identity()
	if config.Jobs <= 0 {
		config.Jobs = runtime.GOMAXPROCS(0)
	}
	begin := time.Now()
	all := make([]measured, len(images))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range config.Jobs {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(images) {
					return
				}
				m, err := measure(images[i], &config)
				if err != nil {
					cancel(fmt.Errorf("image %d: %w", i, err))
					return
				}
				all[i] = m
				if n := done.Add(1); config.Progress != nil {
					config.Progress(int(1000 * n / int64(len(images))))
				}
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	r := &Report{Kind: Kind, Machine: bench.ThisMachine(), Jobs: config.Jobs, Model: filepath.Base(config.Model), ModelID: fmt.Sprintf("%x", id[:8]), Images: len(images)}
	hash := sha256.New()
	for _, m := range images {
		hash.Write(m.Pix)
	}
	r.SHA256 = hex.EncodeToString(hash.Sum(nil))
	r.Seconds = time.Since(begin).Seconds()
	return r, r.add(all, config.Rates)
}

// measure codes one image and decodes it level by level, then from prefixes.
func measure(original *image.RGBA, config *Config) (got measured, err error) {
	want, err := metrics.NewRaster(original)
	if err != nil {
		return got, err
	}
	var buffer bytes.Buffer
	if err := codec.Encode(&buffer, original, &codec.Options{Net: config.Net, Mode: codec.Modelled}); err != nil {
		return got, err
	}
	file := buffer.Bytes()
	got.bytes = int64(len(file))
	if got.levels, err = decode(file, want); err != nil {
		return got, err
	}
	info, err := (&codec.Decoder{Timestep: model.T, Nets: []*model.Net{config.Net}}).Inspect(bytes.NewReader(file)) // which decodes nothing
	if err != nil {
		return got, err
	}
	got.levels[0].bytes = info.HeaderSize
	last := got.levels[len(got.levels)-1]
	if last.mse != 0 || last.bytes != got.bytes {
		return got, fmt.Errorf("comes back otherwise, from %d bytes of %d", last.bytes, got.bytes)
	}
	for _, rate := range config.Rates {
		n := min(int64(rate*pixels/8), got.bytes)
		states, err := decode(file[:n], want)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return got, fmt.Errorf("%g bits a pixel are less than the header takes", rate)
		}
		if err != nil {
			return got, err
		}
		cut := states[len(states)-1]
		cut.bytes = n
		got.cuts = append(got.cuts, cut)
	}
	return got, nil
}

// decode returns the state of nothing but the header, and those after every level that the file holds.
func decode(file []byte, want *metrics.Raster) (list []state, err error) {
	s, err := new(codec.Decoder).Open(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	at := codec.Refinement{Level: model.TopLevel(Side, Side) + 1, Timestep: model.T}
	for {
		m, err := s.Image()
		if err != nil {
			return nil, err
		}
		have, err := metrics.NewRaster(m)
		if err != nil {
			return nil, err
		}
		mse, err := metrics.MSE(have, want)
		if err != nil {
			return nil, err
		}
		list = append(list, state{at.Level, at.Timestep, at.Bytes, at.IdealBits, mse})
		if at, err = s.Next(); err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, err
		}
	}
}

// add adds up what the images gave, in their order, so that the sums are always the same.
func (r *Report) add(all []measured, rates []float64) error {
	total := float64(len(all) * dimensions)
	var sizes []int64
	for _, m := range all {
		sizes = append(sizes, m.bytes)
		r.Bytes += m.bytes
		if len(m.levels) != len(all[0].levels) {
			return errors.New("cifar: images with different levels")
		}
	}
	slices.Sort(sizes)
	r.Least, r.Median, r.Most = sizes[0], sizes[len(sizes)/2], sizes[len(sizes)-1]
	r.PerDim = 8 * float64(r.Bytes) / total
	for i, first := range all[0].levels {
		bytes, ideal, e := sum(all, func(m *measured) *state { return &m.levels[i] })
		r.Levels = append(r.Levels, Level{first.level, first.timestep, model.T - first.timestep,
			bytes / float64(len(all)), 8 * bytes / total, ideal / total, e})
		r.Ideal = ideal / total
	}
	for i, rate := range rates {
		bytes, _, e := sum(all, func(m *measured) *state { return &m.cuts[i] })
		r.Cuts = append(r.Cuts, Cut{rate, 8 * bytes / total, e})
	}
	return nil
}

// sum returns the bytes and ideal bits of one state of all images, and the errors.
func sum(all []measured, of func(*measured) *state) (bytes, ideal float64, e Errors) {
	n := float64(len(all))
	squares := 0.0
	for i := range all {
		s := of(&all[i])
		bytes += float64(s.bytes)
		ideal += float64(s.ideal)
		squares += s.mse / n
		e.RMSEMean += math.Sqrt(s.mse) / n
		psnr := metrics.PSNR(s.mse)
		if s.mse == 0 {
			psnr = metrics.NearlyExact(Side, Side)
		}
		e.PSNR += psnr / n
	}
	e.RMSE = math.Sqrt(squares)
	return bytes, ideal, e
}
