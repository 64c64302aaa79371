package main

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// modelUsage words what --model takes.
func modelUsage(verb string) string {
	return verb + " the model `NAME`: " + strings.Join(zoo.Names(), ", ") + ", or a weights file of your own"
}

// weightsFlag is --model for commands that read files, which say themselves with which model they were made: it names the
// weights of one that does not come with ddpmz.
func weightsFlag(name *string) cli.Flag {
	return &cli.StringFlag{Name: "model", Destination: name, DefaultText: "those that come with ddpmz",
		Usage: "decode files made with the model in the weights `FILE` too"}
}

// loadNet returns the network of a weights file, or nil for the name of a model of the zoo. The empty name is the default
// model's.
func loadNet(name string) (*model.Net, error) {
	if name == "" || slices.Contains(zoo.Names(), name) {
		return nil, nil
	}
	file, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("no model %q, and no file of that name: there are %s", name, strings.Join(zoo.Names(), ", "))
	case err != nil:
		return nil, about(name, err)
	}
	net, err := model.Load(file)
	return net, about(name, err)
}

// loadNets is loadNet for decoders, which take any number of networks.
func loadNets(name string) ([]*model.Net, error) {
	net, err := loadNet(name)
	if net == nil || err != nil {
		return nil, err
	}
	return []*model.Net{net}, nil
}
