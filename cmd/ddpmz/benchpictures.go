package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// measurePictures measures the pictures and folders that are named.
func (b *benchmark) measurePictures(ctx context.Context, names []string) (report, error) {
	config := bench.Config{Model: b.model, Net: b.net, KeepColours: b.keepColours, Rates: b.rateList, Peers: b.picturePeers(), Jobs: b.jobCount(false), Limits: b.limits.limits()}
	if config.Rates == nil {
		config.Rates = defaultRates
	}
	if b.reuse != "" {
		f, err := b.open(b.reuse)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if config.Reuse, err = bench.Read(f); err != nil {
			return nil, about(b.reuse, err)
		}
	}
	photos, err := b.photos(names)
	if err != nil {
		return nil, err
	}
	if !b.quiet {
		for _, p := range config.Peers {
			if text := versionNote(p, config.Reuse); text != "" {
				b.note(p.Name, text)
			}
		}
	}
	bar := b.bar("bench", b.quiet)
	defer bar.end()
	config.Progress = bar.update
	r, err := bench.Run(ctx, photos, config)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// versionNote says that a peer is not measured, or that results of another version in a report, which may be nil, are replaced.
func versionNote(p peers.Peer, reuse *bench.Report) string {
	if len(p.Missing) > 0 {
		if reuse == nil {
			return "not measured without " + strings.Join(p.Missing, " and ")
		}
		return "" // since the report stands in
	}
	if reuse != nil {
		i := slices.IndexFunc(reuse.Peers, func(q peers.Peer) bool { return q.ID == p.ID })
		if i >= 0 && reuse.Peers[i].Version != p.Version {
			return "measured anew with " + p.Version + ", which is installed; the report to reuse has " + reuse.Peers[i].Version
		}
	}
	return ""
}

// pictureSuffixes are those of files in a folder that are taken for pictures.
var pictureSuffixes = []string{".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".pbm", ".pgm", ".ppm", ".pnm", ".pam"}

// pictureFiles returns what is named: a file, or those of a folder that are taken for pictures, in the order of their names.
func pictureFiles(name string) (list []string, err error) {
	if !isFolder(name) {
		return []string{name}, nil
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, about(name, err)
	}
	for _, e := range entries { // sorted
		if !e.IsDir() && slices.Contains(pictureSuffixes, strings.ToLower(filepath.Ext(e.Name()))) {
			list = append(list, filepath.Join(name, e.Name()))
		}
	}
	return list, nil
}

// picturePeers returns the peers that code pictures, of those to compare with.
func (b *benchmark) picturePeers() []peers.Peer {
	return slices.DeleteFunc(peers.All(), func(p peers.Peer) bool { return !b.wants(p) })
}

// photos reads pictures, and all those in folders that can be measured.
func (b *benchmark) photos(names []string) (list []bench.Photo, err error) {
	for _, name := range names {
		if !isFolder(name) {
			p, err := b.photo(name)
			if err != nil {
				return nil, err
			}
			list = append(list, p)
			continue
		}
		paths, err := pictureFiles(name)
		if err != nil {
			return nil, err
		}
		found := false
		for _, path := range paths {
			p, err := b.photo(path)
			var unsupported metrics.UnsupportedError
			if errors.As(err, &unsupported) {
				if !b.quiet {
					b.note(path, "left out: "+message(unsupported))
				}
				continue
			}
			if err != nil {
				return nil, err
			}
			list, found = append(list, p), true
		}
		if !found {
			return nil, about(name, errors.New("no picture in this folder can be measured"))
		}
	}
	return list, nil
}

func (b *benchmark) photo(name string) (bench.Photo, error) {
	f, err := b.open(name)
	if err != nil {
		return bench.Photo{}, err
	}
	defer f.Close()
	p, err := picture.Read(f, b.limits.reading())
	if err != nil {
		return bench.Photo{}, about(displayName(name), err)
	}
	if !b.quiet {
		for _, l := range p.Losses {
			if l.Kind != picture.LossMetadata && l.Kind != picture.LossProfile { // which are not measured
				b.note(displayName(name), coding.Note(l))
			}
		}
	}
	photo, err := bench.NewPhoto(filepath.Base(name), p.Image)
	return photo, about(displayName(name), err)
}
