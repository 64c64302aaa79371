package test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// policy is a strict content security policy. The package needs no more than this.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'"

// A server serves the package as /ddpmz/, the page of the tests as /page/, and files as /files/NAME. Parameters of a file's address
// say how: noranges=1 ignores ranges, rate=N sends so many bytes a second, cut=N ends after so many bytes, change=1 sends another file
// the second time.
type server struct {
	mux http.ServeMux

	mutex sync.Mutex
	files map[string][]byte
	sent  map[string]int // bytes, by name
	asked map[string]int // requests
}

func newServer(dist string) *server {
	s := &server{files: map[string][]byte{}, sent: map[string]int{}, asked: map[string]int{}}
	s.mux.Handle("/ddpmz/", http.StripPrefix("/ddpmz/", http.FileServer(http.Dir(dist))))
	s.mux.Handle("/page/", http.StripPrefix("/page/", http.FileServer(http.Dir("testdata"))))
	s.mux.HandleFunc("/files/", s.file)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", policy)
	s.mux.ServeHTTP(w, r)
}

// add has a file served under a name, and returns its address.
func (s *server) add(name string, file []byte) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.files[name] = file
	return "/files/" + name
}

// of returns how many bytes of a file were sent, and in how many answers.
func (s *server) of(name string) (sent, asked int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.sent[name], s.asked[name]
}

func (s *server) file(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/files/")
	s.mutex.Lock()
	file, ok := s.files[name]
	s.asked[name]++
	n := s.asked[name]
	s.mutex.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	q := r.URL.Query()
	number := func(key string) int { n, _ := strconv.Atoi(q.Get(key)); return n }
	if cut := number("cut"); cut > 0 {
		file = file[:cut]
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%d"`, max(1, n*number("change"))))
	w.Header().Set("Cache-Control", "no-store")
	out := &counting{ResponseWriter: w, server: s, name: name, rate: number("rate")}
	if number("noranges") > 0 {
		io.Copy(out, bytes.NewReader(file))
		return
	}
	http.ServeContent(out, r, name, time.Time{}, bytes.NewReader(file))
}

// A counting writer counts what is sent of a file, and is as slow as a rate says.
type counting struct {
	http.ResponseWriter
	server *server
	name   string
	rate   int // bytes a second; 0: as fast as it goes
}

func (c *counting) Write(b []byte) (int, error) {
	sent := 0
	for len(b) > 0 {
		part := b[:min(len(b), 4096)]
		n, err := c.ResponseWriter.Write(part)
		c.server.mutex.Lock()
		c.server.sent[c.name] += n
		c.server.mutex.Unlock()
		if sent += n; err != nil {
			return sent, err
		}
		if c.rate > 0 {
			c.ResponseWriter.(http.Flusher).Flush()
			time.Sleep(time.Duration(len(part)) * time.Second / time.Duration(c.rate))
		}
		b = b[len(part):]
	}
	return sent, nil
}
