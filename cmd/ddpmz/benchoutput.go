package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/charts"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/cifar"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/jpegbench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/tables"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/wholebench"
	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
)

// A report is what a benchmark found, in all its forms.
type report interface {
	Write(io.Writer) error // JSON
	WriteCSV(io.Writer) error
	Tables() []tables.Table
	Charts() ([]*charts.Chart, error)
}

// read reads the JSON of a report of any kind.
func (b *benchmark) read(name string) (report, error) {
	file, err := b.readAll(name)
	if err != nil {
		return nil, err
	}
	r, err := readReport(file)
	return r, about(displayName(name), err)
}

func readReport(file []byte) (report, error) {
	var head struct{ Kind string }
	if err := json.Unmarshal(file, &head); err != nil {
		return nil, fmt.Errorf("not a report: %w", err)
	}
	switch head.Kind {
	case cifar.Kind:
		return cifar.ReadReport(bytes.NewReader(file))
	case jpegbench.Kind:
		return jpegbench.Read(bytes.NewReader(file))
	case wholebench.Kind:
		return wholebench.Read(bytes.NewReader(file))
	}
	return bench.Read(bytes.NewReader(file))
}

// checkOutputs finds before the work what would come to nothing after it.
func (b *benchmark) checkOutputs() error {
	for _, name := range []string{b.json, b.csv} {
		if _, err := os.Lstat(name); name != "" && name != stdio && err == nil && !b.force {
			return about(name, &atomicfile.ExistsError{Path: name})
		}
	}
	if b.tables != "" {
		if _, err := os.Stat(b.tables); err != nil {
			return about(b.tables, err)
		}
	}
	if b.plot != "" {
		if info, err := os.Stat(b.plot); err == nil && !info.IsDir() {
			return about(b.plot, errors.New("not a folder"))
		}
	}
	return nil
}

// options returns how files are made.
func (b *benchmark) options() atomicfile.Options { return atomicfile.Options{Replace: b.force} }

// write writes a report in the forms that the flags ask for, and its tables to standard output.
func (b *benchmark) write(ctx context.Context, r report) error {
	for _, out := range []struct {
		name  string
		write func(io.Writer) error
	}{{b.json, r.Write}, {b.csv, r.WriteCSV}} {
		if out.name == "" {
			continue
		}
		if err := b.save(ctx, out.name, b.options(), out.write); err != nil {
			return err
		}
	}
	if b.plot != "" {
		if err := b.draw(ctx, r); err != nil {
			return err
		}
	}
	if b.tables != "" {
		if err := b.fill(ctx, r); err != nil {
			return err
		}
	}
	if b.quiet || b.json == stdio || b.csv == stdio {
		return nil
	}
	for i, t := range r.Tables() {
		if i > 0 {
			fmt.Fprintln(b.stdout)
		}
		if _, err := io.WriteString(b.stdout, t.Text); err != nil {
			return about("standard output", err)
		}
	}
	return nil
}

// draw writes the charts of a report.
func (b *benchmark) draw(ctx context.Context, r report) error {
	list, err := r.Charts()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(b.plot, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return about(b.plot, err)
	}
	for _, c := range list {
		for _, format := range charts.Formats {
			name := filepath.Join(b.plot, c.Name+"."+format)
			if err := b.save(ctx, name, b.options(), func(w io.Writer) error { return c.Write(w, format) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill updates the tables of a document.
func (b *benchmark) fill(ctx context.Context, r report) error {
	old, err := b.readAll(b.tables)
	if err != nil {
		return err
	}
	filled, err := tables.Fill(string(old), r.Tables())
	if err != nil {
		return about(b.tables, err)
	}
	if filled == string(old) {
		return nil
	}
	return b.save(ctx, b.tables, atomicfile.Options{Replace: true}, func(w io.Writer) error {
		_, err := io.WriteString(w, filled)
		return err
	})
}
