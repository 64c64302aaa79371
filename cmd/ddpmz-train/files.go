package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/train"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// save makes a file of what write writes: all of it, or on an error nothing.
func save(name string, write func(f *os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close() // a second time, perhaps; that error is no news
			os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// weights returns the weights file of that name, or the one of the model in the zoo.
func weights(name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if own, zooErr := zoo.File(name); zooErr == nil {
			return own, nil
		}
	}
	return b, err
}

// loadNet returns the network of a weights file, or of a model in the zoo.
func loadNet(name string) (*train.Net, error) {
	b, err := weights(name)
	if err != nil {
		return nil, err
	}
	w, err := model.ReadWeights(b)
	if err != nil {
		return nil, err
	}
	return train.FromWeights(w)
}

// withSuffix replaces the suffix of a file's name.
func withSuffix(name, suffix string) string {
	return strings.TrimSuffix(name, filepath.Ext(name)) + suffix
}
