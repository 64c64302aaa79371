package gallery

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"
)

// A source is a file to be decoded: of the folder, or one that was dropped.
type source struct {
	io.ReadSeeker
	io.Closer
	name     string
	key      string // tells it from others, and from what it was before it changed
	size     int64
	modified time.Time
}

// tag returns an entity tag.
func (s *source) tag() string { return fmt.Sprintf(`"%x-%x"`, s.modified.UnixNano(), s.size) }

// open opens the file that the parameters of a request name: file, a path in the folder, or dropped, a number.
func (s *Server) open(q url.Values) (*source, error) {
	if id := q.Get("dropped"); id != "" {
		return s.dropped.open(id)
	}
	name := q.Get("file")
	if !strings.HasSuffix(name, Suffix) || strings.HasPrefix(path.Base(name), ".") {
		return nil, errNoFile
	}
	f, err := s.Folder.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNoFile
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	key := fmt.Sprintf("%s\x00%d\x00%d", name, info.ModTime().UnixNano(), info.Size())
	return &source{f, f, path.Base(name), key, info.Size(), info.ModTime()}, nil
}

// mostDropped is how many dropped files are kept.
const mostDropped = 8

// dropped has the last files that were dropped.
type dropped struct {
	mutex sync.Mutex
	last  int
	files map[string]*droppedFile
}

type droppedFile struct {
	name  string
	bytes []byte
	at    time.Time
	n     int
}

// add keeps a file, and returns its number.
func (d *dropped) add(name string, file []byte) string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.files == nil {
		d.files = map[string]*droppedFile{}
	}
	d.last++
	id := fmt.Sprint(d.last)
	d.files[id] = &droppedFile{name, file, time.Now(), d.last}
	for id, f := range d.files {
		if f.n <= d.last-mostDropped {
			delete(d.files, id)
		}
	}
	return id
}

func (d *dropped) open(id string) (*source, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	f, ok := d.files[id]
	if !ok {
		return nil, errNoFile
	}
	return &source{bytes.NewReader(f.bytes), io.NopCloser(nil), f.name, "\x00" + id, int64(len(f.bytes)), f.at}, nil
}
