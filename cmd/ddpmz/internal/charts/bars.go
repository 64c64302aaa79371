package charts

import (
	"errors"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Bar is a figure with a name.
type Bar struct {
	Name  string
	Own   bool
	Value float64
}

// Bars draws figures as horizontal bars, the first on top, ours black. The unit goes to the axis.
func Bars(name, title, unit string, bars []Bar) (*Chart, error) {
	if len(bars) == 0 {
		return nil, errors.New("charts: no bars")
	}
	p := newPanel(title, unit, "")
	names := make([]string, len(bars))
	var labels plotter.XYLabels
	for i, b := range bars {
		row := float64(len(bars) - 1 - i)
		names[len(bars)-1-i] = b.Name
		chart, err := plotter.NewBarChart(plotter.Values{b.Value}, 5*vg.Millimeter)
		if err != nil {
			return nil, err
		}
		chart.Horizontal, chart.XMin = true, row
		chart.LineStyle.Width = 0
		chart.Color = color.Gray{0xb0}
		if b.Own {
			chart.Color = color.Black
		}
		p.Add(chart)
		labels.XYs = append(labels.XYs, plotter.XY{X: b.Value, Y: row})
		labels.Labels = append(labels.Labels, fmt.Sprintf(" %.3f", b.Value))
	}
	text, err := plotter.NewLabels(labels)
	if err != nil {
		return nil, err
	}
	for i := range text.TextStyle {
		text.TextStyle[i].Font = p.X.Tick.Label.Font
		text.TextStyle[i].YAlign = draw.YCenter
	}
	p.Add(text)
	p.NominalY(names...)
	p.X.Min, p.X.Max = 0, p.X.Max*1.12
	p.Y.Min, p.Y.Max = -0.6, float64(len(bars))-0.4
	p.Y.Width = 0
	return &Chart{Name: name, panels: []*plot.Plot{p}, width: 160 * vg.Millimeter,
		height: vg.Length(28+8*len(bars)) * vg.Millimeter}, nil
}
