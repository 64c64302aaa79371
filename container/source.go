package container

import (
	"bufio"
	"io"
)

// A source is the stream of a Reader.
type source struct {
	byteSource
	buffer *bufio.Reader // the byteSource, if the stream has no ReadByte of its own
	stream io.Reader
	seeker io.Seeker // the stream, or nil if it cannot seek
}

type byteSource interface {
	io.Reader
	io.ByteReader
}

func newSource(r io.Reader) source {
	s := source{stream: r}
	s.seeker, _ = r.(io.Seeker)
	var ok bool
	if s.byteSource, ok = r.(byteSource); !ok {
		s.buffer = bufio.NewReader(r)
		s.byteSource = s.buffer
	}
	return s
}

// SeekFrom is from how many bytes on a Reader seeks to pass over a segment. Below, reading takes less time.
const SeekFrom = 4 << 10

// discard passes over n bytes, and returns how many of them there are: if fewer, with an error.
func (s *source) discard(n int64) (int64, error) {
	buffered := int64(0)
	if s.buffer != nil {
		buffered = int64(s.buffer.Buffered())
	}
	if s.seeker == nil || n-buffered < SeekFrom {
		return io.CopyN(io.Discard, s, n)
	}
	// A file can seek beyond its end: so how much is left is to be found out first.
	at, err := s.seeker.Seek(0, io.SeekCurrent)
	if err != nil { // a pipe, for example
		s.seeker = nil
		return io.CopyN(io.Discard, s, n)
	}
	end, err := s.seeker.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	to := max(at, min(end, at+n-buffered))
	if _, err := s.seeker.Seek(to, io.SeekStart); err != nil {
		return 0, err
	}
	if s.buffer != nil {
		s.buffer.Reset(s.stream)
	}
	if passed := buffered + to - at; passed < n {
		return passed, io.EOF
	}
	return n, nil
}
