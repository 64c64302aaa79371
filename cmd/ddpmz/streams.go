package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
)

// stdio is the file name that stands for the standard streams.
const stdio = "-"

// streams are the program's standard streams.
type streams struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// isTerminal reports whether a stream is one; streams without a file descriptor are not.
func isTerminal(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// open opens an input file.
func (s *streams) open(name string) (io.ReadCloser, error) {
	if name == stdio {
		return io.NopCloser(s.stdin), nil
	}
	f, err := os.Open(name)
	return f, about(name, err)
}

// readAll reads an input file to its end.
func (s *streams) readAll(name string) ([]byte, error) {
	f, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return data, about(displayName(name), err)
}

// save makes an output file of what write writes: all of it or, on an error or when ctx ends, nothing. o says
// whether a file that exists is replaced, and what permissions the new one gets. Standard output takes what
// comes, unless it is a terminal. Errors that name no file are taken to be about this one.
func (s *streams) save(ctx context.Context, name string, o atomicfile.Options, write func(io.Writer) error) error {
	if name != stdio {
		return about(name, atomicfile.Write(ctx, name, o, func(w io.Writer) error {
			return writeUntilDone(ctx, w, write)
		}))
	}
	if isTerminal(s.stdout) {
		return usagef("standard output is a terminal, and this is not text: redirect it, or name a file with -o")
	}
	return about("standard output", writeUntilDone(ctx, s.stdout, write))
}

// writeUntilDone calls write with a buffered w, and returns when it does or when ctx ends, whichever is first.
// In the latter case write goes on in the background, for it may be waiting for its input, until the program exits.
func writeUntilDone(ctx context.Context, w io.Writer, write func(io.Writer) error) error {
	done := make(chan error, 1)
	go func() {
		buffer := bufio.NewWriter(w)
		err := write(buffer)
		if err == nil {
			err = buffer.Flush()
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// A source is an input that remembers whether more was asked of it than it had. For a decoder, which asks
// for no more than the file's header announces, this means that the file is cut.
type source struct {
	again  []byte // what is to be read once more
	buffer *bufio.Reader
	from   io.Reader
	ended  bool
}

func newSource(r io.Reader) *source { return &source{buffer: bufio.NewReader(r), from: r} }

// unread has bytes read once more, which must be the last that were read.
func (s *source) unread(b []byte) { s.again, s.ended = append(b, s.again...), false }

func (s *source) Read(p []byte) (int, error) {
	if len(s.again) > 0 {
		n := copy(p, s.again)
		s.again = s.again[n:]
		return n, nil
	}
	n, err := s.buffer.Read(p)
	if n > 0 && err == io.EOF {
		err = nil // comes again with the next call, if there is one
	}
	s.ended = s.ended || err == io.EOF
	return n, err
}

func (s *source) ReadByte() (byte, error) {
	if len(s.again) > 0 {
		b := s.again[0]
		s.again = s.again[1:]
		return b, nil
	}
	b, err := s.buffer.ReadByte()
	s.ended = s.ended || err == io.EOF
	return b, err
}

// Seek seeks in the input, if that can.
func (s *source) Seek(offset int64, whence int) (int64, error) {
	seeker, ok := s.from.(io.Seeker)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	ahead := int64(len(s.again) + s.buffer.Buffered())
	if whence == io.SeekCurrent {
		if offset == 0 { // a question
			at, err := seeker.Seek(0, io.SeekCurrent)
			return at - ahead, err
		}
		offset -= ahead
	}
	at, err := seeker.Seek(offset, whence)
	s.again = nil
	s.buffer.Reset(s.from)
	return at, err
}
