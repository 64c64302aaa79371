package main

import (
	"bytes"
	"context"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
)

// An inquiry is one run of the info command.
type inquiry struct {
	*streams
	json   bool
	model  string // weights file
	nets   []*model.Net
	limits limitFlags
	quiet  bool

	allowPartial bool
}

func infoCommand(s *streams) *cli.Command {
	q := &inquiry{streams: s}
	return &cli.Command{
		Name:      "info",
		Usage:     "describe " + suffix + " files",
		ArgsUsage: "[FILES]",
		Description: "The table of levels tells for each state of the reverse process the standard deviation of its noise,\n" +
			"in 8-bit grey levels, and how much of the file it takes. This decodes the file, which takes as long\n" +
			"as decode does. Of a file that is cut, a note says so even with --quiet, and the exit status is 3, or 0 with\n" +
			"--allow-partial.",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "json", Destination: &q.json, DisableDefaultText: true, Usage: "print an object in JSON for each file"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Destination: &q.quiet, DisableDefaultText: true, Usage: "no progress bar"},
			partialFlag(&q.allowPartial),
			weightsFlag(&q.model),
		}, q.limits.flags()...),
		Action: q.action,
	}
}

func (q *inquiry) action(c *cli.Context) error {
	list, err := q.pair(c.Args().Slice(), "", func(name string) string { return name })
	if err != nil {
		return err
	}
	if q.nets, err = loadNets(q.model); err != nil {
		return err
	}
	return q.each(c.Context, list, q.describe)
}

// describe prints the description of a file, or what is known of a damaged one before it returns the error.
func (q *inquiry) describe(ctx context.Context, j job) error {
	bar := q.bar(j.in, q.quiet)
	defer bar.end()
	var damage error
	cut := false
	err := writeUntilDone(ctx, q.stdout, func(w io.Writer) error {
		file, err := q.readAll(j.in)
		if err != nil {
			return err
		}
		decoder := &codec.Decoder{Nets: q.nets, Progress: bar.update, Limits: q.limits.limits()}
		info, err := decoder.Inspect(bytes.NewReader(file))
		bar.end()
		if info == nil {
			return about(displayName(j.in), err)
		}
		if info.Modelled && info.Model == "" {
			info.Model = q.model // the only one that is not of the zoo
		}
		damage = about(displayName(j.in), err)
		d := newDescription(displayName(j.in), int64(len(file)), info, err)
		cut = d.Cut && err == nil
		if q.json {
			return printJSON(w, d)
		}
		return d.print(w)
	})
	if err != nil {
		return about("standard output", err)
	}
	if cut {
		q.note(displayName(j.in), "the file is cut")
		if !q.allowPartial {
			return errIncomplete
		}
	}
	return damage
}
