package charts

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Series is a curve, or a point.
type Series struct {
	Name string
	Own  bool // ours
	X, Y []float64
}

// Axes say what is on a panel.
type Axes struct {
	Title, X, Y string // with units
	LogX, LogY  bool
	Legend      Corner
}

// A Corner is where a legend stands, out of the way of curves.
type Corner int

const (
	TopLeft Corner = iota
	TopRight
	BottomLeft
	BottomRight
)

// styles are for all series but ours, in turn.
var styles = []struct {
	colour color.RGBA
	glyph  draw.GlyphDrawer
	dashes []vg.Length
}{
	{color.RGBA{0xd5, 0x5e, 0x00, 0xff}, draw.TriangleGlyph{}, []vg.Length{7, 3}},
	{color.RGBA{0x00, 0x72, 0xb2, 0xff}, draw.BoxGlyph{}, []vg.Length{2, 2}},
	{color.RGBA{0x00, 0x9e, 0x73, 0xff}, draw.CrossGlyph{}, []vg.Length{9, 3, 2, 3}},
	{color.RGBA{0xcc, 0x79, 0xa7, 0xff}, draw.SquareGlyph{}, []vg.Length{5, 2, 2, 2, 2, 2}},
	{color.RGBA{0xe6, 0x9f, 0x00, 0xff}, draw.PyramidGlyph{}, []vg.Length{12, 4}},
	{color.RGBA{0x56, 0xb4, 0xe9, 0xff}, draw.PlusGlyph{}, []vg.Length{4, 4}},
	{color.RGBA{0x66, 0x66, 0x66, 0xff}, draw.RingGlyph{}, []vg.Length{1, 3}},
}

// A Panel is what Curves draws in a row.
type Panel struct {
	Axes
	Series []Series
	Points bool // no lines
}

// Curves draws panels side by side, each so many millimetres wide and high.
func Curves(name string, width, height float64, panels ...Panel) (*Chart, error) {
	c := &Chart{Name: name, width: vg.Length(width*float64(len(panels))) * vg.Millimeter, height: vg.Length(height) * vg.Millimeter}
	for _, panel := range panels {
		p, err := panel.plot()
		if err != nil {
			return nil, err
		}
		c.panels = append(c.panels, p)
	}
	return c, nil
}

func (panel *Panel) plot() (*plot.Plot, error) {
	p := newPanel(panel.Title, panel.X, panel.Y)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{0xdd}, color.Gray{0xdd}
	p.Add(grid)
	others := 0
	type entry struct {
		line   *plotter.Line
		points *plotter.Scatter
	}
	var entries []entry
	for _, s := range panel.Series {
		xys := panel.visible(s)
		if len(xys) == 0 {
			continue
		}
		line, points, err := plotter.NewLinePoints(xys)
		if err != nil {
			return nil, err
		}
		if s.Own {
			line.Color, line.Width = color.Black, 2
			points.Shape, points.Color, points.Radius = draw.CircleGlyph{}, color.Black, 3
		} else {
			style := styles[others%len(styles)]
			others++
			line.Color, line.Width, line.Dashes = style.colour, 1.2, style.dashes
			points.Shape, points.Color, points.Radius = style.glyph, style.colour, 3
		}
		entries = append(entries, entry{line, points})
		if panel.Points {
			p.Legend.Add(s.Name, points)
		} else {
			p.Legend.Add(s.Name, line, points)
		}
	}
	for i := range entries { // ours is drawn last, so that it lies on top
		e := entries[len(entries)-1-i]
		if !panel.Points {
			p.Add(e.line)
		}
		p.Add(e.points)
	}
	if panel.LogX {
		logScale(&p.X)
	}
	if panel.LogY {
		logScale(&p.Y)
	}
	margin(&p.X, panel.LogX)
	margin(&p.Y, panel.LogY)
	const off = 2 * vg.Millimeter
	p.Legend.Left = panel.Legend == TopLeft || panel.Legend == BottomLeft
	p.Legend.Top = panel.Legend == TopLeft || panel.Legend == TopRight
	p.Legend.XOffs, p.Legend.YOffs = -off, off
	if p.Legend.Left {
		p.Legend.XOffs = off
	}
	if p.Legend.Top {
		p.Legend.YOffs = -off
	}
	return p, nil
}

// visible returns the points that the axes can show.
func (panel *Panel) visible(s Series) (list plotter.XYs) {
	for i := range s.X {
		if panel.LogX && s.X[i] <= 0 || panel.LogY && s.Y[i] <= 0 || math.IsInf(s.Y[i], 0) || math.IsNaN(s.Y[i]) {
			continue
		}
		list = append(list, plotter.XY{X: s.X[i], Y: s.Y[i]})
	}
	return list
}

// margin keeps points off the frame, and gives an axis without any, or for a single one, something to show.
func margin(a *plot.Axis, log bool) {
	const share = 0.03
	switch {
	case a.Min > a.Max: // no points: infinities
		a.Min, a.Max = 1, 10
	case log && a.Min == a.Max:
		a.Min, a.Max = a.Min/2, a.Max*2
	case log:
		f := math.Pow(a.Max/a.Min, share)
		a.Min, a.Max = a.Min/f, a.Max*f
	case a.Min == a.Max:
		a.Min, a.Max = a.Min-1, a.Max+1
	default:
		d := share * (a.Max - a.Min)
		a.Min, a.Max = a.Min-d, a.Max+d
	}
}
