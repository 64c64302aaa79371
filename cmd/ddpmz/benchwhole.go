package main

import (
	"bytes"
	"context"
	"image"
	"path/filepath"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/wholebench"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// measureWhole measures whole files of the pictures that are named, and of those in folders.
func (b *benchmark) measureWhole(ctx context.Context, names []string) (report, error) {
	config := wholebench.Config{Model: b.model, Net: b.net, KeepColours: b.keepColours, Limits: b.limits.limits()}
	for _, p := range peers.AllWhole() {
		if !b.wants(p) {
			continue
		}
		config.Peers = append(config.Peers, p)
		if len(p.Missing) > 0 && !b.quiet {
			b.note(p.Name, "not measured without "+strings.Join(p.Missing, " and "))
		}
	}
	var sources []wholebench.Source
	for _, name := range names {
		list, err := pictureFiles(name)
		if err != nil {
			return nil, err
		}
		for _, name := range list {
			path, err := filepath.Abs(name)
			if err != nil {
				return nil, about(name, err)
			}
			sources = append(sources, wholebench.Source{Folder: filepath.Base(filepath.Dir(path)), Name: filepath.Base(name),
				Read: func() (image.Image, string, int64, error) { return b.readWhole(name) }})
		}
	}
	bar := b.bar("bench", b.quiet)
	defer bar.end()
	config.Progress = bar.update
	r, err := wholebench.Run(ctx, sources, config)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// readWhole reads a picture, and the format and the bytes of its file.
func (b *benchmark) readWhole(name string) (m image.Image, format string, size int64, err error) {
	file, err := b.readAll(name)
	if err != nil {
		return nil, "", 0, err
	}
	p, err := picture.Read(bytes.NewReader(file), b.limits.reading())
	if err != nil {
		return nil, "", 0, err
	}
	return p.Image, p.Format, int64(len(file)), nil
}
