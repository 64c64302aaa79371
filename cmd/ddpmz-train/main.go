// Command ddpmz-train makes weights files: it trains the model of ddpmz on a folder of pictures.
//
//	ddpmz-train photographs                         writes model.ddpw, after an hour
//	ddpmz-train --init photo --minutes 20 charts    starts from a model of the zoo, or from a weights file
//	ddpmz-train --resume model.ckpt photographs     continues after an interruption
//	ddpmz-train --init cifar10 data_batch_*.bin     learns from files in CIFAR-10's binary layout
//	ddpmz-train eval --model model.ddpw pictures    measures
//	ddpmz-train feed photographs | ...              makes crops for a training elsewhere
//	ddpmz-train prior --init own.ddpw photographs   fits the prior of thumbnails, and keeps the network
//	ddpmz-train jpeg -o jpeg.ddpj photographs       makes the weights for JPEG files
//	ddpmz-train mix --experts 0-2 one.ddpw two.ddpw   puts experts of one weights file into another
//
// Flags and pictures may come in any order. A folder called eval, feed, jpeg, prior, mix or help is ./eval, and so on. Beside the weights
// file it leaves a checkpoint (.ckpt) and the curves of the training (-curves.png). The exit status is 0 if all went well, 1 if
// not, 2 if the command line was wrong, and 128 and the number of the signal that ended the program, which is 130 for an
// interrupt. After a signal, too, the training saves what it has learned; a second signal ends the program at once.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
)

func main() { os.Exit(run(os.Args, os.Stdout, os.Stderr)) }

// run is the program: it returns the exit status. args[0] is the program's name.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := commandline.OnSignal(context.Background())
	defer stop()
	return runContext(ctx, args, stdout, stderr)
}

// runContext is run with an interruption that does not have to come from a signal.
func runContext(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	app := newApp(stdout, stderr)
	args, err := commandline.Reorder(app, args)
	if err == nil {
		err = app.RunContext(ctx, args)
	}
	var usage *commandline.UsageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, "ddpmz-train:", err)
		fmt.Fprintln(stderr, "ddpmz-train: try --help")
		return 2
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "ddpmz-train: interrupted")
		return commandline.InterruptedStatus(ctx)
	}
	fmt.Fprintln(stderr, "ddpmz-train:", err)
	return 1
}

func newApp(stdout, stderr io.Writer) *cli.App {
	t := newTraining(stderr)
	onUsageError := func(_ *cli.Context, err error, _ bool) error { return &commandline.UsageError{Err: err} }
	app := &cli.App{
		Name:      "ddpmz-train",
		Usage:     "train a model of ddpmz",
		UsageText: "ddpmz-train [FLAGS] FOLDER | FILE.bin ...   (in any order; -- ends the flags)\nddpmz-train eval|feed|jpeg|prior [FLAGS] FOLDER | FILE.bin ...\nddpmz-train mix [FLAGS] INTO FROM",
		Description: "Trains a model on the PNG, JPEG, WebP, TIFF, BMP and GIF files of a folder. Every 20th, by name, is held out.\n" +
			"Or on files in CIFAR-10's binary layout: whole images of 32x32, of which the first 500 are held out; then --crop\n" +
			"is 32, and by default --batch 64 and --validate-count 500.",
		Writer:    stdout,
		ErrWriter: stderr,
		Flags:     t.flags(),
		Action:    t.action,
		Commands:  []*cli.Command{evalCommand(stdout), feedCommand(stdout), jpegCommand(stderr), priorCommand(stderr), mixCommand()},
		// Errors come back from RunContext; left alone, the library would print some and exit.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   onUsageError,
	}
	for _, c := range app.Commands {
		c.OnUsageError = onUsageError
		c.HideHelpCommand = true // "help" can be a folder's name
	}
	return app
}
