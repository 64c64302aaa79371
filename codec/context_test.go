package codec_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/ddpmz/ddpmz/codec"
)

// ourGoroutines returns the stacks of goroutines, other than the caller, that run code of this module.
func ourGoroutines() (stacks []string) {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 1)
	for _, stack := range strings.Split(b.String(), "\n\n") {
		for _, line := range strings.Split(stack, "\n") {
			if strings.Contains(line, "ddpmz/") && !strings.Contains(line, "_test.") {
				stacks = append(stacks, stack)
				break
			}
		}
	}
	return stacks
}

// checkNoGoroutines checks that none outlives a call. One that has done its last work may take a moment to end.
func checkNoGoroutines(t *testing.T) {
	t.Helper()
	for range 1000 {
		if len(ourGoroutines()) == 0 {
			return
		}
		runtime.Gosched()
		time.Sleep(time.Millisecond)
	}
	t.Errorf("a goroutine outlives the call:\n%s", strings.Join(ourGoroutines(), "\n\n"))
}

// stops are contexts that end, with the function that ends them, if it is not time that does.
var stops = []struct {
	name string
	make func() (context.Context, context.CancelFunc)
	want error
}{
	{"canceled", func() (context.Context, context.CancelFunc) { return context.WithCancel(context.Background()) }, context.Canceled},
	{"late", func() (context.Context, context.CancelFunc) {
		ctx, stop := context.WithDeadline(context.Background(), time.Unix(0, 0))
		return ctx, stop
	}, context.DeadlineExceeded},
}

// Where the context has ended before, nothing is written or decoded.
func TestContextBefore(t *testing.T) {
	m := picture(t, "odd/rgb-17x13.png")
	files := [][]byte{encode(t, m, &codec.Options{Mode: codec.Modelled}), encode(t, m, &codec.Options{Mode: codec.Stored})}
	for _, s := range stops {
		ctx, stop := s.make()
		stop()
		for mode, name := range modes {
			var b bytes.Buffer
			e := codec.Encoder{Options: codec.Options{Mode: mode}}
			if err := e.EncodeContext(ctx, &b, m); err != s.want || b.Len() > 0 {
				t.Errorf("%s, %s: %d bytes written, %v", s.name, name, b.Len(), err)
			}
		}
		for _, file := range files {
			if m, err := new(codec.Decoder).DecodeContext(ctx, bytes.NewReader(file)); err != s.want || m != nil {
				t.Errorf("%s: decoded %v, %v", s.name, m != nil, err)
			}
			stream, err := new(codec.Decoder).OpenContext(ctx, bytes.NewReader(file))
			if err != nil && err != s.want {
				t.Fatal(err)
			}
			if err != nil {
				continue
			}
			for range 2 {
				if at, err := stream.Next(); err != s.want {
					t.Errorf("%s: %+v, %v", s.name, at, err)
				}
			}
		}
	}
	checkNoGoroutines(t)
}

// Wherever the context ends, the encoder stops there, returns its error, and has written nothing.
func TestContextStopsEncoder(t *testing.T) {
	m := tall(image.NewRGBA(image.Rect(0, 0, 4, 515)))
	for _, mode := range []codec.Mode{codec.Auto, codec.Modelled} {
		for _, at := range []int{1, 400, 1000} {
			ctx, stop := context.WithCancel(context.Background())
			last, calls := 0, 0
			e := codec.Encoder{Options: codec.Options{Mode: mode, Progress: func(permille int) {
				if last = permille; permille >= at {
					calls++
					stop()
				}
			}}}
			var b bytes.Buffer
			if err := e.EncodeContext(ctx, &b, m); err != context.Canceled || b.Len() > 0 {
				t.Errorf("%s, canceled at %d: %d bytes written, %v", modes[mode], last, b.Len(), err)
			}
			if calls != 1 {
				t.Errorf("%s, canceled at %d: went on for %d passes", modes[mode], at, calls-1)
			}
			checkNoGoroutines(t)
		}
	}
}

// Wherever the context ends, the decoder stops there; the stream says so ever after, and shows no picture that is not
// finished.
func TestContextStopsDecoder(t *testing.T) {
	s := tallRGB(t)
	start := func(at int) (ctx context.Context, d codec.Decoder, calls *int) {
		ctx, stop := context.WithCancel(context.Background())
		calls = new(int)
		return ctx, codec.Decoder{Progress: func(permille int) {
			if permille >= at {
				*calls++
				stop()
			}
		}}, calls
	}
	for _, at := range []int{1, 400, 700} {
		ctx, d, calls := start(at)
		if m, err := d.DecodeContext(ctx, bytes.NewReader(s.file)); err != context.Canceled || m != nil || *calls != 1 {
			t.Errorf("canceled at %d: %v, decoded %v, went on for %d passes", at, err, m != nil, *calls-1)
		}
		ctx, d, _ = start(at)
		stream, err := d.OpenContext(ctx, bytes.NewReader(s.file))
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = stream.Next()
		}
		if err != context.Canceled {
			t.Errorf("canceled at %d: Next: %v", at, err)
		}
		if _, err := stream.Next(); err != context.Canceled {
			t.Errorf("canceled at %d: Next again: %v", at, err)
		}
		if m, err := stream.Image(); err != context.Canceled || m != nil {
			t.Errorf("canceled at %d: Image: %v, a picture %v", at, err, m != nil)
		}
		checkNoGoroutines(t)
	}
}

// A picture that the context stops is none, even if all bytes there are were decoded before; and one decoded within a
// level is the prefix's.
func TestContextStopsPicture(t *testing.T) {
	s := tallRGB(t)
	cut := s.file[:len(s.file)/2]
	ctx, stop := context.WithCancel(context.Background())
	stream, err := new(codec.Decoder).OpenContext(ctx, bytes.NewReader(cut))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = stream.Next()
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	if m, err := stream.Image(); err != nil || !same(m, decode(t, cut, 0)) {
		t.Errorf("before: another picture, %v", err)
	}
	stop()
	if m, err := stream.Image(); err != context.Canceled || m != nil {
		t.Errorf("after: a picture %v, %v", m != nil, err)
	}
	if _, err := stream.Next(); err != io.EOF {
		t.Errorf("after: %v", err)
	}
	checkNoGoroutines(t)
}

// A context that ends after the last byte is decoded, or written, spoils nothing.
func TestContextAfter(t *testing.T) {
	for _, s := range []sample{tallRGB(t), kind(t, "stored"), kind(t, "alpha")} {
		ctx, stop := context.WithCancel(context.Background())
		stream, err := new(codec.Decoder).OpenContext(ctx, bytes.NewReader(s.file))
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = stream.Next()
		}
		stop()
		if m, imageErr := stream.Image(); err != io.EOF || imageErr != nil || !same(m, s.m) {
			t.Errorf("%s: not the image: %v, %v", s.name, err, imageErr)
		}
	}
	var b bytes.Buffer
	ctx, stop := context.WithCancel(context.Background())
	s := kind(t, "rgb")
	e := codec.Encoder{Options: codec.Options{Mode: codec.Modelled}}
	err := e.EncodeContext(ctx, writerFunc(func(p []byte) (int, error) { stop(); return b.Write(p) }), s.m)
	if err != nil || !bytes.Equal(b.Bytes(), s.file) {
		t.Errorf("canceled while it is written, a file has %d of %d bytes: %v", b.Len(), len(s.file), err)
	}
	checkNoGoroutines(t)
}

// What a writer returns is the error, context or not, and nothing goes on.
func TestContextWriterFails(t *testing.T) {
	full := errors.New("full")
	var e codec.Encoder
	if err := e.EncodeContext(context.Background(), writerFunc(func([]byte) (int, error) { return 0, full }), picture(t, "odd/rgb-17x13.png")); err != full {
		t.Error(err)
	}
	checkNoGoroutines(t)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// Wherever the context ends, coding without a model stops too, and within it: not after all of the file.
func TestContextStopsStored(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 2000))
	fill(m, noise(rand.New(rand.NewPCG(5, 6)), 9))
	e := codec.Encoder{Options: codec.Options{Mode: codec.Stored}}
	file := encode(t, m, &e.Options)
	for _, asked := range []int{1, 50, 3000, 5000} { // times that the context is asked whether it is done
		ctx := &countedContext{Context: context.Background(), left: asked}
		var b bytes.Buffer
		if err := e.EncodeContext(ctx, &b, m); err != context.Canceled || b.Len() > 0 {
			t.Errorf("asked %d times: %d bytes written, %v", asked, b.Len(), err)
		}
		if ctx.left < -5 {
			t.Errorf("asked %d times: the encoder went on for %d rows", asked, -ctx.left)
		}
	}
	for _, asked := range []int{1, 50, 2000, 3500} {
		ctx := &countedContext{Context: context.Background(), left: asked}
		if m, err := new(codec.Decoder).DecodeContext(ctx, bytes.NewReader(file)); err != context.Canceled || m != nil {
			t.Errorf("asked %d times: decoded %v, %v", asked, m != nil, err)
		}
		if ctx.left < -5 {
			t.Errorf("asked %d times: the decoder went on for %d rows", asked, -ctx.left)
		}
	}
}

// A countedContext is done when it has been asked often enough.
type countedContext struct {
	context.Context
	left int
}

func (c *countedContext) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// A reader that never comes to an end is left when the context ends, between two of its reads; one that waits has to be ended by
// whoever ends the context, as a pipe is by closing it.
func TestContextStopsReader(t *testing.T) {
	s := kind(t, "metadata")
	h, payloads := parts(t, s.file)
	payloads[0] = append([]byte{0}, make([]byte, 1<<20)...)
	file := putTogether(t, h, payloads)
	ctx, stop := context.WithCancel(context.Background())
	read := 0
	r := readerFunc(func(p []byte) (int, error) {
		n := copy(p[:min(len(p), 100)], file[read:])
		if read += n; read > 1<<19 {
			stop()
		}
		return n, nil
	})
	if m, err := new(codec.Decoder).DecodeContext(ctx, r); err != context.Canceled || m != nil || read > 1<<19+200 {
		t.Errorf("after %d bytes: %v", read, err)
	}

	ctx, stop = context.WithCancel(context.Background())
	in, out := io.Pipe()
	go func() {
		out.Write(file[:1<<19])
		stop()
		out.Close()
	}()
	if m, err := new(codec.Decoder).DecodeContext(ctx, in); err != context.Canceled || m != nil {
		t.Errorf("a pipe that is closed: %v", err)
	}
	checkNoGoroutines(t)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A reader's own io.ErrUnexpectedEOF, as of an HTTP body that is cut, is a missing tail; inside the header it is an error as ever.
func TestReaderEndsUnexpectedly(t *testing.T) {
	for _, s := range append(someKinds(t), large(t)) {
		header := int(offsets(t, s.file)[0])
		for _, n := range []int{1, header - 1, header, len(s.file) / 2, len(s.file) - 1} {
			r := io.MultiReader(bytes.NewReader(s.file[:n]), iotest.ErrReader(fmt.Errorf("body: %w", io.ErrUnexpectedEOF)))
			m, err := codec.Decode(r)
			if n < header {
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%s, %d bytes of the header: %v", s.name, n, err)
				}
				continue
			}
			if err != nil || !same(m, decode(t, s.file[:n], 0)) {
				t.Errorf("%s, %d bytes: another picture than of a cut file, %v", s.name, n, err)
			}
		}
	}
}
