package bench

import (
	"fmt"
	"math"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/charts"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
)

// Charts returns the report as pictures.
func (r *Report) Charts() (list []*charts.Chart, err error) {
	add := func(c *charts.Chart, failed error) {
		if failed != nil && err == nil {
			err = failed
		}
		list = append(list, c)
	}
	count := fmt.Sprintf("mean of %d images", len(r.Images))
	add(charts.Curves("cut", 150, 115, r.ratePanel(peers.Cut, false, "One file, cut: "+count)))
	add(charts.Curves("made", 150, 115, r.ratePanel(peers.Made, false, "ddpmz, one file cut, and peers' files made for each rate: "+count)))
	add(charts.Curves("msssim", 120, 115, r.ratePanel(peers.Cut, true, "One file, cut"), r.ratePanel(peers.Made, true, "Files made for each rate")))
	add(charts.Curves("figure5", 80, 85, Figure5(r.steps())...))
	add(charts.Bars("lossless", "Lossless files: "+count, "bits a sub-pixel", r.bars()))
	add(charts.Curves("time", 110, 105, r.timePanel("Encoding", true), r.timePanel("Decoding", false)))
	return list, err
}

// ratePanel draws quality against rate.
func (r *Report) ratePanel(c peers.Comparison, similarity bool, title string) charts.Panel {
	panel := charts.Panel{Axes: charts.Axes{Title: title, X: "rate, bits a pixel", Y: "PSNR, dB", LogX: true, Legend: charts.TopLeft}}
	if similarity {
		panel.Y = "-10 log10(1 - MS-SSIM), dB"
	}
	for _, l := range r.Lines(c) {
		s := charts.Series{Name: l.Name, Own: l.Own}
		for _, m := range l.Means {
			if math.IsInf(m.PSNR, 1) {
				continue // all pictures are exact
			}
			y := m.PSNR
			if similarity {
				if m.MSSSIM == nil {
					continue
				}
				y = metrics.MSSSIMdB(*m.MSSSIM)
			}
			s.X, s.Y = append(s.X, m.Rate), append(s.Y, y)
		}
		panel.Series = append(panel.Series, s)
	}
	return panel
}

// Steps are the rate and the error after some of the reverse steps.
type Steps struct {
	Name       string
	Own        bool
	Steps      []float64
	Rate, RMSE []float64 // bits a sub-pixel, grey levels
}

// Figure5 draws what the paper's Figure 5 does: error and rate against reverse steps, and one against the other.
func Figure5(all ...Steps) []charts.Panel {
	const steps, rate, rmse = "reverse steps, T - t", "rate, bits a dimension", "RMSE, grey levels"
	panels := []charts.Panel{
		{Axes: charts.Axes{Title: "Distortion by steps", X: steps, Y: rmse, Legend: charts.BottomLeft}},
		{Axes: charts.Axes{Title: "Rate by steps", X: steps, Y: rate, Legend: charts.TopLeft}},
		{Axes: charts.Axes{Title: "Distortion by rate", X: rate, Y: rmse, Legend: charts.TopRight}},
	}
	for _, s := range all {
		for i, xy := range [][2][]float64{{s.Steps, s.RMSE}, {s.Steps, s.Rate}, {s.Rate, s.RMSE}} {
			panels[i].Series = append(panels[i].Series, charts.Series{Name: s.Name, Own: s.Own, X: xy[0], Y: xy[1]})
		}
	}
	return panels
}

func (r *Report) steps() Steps {
	s := Steps{Name: "ddpmz", Own: true}
	for _, m := range r.LevelMeans() {
		s.Steps, s.Rate, s.RMSE = append(s.Steps, float64(m.Steps)), append(s.Rate, m.Rate/3), append(s.RMSE, m.RMSE)
	}
	return s
}

func (r *Report) bars() (list []charts.Bar) {
	for _, s := range r.Sizes() {
		list = append(list, charts.Bar{Name: s.Name, Own: s.Own, Value: s.PerSubpixel})
	}
	return list
}

// timePanel draws lossless codecs by time and size.
func (r *Report) timePanel(title string, encoding bool) charts.Panel {
	panel := charts.Panel{Points: true, Axes: charts.Axes{Title: title, X: "median time of an image, seconds", Y: "lossless size, bits a sub-pixel",
		LogX: true, Legend: charts.TopRight}}
	for _, s := range r.Sizes() {
		t := s.Decode
		if encoding {
			t = s.Encode
		}
		if t > 0 && !math.IsNaN(t) {
			panel.Series = append(panel.Series, charts.Series{Name: s.Name, Own: s.Own, X: []float64{t}, Y: []float64{s.PerSubpixel}})
		}
	}
	return panel
}
