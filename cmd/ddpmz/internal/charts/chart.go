package charts

import (
	"bytes"
	"fmt"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A Chart is one picture: panels side by side.
type Chart struct {
	Name          string // of its file, without suffix
	panels        []*plot.Plot
	width, height vg.Length // of all
}

// Formats are the suffixes that Write knows.
var Formats = []string{"png", "svg"}

const resolution = 144 // dots an inch, of PNG

// Write draws the chart in a format.
func (c *Chart) Write(w io.Writer, format string) error {
	var canvas interface {
		vg.CanvasSizer
		io.WriterTo
	}
	switch format {
	case "png":
		canvas = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(c.width, c.height), vgimg.UseDPI(resolution), vgimg.UseBackgroundColor(color.White))}
	case "svg":
		canvas = vgsvg.New(c.width, c.height)
	default:
		return fmt.Errorf("charts: unknown format %q", format)
	}
	tiles := draw.Tiles{Rows: 1, Cols: len(c.panels), PadX: 6 * vg.Millimeter,
		PadTop: 2 * vg.Millimeter, PadBottom: 2 * vg.Millimeter, PadLeft: 2 * vg.Millimeter, PadRight: 4 * vg.Millimeter}
	whole := draw.New(canvas)
	if format == "svg" { // which has no background of its own
		whole.SetColor(color.White)
		whole.Fill(whole.Rectangle.Path())
	}
	for i, p := range plot.Align([][]*plot.Plot{c.panels}, tiles, whole)[0] {
		c.panels[i].Draw(p)
	}
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return err
	}
	file := out.Bytes()
	if format == "svg" { // for readers without that font: Arial has the same widths
		file = bytes.ReplaceAll(file, []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
	}
	_, err := w.Write(file)
	return err
}

// newPanel returns an empty plot in our style. Axes carry their units in their labels.
func newPanel(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = 2 * vg.Millimeter
	sans := func(size vg.Length) font.Font {
		return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	}
	p.Title.TextStyle.Font = sans(12)
	p.Legend.TextStyle.Font = sans(9.5)
	p.Legend.ThumbnailWidth = 11 * vg.Millimeter
	p.Legend.Padding = 0.7 * vg.Millimeter
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font = sans(11)
		a.Tick.Label.Font = sans(9.5)
		a.Label.Padding = 1.5 * vg.Millimeter
		a.Tick.Marker = linearTicks{}
	}
	return p
}
