// Command ddpmz-train makes weights files: it trains the model of ddpmz on a folder of pictures.
//
//	ddpmz-train photographs                         writes model.ddpw, after an hour
//	ddpmz-train --init photo --minutes 20 charts    goes on from a model of the zoo, or from a weights file
//	ddpmz-train --resume model.ckpt photographs     goes on after an interruption
//	ddpmz-train --init cifar10 data_batch_*.bin     learns from files in CIFAR-10's binary layout
//	ddpmz-train eval --model model.ddpw pictures    measures
//	ddpmz-train feed photographs | ...              makes crops for a training elsewhere
//
// Flags and pictures may come in any order. A folder called eval or feed is ./eval or ./feed. Beside the weights file it leaves a
// checkpoint (.ckpt) and the curves of the training (-curves.png). The exit status is 0 if all went well, 1 if not, 2 if
// the command line was wrong and 130 if it was interrupted; then, too, what was learned so far is saved.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// errUsage means that the command line is wrong, which has been said already.
var errUsage = errors.New("usage")

// run is the program: it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command := runTrain
	if len(args) > 0 {
		switch args[0] {
		case "eval":
			command, args = runEval, args[1:]
		case "feed":
			command, args = runFeed, args[1:]
		}
	}
	err := command(ctx, args, stdout, stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "ddpmz-train: interrupted")
		return 130
	}
	fmt.Fprintln(stderr, "ddpmz-train:", err)
	return 1
}

// parse sets the flags of a command line and returns its other arguments, the pictures, which may be anywhere among
// them.
func parse(flags *flag.FlagSet, args []string) (source, error) {
	var rest []string
	for {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return source{}, err
			}
			return source{}, errUsage // package flag has said what is wrong
		}
		if args = flags.Args(); len(args) == 0 {
			break
		}
		rest, args = append(rest, args[0]), args[1:]
	}
	s, err := newSource(rest)
	if err != nil {
		fmt.Fprintf(flags.Output(), "ddpmz-train: %v; try --help\n", err)
		return source{}, errUsage
	}
	return s, nil
}

// newFlags returns an empty set of flags, whose help begins with usage.
func newFlags(usage string, stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("ddpmz-train", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, usage)
		flags.PrintDefaults()
	}
	return flags
}
