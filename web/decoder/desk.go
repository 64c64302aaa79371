//go:build js && wasm

package main

import (
	"context"
	"sync"
	"syscall/js"
)

// A desk has the files that are being decoded. They take turns: while one waits for bytes, or has come to a level, others go on.
type desk struct {
	host js.Value
	turn chan struct{} // holds a token while nobody's turn it is

	mutex sync.Mutex
	jobs  map[int]*job

	soon    js.Func // continues what yield has stopped
	resumed chan struct{}
}

func newDesk(host js.Value) *desk {
	d := &desk{host: host, turn: make(chan struct{}, 1), jobs: map[int]*job{}, resumed: make(chan struct{}, 1)}
	d.turn <- struct{}{}
	d.soon = js.FuncOf(func(js.Value, []js.Value) any {
		d.resumed <- struct{}{}
		return nil
	})
	return d
}

func (d *desk) begin() { <-d.turn }
func (d *desk) end()   { d.turn <- struct{}{} }

// yield has the host look at other events. It is called by whose turn it is.
func (d *desk) yield() {
	d.host.Call("soon", d.soon)
	<-d.resumed
}

// functions returns the functions that the host calls, by name.
func (d *desk) functions() map[string]any {
	return map[string]any{
		"open":   js.FuncOf(d.open),
		"fit":    d.forJob(func(j *job, args []js.Value) { j.fit <- args[0].Int() }),
		"size":   d.forJob(func(j *job, args []js.Value) { j.source.size = int64(args[0].Float()) }),
		"push":   d.forJob((*job).push),
		"end":    d.forJob(func(j *job, _ []js.Value) { j.source.end() }),
		"cancel": d.forJob(func(j *job, _ []js.Value) { j.cancel() }),
	}
}

// open(id, reduce, timestep, every, turns, converts, wide) begins to decode a file to a picture of 1/2^reduce of each side, or of one that
// fit says, and to a timestep. With timestep -1, reduce and fit say how often the area is halved, and decoding ends where a screen needs no
// more. With every, all pictures are wanted, and not only as many as there is time for. With turns, they are turned as EXIF's orientation says; with converts,
// their colours are those that the file's profile says, in sRGB or, with wide, in Display P3.
func (d *desk) open(_ js.Value, args []js.Value) any {
	id := args[0].Int()
	ctx, cancel := context.WithCancel(context.Background())
	j := &job{desk: d, id: id, context: ctx, source: newSource(), fit: make(chan int, 1), every: args[3].Bool(),
		display: display{turns: args[4].Bool(), converts: args[5].Bool(), wide: args[6].Bool()}}
	j.decoder.Reduce, j.decoder.Timestep = args[1].Int(), args[2].Int()
	j.cancel = func() {
		cancel()
		j.source.end()
		select {
		case j.fit <- 0: // it may be waited for
		default:
		}
	}
	d.mutex.Lock()
	d.jobs[id] = j
	d.mutex.Unlock()
	go func() {
		j.run()
		cancel()
		d.mutex.Lock()
		delete(d.jobs, id)
		d.mutex.Unlock()
	}()
	return nil
}

// forJob makes a function of the host's whose first argument says which job it is about. Of one that is done, nothing happens.
func (d *desk) forJob(f func(j *job, args []js.Value)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		d.mutex.Lock()
		j := d.jobs[args[0].Int()]
		d.mutex.Unlock()
		if j != nil {
			f(j, args[1:])
		}
		return nil
	})
}
