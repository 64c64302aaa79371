package main

import (
	"io"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/train"
)

// mixCommand returns the command that puts experts of one weights file into another.
func mixCommand() *cli.Command {
	var (
		out    string
		force  bool
		chosen experts
	)
	return &cli.Command{
		Name:      "mix",
		Usage:     "put experts of one weights file into another",
		ArgsUsage: "INTO FROM",
		Description: "Experts do not depend on each other, so those of several trainings make a model, whatever their sizes. INTO and FROM are\n" +
			"weights files, or models of the zoo, of twelve experts. All but the experts is INTO's.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "model.ddpw", Destination: &out, Usage: "weights `FILE` to write"},
			forceFlag(&force),
			&cli.GenericFlag{Name: "experts", Value: &chosen, Usage: "the `EXPERTS` that are FROM's: 0-2,6 for example"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() != 2 || chosen == (experts{}) {
				return commandline.Usagef("two weights files and --experts are needed")
			}
			if !force {
				if err := absent(out); err != nil {
					return err
				}
			}
			var read [2]*model.Weights
			for i := range read {
				b, err := weights(c.Args().Get(i))
				if err != nil {
					return err
				}
				if read[i], err = model.ReadWeights(b); err != nil {
					return err
				}
			}
			mixed, err := train.Mix(read[0], read[1], chosen)
			if err != nil {
				return err
			}
			file, err := mixed.Encode()
			if err != nil {
				return err
			}
			if _, err := model.Load(file); err != nil { // a sum could overflow
				return err
			}
			return save(out, func(w io.Writer) error { _, err := w.Write(file); return err })
		},
	}
}
