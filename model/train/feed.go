package train

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"sync"

	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// Feed writes crops, changed at random, for a trainer in another process (torch/train.py), until ctx ends or
// w returns an error. Batch, Steps and the options of solvers do not matter. A crop of o.Crop pixels a side is, as
// little-endian int16,
//
//	colour class (below process.ColourClasses), planes (1 or 3)
//	the image at half the size: planes Y, Co, Cg [o.Crop/2][o.Crop/2]
//	the finest details: coefficients [9][o.Crop/2][o.Crop/2]
//
// Crops come in the order in which they are made, which with several threads is not always the same.
func Feed(ctx context.Context, w io.Writer, images []Image, wavelet int, o Options) error {
	if len(images) == 0 {
		return ErrNoImages
	}
	o, err := o.forFeeding()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	records := make(chan []byte, 4*o.Threads)
	errs := make([]error, o.Threads)
	var wait sync.WaitGroup
	for i := range o.Threads {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(o.Seed, uint64(i)))
			for ctx.Err() == nil && errs[i] == nil {
				var d drawn
				if d, errs[i] = o.draw(r, images); errs[i] != nil {
					cancel()
					return
				}
				select {
				case records <- record(d, wavelet, r):
				case <-ctx.Done():
				}
			}
		})
	}
	out := bufio.NewWriterSize(w, 1<<20)
	for err == nil && ctx.Err() == nil {
		select {
		case b := <-records:
			_, err = out.Write(b)
		case <-ctx.Done():
		}
	}
	cancel()
	wait.Wait()
	return errors.Join(append(errs, err, out.Flush())...)
}

// forFeeding returns the options with defaults filled in, if they are in range.
func (o Options) forFeeding() (Options, error) {
	o.Steps, o.Duration = 1, 0 // check requires one of them
	o = o.withDefaults()
	return o, o.check()
}

// FeedHeldOut writes, as Feed does, the middle of every image that is large enough: as it is, and once more derived.
func FeedHeldOut(w io.Writer, images []Image, wavelet, side int) error {
	if _, err := (Options{Crop: side}).forFeeding(); err != nil {
		return err
	}
	for i, m := range images {
		if min(m.W, m.H) < side {
			continue
		}
		m = cut(m, (m.W-side)/2, (m.H-side)/2, side, side)
		r := rand.New(rand.NewPCG(uint64(i), 1))
		x, colour := m.split()
		d := drawn{x, m.present(), colour}
		if _, err := w.Write(record(d, wavelet, r)); err != nil {
			return err
		}
		d.planes = m.planes()
		var err error
		if d.colour, err = derive(r, &d.planes); err != nil {
			return err
		}
		if _, err := w.Write(record(d, wavelet, r)); err != nil {
			return err
		}
	}
	return nil
}

// record returns a crop as Feed writes it.
func record(d drawn, wavelet int, r *rand.Rand) []byte {
	c := newChain(d.planes, 1, d.present, d.colour, &transform.Liftings[wavelet], true, r)
	s := &c.scales[1]
	b := make([]byte, 0, 2*(2+(process.Planes+coefficients)*s.w*s.h))
	b = binary.LittleEndian.AppendUint16(b, uint16(s.class))
	b = binary.LittleEndian.AppendUint16(b, uint16(d.present))
	put := func(x []int32) {
		for _, v := range x {
			b = binary.LittleEndian.AppendUint16(b, uint16(v))
		}
	}
	for p := range process.Planes {
		put(c.exact[1][p].Pix)
	}
	for i := range coefficients {
		put(s.v[i])
	}
	return b
}
