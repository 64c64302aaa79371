package main

import (
	"bytes"
	"context"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/codec"
)

// A truncation is one run of the truncate command.
type truncation struct {
	*streams
	output   outputFlags
	cutFlags cutFlags
	limits   limitFlags
}

func truncateCommand(s *streams) *cli.Command {
	t := &truncation{streams: s}
	return &cli.Command{
		Name:      "truncate",
		Usage:     "cut a " + suffix + " file without coding it again",
		ArgsUsage: "[FILE] | FILE" + suffix + " FILE" + suffix,
		Description: "The result holds the beginning of the file, and says that it ends there on purpose: it is whole as it is, and\n" +
			"decoding it ends with status 0. It can hold a little more than was asked for, since there are steps that take\n" +
			"no bytes. If the file is cut already, the result is a cut file, too.",
		Flags:  slices.Concat(t.output.flags("standard output"), t.cutFlags.flags(), t.limits.flags()),
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
	return t.each(c.Context, list, func(ctx context.Context, j job) error {
		return t.truncate(ctx, j, cut)
	})
}

func (t *truncation) truncate(ctx context.Context, j job, cut codec.Cut) error {
	return t.save(ctx, j.out, t.output.options(j.in), func(w io.Writer) error {
		in, err := t.open(j.in)
		if err != nil {
			return err
		}
		defer in.Close()
		var prefix bytes.Buffer
		if _, err := codec.Truncate(&prefix, in, cut, t.limits.limits()); err != nil {
			return about(displayName(j.in), err)
		}
		_, err = prefix.WriteTo(w)
		return err
	})
}
