package wholebench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/tables"
)

// Prefix begins the names of the tables, so that they can stand in a document beside those of another report.
const Prefix = "whole: "

// none stands for a figure that there is not.
const none = "–"

// Tables returns the report as text.
func (r *Report) Tables() []tables.Table {
	return []tables.Table{
		{Name: Prefix + "run", Text: r.runText()},
		{Name: Prefix + "files", Text: r.fileTable()},
		{Name: Prefix + "pictures", Text: r.pictureTable()},
		{Name: Prefix + "peers", Text: r.peerTable()},
	}
}

// A line is what the files of one codec come to, of the pictures that it can hold.
type line struct {
	name               string
	own                bool
	pictures           int
	bytes, pixels      float64
	encode, decode     float64 // seconds; 0 if they are not known
	ratio, least, most float64 // of ddpmz's bytes to these: the geometric mean, and the extremes
}

// lines returns one for ddpmz, one for each peer that was measured, and one for the files that the pictures came in, from the fewest bits a
// pixel to the most.
func (r *Report) lines() []line {
	list := []line{r.line("ddpmz", func(p *Picture) (Result, bool) { return p.Own, true })}
	list[0].own = true
	for _, peer := range r.Peers {
		if l := r.line(peer.Name, func(p *Picture) (Result, bool) { f, ok := p.Peers[peer.ID]; return f, ok }); l.pictures > 0 {
			list = append(list, l)
		}
	}
	list = append(list, r.line("the files they came in", func(p *Picture) (Result, bool) { return Result{Bytes: p.Bytes}, true }))
	slices.SortStableFunc(list, func(a, b line) int { return cmp.Compare(a.bytes/a.pixels, b.bytes/b.pixels) })
	return list
}

func (r *Report) line(name string, of func(*Picture) (Result, bool)) line {
	l := line{name: name, least: math.Inf(1)}
	logs := 0.0
	for i := range r.Pictures {
		p := &r.Pictures[i]
		f, ok := of(p)
		if !ok {
			continue
		}
		l.pictures++
		l.bytes, l.pixels = l.bytes+float64(f.Bytes), l.pixels+p.pixels()
		l.encode, l.decode = l.encode+f.Encode, l.decode+f.Decode
		ratio := float64(p.Own.Bytes) / float64(f.Bytes)
		logs += math.Log(ratio)
		l.least, l.most = min(l.least, ratio), max(l.most, ratio)
	}
	l.ratio = math.Exp(logs / float64(l.pictures))
	return l
}

// runText says what was measured, and where.
func (r *Report) runText() string {
	var out strings.Builder
	pixels, stored := 0.0, 0
	for i := range r.Pictures {
		pixels += r.Pictures[i].pixels()
		if r.Pictures[i].Own.Mode == "stored" {
			stored++
		}
	}
	fmt.Fprintf(&out, "%d pictures, %.1f megapixels, of which ddpmz stores %d and codes %d by a model; model %s (%s); %s, %s, %s, ddpmz on %s.\n", len(r.Pictures), pixels/1e6,
		stored, len(r.Pictures)-stored, r.Model, r.ModelID, cmp.Or(r.Machine.CPU, "unknown processor"), r.Machine.System, r.Machine.Go, cores(r.Machine.Cores))
	for _, p := range r.Peers {
		if len(p.Missing) > 0 {
			fmt.Fprintf(&out, "Not measured: %s, for want of %s.\n", p.Name, strings.Join(p.Missing, " and "))
		}
	}
	return out.String()
}

func cores(n int) string {
	if n == 1 {
		return "one core"
	}
	return fmt.Sprintf("%d cores", n)
}

// fileTable compares codecs: sizes, and millions of pixels for a second of the processor.
func (r *Report) fileTable() string {
	var g tables.Grid
	g.Row("lossless files", "bytes", "bits a pixel", "ddpmz of it, geometric mean", "least", "most", "encoding, MP/s", "decoding, MP/s")
	few := false
	for _, l := range r.lines() {
		name, ratios := l.name, []string{tables.Number(l.ratio, 3), tables.Number(l.least, 3), tables.Number(l.most, 3)}
		if l.own {
			name, ratios = "**"+name+"**", []string{"", "", ""}
		}
		if l.pictures < len(r.Pictures) {
			name, few = fmt.Sprintf("%s (%d)", name, l.pictures), true
		}
		g.Row(slices.Concat([]string{name, tables.Number(l.bytes, 0), tables.Number(8*l.bytes/l.pixels, 3)}, ratios,
			[]string{speed(l.pixels, l.encode), speed(l.pixels, l.decode)})...)
	}
	text := g.String()
	if few {
		text += "\nIn brackets: of so many pictures; the codec cannot hold the others.\n"
	}
	return text
}

// speed returns millions of pixels a second.
func speed(pixels, seconds float64) string {
	if seconds == 0 {
		return none
	}
	return tables.Number(pixels/1e6/seconds, 2)
}

// pictureTable shows the bytes of every file, and the speed of ddpmz.
func (r *Report) pictureTable() string {
	var g tables.Grid
	measured := slices.DeleteFunc(slices.Clone(r.Peers), func(peer peers.Peer) bool {
		return !slices.ContainsFunc(r.Pictures, func(p Picture) bool { _, ok := p.Peers[peer.ID]; return ok })
	})
	head := []string{"bytes", "pixels", "kind", "**ddpmz**"}
	for _, peer := range measured {
		head = append(head, peer.Name)
	}
	g.Row(append(head, "file it came in", "encoding, MP/s", "decoding, MP/s")...)
	for i := range r.Pictures {
		p := &r.Pictures[i]
		row := []string{p.Name, fmt.Sprintf("%dx%d", p.Width, p.Height), p.Kind, fmt.Sprint(p.Own.Bytes)}
		for _, peer := range measured {
			cell := none
			if f, ok := p.Peers[peer.ID]; ok {
				cell = fmt.Sprint(f.Bytes)
			}
			row = append(row, cell)
		}
		g.Row(append(row, fmt.Sprint(p.Bytes), speed(p.pixels(), p.Own.Encode), speed(p.pixels(), p.Own.Decode))...)
	}
	return g.String()
}

func (r *Report) peerTable() string {
	var g tables.Grid
	g.Row("peer", "version", "encoder", "decoder")
	for _, p := range r.Peers {
		g.Row(p.Name, cmp.Or(p.Version, "missing"), "`"+p.Encode+"`", "`"+p.Decode+"`")
	}
	return g.String()
}
