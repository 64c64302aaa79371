//go:build js && wasm

package main

import (
	"context"
	"errors"
	"image"
	"io"
	"syscall/js"
	"time"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// maxMemory bounds what a picture may take: the memory of WebAssembly is at most 4 GiB, and what was used once stays reserved.
const maxMemory = 1 << 30

// Pictures are shown at most so often while bytes arrive faster than they are decoded, and other events looked at so often.
const (
	showEvery  = 150 * time.Millisecond
	yieldEvery = 30 * time.Millisecond
)

// A job is a file being decoded.
type job struct {
	*desk
	id      int
	context context.Context
	cancel  func()
	source  *source
	fit     chan int // by how much the picture is to be reduced, if open did not say
	every   bool
	display display
	decoder codec.Decoder
	config  image.Config
	stream  *codec.Stream // once it is open

	segments []container.Segment
	ahead    []any // what is waited for before the stream is open: [from, to]

	at      codec.Refinement // the last
	pending bool             // at has no picture yet
	last    time.Time        // a picture was shown
	cost    time.Duration    // of that
	yielded time.Time
}

// push(id, offset, bytes) adds a part of the file.
func (j *job) push(args []js.Value) {
	b := make([]byte, args[1].Length())
	js.CopyBytesToGo(b, args[1])
	j.source.push(int64(args[0].Float()), b)
}

// run decodes the file.
func (j *job) run() {
	j.source.wait, j.source.done = j.waits, j.begin
	j.begin()
	defer j.end()
	err := j.decode()
	if j.context.Err() != nil {
		return
	}
	if j.pending { // what there is of a damaged file, too
		j.show()
	}
	if err != nil {
		j.host.Call("failed", j.id, kindOf(err), err.Error())
		return
	}
	j.host.Call("done", j.id, refinement(j.at))
}

// waits is called before a job waits for bytes: it shows what there is, and lets others go on.
func (j *job) waits() {
	if j.pending && j.context.Err() == nil {
		j.show()
	}
	ranges := append([]any{}, j.ahead...)
	if j.stream != nil {
		for _, r := range j.stream.Ranges() {
			ranges = append(ranges, r.From, r.To)
		}
	}
	j.host.Call("want", j.id, ranges)
	j.end()
}

func (j *job) decode() error {
	var err error
	if j.config, err = codec.DecodeConfig(&reader{source: j.source}); err != nil {
		return err
	}
	j.lookAhead()
	j.sayHeader()
	d := &j.decoder
	if d.Reduce < 0 {
		j.end()
		d.Reduce = <-j.fit
		j.begin()
	}
	if err := j.context.Err(); err != nil {
		return err
	}
	if d.Timestep < 0 {
		halves := d.Reduce
		d.Reduce = halves / 2
		if d.Timestep, err = j.enough(halves); err != nil {
			return err
		}
	}
	d.MaxMemory = maxMemory
	d.Progress = func(int) {
		if now := time.Now(); now.Sub(j.yielded) > yieldEvery {
			j.yield()
			j.yielded = time.Now()
		}
	}
	stream, err := d.OpenContext(j.context, &reader{source: j.source})
	if err != nil {
		return err
	}
	j.stream = stream
	for {
		at, err := stream.Next()
		if err == io.EOF {
			j.lookBehind()
			return nil
		}
		if err != nil {
			return err
		}
		j.at, j.pending = at, true
		if j.every || time.Since(j.last) > max(showEvery, 3*j.cost) {
			j.show()
		}
		j.end()
		j.begin() // after others that wait for their turn
	}
}

// sayHeader tells the host the size of the picture as it is shown.
func (j *job) sayHeader() {
	w, h := j.config.Width, j.config.Height
	if j.display.orientation.Transposes() {
		w, h = h, w
	}
	j.host.Call("header", j.id, w, h)
}

// enough returns the timestep at which a picture is good enough for a screen that shows it smaller, by so many halvings of its area: a
// level before the one at which decoding of a reduced picture ends by itself, which leaves a PSNR of about 40 dB to the low band
// and takes two thirds of the bytes. Where the screen's pixels are means of two and more of the picture's, noise shows less, and it is a
// level more. Rows of a stored file are all needed.
func (j *job) enough(halves int) (timestep int, err error) {
	r, err := container.NewReader(&reader{source: j.source})
	if err != nil || !r.Header().Modelled || halves == 0 {
		return 0, err
	}
	return model.LevelTimestep(model.ReducedLevel(halves/2) + 1 + halves%2), nil
}

// show gives the picture to the host.
func (j *job) show() {
	begun := time.Now()
	m, err := j.stream.Image()
	if err != nil {
		return // of a file too short for a picture; the next one may come
	}
	b := m.Bounds()
	j.look()
	pixels, space := j.display.convert(rgba(m))
	pixels, w, h := turn(pixels, b.Dx(), b.Dy(), j.display.orientation)
	array := js.Global().Get("Uint8ClampedArray").New(len(pixels))
	js.CopyBytesToJS(array, pixels)
	j.host.Call("picture", j.id, w, h, array, space, refinement(j.at))
	j.last, j.pending = time.Now(), false
	j.cost = j.last.Sub(begun)
}

// refinement returns a refinement as an object.
func refinement(at codec.Refinement) map[string]any {
	return map[string]any{"level": at.Level, "timestep": at.Timestep, "steps": at.Steps, "bytes": at.Bytes, "exact": at.Exact}
}

// kindOf returns a word for what is wrong.
func kindOf(err error) string {
	var (
		format      codec.FormatError
		unsupported codec.UnsupportedError
		limit       *codec.LimitError
	)
	switch {
	case isWeightsError(err):
		return "network"
	case errors.As(err, &unsupported):
		return "unsupported"
	case errors.As(err, &limit):
		return "limit"
	case errors.As(err, &format):
		return "format"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut"
	}
	return "damaged"
}
