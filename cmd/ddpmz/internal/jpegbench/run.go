package jpegbench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/codec"
)

// A Photo is a JPEG file to measure with.
type Photo struct {
	Folder, Name string
	Data         []byte
}

// A Config says what to measure.
type Config struct {
	Shares   []float64 // of a file's bytes, between 0 and 1, rising; with none, sizes and times alone are measured
	Peers    []peers.Peer
	Jobs     int // files at a time
	Limits   codec.Limits
	Progress func(permille int) // may be nil
}

// Run measures the files. A file that a codec refuses is part of the report; any other failure ends the run.
func Run(ctx context.Context, photos []Photo, config Config) (*Report, error) {
	if len(photos) == 0 {
		return nil, errors.New("jpegbench: no files")
	}
	r := &Report{Kind: Kind, Machine: bench.ThisMachine(), Jobs: config.Jobs, Shares: config.Shares, Peers: config.Peers, Files: make([]File, len(photos))}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		next    = make(chan int)
		workers sync.WaitGroup
		mutex   sync.Mutex
		done    int
	)
	for range max(config.Jobs, 1) {
		workers.Go(func() {
			for i := range next {
				f, err := config.file(ctx, &photos[i])
				if err != nil {
					cancel(fmt.Errorf("%s: %w", photos[i].Name, err))
				}
				r.Files[i] = f
				mutex.Lock()
				if done++; config.Progress != nil {
					config.Progress(1000 * done / len(photos))
				}
				mutex.Unlock()
			}
		})
	}
	for i := range photos {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return r, nil
}

// file measures one file.
func (c *Config) file(ctx context.Context, p *Photo) (File, error) {
	sum := sha256.Sum256(p.Data)
	f := File{Folder: p.Folder, Name: p.Name, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(p.Data)), Peers: make(map[string]Result)}
	picture, err := c.own(ctx, p, &f)
	if err != nil || picture == nil {
		return f, err
	}
	f.Width, f.Height = picture.Width, picture.Height
	w, err := peers.NewJPEGWork(p.Data, picture)
	if err != nil {
		return f, err
	}
	defer w.Close()
	var cuts []int64
	for _, cut := range f.Own.Cuts {
		cuts = append(cuts, cut.Bytes)
	}
	for i := range c.Peers {
		peer := &c.Peers[i]
		if ctx.Err() != nil {
			return f, context.Cause(ctx)
		}
		if len(peer.Missing) > 0 {
			continue
		}
		if f.Peers[peer.ID], err = measure(ctx, peer, w, picture, cuts); err != nil {
			return f, err
		}
	}
	return f, nil
}

// measure measures a peer.
func measure(ctx context.Context, p *peers.Peer, w *peers.Work, picture *metrics.Raster, cuts []int64) (result Result, err error) {
	whole, list, err := p.MeasureJPEG(ctx, w, cuts)
	var refused *peers.RefusedError
	if errors.As(err, &refused) {
		return Result{Refused: refused.Err.Error()}, nil
	}
	if err != nil {
		return result, err
	}
	result = Result{Bytes: whole.Bytes, Encode: round(whole.Encode.Seconds(), 4), Decode: round(whole.Decode.Seconds(), 4)}
	for _, c := range list {
		point, err := newPoint(picture, c.Picture, c.Bytes)
		if err != nil {
			return result, err
		}
		result.Cuts = append(result.Cuts, point)
	}
	return result, nil
}

// newPoint compares the picture of n bytes with that of the whole file. A picture that is nil was not shown.
func newPoint(whole, shown *metrics.Raster, n int64) (Point, error) {
	p := Point{Bytes: n}
	if shown == nil {
		return p, nil
	}
	mse, err := metrics.MSE(whole, shown)
	if p.Exact = mse == 0; err == nil && !p.Exact {
		psnr := round(metrics.PSNR(mse), 5)
		p.PSNR = &psnr
	}
	return p, err
}

func round(v float64, decimals int) float64 {
	unit := math.Pow10(decimals)
	return math.Round(v*unit) / unit
}

func seconds(begin time.Time) float64 { return round(time.Since(begin).Seconds(), 4) }

// own measures ddpmz, and returns the picture of the JPEG file; nil if it is refused.
func (c *Config) own(ctx context.Context, p *Photo, f *File) (*metrics.Raster, error) {
	own := &f.Own
	var buffer bytes.Buffer
	begin := time.Now()
	if err := codec.EncodeJPEG(&buffer, bytes.NewReader(p.Data), &codec.Options{Limits: c.Limits}); err != nil {
		var unsupported codec.UnsupportedError
		var malformed codec.FormatError
		if errors.As(err, &unsupported) || errors.As(err, &malformed) {
			own.Refused = err.Error()
			return nil, nil
		}
		return nil, err
	}
	own.Encode = seconds(begin)
	file := buffer.Bytes()
	own.Bytes = int64(len(file))
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	begin = time.Now()
	if err := c.comesBack(p, file); err != nil {
		return nil, err
	}
	own.Decode = seconds(begin)
	begin = time.Now()
	if _, err := (&codec.Decoder{Timestep: 1000 - bench.PreviewSteps, Limits: c.Limits}).Decode(bytes.NewReader(file)); err != nil {
		return nil, err
	}
	own.Preview = seconds(begin)
	picture, err := c.levels(ctx, file, own)
	if err != nil {
		return nil, err
	}
	for _, share := range c.Shares {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		n := int64(share * float64(len(file)))
		point, err := c.prefix(file[:n], picture)
		if err != nil {
			return nil, err
		}
		own.Cuts = append(own.Cuts, point)
	}
	return picture, nil
}

// comesBack checks that a file gives the JPEG file back.
func (c *Config) comesBack(p *Photo, file []byte) error {
	s, err := (&codec.Decoder{Limits: c.Limits}).Open(bytes.NewReader(file))
	if err != nil {
		return err
	}
	if _, err := s.Last(); err != nil && err != io.EOF {
		return err
	}
	var back bytes.Buffer
	if err := s.WriteOriginal(&back); err != nil {
		return err
	}
	if !bytes.Equal(back.Bytes(), p.Data) {
		return errors.New("the file comes back otherwise")
	}
	return nil
}

// levels returns the picture of a file, and, if files are cut, measures that of every level.
func (c *Config) levels(ctx context.Context, file []byte, own *Result) (picture *metrics.Raster, err error) {
	s, err := (&codec.Decoder{Limits: c.Limits}).Open(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	var shown []*metrics.Raster
	for at, err := s.Next(); err != io.EOF; at, err = s.Next() {
		switch {
		case err != nil:
			return nil, err
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case len(c.Shares) == 0 && !at.Exact:
			continue
		}
		m, err := s.Image()
		if err != nil {
			return nil, err
		}
		if picture, err = metrics.NewRaster(m); err != nil {
			return nil, err
		}
		if len(c.Shares) > 0 {
			shown = append(shown, picture)
			own.Levels = append(own.Levels, Point{Bytes: at.Bytes})
		}
	}
	if picture == nil {
		return nil, errors.New("the file has no picture")
	}
	for i, p := range shown {
		if own.Levels[i], err = newPoint(picture, p, own.Levels[i].Bytes); err != nil {
			return nil, err
		}
	}
	return picture, nil
}

// prefix measures the picture of the beginning of a file.
func (c *Config) prefix(file []byte, picture *metrics.Raster) (Point, error) {
	m, err := (&codec.Decoder{Limits: c.Limits}).Decode(bytes.NewReader(file))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return Point{Bytes: int64(len(file))}, nil // less than the header
	}
	if err != nil {
		return Point{}, err
	}
	shown, err := metrics.NewRaster(m)
	if err != nil {
		return Point{}, err
	}
	return newPoint(picture, shown, int64(len(file)))
}
