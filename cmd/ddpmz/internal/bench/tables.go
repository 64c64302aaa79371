package bench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/tables"
)

// none stands for a figure that there is not.
const none = "–"

// Tables returns the report as text.
func (r *Report) Tables() []tables.Table {
	list := []tables.Table{
		{Name: "run", Text: r.runText()},
		{Name: "better", Text: r.betterText()},
		{Name: "lossless", Text: r.losslessTable()},
		{Name: "cut", Text: r.rateTable(peers.Cut, psnr)},
		{Name: "cut-msssim", Text: r.rateTable(peers.Cut, msssim)},
		{Name: "made", Text: r.rateTable(peers.Made, psnr)},
		{Name: "made-msssim", Text: r.rateTable(peers.Made, msssim)},
		{Name: "levels", Text: r.levelTable()},
		{Name: "images", Text: r.imageTable()},
		{Name: "ratios", Text: r.ratioTable()},
		{Name: "peers", Text: r.peerTable()},
	}
	for _, f := range []figure{ssimulacra2, butteraugli} {
		if slices.Contains(r.Externals, f.name) {
			for _, c := range []peers.Comparison{peers.Cut, peers.Made} {
				list = append(list, tables.Table{Name: string(c) + "-" + f.id, Text: r.rateTable(c, f)})
			}
		}
	}
	return list
}

// A figure is one of a Mean's that a table shows.
type figure struct {
	id, name string
	decimals int
	of       func(*Mean) *float64
}

var (
	psnr        = figure{"psnr", "PSNR, dB,", 2, func(m *Mean) *float64 { return &m.PSNR }}
	msssim      = figure{"msssim", "MS-SSIM", 4, func(m *Mean) *float64 { return m.MSSSIM }}
	ssimulacra2 = figure{"ssimulacra2", metrics.SSIMULACRA2.Name, 1, func(m *Mean) *float64 { return m.SSIMULACRA2 }}
	butteraugli = figure{"butteraugli", metrics.Butteraugli.Name, 3, func(m *Mean) *float64 { return m.Butteraugli }}
)

// runText says what was measured, where, and how long ours takes.
func (r *Report) runText() string {
	var encode, decode, preview []float64
	for _, i := range r.Images {
		encode, decode, preview = append(encode, i.Own.Encode), append(decode, i.Own.Decode), append(preview, i.Own.Preview)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d images; model %s (%s); %s, %d cores, %s, %s", len(r.Images), r.Model, r.ModelID,
		cmp.Or(r.Machine.CPU, "unknown processor"), r.Machine.Cores, r.Machine.System, r.Machine.Go)
	if r.KeepColours {
		out.WriteString("; colours as they are")
	}
	if r.Jobs > 1 {
		fmt.Fprintf(&out, "; %d images at a time", r.Jobs)
	}
	fmt.Fprintf(&out, ".\nMedian times of ddpmz: encoding %.2f s, decoding %.2f s, a preview of at most %d of the 1000 reverse steps %.2f s.\n",
		median(encode), median(decode), PreviewSteps, median(preview))
	if missing := r.Missing(); len(missing) > 0 {
		out.WriteString("Not measured, for want of programs:")
		for i, p := range missing {
			if i > 0 {
				out.WriteString(";")
			}
			fmt.Fprintf(&out, " %s (%s)", p.Name, strings.Join(p.Missing, ", "))
		}
		out.WriteString(".\n")
	}
	return out.String()
}

// betterText says where peers are better, in a sentence for each comparison.
func (r *Report) betterText() string {
	var smaller []string
	own := r.ownSize()
	for _, s := range r.Sizes() {
		if !s.Own && s.PerSubpixel < own {
			smaller = append(smaller, fmt.Sprintf("%s (%s)", s.Name, tables.Percent(s.PerSubpixel/own-1)))
		}
	}
	var out strings.Builder
	if len(smaller) > 0 {
		fmt.Fprintf(&out, "- Smaller lossless files than ddpmz's come from %s.\n", strings.Join(smaller, ", "))
	} else {
		out.WriteString("- No codec here makes smaller lossless files than ddpmz.\n")
	}
	for _, c := range []struct {
		comparison  peers.Comparison
		title, none string
	}{
		{peers.Cut, "One file, cut: better than ddpmz's prefixes, in mean PSNR at the bits a pixel named, are", "One file, cut: no codec here is better than ddpmz at any of the rates."},
		{peers.Made, "Files made for each rate: better than ddpmz's prefixes are", "Files made for each rate: none is better than ddpmz's prefixes."},
	} {
		var better []string
		lines := r.Lines(c.comparison)
		for _, l := range lines[1:] {
			var where []string
			for _, m := range l.Means {
				i := slices.IndexFunc(lines[0].Means, func(o Mean) bool { return o.Target == m.Target })
				if i < 0 || m.PSNR > lines[0].Means[i].PSNR {
					gain := ""
					if i >= 0 && m.Exact < len(r.Images) {
						gain = fmt.Sprintf(" (by %.2f dB)", m.PSNR-lines[0].Means[i].PSNR)
					}
					where = append(where, fmt.Sprintf("%g%s", m.Target, gain))
				}
			}
			if len(where) > 0 {
				better = append(better, l.Name+" at "+strings.Join(where, ", "))
			}
		}
		if len(better) > 0 {
			fmt.Fprintf(&out, "- %s %s.\n", c.title, strings.Join(better, "; "))
		} else if len(lines) > 1 {
			fmt.Fprintf(&out, "- %s\n", c.none)
		}
	}
	return out.String()
}

func (r *Report) ownSize() float64 {
	for _, s := range r.Sizes() {
		if s.Own {
			return s.PerSubpixel
		}
	}
	return 0
}

func (r *Report) losslessTable() string {
	var g tables.Grid
	g.Row("lossless", "bits a sub-pixel", "against ddpmz", "encoding, s", "decoding, s")
	own, reused := r.ownSize(), false
	for _, s := range r.Sizes() {
		mark := ""
		if s.Reused {
			mark, reused = "*", true
		}
		against := tables.Percent(s.PerSubpixel/own - 1)
		if s.Own {
			against = ""
		}
		g.Row(bold(s.Name, s.Own), tables.Number(s.PerSubpixel, 3), against, tables.Number(s.Encode, 2)+mark, tables.Number(s.Decode, 2)+mark)
	}
	text := g.String()
	if reused {
		text += "\n\\* taken over from an earlier run.\n"
	}
	return text
}

func bold(text string, yes bool) string {
	if yes {
		return "**" + text + "**"
	}
	return text
}

// rateTable shows a figure at every rate; beside PSNR, the BD-rate.
func (r *Report) rateTable(c peers.Comparison, f figure) string {
	var g tables.Grid
	someExact := false
	head := []string{f.name + " at bits a pixel"}
	for _, rate := range r.Rates {
		head = append(head, fmt.Sprintf("%g", rate))
	}
	if f.id == psnr.id {
		head = append(head, "bits of ddpmz")
	}
	g.Row(head...)
	for _, l := range r.Lines(c) {
		row := []string{bold(l.Name, l.Own)}
		for _, rate := range r.Rates {
			cell := none
			if i := slices.IndexFunc(l.Means, func(m Mean) bool { return m.Target == rate }); i >= 0 {
				m := &l.Means[i]
				if v := f.of(m); v != nil {
					cell = tables.Number(*v, f.decimals)
				}
				if f.id == psnr.id && m.Exact == len(r.Images) {
					cell = "exact"
				} else if f.id == psnr.id && m.Exact > 0 {
					cell, someExact = fmt.Sprintf("%s (%d)", cell, m.Exact), true
				}
			}
			row = append(row, cell)
		}
		if f.id == psnr.id {
			row = append(row, r.bdRate(&l))
		}
		g.Row(row...)
	}
	text := g.String()
	if someExact {
		text += "\nIn brackets beside a PSNR: of so many images the picture is exact; the mean is of the others.\n"
	}
	return text
}

// bdRate shows a line's, with the number of images behind it if that is not all.
func (r *Report) bdRate(l *Line) string {
	switch l.BDImages {
	case 0:
		return none
	case len(r.Images):
		return tables.Percent(l.BD)
	}
	return fmt.Sprintf("%s (%d)", tables.Percent(l.BD), l.BDImages)
}

func (r *Report) levelTable() string {
	var g tables.Grid
	g.Row("level", "steps", "bytes", "bits a pixel", "ideal", "RMSE", "PSNR, dB")
	for _, m := range r.LevelMeans() {
		psnr := tables.Number(m.PSNR, 2)
		if m.RMSE == 0 {
			psnr = "exact"
		}
		g.Row(fmt.Sprint(m.Level), fmt.Sprint(m.Steps), tables.Number(m.Bytes, 0), tables.Number(m.Rate, 4),
			tables.Number(m.Ideal, 4), tables.Number(m.RMSE, 3), psnr)
	}
	return g.String()
}

// imageTable shows the lossless sizes image by image.
func (r *Report) imageTable() string {
	var g tables.Grid
	sizes := r.Sizes()
	head := []string{"bits a sub-pixel"}
	for _, s := range sizes {
		head = append(head, bold(s.Name, s.Own))
	}
	g.Row(head...)
	for i := range r.Images {
		image := &r.Images[i]
		row := []string{image.Name}
		for _, s := range sizes {
			n := image.Own.Bytes
			if !s.Own {
				n = image.Peers[s.ID].Points[0].Bytes
			}
			row = append(row, tables.Number(8*float64(n)/(3*image.Pixels()), 3))
		}
		g.Row(row...)
	}
	return g.String()
}

// ratioTable compares every lossless file of ddpmz with a peer's of the same picture.
func (r *Report) ratioTable() string {
	var g tables.Grid
	g.Row("bytes of ddpmz, of those of", "geometric mean", "least", "most")
	for _, s := range r.Sizes() {
		if s.Own {
			continue
		}
		logs, least, most := 0.0, math.Inf(1), 0.0
		for i := range r.Images {
			image := &r.Images[i]
			ratio := float64(image.Own.Bytes) / float64(image.Peers[s.ID].Points[0].Bytes)
			logs += math.Log(ratio)
			least, most = min(least, ratio), max(most, ratio)
		}
		mean := math.Exp(logs / float64(len(r.Images)))
		g.Row(s.Name, tables.Number(mean, 3), tables.Number(least, 3), tables.Number(most, 3))
	}
	return g.String()
}

func (r *Report) peerTable() string {
	var g tables.Grid
	g.Row("peer", "comparison", "version", "encoder", "decoder")
	for _, p := range r.Peers {
		version := p.Version
		if version == "" {
			version = "missing"
		}
		g.Row(p.Name, string(p.Comparison), version, code(p.Encode), code(p.Decode))
	}
	return g.String()
}

func code(text string) string { return "`" + text + "`" }
