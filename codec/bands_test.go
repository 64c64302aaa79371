package codec_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// tall fills a narrow picture with slopes, an edge that slants from end to end, and grain. At 520 rows, passes of the
// finest scale have four bands, those of the next two.
func tall(m draw.Image) image.Image {
	rng := rand.New(rand.NewPCG(60, 61))
	b := m.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			v := 9000 + 60*y + 700*x
			if x*b.Dy() > y*b.Dx() {
				v += 14000
			}
			grain := func() uint16 { return uint16(v + rng.IntN(1500)) }
			m.Set(x, y, color.RGBA64{grain(), grain() - 5000, grain() + 3000, 0xffff})
		}
	}
	return m
}

// tallRGB is one of them that is quickly coded, with its file.
func tallRGB(t testing.TB) sample {
	return of(t, maker{"tall", func(t testing.TB) (image.Image, []byte) {
		m := tall(image.NewRGBA(image.Rect(0, 0, 4, 520)))
		return m, encode(t, m, &codec.Options{Mode: codec.Modelled, NoDigest: true})
	}})
}

// with calls f with a number of processors.
func with(procs int, f func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	f()
}

// A banded is a segment that holds a pass of several bands.
type banded struct {
	index int      // in the header
	edges []uint64 // in the payload, of the bands: the first is the end of the lengths
}

// takeApart returns the parts of a modelled file, and which segments hold a pass of several bands.
func takeApart(t testing.TB, file []byte) (h *container.Header, payloads [][]byte, several []banded) {
	t.Helper()
	r, err := container.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	h = r.Header()
	for range h.Segments {
		c, err := r.Next()
		if err != nil || !c.Complete {
			t.Fatal(err)
		}
		payloads = append(payloads, bytes.Clone(c.Payload))
	}
	passes := model.Passes(int(h.Width), int(h.Height))
	for i, s := range h.Segments {
		if s.Kind != container.Passes {
			continue
		}
		p := passes[0]
		passes = passes[s.Units:]
		n := (int(h.Height) + 1<<p.Scale - 1) >> p.Scale / 64 // bands
		if p.Stage < 0 || n < 2 {
			continue
		}
		b := banded{index: i, edges: make([]uint64, 1)}
		for range n - 1 {
			length, k := binary.Uvarint(payloads[i][b.edges[0]:])
			if k <= 0 {
				t.Fatalf("segment %d: no length", i)
			}
			b.edges[0] += uint64(k)
			b.edges = append(b.edges, length)
		}
		for j := 1; j < n; j++ {
			b.edges[j] += b.edges[j-1]
		}
		b.edges = append(b.edges, s.Size)
		if !slices.IsSorted(b.edges) {
			t.Fatalf("segment %d of %d bytes has bands that end at %d", i, s.Size, b.edges)
		}
		several = append(several, b)
	}
	return h, payloads, several
}

// putTogether makes a file of parts, sizes and checksums included.
func putTogether(t testing.TB, h *container.Header, payloads [][]byte) []byte {
	t.Helper()
	g := *h
	g.Segments = slices.Clone(h.Segments)
	for i, p := range payloads {
		g.Segments[i].Size = uint64(len(p))
	}
	var b bytes.Buffer
	if err := container.Write(&b, &g, payloads); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Pictures of several bands come back, whatever their type, and the number of processors changes neither files nor
// pictures.
func TestBandsRoundTrip(t *testing.T) {
	counts := []int{1, 8} // of processors: fewer than bands, and more
	if long() {
		counts = []int{1, 2, 8}
	}
	for i, typ := range types {
		if typ.name == "Paletted" || i%2 > 0 && !long() {
			continue
		}
		m := tall(typ.make(image.Rect(0, 0, 2, 515)))
		var one []byte
		for _, procs := range counts {
			with(procs, func() {
				file := encode(t, m, &codec.Options{Mode: codec.Modelled})
				if procs == 1 {
					one = file
				}
				if !bytes.Equal(file, one) {
					t.Errorf("%s: %d processors make another file than one", typ.name, procs)
				}
				if typ.name == "NRGBA" || typ.name == "RGBA64" { // the same planes again
					return
				}
				if got, at, err := decodeLast(file, codec.Decoder{}); err != nil || !at.Exact || !same(got, m) {
					t.Errorf("%s, %d processors: %+v, %v, or not the image", typ.name, procs, at, err)
				}
			})
		}
		if _, _, several := takeApart(t, one); len(several) != 14 {
			t.Errorf("%s: %d passes of several bands, want seven of each of two scales", typ.name, len(several))
		}
	}
}

// A file cut anywhere, in the lengths of bands or at their edges, decodes to one picture, whatever the number of
// processors, and more bytes make no worse one.
func TestBandsCut(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	s := tallRGB(t)
	o := offsets(t, s.file)
	_, _, several := takeApart(t, s.file)
	lengths := []int{int(o[0]), len(s.file)}
	for i, b := range several {
		begin := int(o[b.index])
		if i%6 == 0 || long() {
			lengths = append(lengths, begin+int(b.edges[0]+b.edges[1])/2)
		}
		if i < len(several)-1 && !long() {
			continue
		}
		for at := range int(b.edges[0]) {
			lengths = append(lengths, begin+at)
		}
		for _, e := range b.edges {
			lengths = append(lengths, begin+int(e)-1, begin+int(e))
		}
		lengths = append(lengths, int(o[b.index+1])-1) // in the checksum
	}
	slices.Sort(lengths)
	lengths = slices.Compact(lengths)
	var quality []float64
	for _, n := range lengths {
		var pictures [2]image.Image
		for i, procs := range []int{1, 3} {
			with(procs, func() {
				m, at, err := decodeLast(s.file[:n], codec.Decoder{})
				if err != nil || at.Bytes > int64(n) || at.Exact != (n == len(s.file)) {
					t.Fatalf("%d of %d bytes: %+v, %v", n, len(s.file), at, err)
				}
				pictures[i] = m
			})
		}
		if !same(pictures[0], pictures[1]) {
			t.Errorf("%d bytes: three processors decode to another picture than one", n)
		}
		quality = append(quality, psnr(pictures[0], s.m))
	}
	if last := quality[len(quality)-1]; !math.IsInf(last, 1) {
		t.Errorf("the whole file has a PSNR of %.1f dB", last)
	}
	checkDrops(t, s.m, lengths, quality)
}

// While a length is missing, the segment is as good as not there; a band whose first bytes are missing is as before
// the pass, and the others are not.
func TestBandsCutInLengths(t *testing.T) {
	s := tallRGB(t)
	o := offsets(t, s.file)
	_, _, several := takeApart(t, s.file)
	b := several[len(several)-1]
	begin := int(o[b.index])
	before := decode(t, s.file[:begin], 0)
	for at := range int(b.edges[0]) {
		if !same(decode(t, s.file[:begin+at], 0), before) {
			t.Errorf("%d of %d bytes of lengths change the picture", at, b.edges[0])
		}
	}
	after := decode(t, s.file[:begin+int(b.edges[1])], 0) // the first band, all of it
	info, err := new(codec.Decoder).Inspect(bytes.NewReader(s.file))
	if err != nil {
		t.Fatal(err)
	}
	half := s.m.Bounds().Dy() / 2
	rows := func(m image.Image, from, to int) string { // as they were coded
		if strings.Contains(info.Mirrored, "top-bottom") {
			from, to = 2*half-to, 2*half-from
		}
		return describe(crop(m, 0, from, m.Bounds().Dx(), to-from))
	}
	if rows(after, 0, half/2-8) != rows(s.m, 0, half/2-8) {
		t.Error("the first band is there, but its rows are not those of the image")
	}
	if rows(after, half, 2*half) == rows(s.m, half, 2*half) {
		t.Error("the other bands are not there, but their rows are those of the image")
	}
}

// Lengths of bands that cannot be are an error, and never a panic.
func TestBandsDamagedLengths(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	s := tallRGB(t)
	h, payloads, several := takeApart(t, s.file)
	damaged := 1
	if long() {
		damaged = 2
	}
	several = slices.DeleteFunc(several, func(b banded) bool { // a first pass may have nothing to say
		return len(payloads[b.index]) == int(b.edges[0])
	})
	for _, b := range several[:damaged] {
		whole := payloads[b.index]
		streams := whole[b.edges[0]:]
		var length []uint64
		for i := 1; i < len(b.edges)-1; i++ {
			length = append(length, b.edges[i]-b.edges[i-1])
		}
		head := func(change func(v []uint64)) []byte {
			v := slices.Clone(length)
			change(v)
			var p []byte
			for _, n := range v {
				p = binary.AppendUvarint(p, n)
			}
			return append(p, streams...)
		}
		last := len(length) - 1
		if got := head(func([]uint64) {}); !bytes.Equal(got, whole) {
			t.Fatalf("segment %d: put together it is not what it was", b.index)
		}
		long := append([]byte{whole[0] | 0x80, 0}, whole[1:]...)
		if whole[0] >= 0x80 {
			long = slices.Concat(whole[:1], []byte{whole[1] | 0x80, 0}, whole[2:])
		}
		for name, payload := range map[string][]byte{
			"a byte too long":             head(func(v []uint64) { v[0]++ }),
			"a byte too short":            head(func(v []uint64) { v[last]-- }),
			"longer than what is left":    head(func(v []uint64) { v[last] += uint64(len(streams)) }),
			"as long as the segment":      head(func(v []uint64) { v[0] = uint64(len(whole)) }),
			"longer than the segment":     head(func(v []uint64) { v[0] = uint64(len(whole)) + 9 }),
			"2^63":                        head(func(v []uint64) { v[last] = 1 << 63 }),
			"2^64-1":                      head(func(v []uint64) { v[0] = math.MaxUint64 }),
			"a varint of 11 bytes":        append(bytes.Repeat([]byte{0x80}, 10), whole...),
			"a varint not the shortest":   long,
			"no byte":                     {},
			"the lengths cut":             whole[:b.edges[0]-1],
			"the lengths alone":           whole[:b.edges[0]],
			"the last stream cut":         whole[:len(whole)-1],
			"something after the streams": append(bytes.Clone(whole), 1),
		} {
			bad := slices.Clone(payloads)
			bad[b.index] = payload
			file := putTogether(t, h, bad)
			m, at, err := decodeLast(file, codec.Decoder{})
			var format codec.FormatError
			if !errors.As(err, &format) || m == nil || at.Exact {
				t.Errorf("segment %d, %s: %+v, %v", b.index, name, at, err)
			}
			// Cut within what is damaged, there is nothing to see it by; it does no other harm.
			checkAnything(t, file[:offsets(t, file)[b.index]+int64(len(payload)/2)])
			checkAnything(t, file[:offsets(t, file)[b.index]+int64(min(len(payload), 2))])
		}
	}
}

// A pass of several bands has a segment of its own; with others before or after it in one, it is refused.
func TestBandsShareNoSegment(t *testing.T) {
	s := tallRGB(t)
	h, payloads, several := takeApart(t, s.file)
	first := several[0].index
	if first != 1 || h.Segments[0].Units < 2 {
		t.Fatalf("passes of several bands begin with segment %d, after %d passes", first, h.Segments[0].Units)
	}
	for _, c := range []struct {
		name     string
		from, to int // segments put together
		units    func(sum uint32) uint32
	}{
		{"two of several bands", first, first + 2, func(n uint32) uint32 { return n }},
		{"the last two", len(payloads) - 2, len(payloads), func(n uint32) uint32 { return n }},
		{"all that are left", len(payloads) - 2, len(payloads), func(uint32) uint32 { return 0 }},
		{"one after some of one band", 0, first + 1, func(n uint32) uint32 { return n }},
		{"all", 0, len(payloads), func(uint32) uint32 { return 0 }},
		{"the first of several bands claims two", first, first + 1, func(n uint32) uint32 { return n + 1 }},
	} {
		g := *h
		sum := uint32(0)
		for _, s := range h.Segments[c.from:c.to] {
			sum += s.Units
		}
		joined := container.Segment{Kind: container.Passes, Units: c.units(sum)}
		g.Segments = slices.Concat(h.Segments[:c.from], []container.Segment{joined}, h.Segments[c.to:])
		payload := slices.Concat(payloads[c.from:c.to]...)
		file := putTogether(t, &g, slices.Concat(payloads[:c.from], [][]byte{payload}, payloads[c.to:]))
		for _, n := range []int{len(file), len(file) - 1} {
			_, at, err := decodeLast(file[:n], codec.Decoder{})
			var format codec.FormatError
			if !errors.As(err, &format) || at.Exact {
				t.Errorf("%s: %+v, %v", c.name, at, err)
			}
		}
	}
	// A segment for every pass, which no encoder here makes, is fine with passes of one band too; a last segment
	// may say that it holds all that are left.
	g := *h
	g.Segments = slices.Clone(h.Segments)
	g.Segments[len(g.Segments)-1].Units = 0
	if m, at, err := decodeLast(putTogether(t, &g, payloads), codec.Decoder{}); err != nil || !at.Exact || !same(m, s.m) {
		t.Errorf("the last segment holds all that are left: %+v, %v", at, err)
	}
}

// What a Timestep stops at is what the prefix that the refinement names decodes to, if the file has several bands too.
func TestBandsRefinements(t *testing.T) {
	s := tallRGB(t)
	stream, err := new(codec.Decoder).Open(bytes.NewReader(s.file))
	if err != nil {
		t.Fatal(err)
	}
	var before codec.Refinement
	for {
		at, err := stream.Next()
		if err != nil {
			break
		}
		if at.Bytes < before.Bytes || at.IdealBits < before.IdealBits {
			t.Errorf("%+v after %+v", at, before)
		}
		if before = at; at.Level%2 == 1 {
			continue // to save time
		}
		want, err := stream.Image()
		if err != nil {
			t.Fatal(err)
		}
		got, prefix, err := decodeLast(s.file[:at.Bytes], codec.Decoder{Timestep: at.Timestep})
		prefix.Exact = at.Exact
		if err != nil || !same(got, want) || !reflect.DeepEqual(prefix, at) {
			t.Errorf("%+v decodes to %+v, %v, or another picture", at, prefix, err)
		}
	}
	if !before.Exact || before.Bytes != int64(len(s.file)) {
		t.Errorf("%d bytes end with %+v", len(s.file), before)
	}
	// Streams cost a little over their ideal length each.
	if room := 25 * 12 * 4; before.IdealBits/8+int64(room) < before.Bytes {
		t.Errorf("%d bytes for %d bits", before.Bytes, before.IdealBits)
	}
}

// FuzzBands decodes any payload where that of a pass of several bands should be, and cuts of it.
func FuzzBands(f *testing.F) {
	m := tall(image.NewGray(image.Rect(0, 0, 2, 516)))
	h, payloads, several := takeApart(f, encode(f, m, &codec.Options{Mode: codec.Modelled}))
	for i := 0; i < len(several); i += 5 {
		if i > 0 && !fuzzing() && !long() {
			break
		}
		b := several[i]
		p := payloads[b.index]
		f.Add(uint8(i), p, uint16(len(p)))
		f.Add(uint8(i), p, uint16(b.edges[0]-1))
		f.Add(uint8(i), p[:b.edges[1]], uint16(b.edges[1]))
		f.Add(uint8(i), append([]byte{0x80}, p...), uint16(3))
	}
	f.Add(uint8(0), []byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, segment uint8, payload []byte, cut uint16) {
		b := several[int(segment)%len(several)]
		changed := slices.Clone(payloads)
		changed[b.index] = payload
		file := putTogether(t, h, changed)
		checkAnything(t, file)
		begin := int(offsets(t, file)[b.index])
		n := begin + min(int(cut), len(payload))
		// Damage that a complete segment shows, a cut one may not; but then it decodes.
		got, at, err := decodeLast(file[:n], codec.Decoder{})
		if err != nil && !documented(err) || err == nil && (at.Bytes > int64(n) || at.Exact || got.Bounds() != m.Bounds()) {
			t.Fatalf("%d of %d bytes: %+v, %v", n, len(file), at, err)
		}
	})
}

// Refinement.Bytes is no more than there is, even where a pass codes nothing, so that none of its streams is needed, and these are
// cut; and what it names is enough.
func TestBandsThatAreNotNeeded(t *testing.T) {
	m := tall(image.NewGray(image.Rect(0, 0, 2, 516)))
	h, payloads, several := takeApart(t, encode(t, m, &codec.Options{Mode: codec.Modelled}))
	rng := rand.New(rand.NewPCG(54, 27))
	tries, step := 2, 3
	if long() {
		tries, step = 12, 1
	}
	for _, b := range several[:3] {
		changed := slices.Clone(payloads)
		for range tries {
			streams := make([]byte, 1+rng.IntN(40))
			for i := range streams {
				streams[i] = byte(rng.Uint32()) & 0x7f // no stream is rANS's, which has 32 bytes at least
			}
			var p []byte
			left := len(streams)
			for range len(b.edges) - 2 {
				n := rng.IntN(left + 1)
				left -= n
				p = binary.AppendUvarint(p, uint64(n))
			}
			p = append(p, streams...)
			changed[b.index] = p
			file := putTogether(t, h, changed)
			begin := int(offsets(t, file)[b.index])
			for cut := 0; cut < len(p); cut += step {
				n := begin + cut
				got, at, err := decodeLast(file[:n], codec.Decoder{})
				if err != nil || at.Bytes > int64(n) {
					t.Fatalf("segment %d, %d of %d bytes: %+v, %v", b.index, n, len(file), at, err)
				}
				if cut/step%4 > 0 {
					continue
				}
				if again, prefix, err := decodeLast(file[:at.Bytes], codec.Decoder{}); err != nil || !same(again, got) || prefix.Bytes != at.Bytes {
					t.Errorf("segment %d, %d of %d bytes: %+v, and these decode to %+v, or another picture, %v", b.index, n, len(file), at, prefix, err)
				}
			}
		}
	}
}
