package main

import (
	"context"
	"os"
	"runtime"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
)

// execute runs a pipeline on the engine that Beam's flags name, in this process by default.
func execute(ctx context.Context, o options, patterns []string) error {
	if *jobopts.WorkerBinary == "" && runtime.GOOS == "linux" { // as the machines of clusters have it; else Beam would compile one
		if itself, err := os.Executable(); err == nil {
			*jobopts.WorkerBinary = itself
		}
	}
	p := beam.NewPipeline()
	build(p.Root(), o, patterns)
	return beamx.Run(ctx, p)
}

// build builds the pipeline: patterns become pairs of an output and its input; these are grouped by the output, so that there is one
// worker for each, and spread over the workers by that; each becomes a row; and the manifest has all rows.
func build(s beam.Scope, o options, patterns []string) {
	files, refused := beam.ParDo2(s.Scope("Find"), &expandFn{o}, beam.Reshuffle(s, beam.CreateList(s, patterns)))
	rows := beam.ParDo(s.Scope("Encode"), &encodeFn{Options: o}, beam.GroupByKey(s, files))
	all := beam.Flatten(s, rows, refused)
	// The manifest is written even if there are no files: an impulse drives it, not the rows.
	beam.ParDo0(s.Scope("Manifest"), &manifestFn{o.Manifest}, beam.Impulse(s), beam.SideInput{Input: all})
}
