package model

import (
	"github.com/ddpmz/ddpmz/model/internal/adapt"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/storage"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A frame is the rows of a scale that coding a band depends on: the band's own and those around it that the network reads. It
// holds their dither, and the cells of the rows around as they were before the pass. The cells of the band's own rows are the
// scale's, which change while it is coded.
type frame struct {
	y0, y1        int // the band's rows
	top, bottom   int // the frame's rows
	dither        [process.Coefficients]storage.DitherRows
	before, after [process.Coefficients]storage.Array // cells of the frame's rows above the band and below it
}

// above keeps the last rows of a band as they were before the pass, for the next band.
type above struct {
	cells   [process.Coefficients]storage.Array
	records [process.Coefficients][]adapt.Record
}

// take makes f the frame of a band of a scale, halo rows around it, with what is known before the pass, and keeps in last what
// the next band will need.
func (f *frame) take(s *scale, number, halo int, last *above) {
	f.y0, f.y1 = bandEdge(s.h, number), bandEdge(s.h, number+1)
	f.top, f.bottom = max(0, f.y0-halo), min(s.h, f.y1+halo)
	w, most := s.w, min(s.h, mostRows(s.h)+2*halo)
	for i := range transform.Subbands * s.planes {
		f.dither[i].Fill(s.dither(), i, f.top, f.bottom, most*w)
		f.before[i].Resize((f.y0-f.top)*w, halo*w, &s.cells[0])
		f.after[i].Resize((f.bottom-f.y1)*w, halo*w, &s.cells[0])
		f.after[i].Copy(0, &s.cells[i], f.y1*w, f.bottom*w)
		if number > 0 {
			f.before[i].Copy(0, &last.cells[i], 0, (f.y0-f.top)*w)
		}
		if f.y1 < s.h {
			last.cells[i].Resize(halo*w, halo*w, &s.cells[i])
			last.cells[i].Copy(0, &s.cells[i], (f.y1-halo)*w, f.y1*w)
		}
	}
}

// cells returns where the cells of coefficient i in row y of the frame are: in an array, from a site on.
func (f *frame) cells(s *scale, i, y int) (*storage.Array, int) {
	switch {
	case y < f.y0:
		return &f.before[i], (y - f.top) * s.w
	case y >= f.y1:
		return &f.after[i], (y - f.y1) * s.w
	}
	return &s.cells[i], y * s.w
}
