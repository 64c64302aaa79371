// Package gallery serves a folder of ddpmz files to browsers: a page of small pictures, and one for each file that shows what its
// prefixes decode to. It decodes on the server, so that any browser will do.
//
// It only reads. Names lead nowhere but into the folder, links neither.
package gallery

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/codec"
)

// Suffix is how the names of files end.
const Suffix = ".ddpmz"

// MediaType is that of files: see share/mime.
const MediaType = "image/x-ddpmz"

// policy lets pages load what the server itself has, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

//go:embed assets
var assets embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"count": count}).ParseFS(assets, "assets/*.html"))

// Config says what is served.
type Config struct {
	Folder  *os.Root
	Name    string        // of the folder, to be shown
	Decoder codec.Decoder // limits, and networks of one's own

	// Encode makes a file of a picture file, for the page on which these can be dropped; nil: there is no such page.
	Encode Encode

	// Local says that the server is reached as this computer only. Then it refuses requests by other names, such as those of a web page
	// that has its own name lead here.
	Local bool
}

// A Server is an http.Handler.
type Server struct {
	Config
	handler  http.Handler
	pictures *pictures
	dropped  dropped
}

// New returns a server.
func New(c Config) *Server {
	s := &Server{Config: c, pictures: newPictures(c.Decoder)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.folder)
	mux.HandleFunc("GET /view", s.view)
	mux.HandleFunc("GET /picture", s.picture)
	mux.HandleFunc("GET /files/{name...}", s.file)
	static, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", http.FileServerFS(static)))
	if c.Encode != nil {
		mux.HandleFunc("GET /drop", func(w http.ResponseWriter, r *http.Request) { s.render(w, "drop.html", nil) })
		mux.HandleFunc("POST /drop", s.drop)
	}
	s.handler = http.NewCrossOriginProtection().Handler(mux)
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Local && !localName(r.Host) {
		http.Error(w, "this server answers to localhost", http.StatusMisdirectedRequest)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	s.handler.ServeHTTP(w, r)
}

// localName reports whether a host is this computer, by a name that nobody else can have.
func localName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// render writes a page.
func (s *Server) render(w http.ResponseWriter, page string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	// An error is the connection's: templates are tested.
	_ = pages.ExecuteTemplate(w, page, data)
}

// refuse answers with an error.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusUnprocessableEntity
	var limit *codec.LimitError
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid), errors.Is(err, errNoFile):
		status, err = http.StatusNotFound, errNoFile
	case errors.Is(err, fs.ErrPermission):
		status, err = http.StatusForbidden, errors.New("this file may not be read")
	case errors.As(err, &limit), errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
	}
	var path *fs.PathError
	if errors.As(err, &path) { // a link that leads out of the folder, for example
		status, err = http.StatusNotFound, errNoFile
	}
	http.Error(w, err.Error(), status)
}

var errNoFile = errors.New("there is no such file")

// An entry is what the page of a folder shows.
type entry struct {
	Name, Path string
	Size       int64
}

// folder shows a folder: that of the parameter dir, or the one that is served.
func (s *Server) folder(w http.ResponseWriter, r *http.Request) {
	dir := path.Clean("/" + r.FormValue("dir"))[1:]
	if dir == "" {
		dir = "."
	}
	list, err := fs.ReadDir(s.Folder.FS(), dir)
	if err != nil {
		refuse(w, err)
		return
	}
	data := struct {
		Title, Parent  string
		Up, Drop       bool
		Folders, Files []entry
	}{Title: s.Name, Drop: s.Encode != nil}
	if dir != "." {
		data.Title, data.Up = path.Join(s.Name, dir), true
		if data.Parent = path.Dir(dir); data.Parent == "." {
			data.Parent = ""
		}
	}
	for _, e := range list {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		in := entry{Name: e.Name(), Path: path.Join(dir, e.Name())}
		info, err := s.Folder.Stat(in.Path) // of what a link leads to
		switch {
		case err != nil:
		case info.IsDir():
			data.Folders = append(data.Folders, in)
		case info.Mode().IsRegular() && strings.HasSuffix(e.Name(), Suffix):
			in.Size = info.Size()
			data.Files = append(data.Files, in)
		}
	}
	s.render(w, "folder.html", data)
}

// file serves a file itself, or ranges of it.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	f, err := s.open(url.Values{"file": {name}})
	if err != nil {
		refuse(w, err)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", MediaType)
	w.Header().Set("ETag", f.tag())
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", f.modified, f)
}

// count writes a number with commas.
func count(n int64) string {
	digits := []byte(fmt.Sprint(n))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = slices.Insert(digits, i, ',')
	}
	return string(digits)
}
