package codec

import (
	"bytes"
	"errors"
	"io"
	"math"
	"runtime"
	"testing"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A structure describes a file by its parts, so that a fuzzer changes one of them and the rest stays right: checksums always do.
type structure struct {
	width, height uint32
	format, depth uint8
	modelled      bool
	short         bool
	endsEarly     bool // after so many bytes of the last segment
	kept          uint16
	params        []byte
	table         []byte // tableEntry bytes for every segment
	payload       []byte // of all segments, one after the other
}

// tableEntry is the bytes of a segment in structure.table: kind, units, and the size in two bytes.
const tableEntry = 4

// file returns the file, or nil if the container has no such files.
func (s structure) file(net *model.Net) []byte {
	h := &container.Header{Width: s.width, Height: s.height, Format: s.format % (container.MaxFormat + 1), Depth: s.depth, Modelled: s.modelled, Short: s.short}
	if s.modelled {
		id := net.Identity()
		h.Model, h.Params = [4]byte(id[:4]), s.params
	}
	if s.short {
		h.Depth, h.Model, h.Number = 8, [4]byte{}, 1
	}
	if len(h.Params) == 0 {
		h.Params = nil
	}
	rest := s.payload
	var payloads [][]byte
	for t := s.table; len(t) >= tableEntry && len(h.Segments) < 64; t = t[tableEntry:] {
		n := min(int(t[2])|int(t[3])<<8, len(rest))
		g := container.Segment{Kind: container.Kind(t[0]), Size: uint64(n)}
		if g.Kind == container.Passes {
			g.Units = uint32(t[1])
		}
		h.Segments = append(h.Segments, g)
		payloads = append(payloads, rest[:n])
		rest = rest[n:]
	}
	if last := len(h.Segments) - 1; s.endsEarly {
		h.EndsEarly = true
		if last >= 0 {
			h.Kept = min(uint64(s.kept), h.Segments[last].Size)
			payloads[last] = payloads[last][:h.Kept]
		}
	}
	var b bytes.Buffer
	if err := container.Write(&b, h, payloads); err != nil {
		return nil
	}
	return b.Bytes()
}

// structureOf takes a file apart; it reports whether that is possible.
func structureOf(file []byte) (s structure, ok bool) {
	r, err := container.NewReader(bytes.NewReader(file))
	if err != nil {
		return s, false
	}
	h := r.Header()
	s = structure{width: h.Width, height: h.Height, format: h.Format, depth: h.Depth, modelled: h.Modelled, short: h.Short, endsEarly: h.EndsEarly, kept: uint16(h.Kept), params: h.Params}
	for range h.Segments {
		c, err := r.Next()
		if err != nil {
			return s, false
		}
		s.table = append(s.table, byte(c.Segment.Kind), byte(c.Segment.Units), byte(len(c.Payload)), byte(len(c.Payload)>>8))
		s.payload = append(s.payload, c.Payload...)
	}
	return s, true
}

// An oddReader gives a few bytes at a time, and the end sooner or later as ever.
type oddReader struct {
	rest []byte
	step int
}

func (r *oddReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	r.step = r.step*5%251 + 1
	n := copy(p[:min(len(p), r.step)], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// checkBounds decodes a file, of which the first bytes are there, level by level or at once. Errors are of types that are documented; work
// and memory are within what the bytes and the estimate allow; only what is there in full is exact.
func checkBounds(t *testing.T, file []byte, present, step int, limits Limits) {
	t.Helper()
	file, complete := file[:min(present, len(file))], present >= len(file)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := (&Decoder{Limits: limits}).Open(&oddReader{file, step % 251})
	estimate := int64(0)
	var at Refinement
	if err == nil {
		estimate = s.memory + int64(len(s.metadata))
		for err == nil {
			if step%2 == 0 {
				at, err = s.Last()
				break
			}
			var next Refinement
			if next, err = s.Next(); err == nil {
				at = next
			}
		}
		if err == io.EOF {
			err = nil
		}
		m, pictureErr := s.Image()
		runtime.ReadMemStats(&after)
		if err == nil {
			err = pictureErr
		}
		switch have, most := s.workDone(), limits.maxWork(int64(len(file))); {
		case pictureErr == nil && (!complete || s.header.EndsEarly) && have > most:
			t.Errorf("%d sites of work, for %d bytes no more than %d are", have, len(file), most)
		case at.Bytes > int64(len(file)):
			t.Errorf("%+v, of %d bytes", at, len(file))
		case at.Exact && (!complete || !holdsAll(s.header)):
			t.Errorf("%d bytes are exact and not complete: %+v", len(file), at)
		case m != nil && (m.Bounds().Dx() != s.picture.w || m.Bounds().Dy() != s.picture.h):
			t.Errorf("a picture of %v, want %d x %d", m.Bounds(), s.picture.w, s.picture.h)
		}
		// All that was allocated, garbage included, against an estimate that leaves room for garbage of one picture.
		const around = 24 << 20 // what the library makes once, and the fuzzer
		if heap := int64(after.TotalAlloc - before.TotalAlloc); step%2 == 0 && heap > estimate+int64(len(s.metadata))+around {
			t.Errorf("%d bytes are allocated, the estimate is %d", heap, estimate)
		}
	}
	var (
		format      FormatError
		unsupported UnsupportedError
		over        *LimitError
		segment     *CorruptSegmentError
		digest      *DigestError
	)
	if err != nil && !errors.As(err, &format) && !errors.As(err, &unsupported) && !errors.As(err, &over) && !errors.As(err, &segment) && !errors.As(err, &digest) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an error of no type that is documented: %T %v", err, err)
	}
}

// holdsAll reports whether a file holds all bytes of the segments that its table has. A file that ends early may: what it leaves out is
// then later segments, such as the digest, without which a picture is the image all the same.
func holdsAll(h *container.Header) bool {
	last := len(h.Segments) - 1
	return !h.EndsEarly || last >= 0 && h.Kept == h.Segments[last].Size
}

// FuzzStructure changes the parts of files: the header's fields, the table, the payloads. Checksums are right, so that all of it reaches
// the decoders. Files come in odd chunks and are cut.
func FuzzStructure(f *testing.F) {
	net, err := zoo.ByName("")
	if err != nil {
		f.Fatal(err)
	}
	add := func(s structure, present uint16, step uint8) {
		f.Add(s.width, s.height, s.format, s.depth, s.modelled, s.short, s.endsEarly, s.kept, s.params, s.table, s.payload, present, step)
	}
	for _, name := range []string{"modelled", "alpha", "palette", "derived", "derived-photocd", "common"} {
		s, ok := structureOf(readFile(f, "testdata/"+name+".ddpmz"))
		if !ok {
			f.Fatalf("%s: not taken apart", name)
		}
		add(s, math.MaxUint16, 2)
		add(s, 90, 7)
		digested := s // with a digest, which is wrong
		digested.table = append(bytes.Clone(s.table), byte(container.Digest), 0, 8, 0)
		digested.payload = append(bytes.Clone(s.payload), "a digest"...)
		digested.short = false
		add(digested, math.MaxUint16, 2)
		early := s
		early.endsEarly, early.kept = true, uint16(len(s.payload)/3)
		add(early, math.MaxUint16, 2)
		early.kept = math.MaxUint16 // all of the last segment: of these files, the picture is whole
		add(early, math.MaxUint16, 2)
		if s.modelled {
			for _, shape := range [][2]uint32{{4096, 12}, {9, 3000}, {300, 127}} { // of one band, and of several
				wide := s
				wide.width, wide.height = shape[0], shape[1]
				add(wide, math.MaxUint16, 4)
				wide.payload = make([]byte, 40)
				add(wide, math.MaxUint16, 3)
				add(wide, 50, 5)
			}
		}
	}
	f.Fuzz(func(t *testing.T, width, height uint32, format, depth uint8, modelled, short, endsEarly bool, kept uint16, params, table, payload []byte, present uint16, step uint8) {
		s := structure{width, height, format, depth, modelled, short, endsEarly, kept, params, table, payload}
		file := s.file(net)
		if file == nil {
			return
		}
		cut := len(file)
		if present < math.MaxUint16 {
			cut = int(present)
		}
		for _, limits := range []Limits{{MaxPixels: 1 << 16}, {MaxPixels: 1 << 16, MaxMemory: 24 << 20}} {
			checkBounds(t, file, cut, int(step), limits)
		}
	})
}
