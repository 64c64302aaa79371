package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A Config says what to measure.
type Config struct {
	Model       string     // name: of the zoo, unless Net is set
	Net         *model.Net // in place of a model of the zoo; may be nil
	KeepColours bool       // see codec.Options
	Rates       []float64  // bits a pixel, rising
	Peers       []peers.Peer
	Jobs        int     // pictures at a time
	Reuse       *Report // of which peers' results are taken where they must be the same; may be nil
	Limits      codec.Limits
	Progress    func(permille int) // may be nil
}

type run struct {
	Config
	externals []metrics.External

	mutex sync.Mutex
	done  int // parts of all
	all   int
}

// ownParts is how much of the progress our own work is worth, in peers.
const ownParts = 4

// Run measures the photos. The first failure ends it.
func Run(ctx context.Context, photos []Photo, config Config) (*Report, error) {
	if len(photos) == 0 {
		return nil, errors.New("bench: no pictures")
	}
	net := config.Net
	if net == nil {
		var err error
		if net, err = zoo.ByName(config.Model); err != nil {
			return nil, err
		}
	}
	id := net.Identity()
	r := &run{Config: config, all: len(photos) * (len(config.Peers) + ownParts)}
	report := &Report{
		Kind:        Kind,
		Method:      method,
		Machine:     ThisMachine(),
		Jobs:        config.Jobs,
		Model:       filepath.Base(config.Model), // of a weights file, without its folder
		ModelID:     fmt.Sprintf("%x", id[:8]),
		KeepColours: config.KeepColours,
		Rates:       config.Rates,
		Externals:   []string{}, // never null in JSON
		Peers:       config.Peers,
		Images:      make([]Image, len(photos)),
	}
	for _, e := range metrics.Externals {
		if e.Installed() {
			r.externals = append(r.externals, e)
			report.Externals = append(report.Externals, e.Name)
		}
	}
	r.adoptVersions(report)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range max(config.Jobs, 1) {
		workers.Go(func() {
			for i := range next {
				image, err := r.photo(ctx, &photos[i], report)
				if err != nil {
					cancel(fmt.Errorf("%s: %w", photos[i].Name, err))
				}
				report.Images[i] = image
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
	return report, nil
}

// photo measures one picture.
func (r *run) photo(ctx context.Context, p *Photo, report *Report) (Image, error) {
	image := Image{Name: p.Name, SHA256: p.hash(), Width: p.Raster.Width, Height: p.Raster.Height, Peers: make(map[string]Result)}
	work, err := peers.NewWork(p.Raster)
	if err != nil {
		return image, err
	}
	defer work.Close()
	c := &comparison{p.Raster, work, r.externals}
	if image.Own, err = r.own(ctx, p, c); err != nil {
		return image, err
	}
	r.step(ownParts)
	for i := range report.Peers {
		if ctx.Err() != nil {
			return image, context.Cause(ctx)
		}
		peer := &report.Peers[i]
		result, ok := r.reusable(peer, &image, report)
		if !ok && len(peer.Missing) == 0 {
			if result, err = measure(ctx, peer, c, r.Rates); err != nil {
				return image, err
			}
			ok = true
		}
		if ok {
			image.Peers[peer.ID] = result
		}
		r.step(1)
	}
	return image, nil
}

// measure measures a peer.
func measure(ctx context.Context, peer *peers.Peer, c *comparison, rates []float64) (result Result, err error) {
	coded, err := peer.Measure(ctx, c.work, rates)
	if err != nil {
		return result, err
	}
	result.Points = []Point{}
	for i, one := range coded {
		if one.Picture == nil {
			continue
		}
		p, err := c.rasterPoint(ctx, one.Picture, one.Bytes)
		if err != nil {
			return result, err
		}
		p.Setting, p.Encode, p.Decode = one.Setting, one.Encode.Seconds(), one.Decode.Seconds()
		if peer.Comparison != peers.Lossless {
			p.Target = rates[i]
		}
		result.Points = append(result.Points, p.rounded())
	}
	return result, nil
}

// adoptVersions gives peers that are missing here the version of the report to reuse, whose results stand in.
func (r *run) adoptVersions(report *Report) {
	report.Peers = slices.Clone(report.Peers)
	if r.Reuse == nil {
		return
	}
	for i := range report.Peers {
		p := &report.Peers[i]
		for _, old := range r.Reuse.Peers {
			if len(p.Missing) > 0 && old.ID == p.ID {
				p.Version = old.Version
			}
		}
	}
}

// reusable returns the result of an earlier report, if it must be the same: the same way to use the same version
// of the peer, the same samples, the same rates and metrics.
func (r *run) reusable(p *peers.Peer, image *Image, report *Report) (Result, bool) {
	old := r.Reuse
	if old == nil || p.Version == "" || !slices.Equal(old.Externals, report.Externals) ||
		p.Comparison != peers.Lossless && !slices.Equal(old.Rates, report.Rates) {
		return Result{}, false
	}
	if !slices.ContainsFunc(old.Peers, func(q peers.Peer) bool { return q.Same(p) }) {
		return Result{}, false
	}
	for _, i := range old.Images {
		if i.SHA256 == image.SHA256 {
			result, ok := i.Peers[p.ID]
			points := []Point{}
			for _, p := range result.Points {
				points = append(points, p.rounded())
			}
			return Result{points, true}, ok
		}
	}
	return Result{}, false
}

func (r *run) step(parts int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.done += parts
	if r.Progress != nil {
		r.Progress(1000 * r.done / r.all)
	}
}

// ThisMachine describes where we are.
func ThisMachine() Machine {
	return Machine{runtime.GOOS + "/" + runtime.GOARCH, cpuName(), runtime.GOMAXPROCS(0), runtime.Version()}
}

// Missing lists the peers that were not measured, with the programs that would be needed.
func (r *Report) Missing() []peers.Peer {
	return slices.DeleteFunc(slices.Clone(r.Peers), func(p peers.Peer) bool {
		for _, i := range r.Images {
			if _, ok := i.Peers[p.ID]; ok {
				return true
			}
		}
		return false
	})
}
