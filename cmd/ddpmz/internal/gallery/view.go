package gallery

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/ddpmz/ddpmz/codec"
)

// A level is what the slider of a page goes through.
type level struct {
	Timestep int   `json:"timestep"`
	Steps    int   `json:"steps"`
	Bytes    int64 `json:"bytes"` // at most
}

// view shows a file, and a slider for its levels.
func (s *Server) view(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f, err := s.open(q)
	if err != nil {
		refuse(w, err)
		return
	}
	defer f.Close()
	info, err := codec.Inspect(f)
	if info == nil {
		refuse(w, err)
		return
	}
	levels := []level{}
	for _, at := range info.Levels {
		levels = append(levels, level{at.Timestep, at.Steps, min(at.Bytes, f.size)})
	}
	if len(levels) == 0 {
		levels = append(levels, level{0, 1000, f.size})
	}
	text, err := json.Marshal(levels)
	if err != nil {
		refuse(w, err)
		return
	}
	address := url.Values{}
	for _, name := range []string{"file", "dropped"} {
		if v := q.Get(name); v != "" {
			address.Set(name, v)
		}
	}
	data := struct {
		Name, Address, Levels, Colour, Coding, File string
		Width, Height, Depth, Last                  int
		Size                                        int64
		BitsPerPixel                                string
	}{Name: f.name, Address: "/picture?" + address.Encode(), Levels: string(text), Colour: info.Colour, Coding: coding(info),
		Width: info.Width, Height: info.Height, Depth: info.Depth, Last: len(levels) - 1, Size: f.size,
		BitsPerPixel: fmt.Sprintf("%.2f", 8*float64(f.size)/float64(info.Width)/float64(info.Height))}
	if name := q.Get("file"); name != "" {
		data.File = (&url.URL{Path: "/files/" + name}).String()
	}
	s.render(w, "view.html", data)
}

// coding says in words how a file is coded.
func coding(info *codec.Info) string {
	switch {
	case info.JPEG != nil:
		return "a JPEG file"
	case !info.Modelled:
		return "stored"
	case info.Model != "":
		return "by the model " + info.Model
	}
	return "by model " + info.ModelID
}

// picture sends a picture of a file: at a timestep; one of at least fit pixels a side; the difference to the image.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	number := func(name string, most int) int {
		n, err := strconv.Atoi(q.Get(name))
		if err != nil {
			return 0
		}
		return max(0, min(n, most))
	}
	want := wanted{timestep: number("timestep", 1000), fit: number("fit", 1<<16), difference: q.Get("difference") != ""}
	want.compared = want.fit == 0
	f, err := s.open(q)
	if err != nil {
		refuse(w, err)
		return
	}
	defer f.Close()
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", f.tag())
	if r.Header.Get("If-None-Match") == f.tag() {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	got, err := s.pictures.get(r.Context(), f, fmt.Sprintf("%s\x00%+v", f.key, want), want)
	if err != nil {
		h.Del("ETag")
		refuse(w, err)
		return
	}
	h.Set("Content-Type", got.mediaType)
	h.Set("Ddpmz-Bytes", fmt.Sprint(got.at.Bytes))
	h.Set("Ddpmz-Steps", fmt.Sprint(got.at.Steps))
	h.Set("Ddpmz-Exact", fmt.Sprint(got.at.Exact))
	if !math.IsNaN(got.psnr) {
		h.Set("Ddpmz-PSNR", fmt.Sprintf("%.2f", got.psnr)) // +Inf if it is the image
	}
	h.Set("Content-Length", fmt.Sprint(len(got.file)))
	_, _ = w.Write(got.file)
}
