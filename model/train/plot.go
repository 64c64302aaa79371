package train

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Colours that colour-blind readers can distinguish, and that differ in lightness if printed in gray.
var (
	dark  = color.RGBA{0, 68, 136, 255}
	light = color.RGBA{221, 170, 51, 255}
)

// PlotFormats are the suffixes of the pictures that the Plot methods draw.
var PlotFormats = []string{"png", "svg", "pdf"}

const (
	plotWidth  = 16 * vg.Centimeter
	plotHeight = 10 * vg.Centimeter
)

// Plot draws bits per sub-pixel against steps: of the crops that were trained on, and of the held-out images.
func (h *History) Plot(w io.Writer, format string) error {
	p := newPlot("Training", "steps of gradient descent", "bits per sub-pixel")
	p.Legend.Top = true
	if err := addLine(p, "crops, mean of 20 steps", points(h.Train), light, false); err != nil {
		return err
	}
	if err := addLine(p, "held-out images", points(h.Held), dark, true); err != nil {
		return err
	}
	return writePlot(p, w, format)
}

func points(list []Point) (xy plotter.XYs) {
	for _, p := range list {
		xy = append(xy, plotter.XY{X: float64(p.Step), Y: p.Bits})
	}
	return xy
}

// Plot draws the curves of the paper's Figure 5: distortion and rate against reverse steps.
func (e *Evaluation) Plot(w io.Writer, format string) error {
	p := newPlot(fmt.Sprintf("Progressive decoding, %d images", e.Images), "reverse steps of 1000", "RMSE (grey levels); bits per sub-pixel, times 10")
	var distortion, rate plotter.XYs
	for _, l := range e.Levels {
		distortion = append(distortion, plotter.XY{X: float64(l.Steps), Y: l.RMSE})
		rate = append(rate, plotter.XY{X: float64(l.Steps), Y: 10 * l.BitsPerSubPixel})
	}
	p.Legend.Top, p.Legend.Left = true, true
	if err := addLine(p, "distortion: RMSE", distortion, dark, true); err != nil {
		return err
	}
	if err := addLine(p, "rate: bits per sub-pixel, times 10", rate, light, true); err != nil {
		return err
	}
	return writePlot(p, w, format)
}

func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Add(plotter.NewGrid())
	return p
}

func addLine(p *plot.Plot, name string, xy plotter.XYs, c color.Color, glyphs bool) error {
	finite := xy[:0]
	for _, q := range xy {
		if !math.IsNaN(q.Y) && !math.IsInf(q.Y, 0) {
			finite = append(finite, q)
		}
	}
	if len(finite) == 0 {
		return nil
	}
	line, dots, err := plotter.NewLinePoints(finite)
	if err != nil {
		return err
	}
	line.Color, line.Width = c, vg.Points(1.5)
	dots.Color, dots.Shape = c, draw.CircleGlyph{}
	p.Add(line)
	if glyphs {
		p.Add(dots)
	}
	p.Legend.Add(name, line)
	return nil
}

func writePlot(p *plot.Plot, w io.Writer, format string) error {
	to, err := p.WriterTo(plotWidth, plotHeight, format)
	if err != nil {
		return err
	}
	_, err = to.WriteTo(w)
	return err
}
