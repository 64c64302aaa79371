package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/train"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// save makes a file of what write writes, or replaces it: all of it, or on an error nothing. It does so after an interruption,
// too.
func save(name string, write func(io.Writer) error) error {
	return atomicfile.Write(context.Background(), name, atomicfile.Options{Replace: true}, write)
}

// absent returns an error if one of the files exists.
func absent(names ...string) error {
	for _, name := range names {
		if _, err := os.Lstat(name); err == nil {
			return fmt.Errorf("%w; --force replaces it", &atomicfile.ExistsError{Path: name})
		}
	}
	return nil
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
