package main

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/model/zoo"
)

// modelUsage words what --model takes.
func modelUsage(verb string) string {
	return verb + " the model `NAME`: " + strings.Join(zoo.Names(), ", ") + ", or a weights file of your own"
}

// weightsFlag is --model for commands that read files, which say themselves by which model they were made: it makes
// one known that is not in the zoo.
func weightsFlag(name *string) cli.Flag {
	return &cli.StringFlag{Name: "model", Destination: name, DefaultText: "those that come with ddpmz",
		Usage: "know the model in a weights `FILE` too"}
}

// useModel makes sure that there is a model of that name: one of the zoo, or a weights file, whose name it has from
// then on. The empty name is the default model's.
func useModel(name string) error {
	if name == "" || slices.Contains(zoo.Names(), name) {
		return nil
	}
	file, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usagef("no model %q, and no file of that name: there are %s", name, strings.Join(zoo.Names(), ", "))
	case err != nil:
		return about(name, err)
	}
	return about(name, zoo.Add(name, file))
}
