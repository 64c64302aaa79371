package main

import (
	"os"
	"path/filepath"

	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/model/train"
)

// A source is where pictures come from: a folder, or files of CIFAR-10.
type source struct {
	folder string
	cifar  []string // if there is no folder
}

// newSource returns the source that the arguments name: files .bin are CIFAR-10's, anything else is a folder. Its errors are
// usage errors.
func newSource(args []string) (source, error) {
	for _, a := range args {
		info, err := os.Stat(a)
		if filepath.Ext(a) != ".bin" || err == nil && info.IsDir() {
			if len(args) > 1 {
				return source{}, commandline.Usagef("%s: one folder of pictures is possible, or files .bin of CIFAR-10", a)
			}
			return source{folder: a}, nil
		}
	}
	if len(args) == 0 {
		return source{}, commandline.Usagef("a folder of pictures is needed, or files .bin of CIFAR-10")
	}
	return source{cifar: args}, nil
}

// small reports whether the pictures are CIFAR-10's.
func (s source) small() bool { return s.folder == "" }

func (s source) load() ([]train.Image, error) {
	if s.small() {
		return train.LoadCIFAR10(s.cifar...)
	}
	return train.LoadImages(s.folder)
}

// split returns the pictures to train on and those held out.
func (s source) split(images []train.Image) (learn, held []train.Image) {
	if s.small() {
		return train.SplitCIFAR10(images)
	}
	return train.Split(images)
}
