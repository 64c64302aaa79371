package codec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"runtime/metrics"
	"testing"

	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/dct"
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
		if format(h.Format).isJPEG() || s.framed() {
			id = jpegNet.Identity()
		}
		h.Model, h.Params = [8]byte(id[:8]), s.params
	}
	if s.short {
		h.Depth, h.Model, h.Number = 8, [8]byte{}, 1
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

// framed reports whether a file has a frame, as files by the model of JPEG files have.
func (s structure) framed() bool {
	for t := s.table; len(t) >= tableEntry; t = t[tableEntry:] {
		if container.Kind(t[0]) == container.Frame {
			return true
		}
	}
	return false
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

// heapAllocs returns how many bytes have been allocated so far. Unlike runtime.ReadMemStats it stops nothing, which would take longer than
// decoding a small file; what processors hold back of their count is far below what checkBounds allows.
func heapAllocs() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

// checkBounds decodes a file, of which the first bytes are there. What step says is whether level by level or at once, how much reduced,
// and whether the reader can seek. Errors are of types that are documented; work and memory are within what the bytes and the estimate
// allow; only what is there in full is exact.
func checkBounds(t *testing.T, net *model.Net, file []byte, present, step int, limits Limits) {
	t.Helper()
	file, complete := file[:min(present, len(file))], present >= len(file)
	atOnce, reduce := step%2 == 0, max(step>>3&15-9, 0)
	var in io.Reader = &oddReader{file, step % 251}
	if step >= 128 {
		in = bytes.NewReader(file)
	}
	before := heapAllocs()
	s, err := (&Decoder{Limits: limits, Reduce: reduce, Nets: []*model.Net{net}}).Open(in)
	estimate := int64(0)
	var at Refinement
	if err == nil {
		estimate = s.memory + int64(len(s.metadata))
		for err == nil {
			if atOnce {
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
		heap := heapAllocs() - before
		if err == nil {
			err = pictureErr
		}
		size := s.Config()
		switch have, most := s.workDone(), limits.maxWork(int64(len(file))); {
		case pictureErr == nil && (!complete || s.header.EndsEarly) && have > most:
			t.Errorf("%d sites of work, for %d bytes no more than %d are", have, len(file), most)
		case at.Bytes > int64(len(file)):
			t.Errorf("%+v, of %d bytes", at, len(file))
		case at.Exact && !s.holdsPicture(len(file)) && !s.holdsJPEG(len(file)):
			t.Errorf("%d bytes are exact, and some of the picture is missing: %+v", len(file), at)
		case at.Exact && reduce > 0 && s.header.Modelled:
			t.Errorf("exact, and reduced by 2^%d: %+v", reduce, at)
		case m != nil && (m.Bounds().Dx() != size.Width || m.Bounds().Dy() != size.Height):
			t.Errorf("a picture of %v, want %d x %d", m.Bounds(), size.Width, size.Height)
		}
		// All that was allocated, garbage included, against an estimate that leaves room for garbage of one picture.
		const around = 24 << 20 // what the library makes once, and the fuzzer
		if atOnce && heap > estimate+int64(len(s.metadata))+around {
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

// holdsPicture reports whether the first bytes of a file hold all of its picture: the last segment that the picture needs, in full. Metadata
// and ancillary segments after it may be missing. Of a file that ends early, the segments that there are may be all of them but the digest.
func (s *Stream) holdsPicture(bytes int) bool {
	last := len(s.header.Segments) - 1
	for last >= 0 && (s.header.Segments[last].Kind == container.Metadata || s.header.Segments[last].Kind >= container.Ancillary) {
		last--
	}
	return last >= 0 && s.header.Present()[last] == s.header.Segments[last].Size && int64(bytes) >= s.offsets[last+1]
}

// holdsJPEG reports whether the first bytes of a file have all coefficients of a JPEG file, of which no digest is to come.
func (s *Stream) holdsJPEG(bytes int) bool {
	end := -1
	for i, g := range s.header.Segments {
		if g.Kind == container.Passes {
			end = i
		}
		if g.Kind == container.Digest {
			return false
		}
	}
	return s.original != nil && end >= 0 && s.header.Present()[end] == s.header.Segments[end].Size && int64(bytes) >= s.offsets[end+1]
}

// jpegNet is the model of JPEG files.
var jpegNet = func() *dct.Weights {
	net, err := zoo.JPEG()
	if err != nil {
		panic(err)
	}
	return net
}()

// jpegStructures returns files of JPEG files: coded, with a picture in it, of other sizes, and wrapped.
func jpegStructures(t testing.TB) (list []structure) {
	add := func(original []byte, mode Mode) structure {
		var b bytes.Buffer
		if err := EncodeJPEG(&b, bytes.NewReader(original), &Options{Mode: mode}); err != nil {
			t.Fatal(err)
		}
		s, ok := structureOf(b.Bytes())
		if !ok {
			t.Fatal("a file of a JPEG file is not taken apart")
		}
		list = append(list, s)
		return s
	}
	original, thumbnail := readFile(t, "jpeg/pixels/testdata/422.jpg"), readFile(t, "jpeg/pixels/testdata/fine.jpg")
	s := add(original, Modelled)
	add(original, Stored)
	add(append(bytes.Clone(original), thumbnail...), Modelled)
	for _, shape := range [][2]uint32{{4096, 12}, {9, 3000}, {200, 1100}} {
		wide := s
		wide.width, wide.height = shape[0], shape[1]
		frame := binary.AppendUvarint(binary.AppendUvarint(s.payload[:1:1], uint64(shape[0])), uint64(shape[1]))
		wide.table = bytes.Clone(s.table)
		wide.table[2] += byte(len(frame) - 3)
		wide.payload = append(frame, s.payload[3:]...)
		list = append(list, wide)
	}
	return list
}

// A trial is a structure, how much of its file is there, and how it is decoded.
type trial struct {
	structure
	present uint16 // bytes; at most math.MaxUint16-1 of them, or all
	step    uint8
}

// try decodes the file of a trial, by a network, and a share of files a second time, with a limit on memory that some exceed. It returns whether there
// is such a file.
func (c trial) try(t *testing.T, net *model.Net) bool {
	t.Helper()
	file := c.file(net)
	if file == nil {
		return false
	}
	cut := len(file)
	if c.present < math.MaxUint16 {
		cut = int(c.present)
	}
	checkBounds(t, net, file, cut, int(c.step), Limits{MaxPixels: 1 << 16})
	if c.present%4 == 3 {
		checkBounds(t, net, file, cut, int(c.step), Limits{MaxPixels: 1 << 16, MaxMemory: 24 << 20})
	}
	return true
}

// trials returns what FuzzStructure begins with.
func trials(t testing.TB) (trials []trial) {
	add := func(s structure, present uint16, step uint8) { trials = append(trials, trial{s, present, step}) }
	var list []structure
	for _, name := range []string{"modelled", "alpha", "palette", "derived", "derived-photocd", "common", "decompressed", "decompressed-part", "decompressed-by-5", "decompressed-by-9", "decompressed-by-21"} {
		s, ok := structureOf(readFile(t, "testdata/"+name+".ddpmz"))
		if !ok {
			t.Fatalf("%s: not taken apart", name)
		}
		list = append(list, s)
	}
	for _, s := range append(list, jpegStructures(t)...) {
		add(s, math.MaxUint16, 2)
		add(s, 91, 7)
		add(s, math.MaxUint16, 8*11+2)     // reduced by 2^2
		add(s, math.MaxUint16, 128+8*10+2) // by 2, where the reader can seek
		digested := s                      // with a digest, which is wrong
		digested.table = append(bytes.Clone(s.table), byte(container.Digest), 0, 8, 0)
		digested.payload = append(bytes.Clone(s.payload), "a digest"...)
		digested.short = false
		add(digested, math.MaxUint16, 2)
		early := s
		early.endsEarly, early.kept = true, uint16(len(s.payload)/3)
		add(early, math.MaxUint16, 2)
		early.kept = math.MaxUint16 // all of the last segment: of these files, the picture is whole
		add(early, math.MaxUint16, 2)
		if s.modelled && !format(s.format).isJPEG() {
			surplus := s // with a pass more than there are, of which the checksum is cut
			surplus.table = append(bytes.Clone(s.table), byte(container.Passes), 1, 0, 0)
			surplus.short = false
			add(surplus, uint16(len(surplus.file(defaultNet(t)))-1), 2)
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
	return trials
}

// FuzzStructure changes the parts of files: the header's fields, the table, the payloads. Checksums are right, so that all of it reaches
// the decoders. Files come in odd chunks and are cut. TestStructureMutations does the same without the fuzzer, and faster.
func FuzzStructure(f *testing.F) {
	net := defaultNet(f)
	seeds := flag.Lookup("test.fuzz")
	for i, c := range trials(f) {
		if i%3 > 0 && (seeds == nil || seeds.Value.String() == "") && os.Getenv("DDPMZ_LONG") != "1" {
			continue // all, where the fuzzer begins with them
		}
		f.Add(c.width, c.height, c.format, c.depth, c.modelled, c.short, c.endsEarly, c.kept, c.params, c.table, c.payload, c.present, c.step)
	}
	f.Fuzz(func(t *testing.T, width, height uint32, format, depth uint8, modelled, short, endsEarly bool, kept uint16, params, table, payload []byte, present uint16, step uint8) {
		s := structure{width, height, format, depth, modelled, short, endsEarly, kept, params, table, payload}
		trial{s, present, step}.try(t, net)
	})
}

func defaultNet(t testing.TB) *model.Net {
	t.Helper()
	net, err := zoo.ByName("")
	if err != nil {
		t.Fatal(err)
	}
	return net
}
