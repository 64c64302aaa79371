package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/codec"
)

// A truncation is one run of the truncate command.
type truncation struct {
	*streams
	output   outputFlags
	cutFlags cutFlags
	limits   limitFlags
	json     bool
}

// A truncateOutcome is what truncate --json prints.
type truncateOutcome struct {
	outcome
	Steps int  `json:"steps"` // of the reverse process that the picture of the result shows, of 1000
	Exact bool `json:"exact"` // the picture is the image that was encoded
}

func truncateCommand(s *streams) *cli.Command {
	t := &truncation{streams: s}
	return &cli.Command{
		Name:      "truncate",
		Usage:     "cut a " + suffix + " file without coding it again",
		ArgsUsage: "[FILE] | FILE" + suffix + " FILE" + suffix,
		Description: "The result holds the beginning of the file, and says that it ends there on purpose: it is whole as it is, and\n" +
			"decoding it ends with status 0. It can hold a little more than was asked for, since there are steps that take\n" +
			"no bytes. If the file is cut already, the result is a cut file, too. On a terminal, and with --json, it says which\n" +
			"picture results.",
		Flags: slices.Concat(t.output.flags("standard output"), []cli.Flag{
			&cli.BoolFlag{Name: "json", Destination: &t.json, DisableDefaultText: true, Usage: "print an object in JSON, for which the result is decoded"},
		}, t.cutFlags.flags(), t.limits.flags()),
		Action: t.action,
	}
}

func (t *truncation) action(c *cli.Context) error {
	cut, ok, err := t.cutFlags.cut(c)
	if err != nil {
		return err
	}
	if !ok {
		return usagef("where to? --steps, --timestep and --bytes tell")
	}
	inputs, err := outputOf(c.Args().Slice(), &t.output, namesDdpmz)
	if err != nil {
		return err
	}
	if len(inputs) > 1 {
		return usagef("truncate takes one file")
	}
	list, err := t.jobs(inputs, &t.output, func(name string) string {
		if isFolder(t.output.name) {
			return name
		}
		return stdio
	})
	if err != nil {
		return err
	}
	if err := t.output.checkSuffix(namesPicture, "ddpmz"); err != nil {
		return err
	}
	if t.json && list[0].out == stdio {
		return usagef("--json prints to standard output, where the file goes: name the file with -o")
	}
	return t.each(c.Context, list, func(ctx context.Context, j job) error {
		return t.truncate(ctx, j, cut)
	})
}

func (t *truncation) truncate(ctx context.Context, j job, cut codec.Cut) error {
	o := &truncateOutcome{outcome: *newOutcome(j)}
	var reached *codec.Refinement // what the result shows, or nil if that is not wanted
	err := t.save(ctx, j.out, t.output.options(j.in), func(w io.Writer) error {
		in, err := t.open(j.in)
		if err != nil {
			return err
		}
		defer in.Close()
		counted := &counter{r: in}
		prefix, err := t.cut(ctx, counted, cut)
		if err != nil {
			return about(displayName(j.in), err)
		}
		o.InputBytes, o.Bytes = counted.n, int64(prefix.Len())
		if reached, err = t.describe(ctx, prefix.Bytes(), o); err != nil {
			return about(displayName(j.in), err)
		}
		if coding.LosesJPEG(prefix.Bytes()) && !t.output.quiet {
			t.note(displayName(j.in), coding.Note(coding.LossOfJPEG))
		}
		_, err = prefix.WriteTo(w)
		return err
	})
	if ctx.Err() != nil {
		return err // and leave o to what still goes on
	}
	switch {
	case err != nil:
		o.fail(err)
	case reached != nil && !t.output.quiet && isTerminal(t.stderr):
		t.note(displayName(j.in), fmt.Sprintf("%d bytes; this is the picture after %d of 1000 steps", o.Bytes, reached.Steps))
	}
	if t.json {
		return errors.Join(err, about("standard output", printJSON(t.stdout, o)))
	}
	return err
}

// cut returns the beginning of a file.
func (t *truncation) cut(ctx context.Context, in io.Reader, cut codec.Cut) (*bytes.Buffer, error) {
	if t.cutFlags.psnr > 0 {
		file, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		if cut, err = t.cutFlags.find(ctx, file, cut, codec.Decoder{Limits: t.limits.limits()}); err != nil {
			return nil, err
		}
		in = bytes.NewReader(file)
	}
	prefix := new(bytes.Buffer)
	_, err := codec.Truncate(prefix, in, cut, t.limits.limits())
	return prefix, err
}

// toldBytes is how many bytes a result has at most that is decoded without being asked to, to say what it holds.
const toldBytes = 1 << 20

// describe notes in o what picture a result holds, if anybody wants to know, and returns it.
func (t *truncation) describe(ctx context.Context, file []byte, o *truncateOutcome) (*codec.Refinement, error) {
	if !t.json && (!isTerminal(t.stderr) || t.output.quiet || len(file) > toldBytes) {
		return nil, nil
	}
	s, err := (&codec.Decoder{Limits: t.limits.limits()}).OpenContext(ctx, bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	at, err := s.Last()
	if err != nil {
		return nil, err
	}
	size := s.Config()
	o.Width, o.Height, o.Steps, o.Exact = size.Width, size.Height, at.Steps, at.Exact
	return &at, nil
}
