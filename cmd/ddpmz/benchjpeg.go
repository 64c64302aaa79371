package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/jpegbench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// errMixed means that JPEG files and other pictures are to be measured together.
var errMixed = errors.New("JPEG files and other pictures are measured apart, or all as pictures, with --pixels")

// areJPEG reports whether what is named are JPEG files, also in folders. It returns an error if some are and some are not.
func (b *benchmark) areJPEG(names []string) (bool, error) {
	jpegs, others := 0, 0
	for _, name := range names {
		list, err := pictureFiles(name)
		if err != nil {
			return false, err
		}
		for _, name := range list {
			yes, err := beginsAsJPEG(name)
			if err != nil {
				return false, err
			}
			if yes {
				jpegs++
			} else {
				others++
			}
		}
	}
	if jpegs > 0 && others > 0 {
		return false, errMixed
	}
	return jpegs > 0, nil
}

// beginsAsJPEG looks at the first bytes of a file. Standard input can be read once only, and is taken for a picture.
func beginsAsJPEG(name string) (bool, error) {
	if name == stdio {
		return false, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return false, about(name, err)
	}
	defer f.Close()
	head, err := bufio.NewReader(f).Peek(3)
	if err != nil && err != io.EOF {
		return false, about(name, err)
	}
	return picture.IsJPEG(head), nil
}

// measureJPEG measures JPEG files, and those in folders.
func (b *benchmark) measureJPEG(ctx context.Context, names []string) (report, error) {
	config := jpegbench.Config{Shares: b.shareList, Jobs: b.jobCount(false), Limits: b.limits.limits()}
	for _, p := range peers.AllJPEG() {
		if !b.wants(p) {
			continue
		}
		config.Peers = append(config.Peers, p)
		if len(p.Missing) > 0 && !b.quiet {
			b.note(p.Name, "not measured without "+strings.Join(p.Missing, " and "))
		}
	}
	var photos []jpegbench.Photo
	for _, name := range names {
		list, err := pictureFiles(name)
		if err != nil {
			return nil, err
		}
		for _, name := range list {
			data, err := b.readAll(name)
			if err != nil {
				return nil, err
			}
			path, err := filepath.Abs(name)
			if err != nil {
				return nil, about(name, err)
			}
			photos = append(photos, jpegbench.Photo{Folder: filepath.Base(filepath.Dir(path)), Name: filepath.Base(name), Data: data})
		}
	}
	bar := b.bar("bench", b.quiet)
	defer bar.end()
	config.Progress = bar.update
	r, err := jpegbench.Run(ctx, photos, config)
	if err != nil {
		return nil, err
	}
	return r, nil
}
