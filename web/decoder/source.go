//go:build js && wasm

package main

import (
	"errors"
	"io"
	"sync"
)

// A source is a file of which parts arrive while it is decoded. A reader of it waits for what is not there yet.
type source struct {
	mutex sync.Mutex
	more  sync.Cond // something has arrived, or nothing will any more
	spans []span    // what has arrived; they do not touch
	size  int64     // of the file, or -1 while that is not known
	ended bool      // no more will arrive
	wait  func()    // is called before waiting begins, and done after it
	done  func()
}

// A span is a part of a file.
type span struct {
	from  int64
	bytes []byte
}

func (s span) to() int64 { return s.from + int64(len(s.bytes)) }

func newSource() *source {
	s := &source{size: -1}
	s.more.L = &s.mutex
	return s
}

// push adds a part that has arrived. What is there already is not replaced.
func (s *source) push(from int64, b []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for i := range s.spans {
		if p := &s.spans[i]; p.from <= from && from <= p.to() {
			if over := p.to() - from; over < int64(len(b)) {
				p.bytes = append(p.bytes, b[over:]...)
			}
			s.more.Broadcast()
			return
		}
	}
	s.spans = append(s.spans, span{from, b})
	s.more.Broadcast()
}

// end says that no more will arrive.
func (s *source) end() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.ended = true
	s.more.Broadcast()
}

// at returns what is there from an offset on. It waits until there is something, or fails with io.EOF where nothing will be.
func (s *source) at(offset int64) ([]byte, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for {
		for _, p := range s.spans {
			if p.from <= offset && offset < p.to() {
				return p.bytes[offset-p.from:], nil
			}
		}
		if s.ended || s.size >= 0 && offset >= s.size {
			return nil, io.EOF
		}
		s.mutex.Unlock()
		s.wait()
		s.mutex.Lock()
		if !s.has(offset) && !s.ended {
			s.more.Wait()
		}
		s.mutex.Unlock()
		s.done()
		s.mutex.Lock()
	}
}

// has reports whether the byte at an offset is there.
func (s *source) has(offset int64) bool {
	for _, p := range s.spans {
		if p.from <= offset && offset < p.to() {
			return true
		}
	}
	return false
}

// there is has, for whoever does not hold the mutex.
func (s *source) there(offset int64) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.has(offset)
}

// A reader reads a source from its beginning. It can seek once the size is known.
type reader struct {
	*source
	offset int64
}

func (r *reader) Read(p []byte) (int, error) {
	b, err := r.at(r.offset)
	if err != nil || len(p) == 0 {
		return 0, err
	}
	n := copy(p, b)
	r.offset += int64(n)
	return n, nil
}

func (r *reader) ReadByte() (byte, error) {
	b, err := r.at(r.offset)
	if err != nil {
		return 0, err
	}
	r.offset++
	return b[0], nil
}

// errUnknownSize is the error of seeking in a file of which the size is not known, or that is not at its size.
var errUnknownSize = errors.New("the size of the file is not known")

func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.offset
	case io.SeekEnd:
		offset += r.size
	}
	if r.size < 0 {
		return 0, errUnknownSize
	}
	r.offset = offset
	return offset, nil
}
