package gallery

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"strings"
)

// Encode makes a file of a picture file.
type Encode func(ctx context.Context, w io.Writer, in io.Reader) error

// maxUpload is how long a picture file may be that is dropped, in bytes.
const maxUpload = 64 << 20

// drop encodes a picture file, the body of the request, whose parameter name is its name, and answers where to see what came of it.
// Nothing is written to the folder.
func (s *Server) drop(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Query().Get("name"))
	body := http.MaxBytesReader(w, r.Body, maxUpload)
	select {
	case s.pictures.turns <- struct{}{}:
		defer func() { <-s.pictures.turns }()
	case <-r.Context().Done():
		return
	}
	var file bytes.Buffer
	if err := s.Encode(r.Context(), &file, body); err != nil {
		refuse(w, err)
		return
	}
	id := s.dropped.add(strings.TrimSuffix(name, path.Ext(name))+Suffix, file.Bytes())
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"view": "/view?dropped=" + id, "bytes": file.Len()})
}
