package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// print writes a description for people to read.
func (d *description) print(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s: %d x %d, %s, %d bits a sample\n", d.File, d.Width, d.Height, d.Colour, d.BitDepth)
	if d.JPEG != "" {
		fmt.Fprintf(&out, "holds    a JPEG file, %s\n", d.JPEG)
	}
	switch {
	case d.Mode == "modelled" && d.Model == "":
		fmt.Fprintf(&out, "coding   by a model that is not in this version (%s): name its weights with --model FILE\n", d.ModelID)
	case d.Mode == "modelled":
		fmt.Fprintf(&out, "coding   by the model %s (%s)\n", d.Model, d.ModelID)
	default:
		fmt.Fprintln(&out, "coding   stored, without a model")
	}
	if d.Mode == "modelled" {
		if d.Transform != "" {
			fmt.Fprintf(&out, "planes   %s\n", d.Transform)
		}
		if d.Mirrored != "" {
			fmt.Fprintf(&out, "mirrored %s\n", d.Mirrored)
		}
	}
	fmt.Fprintf(&out, "size     %d bytes, header %d, metadata %s\n", d.FileBytes, d.HeaderBytes, d.metadata())
	if d.Orientation > 1 {
		fmt.Fprintf(&out, "shown    turned, as EXIF's orientation %d says\n", d.Orientation)
	}
	fmt.Fprintf(&out, "real     %.4f bits a sub-pixel, %.4f a pixel, everything included\n", d.Real.PerSubpixel, d.Real.PerPixel)
	if d.Decoded {
		fmt.Fprintf(&out, "ideal    %.4f bits a sub-pixel, %.4f a pixel, for the colours alone\n", d.Ideal.PerSubpixel, d.Ideal.PerPixel)
	}
	fmt.Fprintf(&out, "state    %s\n", d.state())
	d.printSegments(&out)
	d.printLevels(&out)
	_, err := out.WriteTo(w)
	return err
}

// metadata says how much metadata there is, and of what kinds.
func (d *description) metadata() string {
	text := fmt.Sprintf("%d as decompressed", d.MetadataBytes)
	if len(d.Metadata) > 0 {
		text += ": " + strings.Join(d.Metadata, ", ")
	}
	for _, s := range d.Segments {
		if s.Kind == "metadata" && d.MetadataBytes == 0 {
			text = fmt.Sprintf("%d, not read", s.Bytes)
		}
	}
	return text
}

func (d *description) state() string {
	var state []string
	if d.Error != "" {
		state = append(state, d.Error)
	}
	if d.Cut {
		state = append(state, fmt.Sprintf("cut from %d bytes", d.CompleteBytes))
	}
	if d.Ends {
		state = append(state, "ends early, on purpose")
	}
	if d.Exact {
		state = append(state, "exact")
	}
	if !d.Decoded && d.Error == "" {
		state = append(state, "not decoded, which --levels does")
	}
	return strings.Join(state, "; ")
}

// columns returns a writer that aligns columns to the right, but for what follows the last tab.
func columns(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
}

func (d *description) printSegments(w io.Writer) {
	t := columns(w)
	fmt.Fprint(t, "\nsegment\toffset\tbytes\tpasses\t  kind\n")
	for _, s := range d.Segments {
		passes := "-"
		switch {
		case s.Passes > 0:
			passes = fmt.Sprint(s.Passes)
		case s.Kind == "passes":
			passes = "all"
		}
		fmt.Fprintf(t, "%d\t%d\t%d\t%s\t  %s\n", s.Index, s.Offset, s.Bytes, passes, s.Kind)
	}
	t.Flush()
}

func (d *description) printLevels(w io.Writer) {
	t := columns(w)
	most := ""
	if !d.Decoded {
		most = " <="
	}
	fmt.Fprintf(t, "\nlevel\ttimestep\tsteps\tnoise\tbytes%s\tbits/pixel\t\n", most)
	for _, l := range d.Levels {
		noise, remark := "-", ""
		if l.Noise != nil {
			noise = fmt.Sprintf("%.3f", *l.Noise)
		}
		if l.Partial {
			remark = "  and part of the next"
		}
		fmt.Fprintf(t, "%d\t%d\t%d\t%s\t%d\t%.4f\t%s\n", l.Level, l.Timestep, l.Steps, noise, l.Bytes, l.PerPixel, remark)
	}
	t.Flush()
}
