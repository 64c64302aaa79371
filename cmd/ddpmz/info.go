package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"os"

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
	levels bool // decode the file

	allowPartial bool
}

func infoCommand(s *streams) *cli.Command {
	q := &inquiry{streams: s}
	return &cli.Command{
		Name:      "info",
		Usage:     "describe " + suffix + " files",
		ArgsUsage: "[FILES]",
		Description: "The table of levels tells for each state of the reverse process the standard deviation of its noise,\n" +
			"in 8-bit grey levels, and how much of the file it takes at most. With --levels it tells how much exactly, whether\n" +
			"the file is damaged and whether its picture is exact: this decodes the file, and takes as long as decode does.\n" +
			"Of a file that is cut, a note says so even with --quiet, and the exit status is 3, or 0 with --allow-partial.",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "levels", Destination: &q.levels, DisableDefaultText: true, Usage: "decode the file to describe it"},
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
		inspect := q.inspect
		if q.levels {
			inspect = q.decode
		}
		info, size, err := inspect(j.in, bar)
		bar.end()
		if info == nil {
			return about(displayName(j.in), err)
		}
		q.nameModel(info)
		damage = about(displayName(j.in), err)
		d := newDescription(displayName(j.in), size, info, err)
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

// decode returns what decoding a file finds, and the size of the file.
func (q *inquiry) decode(name string, bar *bar) (*codec.Info, int64, error) {
	file, err := q.readAll(name)
	if err != nil {
		return nil, 0, err
	}
	decoder := &codec.Decoder{Nets: q.nets, Progress: bar.update, Limits: q.limits.limits()}
	info, err := decoder.Inspect(bytes.NewReader(file))
	return info, int64(len(file)), err
}

// inspect returns what the header of a file and its metadata say, and the size of the file.
func (q *inquiry) inspect(name string, _ *bar) (*codec.Info, int64, error) {
	f, err := q.open(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	in := &counter{r: f}
	info, err := codec.Inspect(in)
	if in.err != nil {
		return nil, 0, in.err
	}
	if info == nil {
		return nil, 0, err
	}
	if file, ok := f.(*os.File); ok {
		if s, err := file.Stat(); err == nil && s.Mode().IsRegular() {
			return info, s.Size(), about(name, err)
		}
	}
	if _, rest := io.Copy(io.Discard, in); err == nil {
		err = rest
	}
	return info, in.n, err
}

// nameModel names a model that is not of the zoo.
func (q *inquiry) nameModel(info *codec.Info) {
	for _, net := range q.nets {
		if id := net.Identity(); info.Modelled && info.Model == "" && hex.EncodeToString(id[:len(info.ModelID)/2]) == info.ModelID {
			info.Model = q.model
		}
	}
}
