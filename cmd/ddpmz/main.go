// Command ddpmz stores images exactly, in files of which every prefix is a picture.
//
//	ddpmz encode photo.png                   writes photo.ddpmz
//	ddpmz decode photo.ddpmz                 writes photo.png; decode --fit 512 one of at most 512 pixels a side
//	ddpmz info photo.ddpmz                   says what is inside; --levels decodes it for that
//	ddpmz truncate --bytes 20K photo.ddpmz   writes the first 20 KiB, which decode as well
//	ddpmz thumbnail photo.ddpmz small.png    writes a small picture, for file managers
//	ddpmz sample -o sample.png               draws a picture from a model
//	ddpmz interpolate -o sheet.png a.png b.png   draws pictures between two
//	ddpmz serve photos                       shows a folder in a browser, with what every prefix of a file decodes to
//	ddpmz test photo.ddpmz                   says whether it is whole
//	ddpmz bench photos                       measures, beside other codecs
//
// No file name, or "-", means standard input, and "-o -" standard output. The exit status is 0 if all went
// well, 1 if a file did not, 2 if the command line was wrong, 3 if nothing worse happened than that a file is cut,
// and 128 and the number of the signal that ended the program, which is 130 for an interrupt.
//
// The files follow the life of a command: cmd/internal/commandline, flags.go and jobs.go find out what is wanted;
// encode.go, decode.go (with reduce.go), thumbnail.go, serve.go, truncate.go, info.go (with description.go and table.go), test.go and bench.go (with
// benchpictures.go, benchcifar.go and benchoutput.go) do it. Of collections, collect.go finds the files, collection.go goes through them
// (collectionline.go shows how far), encodecollection.go and decodecollection.go say what is done; cmd/internal/coding encodes and compares. streams.go opens and saves files; outcome.go, errors.go and progress.go report.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
)

func main() {
	os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// run is the program: it returns the exit status. args[0] is the program's name.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := commandline.OnSignal(context.Background())
	defer stop()
	return runContext(ctx, args, &streams{stdin, stdout, stderr})
}

// runContext is run with an interruption that does not have to come from a signal.
func runContext(ctx context.Context, args []string, s *streams) int {
	app := newApp(s)
	args, err := commandline.Reorder(app, args)
	if err == nil {
		err = commandline.Interruptibly(ctx, func() error { return app.RunContext(ctx, args) })
	}
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(s.stderr, "ddpmz: interrupted")
		return commandline.InterruptedStatus(ctx)
	case errors.Is(err, errReported):
		return 1
	case errors.Is(err, errIncomplete):
		return 3
	case errors.As(err, &usage):
		s.report(err)
		fmt.Fprintln(s.stderr, "ddpmz: try --help")
		return 2
	}
	s.report(err)
	return 1
}

func newApp(s *streams) *cli.App {
	app := &cli.App{
		Name:      "ddpmz",
		Usage:     "lossless images that decode from every prefix",
		UsageText: "ddpmz COMMAND [FLAGS] [FILES]   (in any order; -- ends the flags)",
		Version:   version(),
		Reader:    s.stdin,
		Writer:    s.stdout,
		ErrWriter: s.stderr,
		Commands:  []*cli.Command{encodeCommand(s), decodeCommand(s), infoCommand(s), truncateCommand(s), thumbnailCommand(s), sampleCommand(s), interpolateCommand(s), serveCommand(s), testCommand(s), benchCommand(s)},
		// Errors come back from RunContext; left alone, the library would print some and exit.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   onUsageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return commandline.NoCommand(c.App, c.Args().First())
			}
			return usagef("which command? encode, decode, info, truncate, thumbnail, sample, interpolate, serve, test or bench")
		},
	}
	for _, c := range app.Commands {
		c.OnUsageError = onUsageError
		c.HideHelpCommand = true // "help" can be a file's name
	}
	return app
}

func onUsageError(_ *cli.Context, err error, _ bool) error { return &usageError{Err: err} }

// version returns the module's version, which the go command records in the binary.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
