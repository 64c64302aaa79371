package jpegbench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/charts"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/tables"
)

// none stands for a figure that there is not.
const none = "–"

// Tables returns the report as text.
func (r *Report) Tables() []tables.Table {
	list := []tables.Table{
		{Name: "jpeg-run", Text: r.runText()},
		{Name: "jpeg-files", Text: r.fileTable()},
		{Name: "jpeg-folders", Text: r.folderTable()},
	}
	if len(r.Shares) > 0 {
		list = append(list, tables.Table{Name: "jpeg-cuts", Text: r.cutTable()})
	}
	if len(r.Peers) > 0 {
		list = append(list, tables.Table{Name: "jpeg-peers", Text: r.peerTable()})
	}
	return list
}

// runText says what was measured, where, and how long ours takes.
func (r *Report) runText() string {
	var bytes int64
	var encode, decode, preview, fall float64
	for _, f := range r.Files {
		if f.Own.Refused != "" {
			continue
		}
		bytes += f.Bytes
		encode, decode, preview = encode+f.Own.Encode, decode+f.Own.Decode, preview+f.Own.Preview
		fall = max(fall, f.Own.fall())
	}
	megabytes := float64(bytes) / 1e6
	text := fmt.Sprintf("%d JPEG files; %s, %d cores, %s, %s", len(r.Files), cmp.Or(r.Machine.CPU, "unknown processor"), r.Machine.Cores, r.Machine.System, r.Machine.Go)
	if r.Jobs > 1 {
		text += fmt.Sprintf("; %d files at a time", r.Jobs)
	}
	text += fmt.Sprintf(".\nddpmz takes %.2f s for a megabyte of JPEG to encode, %.2f s to decode, and %.2f s to show at most %d of the 1000 reverse steps.\n",
		encode/megabytes, decode/megabytes, preview/megabytes, bench.PreviewSteps)
	if len(r.Shares) > 0 {
		text += fmt.Sprintf("From level to level, the PSNR of no file falls by more than %.2f dB.\n", fall)
	}
	return text
}

// fall returns by how many dB the PSNR falls most from any point to a later one.
func (r *Result) fall() (fall float64) {
	best := math.Inf(-1)
	for _, p := range r.Levels {
		if p.PSNR != nil {
			best = max(best, *p.PSNR)
			fall = max(fall, best-*p.PSNR)
		}
	}
	return fall
}

// A sum adds up what codecs make of files that all of them take.
type sum struct {
	name  string
	files int
	jpeg  int64
	coded []int64 // by codec
}

func (s *sum) row(g *tables.Grid) {
	cells := []string{s.name, fmt.Sprint(s.jpeg)}
	for _, n := range s.coded {
		cells = append(cells, fmt.Sprint(n))
	}
	for i, n := range s.coded {
		if i == 0 {
			cells = append(cells, tables.Number(float64(n)/float64(s.jpeg), 3))
		} else {
			cells = append(cells, tables.Number(float64(s.coded[0])/float64(n), 3))
		}
	}
	g.Row(cells...)
}

// head begins a table of sizes.
func (r *Report) head(first string) (g tables.Grid, list []codecName) {
	list = r.codecs()
	cells := []string{first, "JPEG"}
	for _, c := range list {
		cells = append(cells, c.bold())
	}
	cells = append(cells, "of JPEG")
	for _, c := range list[1:] {
		cells = append(cells, "of "+c.name)
	}
	g.Row(cells...)
	return g, list
}

func (c *codecName) bold() string {
	if c.own {
		return "**" + c.name + "**"
	}
	return c.name
}

// add adds a file, if all codecs take it.
func (s *sum) add(f *File, list []codecName) bool {
	coded := make([]int64, len(list))
	for i, c := range list {
		result, ok := c.of(f)
		if !ok || result.Refused != "" {
			return false
		}
		coded[i] = result.Bytes
	}
	if s.coded == nil {
		s.coded = make([]int64, len(list))
	}
	for i, n := range coded {
		s.coded[i] += n
	}
	s.jpeg += f.Bytes
	s.files++
	return true
}

// fileTable has the sizes of every file, and the sum of those that all codecs take.
func (r *Report) fileTable() string {
	g, list := r.head("bytes")
	all := sum{name: "all"}
	for i := range r.Files {
		f := &r.Files[i]
		one := sum{name: f.Name}
		if f.Own.Wrapped {
			one.name += ", wrapped"
		}
		if one.add(f, list) {
			one.row(&g)
			all.add(f, list)
			continue
		}
		cells := []string{f.Name, fmt.Sprint(f.Bytes)}
		for _, c := range list {
			if result, ok := c.of(f); !ok || result.Refused != "" {
				cells = append(cells, none)
			} else {
				cells = append(cells, fmt.Sprint(result.Bytes))
			}
		}
		g.Row(cells...)
	}
	if all.files > 1 {
		all.row(&g)
	}
	return g.String()
}

// folderTable has the sums of the files of every folder.
func (r *Report) folderTable() string {
	g, list := r.head("bytes")
	var sums []*sum
	for i := range r.Files {
		f := &r.Files[i]
		at := slices.IndexFunc(sums, func(s *sum) bool { return s.name == f.Folder })
		if at < 0 {
			at = len(sums)
			sums = append(sums, &sum{name: f.Folder})
		}
		sums[at].add(f, list)
	}
	for _, s := range sums {
		if s.files > 0 {
			s.row(&g)
		}
	}
	return g.String()
}

// cutTable has the means of the PSNR at the shares, of the files of which a codec shows something, and how many it shows
// nothing of; and of how many files the picture of a peer is better than ours.
func (r *Report) cutTable() string {
	var g tables.Grid
	cells := []string{"PSNR, dB, of the first"}
	for _, s := range r.Shares {
		cells = append(cells, fmt.Sprintf("%.4g%%", 100*s))
	}
	g.Row(cells...)
	list := slices.DeleteFunc(r.codecs(), func(c codecName) bool { return !r.cuts(&c) })
	for _, c := range list {
		cells := []string{c.bold()}
		for i := range r.Shares {
			mean, missing, exact := r.mean(&c, i)
			cell := none
			if mean > 0 {
				cell = tables.Number(mean, 2)
			}
			if missing+exact > 0 {
				cell += " ("
				if missing > 0 {
					cell += fmt.Sprintf("%d none", missing)
				}
				if exact > 0 {
					cell += fmt.Sprintf("%d exact", exact)
				}
				cell += ")"
			}
			cells = append(cells, cell)
		}
		g.Row(cells...)
	}
	for _, c := range list[1:] {
		cells := []string{"files of which " + c.name + " shows more"}
		for i := range r.Shares {
			cells = append(cells, fmt.Sprint(r.worse(&c, i)))
		}
		g.Row(cells...)
	}
	return g.String()
}

// cuts reports whether files of a codec were cut.
func (r *Report) cuts(c *codecName) bool {
	return slices.ContainsFunc(r.Files, func(f File) bool { result, _ := c.of(&f); return len(result.Cuts) > 0 })
}

// mean returns the mean PSNR of a codec at share i, over the files of which it shows a picture that is not exact.
func (r *Report) mean(c *codecName, i int) (mean float64, missing, exact int) {
	n := 0
	for j := range r.Files {
		result, ok := c.of(&r.Files[j])
		if !ok || len(result.Cuts) == 0 {
			continue
		}
		switch p := &result.Cuts[i]; {
		case p.Exact:
			exact++
		case p.PSNR == nil:
			missing++
		default:
			mean += *p.PSNR
			n++
		}
	}
	return mean / float64(max(n, 1)), missing, exact
}

// worse counts the files of which a peer shows a better picture than ddpmz at share i.
func (r *Report) worse(c *codecName, i int) (n int) {
	for j := range r.Files {
		f := &r.Files[j]
		if peer, ok := c.of(f); ok && len(peer.Cuts) > 0 && len(f.Own.Cuts) > 0 && peer.Cuts[i].value() > f.Own.Cuts[i].value() {
			n++
		}
	}
	return n
}

// value returns the PSNR, infinite if the picture is exact and less than any if there is none.
func (p *Point) value() float64 {
	switch {
	case p.Exact:
		return math.Inf(1)
	case p.PSNR != nil:
		return *p.PSNR
	}
	return math.Inf(-1)
}

// peerTable has the commands of the peers.
func (r *Report) peerTable() string {
	var g tables.Grid
	g.Row("peer", "version", "encoder", "decoder", "cut file shown by")
	code := func(command string) string {
		if command == "" {
			return none
		}
		return "`" + command + "`"
	}
	for _, p := range r.Peers {
		version := p.Version
		if len(p.Missing) > 0 {
			version = "not installed: " + strings.Join(p.Missing, ", ")
		}
		g.Row(p.Name, version, code(p.Encode), code(p.Decode), code(p.Show))
	}
	return g.String()
}

// Charts returns the report as pictures: PSNR against the share of the file, if files were cut.
func (r *Report) Charts() ([]*charts.Chart, error) {
	if len(r.Shares) == 0 {
		return nil, nil
	}
	panel := charts.Panel{Axes: charts.Axes{Title: fmt.Sprintf("One file, cut: mean of %d JPEG files", len(r.Files)),
		X: "bytes, % of those of ddpmz", Y: "PSNR, dB", LogX: true, Legend: charts.TopLeft}}
	for _, c := range r.codecs() {
		if !r.cuts(&c) {
			continue
		}
		s := charts.Series{Name: c.name, Own: c.own}
		for i, share := range r.Shares {
			if mean, missing, _ := r.mean(&c, i); mean > 0 && missing == 0 {
				s.X, s.Y = append(s.X, 100*share), append(s.Y, mean)
			}
		}
		panel.Series = append(panel.Series, s)
	}
	c, err := charts.Curves("jpeg-cut", 150, 115, panel)
	return []*charts.Chart{c}, err
}
