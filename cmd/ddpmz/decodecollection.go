package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// decodeCollection makes pictures of the files in folders and lists.
func (d *decoding) decodeCollection(ctx context.Context, inputs []string) (err error) {
	if d.losses.json {
		return usagef("--json is for single files; --log has an object for each file of a collection")
	}
	if d.losses.strict && d.allowLoss {
		return usagef("--strict and --allow-loss exclude each other")
	}
	if d.format, d.chosen, err = outputFormat(d.format, ""); err != nil {
		return err
	}
	c := &collector{collectionFlags: &d.collection, output: d.output.name, takes: namesDdpmz, rename: d.rename}
	found, err := c.collect(inputs, d.stdin)
	if err != nil {
		return err
	}
	if d.nets, err = loadNets(d.model); err != nil {
		return err
	}
	r := &runner{streams: d.streams, collectionFlags: &d.collection, output: &d.output, limits: &d.limits, done: "decoded", do: d.decode}
	return r.run(ctx, found)
}

// rename names the output of a file of a collection: without the suffix, if what remains is that of the format, as in the trees that
// encode -r makes.
func (d *decoding) rename(name, inside string) string {
	format := d.format
	if !d.chosen && !d.part && holdsJPEG(name) {
		format = "jpeg"
	}
	if namesDdpmz(inside) {
		stem := strings.TrimSuffix(inside, filepath.Ext(inside))
		if f, ok := picture.FormatOf(stem); ok && f == format {
			return stem
		}
	}
	return decodedName(inside, format)
}
