package train

import (
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ddpmz/ddpmz/model"
)

// A checkpoint is the state of a Trainer without the images: with it, a run continues as if it had not been
// interrupted, to the last bit. It is stored as a gob.
type checkpoint struct {
	Version  int
	Options  Options
	Shape    Shape
	Images   [sha256.Size]byte
	Step     int
	Elapsed  time.Duration
	Work     float64
	Net, EMA [][]float32
	Prior    *model.Prior
	Solvers  []solverState
	History  History
}

const checkpointVersion = 2

// ErrCheckpoint means that a file is no checkpoint, or one of other images or of another version.
var ErrCheckpoint = errors.New("train: checkpoint")

func values(n *Net) (v [][]float32) {
	for _, p := range n.Params {
		v = append(v, p.Value)
	}
	return v
}

// Save writes a checkpoint.
func (t *Trainer) Save(w io.Writer) error {
	c := checkpoint{Version: checkpointVersion, Options: t.options, Shape: t.net.Shape, Images: fingerprint(t.images), Step: t.step,
		Elapsed: t.elapsed, Work: t.work, Net: values(t.net), EMA: values(t.ema), Prior: t.net.Prior, History: t.history}
	for _, s := range t.solvers {
		c.Solvers = append(c.Solvers, *s.state())
	}
	return gob.NewEncoder(w).Encode(&c)
}

// Resume returns the trainer that a checkpoint is of. The images must be the same. Steps, Duration and Threads may be
// given anew: where o has zeros, they are those of the checkpoint.
func Resume(r io.Reader, images []Image, o Options) (*Trainer, error) {
	var c checkpoint
	if err := gob.NewDecoder(r).Decode(&c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	if c.Version != checkpointVersion {
		return nil, fmt.Errorf("%w: version %d is unknown", ErrCheckpoint, c.Version)
	}
	if c.Images != fingerprint(images) {
		return nil, fmt.Errorf("%w: it is of other images", ErrCheckpoint)
	}
	if o.Steps != 0 || o.Duration != 0 {
		c.Options.Steps, c.Options.Duration = o.Steps, o.Duration
	}
	if o.Threads != 0 {
		c.Options.Threads = o.Threads
	}
	net, err := emptyNet(c.Shape)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	net.Prior = c.Prior
	t, err := New(net, images, c.Options)
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		net  *Net
		from [][]float32
	}{{t.net, c.Net}, {t.ema, c.EMA}} {
		if len(part.from) != len(net.Params) {
			return nil, fmt.Errorf("%w: %d parameters", ErrCheckpoint, len(part.from))
		}
		for i, v := range part.from {
			if len(v) != len(part.net.Params[i].Value) {
				return nil, fmt.Errorf("%w: %d elements of %s", ErrCheckpoint, len(v), part.net.Params[i].Name)
			}
			copy(part.net.Params[i].Value, v)
		}
	}
	if len(c.Solvers) != len(t.solvers) {
		return nil, fmt.Errorf("%w: %d solvers", ErrCheckpoint, len(c.Solvers))
	}
	for k, s := range c.Solvers {
		for _, average := range [][][]float32{s.First, s.Second} {
			if average != nil && len(average) != len(t.members[k]) {
				return nil, fmt.Errorf("%w: averages of %d parameters", ErrCheckpoint, len(average))
			}
			for i, v := range average {
				if len(v) != len(t.params[t.members[k][i]].grad.Data().([]float32)) {
					return nil, fmt.Errorf("%w: averages of %d elements", ErrCheckpoint, len(v))
				}
			}
		}
		*t.solvers[k].state() = s
	}
	t.step, t.elapsed, t.work, t.history = c.Step, c.Elapsed, c.Work, c.History
	return t, nil
}
