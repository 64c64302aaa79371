// Command ddpmz-beam makes ddpmz files of pictures and JPEG files on the machines of a cluster: it is ddpmz encode -r as an Apache Beam
// pipeline.
//
//	ddpmz-beam --output archive photos/                                  in this process, by Beam's engine Prism
//	ddpmz-beam --output gs://bucket/archive 'gs://bucket/photos/**'      to and from object stores
//	ddpmz-beam --runner dataflow --project P --region R --staging_location gs://bucket/staging --output ... ...
//
// Inputs are patterns on any of Beam's file systems: local, gs:// and s3://. A folder is one that ends in /, and is taken with all that
// is below it. What is up to date is left alone, so that a pipeline which ended early goes on when it is run again. A manifest has a row
// for each file. The exit status is 0 if all went well, 1 if a file or the pipeline failed, 2 if the command line was wrong, and 128 and
// the number of the signal that ended the program.
//
// The files follow the life of a file: options.go and pipeline.go say what is wanted, expand.go finds files, encode.go takes them from the
// engine, worker.go encodes them, and manifest.go writes down what came of it. storage.go reads and writes on all file systems;
// deadworker.go has a pipeline start again whose engine waits for a process that is gone.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
)

var (
	flags    options
	restarts = flag.Int("restarts", 2, "start a pipeline that the engine has given up again, up to `N` times; what is done is not done again")
	verbose  = flag.Bool("verbose", false, "print what the engine has to say")
)

func main() {
	flags.define(flag.CommandLine)
	flag.Usage = func() { usage(os.Stderr) }
	flag.Parse()
	level := "error"
	if *verbose {
		level = "info"
	}
	log.SetupLogging(level, "text")
	ctx, stop := commandline.OnSignal(context.Background())
	defer stop()
	stopping = ctx
	if f := flag.Lookup("worker"); f != nil && f.Value.String() == "true" {
		go endWorker(ctx)
	}
	beam.Init() // does not return in a worker
	os.Exit(run(ctx, flags, flag.Args(), os.Stderr))
}

// endWorker ends a worker some time after it gets a signal to end: it has removed its temporary files then.
func endWorker(ctx context.Context) {
	<-ctx.Done()
	time.Sleep(time.Second)
	os.Exit(commandline.InterruptedStatus(ctx))
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "ddpmz-beam --output FOLDER [FLAGS] PATTERNS   (FOLDER and PATTERNS may be local, gs:// or s3://; a folder of PATTERNS ends in /)")
	own := flag.NewFlagSet("", flag.ContinueOnError)
	own.SetOutput(w)
	new(options).define(own)
	for _, name := range []string{"restarts", "verbose"} {
		f := flag.Lookup(name)
		own.Var(f.Value, name, f.Usage)
	}
	own.PrintDefaults()
	fmt.Fprintln(w, "and those of Apache Beam, such as --runner: https://beam.apache.org/documentation/runners/capability-matrix")
}

// run runs the pipeline, and returns the exit status.
func run(ctx context.Context, o options, patterns []string, stderr io.Writer) int {
	err := o.check()
	if err == nil && len(patterns) == 0 {
		err = errors.New("no pattern is named")
	}
	if err != nil {
		fmt.Fprintln(stderr, "ddpmz-beam:", err)
		fmt.Fprintln(stderr, "ddpmz-beam: try --help")
		return 2
	}
	begin := time.Now()
	workers := watchWorkers()
	for n := 0; ; n++ {
		err = workers.attempt(ctx, func(ctx context.Context) error {
			return commandline.Interruptibly(ctx, func() error { return execute(ctx, o, patterns) })
		})
		if err == nil || ctx.Err() != nil || n >= *restarts {
			break
		}
		fmt.Fprintf(stderr, "ddpmz-beam: the pipeline starts again: %v\n", err)
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "ddpmz-beam: interrupted")
		return commandline.InterruptedStatus(ctx)
	case err != nil:
		fmt.Fprintln(stderr, "ddpmz-beam:", err)
		return 1
	case *jobopts.Async:
		return 0
	}
	sum, err := readTotals(ctx, o.Manifest)
	if err != nil {
		fmt.Fprintf(stderr, "ddpmz-beam: the totals: %v\n", err)
		return 1
	}
	fmt.Fprintf(stderr, "ddpmz-beam: %v; %.1f s; %s has a row for each\n", sum, time.Since(begin).Seconds(), o.Manifest)
	if sum.Failed > 0 {
		return 1
	}
	return 0
}
