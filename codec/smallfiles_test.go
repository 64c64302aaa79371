package codec

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A smallFile is a file of at most 1 KiB that was made to ask for much.
type smallFile struct {
	name string
	file []byte
}

const smallBytes = 1 << 10

// smallShapes are sizes of images: of one band and of several, of one row and of many, up to as many pixels as there may be.
var smallShapes = [][2]int{
	{1, 1}, {3, 2}, {40, 40}, {200, 127}, {255, 255}, {400, 300}, {127, 700}, {1600, 126}, {4096, 127}, {127, 4096}, {1, 9000},
	{20000, 1}, {1 << 15, 127}, {1 << 20, 3}, {1 << 24, 1}, {2, 1 << 24}, {1000, 1000}, {2000, 1500}, {3500, 3500}, {6000, 4000}, {8192, 8192},
}

// appendSmall appends a file to the list, cut to 1 KiB.
func appendSmall(t *testing.T, list []smallFile, name string, h *container.Header, payloads ...[]byte) []smallFile {
	t.Helper()
	var b bytes.Buffer
	whole := true
	for i, p := range payloads {
		whole = whole && h.Segments[i].Size == uint64(len(p))
	}
	if whole && len(payloads) == len(h.Segments) {
		if err := container.Write(&b, h, payloads); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b.Len() > smallBytes {
			name += ", cut"
		}
	} else {
		header, err := h.Append(nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b.Write(header)
		for _, p := range payloads {
			b.Write(p)
		}
	}
	return append(list, smallFile{name, bytes.Clone(b.Bytes()[:min(b.Len(), smallBytes)])})
}

// smallModelled returns files of an image of w x h pixels by a model. Their streams are of zeros, which say the likeliest at first, or
// noise; they hold all passes, or one each, or claim more bytes than there are. If skipped is false, no coefficient skips a step.
func smallModelled(t *testing.T, net *model.Net, w, h int, format format, depth int, o orientation, skipped bool) (list []smallFile) {
	id := net.Identity()
	tau := net.Tau()
	if !skipped {
		tau = -128
	}
	header := func(segments ...container.Segment) *container.Header {
		return &container.Header{Width: uint32(w), Height: uint32(h), Format: uint8(format), Depth: uint8(depth), Modelled: true,
			Model: [8]byte(id[:8]), Params: params{tau: tau, orientation: o}.append(nil), Segments: segments}
	}
	noise := make([]byte, smallBytes)
	for i, x := 0, uint32(w*31+h); i < len(noise); i++ {
		x = x*1664525 + 1013904223
		noise[i] = byte(x>>24) & 0x7f
	}
	name := fmt.Sprintf("%d x %d, format %d, %d bits, orientation %d, skip test %v", w, h, format, depth, o, skipped)
	most := (&info{format: format, w: w, h: h, depth: depth}).maxSize(container.Passes)
	for _, n := range []int{0, 60, 900} {
		for _, payload := range [][]byte{make([]byte, n), noise[:n]} {
			list = appendSmall(t, list, fmt.Sprintf("%s: %d bytes of all passes", name, n),
				header(container.Segment{Kind: container.Passes, Size: uint64(n)}), payload)
			list = appendSmall(t, list, fmt.Sprintf("%s: %d bytes of more", name, n),
				header(container.Segment{Kind: container.Passes, Size: uint64(most)}), payload)
		}
	}
	// A segment for every pass, with streams of no bytes, or one that is not there.
	var segments []container.Segment
	var payloads [][]byte
	for _, p := range model.Passes(w, h) {
		bands := 1
		if rows := (h + 1<<p.Scale - 1) >> p.Scale; p.Stage >= 0 {
			bands = max(1, rows/64)
		}
		payload := make([]byte, bands-1)
		segments = append(segments, container.Segment{Kind: container.Passes, Units: 1, Size: uint64(len(payload))})
		payloads = append(payloads, payload)
	}
	list = appendSmall(t, list, name+": a segment for every pass", header(segments...), payloads...)
	claims := slices.Clone(segments)
	claimed := make([]byte, min(most, 1<<20))
	claims[len(claims)-1].Size = uint64(len(claimed))
	payloads[len(payloads)-1] = claimed
	list = appendSmall(t, list, name+": a segment for every pass, the last large", header(claims...), payloads...)
	return list
}

// smallStored returns files of stored images: of flat ones; of zeros, to which every decision is as expected, for as many pixels as the
// bytes allow; with metadata of blocks of a byte that is repeated; and cut ones.
func smallStored(t *testing.T, w, h int, format format, depth int) (list []smallFile) {
	blocks := func(n int) (b []byte) {
		for range n {
			b = append(b, 2, 0, 0x10, 0) // 128 KiB of zeros
		}
		return b
	}
	image := append([]byte{1, 0x84, 0x07}, make([]byte, 900)...)
	if raw := w * h * format.planes(); raw < 1<<18 {
		var err error
		if image, err = stored.Encode(&stored.Raster{Width: w, Height: h, Channels: format.planes(), Depth: depth, Samples: make([]uint16, raw)}); err != nil {
			t.Fatal(err)
		}
	}
	name := fmt.Sprintf("stored, %d x %d, format %d, %d bits", w, h, format, depth)
	header := func(segments ...container.Segment) *container.Header {
		return &container.Header{Width: uint32(w), Height: uint32(h), Format: uint8(format), Depth: uint8(depth), Segments: segments}
	}
	p := &info{format: format, w: w, h: h, depth: depth}
	segment := func(k container.Kind, size int64) container.Segment {
		return container.Segment{Kind: k, Size: uint64(size)}
	}
	var before []container.Segment
	var first [][]byte
	if format == formatPaletted {
		before, first = append(before, segment(container.Palette, 5)), append(first, []byte{0, 1, 2, 3, 0xff})
	}
	list = appendSmall(t, list, name, header(append(before, segment(container.Stored, int64(len(image))))...), append(first, image)...)
	list = appendSmall(t, list, name+", nothing of it", header(append(before, segment(container.Stored, p.maxSize(container.Stored)))...), first...)
	packed := append([]byte{1, 0x28, 0xb5, 0x2f, 0xfd, 0, 0x78}, blocks(100)...)
	alpha := append([]byte{1, 200, 1}, make([]byte, 200)...)
	if format.hasAlpha() {
		list = appendSmall(t, list, name+", with metadata and alpha", header(segment(container.Metadata, int64(len(packed))),
			segment(container.Alpha, int64(len(alpha))), segment(container.Stored, int64(len(image[:min(len(image), 300)])))), packed, alpha, image[:min(len(image), 300)])
	}
	return list
}

// workDone returns the work that a stream has done, its picture included.
func (s *Stream) workDone() int64 {
	switch d := s.body.(type) {
	case *passDecoder:
		return d.workOf(d.begun)
	case *jpegDecoder:
		if d.passes != nil {
			return d.passes.workOf(d.passes.begun)
		}
	}
	return s.picture.storedWork()
}

// No file of at most 1 KiB is worth more work than that many bytes are, nor 256 MB, by default: of many shapes, in every orientation,
// of every model, and stored. What is decoded takes as much as is counted. DDPMZ_LONG=1 tries all combinations.
func TestSmallFilesTakeLittle(t *testing.T) {
	all := os.Getenv("DDPMZ_LONG") == "1"
	const mostMemory = 256 << 20 // all that is allocated, garbage included
	nets := []*model.Net{}
	for _, name := range zoo.Names() {
		net, err := zoo.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		nets = append(nets, net)
	}
	var list []smallFile
	for i, shape := range smallShapes {
		for n, net := range nets {
			for o := range orientation(orientations) {
				for k, kind := range []struct {
					format format
					depth  int
				}{{formatGray, 8}, {formatRGB, 8}, {formatNRGBA, 16}} {
					for _, skipped := range []bool{true, false} {
						if !all && (n != i%len(nets) || int(o) != i%orientations || k != i%3 || skipped != (i%2 == 0)) {
							continue
						}
						list = append(list, smallModelled(t, net, shape[0], shape[1], kind.format, kind.depth, o, skipped)...)
					}
				}
			}
		}
		for k, kind := range []struct {
			format format
			depth  int
		}{{formatGray, 1}, {formatGray, 8}, {formatPaletted, 1}, {formatRGB, 8}, {formatNRGBA | formatOneColour, 8}, {formatNRGBA | formatWide, 8}, {formatNRGBA, 16}} {
			if all || k == i%7 || i == len(smallShapes)-1 {
				list = append(list, smallStored(t, shape[0], shape[1], kind.format, kind.depth)...)
			}
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	limit := Limits{}.maxWork(smallBytes)
	tried, refused := 0, 0
	var slowest, largest struct {
		name string
		took time.Duration
		heap uint64
	}
	for i, f := range list {
		if !all && i%5 > 0 {
			continue
		}
		if len(f.file) > smallBytes {
			t.Fatalf("%s: %d bytes", f.name, len(f.file))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		s, err := new(Decoder).Open(bytes.NewReader(f.file))
		var m image.Image
		if err == nil {
			_, err = s.Last()
			var pictureErr error
			m, pictureErr = s.Image()
			if err == nil {
				err = pictureErr
			}
		}
		took := time.Since(begin)
		runtime.ReadMemStats(&after)
		heap := after.TotalAlloc - before.TotalAlloc
		if took > slowest.took {
			slowest.name, slowest.took, slowest.heap = f.name, took, heap
		}
		if heap > largest.heap {
			largest.name, largest.took, largest.heap = f.name, took, heap
		}
		var format FormatError
		var over *LimitError
		switch {
		case err != nil && !errors.As(err, &format) && !errors.As(err, &over) && !errors.Is(err, io.ErrUnexpectedEOF):
			t.Errorf("%s: %v", f.name, err)
		case heap > mostMemory:
			t.Errorf("%s: %d bytes are allocated, %v", f.name, heap, err)
		case m != nil && s.workDone() > limit:
			t.Errorf("%s: %d sites of work, more than %d", f.name, s.workDone(), limit)
		}
		if tried++; err != nil {
			refused++
		}
	}
	t.Logf("%d files, %d refused; the slowest took %v on one processor, %d bytes (%s); the largest %d bytes, %v (%s)", tried, refused,
		slowest.took, slowest.heap, slowest.name, largest.heap, largest.took, largest.name)
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
