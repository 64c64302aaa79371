package cifar

import (
	"fmt"
	"math"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/charts"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/tables"
)

// Tables returns the report as text.
func (r *Report) Tables() []tables.Table {
	return []tables.Table{
		{Name: "cifar-run", Text: r.runText()},
		{Name: "cifar-table4", Text: r.table4()},
		{Name: "cifar-split", Text: r.splitTable()},
		{Name: "cifar-levels", Text: r.levelTable()},
		{Name: "cifar-cuts", Text: r.cutTable()},
	}
}

func (r *Report) runText() string {
	return fmt.Sprintf("%d images of %s; model %s (%s); a file has %d to %d bytes, in the median %d.\n",
		r.Images, r.File, r.Model, r.ModelID, r.Least, r.Most, r.Median)
}

// table4 is the paper's, with ours beside it. Ours has fewer states: it shows the last that is not past the paper's.
func (r *Report) table4() string {
	var g tables.Grid
	g.Row("T - t + 1", "paper: bits a dim.", "RMSE", "ddpmz: t", "bits a dim., real", "ideal", "RMSE", "mean RMSE", "PSNR, dB")
	for _, p := range Table4 {
		l := r.before(p.timestep())
		g.Row(fmt.Sprint(p.Time), tables.Number(p.Rate, 5), tables.Number(p.RMSE, 3), fmt.Sprint(l.Timestep),
			tables.Number(l.PerDim, 5), tables.Number(l.Ideal, 5), tables.Number(l.RMSE, 3), tables.Number(l.RMSEMean, 3), tables.Number(l.PSNR, 2))
	}
	return g.String()
}

func (r *Report) splitTable() string {
	var g tables.Grid
	last := r.before(1)
	g.Row("bits a dimension", "paper (bound)", "ddpmz, real", "ideal")
	row := func(name string, paper, real, ideal float64) {
		g.Row(name, tables.Number(paper, 2), tables.Number(real, 4), tables.Number(ideal, 4))
	}
	row("rate: down to x_1", PaperRate, r.Rate(), last.Ideal)
	row("distortion: the discretized decoder", PaperDistortion, r.Distortion(), r.Ideal-last.Ideal)
	row("lossless", PaperRate+PaperDistortion, r.PerDim, r.Ideal)
	return g.String()
}

func (r *Report) levelTable() string {
	var g tables.Grid
	g.Row("level", "t", "steps", "bytes", "bits a dim., real", "ideal", "RMSE", "mean RMSE", "PSNR, dB")
	for _, l := range r.Levels {
		psnr := tables.Number(l.PSNR, 2)
		if l.RMSE == 0 {
			psnr = "exact"
		}
		g.Row(fmt.Sprint(l.Level), fmt.Sprint(l.Timestep), fmt.Sprint(l.Steps), tables.Number(l.Bytes, 1), tables.Number(l.PerDim, 5),
			tables.Number(l.Ideal, 5), tables.Number(l.RMSE, 3), tables.Number(l.RMSEMean, 3), psnr)
	}
	return g.String()
}

func (r *Report) cutTable() string {
	var g tables.Grid
	g.Row("cut at bits a pixel", "bits a dim.", "RMSE", "mean RMSE", "PSNR, dB")
	for _, c := range r.Cuts {
		g.Row(fmt.Sprintf("%g", c.Target), tables.Number(c.PerDim, 4), tables.Number(c.RMSE, 3), tables.Number(c.RMSEMean, 3), tables.Number(c.PSNR, 2))
	}
	return g.String()
}

// Charts returns the paper's Figure 5, with its curve and ours. The errors are means over images of their RMSE.
func (r *Report) Charts() ([]*charts.Chart, error) {
	own, ideal := bench.Steps{Name: "ddpmz, real bytes", Own: true}, bench.Steps{Name: "ddpmz, ideal length"}
	for _, l := range r.Levels {
		own.Steps, own.Rate, own.RMSE = append(own.Steps, float64(l.Steps)), append(own.Rate, l.PerDim), append(own.RMSE, l.RMSEMean)
		ideal.Rate = append(ideal.Rate, l.Ideal)
	}
	ideal.Steps, ideal.RMSE = own.Steps, own.RMSE
	paper := bench.Steps{Name: "Ho et al. 2020, bound"}
	for _, p := range Table4 {
		paper.Steps, paper.Rate, paper.RMSE = append(paper.Steps, float64(p.Time-1)), append(paper.Rate, p.Rate), append(paper.RMSE, p.RMSE)
	}
	// The end of the paper's curve: the image itself.
	paper.Steps, paper.Rate, paper.RMSE = append([]float64{1000}, paper.Steps...),
		append([]float64{math.Round(100*(PaperRate+PaperDistortion)) / 100}, paper.Rate...), append([]float64{0}, paper.RMSE...)
	c, err := charts.Curves("cifar-figure5", 80, 85, bench.Figure5(own, paper, ideal)...)
	return []*charts.Chart{c}, err
}
