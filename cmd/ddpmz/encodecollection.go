package main

import (
	"context"
	"runtime"

	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
	"github.com/ddpmz/ddpmz/cmd/internal/coding"
)

// checkCollection checks the flags of collections, and --verify.
func (e *encoding) checkCollection() error {
	f := &e.collection
	if err := f.check(runtime.GOMAXPROCS(0)); err != nil {
		return err
	}
	switch {
	case f.verify && e.cutting:
		return usagef("--verify compares whole pictures, and only a beginning is wanted")
	case f.active() && e.losses.json:
		return usagef("--json is for single files; --log has an object for each file of a collection")
	}
	return nil
}

// fileOptions returns how the file of a job is made.
func (e *encoding) fileOptions(ctx context.Context, j job) atomicfile.Options {
	o := e.output.options(j.in)
	if e.collection.verify {
		o.Check = func(name string) error { return about(displayName(j.in), e.same(ctx, name, j.in)) }
	}
	o.Sync = e.collection.remove
	return o
}

// encodeCollection makes files of the pictures in folders and lists.
func (e *encoding) encodeCollection(ctx context.Context, inputs []string) (err error) {
	c := &collector{collectionFlags: &e.collection, output: e.output.name, takes: coding.Reads, rename: func(_, inside string) string { return inside + suffix }}
	found, err := c.collect(inputs, e.stdin)
	if err != nil {
		return err
	}
	if e.net, err = loadNet(e.model); err != nil {
		return err
	}
	r := &runner{streams: e.streams, collectionFlags: &e.collection, output: &e.output, limits: &e.limits, done: "encoded", do: e.encode, same: e.same}
	return r.run(ctx, found)
}
