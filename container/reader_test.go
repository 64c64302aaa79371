package container

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

func randomPayloads(rng *rand.Rand, h *Header) [][]byte {
	payloads := make([][]byte, len(h.Segments))
	for i, n := range h.Present() {
		payloads[i] = make([]byte, n)
		for j := range payloads[i] {
			payloads[i][j] = byte(rng.Uint32())
		}
	}
	return payloads
}

func mustWrite(t testing.TB, h *Header, payloads [][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, h, payloads); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// small returns a modelled file with segments of several kinds, its header and
// its payloads, of which one is empty.
func small(t testing.TB) (*Header, [][]byte, []byte) {
	h := lean(0)
	h.Segments = []Segment{
		{Kind: Metadata, Size: 9},
		{Kind: Alpha, Size: 0},
		{Kind: Passes, Units: 3, Size: 6},
		{Kind: Passes, Units: 0, Size: 12},
	}
	payloads := [][]byte{[]byte("meta data"), {}, []byte("coarse"), []byte("all the rest")}
	return h, payloads, mustWrite(t, h, payloads)
}

// TestRoundTrip tests that files are read as they were written, from streams that return few or many bytes at a time, and that
// segments are where Offsets says.
func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		h := randomHeader(rng, 50_000)
		payloads := randomPayloads(rng, h)
		file := mustWrite(t, h, payloads)

		offsets, err := h.Offsets()
		if err != nil {
			t.Fatal(err)
		}
		if end := offsets[len(payloads)]; end != int64(len(file)) {
			t.Fatalf("Offsets ends at %d, the file at %d", end, len(file))
		}
		for i, p := range payloads {
			for n := 0; n <= len(p); n += 1 + rng.IntN(5000) {
				at := offsets[i] + Reach(uint64(n))
				if n > 0 && file[at-1] != p[n-1] {
					t.Fatalf("segment %d, byte %d is not before %d", i, n, at)
				}
				if got := Held(at - offsets[i]); got != uint64(n) {
					t.Fatalf("%d bytes of a segment hold %d of its payload, want %d", at-offsets[i], got, n)
				}
			}
		}
		for name, r := range map[string]io.Reader{
			"bytes":     bytes.NewReader(file),
			"half":      iotest.HalfReader(bytes.NewReader(file)),
			"early EOF": iotest.DataErrReader(bytes.NewReader(file)),
		} {
			rd, err := NewReader(r)
			if err != nil {
				t.Fatal(name, err)
			}
			for i, p := range payloads {
				c, err := rd.Next()
				complete := uint64(len(p)) == h.Segments[i].Size
				if err != nil || c.Complete != complete || c.Ends == complete || c.Verified != len(p) || c.Index != i || c.Segment != h.Segments[i] || !bytes.Equal(c.Payload, p) {
					t.Fatalf("%s: segment %d: %+v, %v", name, i, c, err)
				}
			}
			if _, err := rd.Next(); err != io.EOF || rd.Truncated() {
				t.Fatalf("%s: %v at the end, truncated: %v", name, err, rd.Truncated())
			}
		}
	}
}

// TestReaderStopsAtTheEnd tests that files may follow one another in a stream that is an io.ByteReader.
func TestReaderStopsAtTheEnd(t *testing.T) {
	_, _, file := small(t)
	src := bytes.NewReader(append(file, file...))
	for range 2 {
		rd, err := NewReader(src)
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = rd.Next()
		}
		if err != io.EOF || rd.Truncated() {
			t.Fatal(err)
		}
	}
	if src.Len() != 0 {
		t.Errorf("%d bytes left", src.Len())
	}
}

// TestEveryPrefix tests that Next and ReadSome return every byte of every prefix.
func TestEveryPrefix(t *testing.T) {
	h, payloads, file := small(t)
	offsets, err := h.Offsets()
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(file) + 1 {
		prefix := file[:cut]
		rd, err := NewReader(bytes.NewReader(prefix))
		if int64(cut) < offsets[0] {
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("cut at %d, in the header: %v", cut, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		for i, p := range payloads {
			there := min(int64(cut)-offsets[i], int64(len(p)))
			complete := int64(cut) >= offsets[i+1]
			if !complete && there <= 0 {
				break
			}
			c, err := rd.Next()
			if err != nil || c.Index != i || c.Complete != complete || !bytes.Equal(c.Payload, p[:there]) {
				t.Fatalf("cut at %d, segment %d: %+v, %v", cut, i, c, err)
			}
		}
		for range 2 { // io.EOF is final
			if c, err := rd.Next(); err != io.EOF || c.Payload != nil {
				t.Fatalf("cut at %d: %+v, %v at the end", cut, c, err)
			}
		}
		if got, want := rd.Truncated(), cut < len(file); got != want {
			t.Fatalf("cut at %d: truncated: %v", cut, got)
		}
		checkReadSome(t, prefix)
	}
}

// checkReadSome compares, for a file with a valid header, ReadSome on a stream
// that returns one byte at a time with Next on the whole file.
func checkReadSome(t *testing.T, file []byte) {
	t.Helper()
	whole, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	some, err := NewReader(iotest.OneByteReader(bytes.NewReader(file)))
	if err != nil {
		t.Fatal(err)
	}
	for {
		want, wantErr := whole.Next()
		var got, last Chunk
		var gotErr error
		for {
			got, gotErr = some.ReadSome()
			if gotErr != nil || got.Complete {
				break
			}
			if grown := len(got.Payload) - len(last.Payload); grown != 1 || !bytes.HasPrefix(want.Payload, got.Payload) {
				t.Fatalf("%q grew to %q, of %q", last.Payload, got.Payload, want.Payload)
			}
			last = got
		}
		if gotErr == io.EOF { // the chunk before has all bytes
			got = last
			if len(last.Payload) > 0 {
				gotErr = nil
			}
		}
		if cause(gotErr) != cause(wantErr) || got.Index != want.Index || got.Complete != want.Complete || !bytes.Equal(got.Payload, want.Payload) {
			t.Fatalf("ReadSome ends with %+v, %v; Next with %+v, %v", got, gotErr, want, wantErr)
		}
		if wantErr == io.EOF {
			return
		}
	}
}

// TestReadSomeDoesNotWait tests that ReadSome returns the bytes that have arrived although the sender has not sent the rest.
func TestReadSomeDoesNotWait(t *testing.T) {
	h, payloads, file := small(t)
	offsets, err := h.Offsets()
	if err != nil {
		t.Fatal(err)
	}
	pr, pw := io.Pipe()
	answered := make(chan struct{})
	go func() {
		pw.Write(file[:offsets[0]+4])
		<-answered
		pw.Write(file[offsets[0]+4:])
		pw.Close()
	}()
	rd, err := NewReader(pr)
	if err != nil {
		t.Fatal(err)
	}
	c, err := rd.ReadSome()
	if err != nil || c.Complete || string(c.Payload) != "meta" {
		t.Fatalf("%+v, %v", c, err)
	}
	early := c.Payload
	close(answered)
	for i, p := range payloads {
		c, err := rd.Next()           // continues after the bytes that ReadSome returned
		_ = append(early, "!!!!!"...) // must not overwrite later bytes
		if err != nil || !c.Complete || !bytes.Equal(c.Payload, p) {
			t.Fatalf("segment %d: %+v, %v", i, c, err)
		}
	}
	if string(early) != "meta" {
		t.Errorf("an early chunk changed to %q", early)
	}
}

// TestStreamError tests that an error of the stream is not taken for a missing tail, and that it comes with the bytes before it.
func TestStreamError(t *testing.T) {
	_, _, file := small(t)
	broken := errors.New("broken")
	for cut := range file {
		src := io.MultiReader(bytes.NewReader(file[:cut]), iotest.ErrReader(broken))
		rd, err := NewReader(src)
		var got []byte
		for err == nil {
			var c Chunk
			c, err = rd.Next()
			got = append(got, c.Payload...)
		}
		if !errors.Is(err, broken) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if rd == nil {
			continue
		}
		if rd.Truncated() {
			t.Errorf("cut at %d: truncated", cut)
		}
		if all := []byte("meta datacoarseall the rest"); !bytes.HasPrefix(all, got) {
			t.Errorf("cut at %d: %q", cut, got)
		}
	}
}

// TestNoProgress tests that the Reader gives up on a stream that returns neither bytes nor an error.
func TestNoProgress(t *testing.T) {
	_, _, file := small(t)
	header := file[:len(file)-9-6-12-4*checksumSize]
	rd, err := NewReader(io.MultiReader(bytes.NewReader(header), idle{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rd.Next(); !errors.Is(err, io.ErrNoProgress) {
		t.Error(err)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestWriteRefuses(t *testing.T) {
	h := lean(3)
	for name, payloads := range map[string][][]byte{
		"none": nil, "short": {[]byte("ab")}, "long": {[]byte("abcd")}, "two": {[]byte("abc"), nil},
	} {
		var b bytes.Buffer
		if err := Write(&b, h, payloads); cause(err) != "malformed" || b.Len() != 0 {
			t.Errorf("%s: %v, wrote %d bytes", name, err, b.Len())
		}
	}
	h.Depth = 0
	if err := Write(io.Discard, h, [][]byte{[]byte("abc")}); cause(err) != "malformed" {
		t.Error(err)
	}
}

func TestWriteError(t *testing.T) {
	h, payloads, file := small(t)
	full := errors.New("full")
	for room := range file {
		if err := Write(&limited{room, full}, h, payloads); !errors.Is(err, full) {
			t.Fatalf("room for %d: %v", room, err)
		}
	}
}

// limited is a writer with room for some bytes.
type limited struct {
	room int
	err  error
}

func (w *limited) Write(p []byte) (int, error) {
	if w.room -= len(p); w.room < 0 {
		return 0, w.err
	}
	return len(p), nil
}
