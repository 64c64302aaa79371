package codec_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

// documented reports whether an error is one of those that Decode says it returns.
func documented(err error) bool {
	var (
		format      codec.FormatError
		unsupported codec.UnsupportedError
		limit       *codec.LimitError
		number      container.LimitError // in a damaged header
		header      *codec.CorruptHeaderError
		segment     *codec.CorruptSegmentError
		digest      *codec.DigestError
	)
	return errors.As(err, &format) || errors.As(err, &unsupported) || errors.As(err, &limit) || errors.As(err, &number) ||
		errors.As(err, &header) || errors.As(err, &segment) || errors.As(err, &digest) || errors.Is(err, io.ErrUnexpectedEOF)
}

// A changed byte, wherever it is, is an error that names the segment.
func TestEveryByteDamaged(t *testing.T) {
	flips := []byte{0x55}
	if long() {
		flips = []byte{0x01, 0x80, 0x55, 0xff}
	}
	for _, s := range someKinds(t) {
		o := offsets(t, s.file)
		h, _, err := container.ReadHeader(bytes.NewReader(s.file))
		if err != nil {
			t.Fatal(err)
		}
		segment := -1 // of the byte at
		for at := range s.file {
			for int64(at) >= o[segment+1] {
				segment++
			}
			if !long() && at%3 > 0 && int64(at) > o[0] && int64(at) < o[segment+1]-4 {
				continue // within a segment, its checksum included
			}
			for _, x := range flips {
				bad := bytes.Clone(s.file)
				bad[at] ^= x
				m, last, err := decodeLast(bad, codec.Decoder{})
				switch {
				case err == nil:
					t.Fatalf("%s, byte %d ^ %#x: not found", s.name, at, x)
				case !documented(err):
					t.Fatalf("%s, byte %d ^ %#x: %T %v", s.name, at, x, err, err)
				case last.Exact && !same(m, s.m):
					t.Fatalf("%s, byte %d ^ %#x: wrong pixels call themselves exact", s.name, at, x)
				}
				if got, err := codec.Decode(bytes.NewReader(bad)); err == nil || got != nil {
					t.Fatalf("%s, byte %d ^ %#x: Decode returns a picture, %v", s.name, at, x, err)
				}
				if segment < 0 {
					continue
				}
				var which *codec.CorruptSegmentError
				if !errors.As(err, &which) || which.Index != segment || which.Kind != h.Segments[segment].Kind ||
					!strings.Contains(err.Error(), which.Kind.String()) {
					t.Fatalf("%s, byte %d ^ %#x, in segment %d: %v", s.name, at, x, segment, err)
				}
			}
		}
	}
}

// In a file of many segments, those before the damage can still be seen.
func TestDamageToALaterSegment(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	s := large(t)
	o := offsets(t, s.file)
	for i, begin := range o[:len(o)-1] {
		for _, at := range []int64{begin, begin + 8, o[i+1] - 5, o[i+1] - 1} {
			bad := bytes.Clone(s.file)
			bad[at] ^= 0x10
			m, last, err := decodeLast(bad, codec.Decoder{})
			var which *codec.CorruptSegmentError
			if !errors.As(err, &which) || which.Index != i || last.Exact {
				t.Fatalf("segment %d, byte %d: %+v, %v", i, at, last, err)
			}
			if want := decode(t, s.file[:begin], 0); !same(m, want) {
				t.Errorf("segment %d, byte %d: not the picture that came before it", i, at)
			}
		}
	}
}

// Where the checksum is missing, damage cannot be seen; but it does no other harm, and is not called exact.
func TestDamageToTruncatedFiles(t *testing.T) {
	if !long() {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	stride := 11
	if long() {
		stride = 1
	}
	for _, s := range kinds(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			o := offsets(t, s.file)
			for at := int(o[0]); at < len(s.file)-1; at += stride {
				bad := bytes.Clone(s.file[:len(s.file)-1])
				bad[at] ^= 0xff
				m, last, err := decodeLast(bad, codec.Decoder{})
				if err != nil && !documented(err) {
					t.Errorf("byte %d: %T %v", at, err, err)
				}
				if last.Exact && !same(m, s.m) {
					t.Errorf("byte %d: wrong pixels call themselves exact", at)
				}
			}
		})
	}
}

// reseal makes the checksums of a damaged file right again, as far as there are any, so that the damage
// reaches what they protect.
func reseal(file []byte) []byte {
	file = bytes.Clone(file)
	h, n, err := container.ReadHeader(bytes.NewReader(file))
	var wrong *container.CorruptHeaderError
	short := bytes.HasPrefix(file, []byte(container.ShortMagic))
	if errors.As(err, &wrong) && short {
		file[n-1] = byte(wrong.Computed)
		h, n, err = container.ReadHeader(bytes.NewReader(file))
	} else if errors.As(err, &wrong) {
		binary.LittleEndian.PutUint32(file[n-4:], wrong.Computed)
		h, n, err = container.ReadHeader(bytes.NewReader(file))
	}
	if err != nil {
		return file
	}
	if short {
		if end := n + int64(h.Present()[0]); end+2 <= int64(len(file)) {
			binary.LittleEndian.PutUint16(file[end:], crc16(file[:end]))
		}
		return file
	}
	castagnoli := crc32.MakeTable(crc32.Castagnoli)
	at := uint64(n)
	for i, size := range h.Present() {
		for b, left := uint32(0), size; b == 0 || left > 0; b++ {
			block := min(left, container.BlockSize)
			end := at + block
			if end+4 > uint64(len(file)) {
				return file
			}
			place := binary.LittleEndian.AppendUint32(bytes.Clone(file[n-4:n]), uint32(i))
			if size > container.BlockSize {
				place = binary.LittleEndian.AppendUint32(place, b)
			}
			crc := crc32.Update(crc32.Checksum(place, castagnoli), castagnoli, file[at:end])
			binary.LittleEndian.PutUint32(file[end:], crc)
			at, left = end+4, left-block
		}
	}
	return file
}

// crc16 is CRC-16/X-25.
func crc16(p []byte) uint16 {
	crc := uint16(0xffff)
	for _, b := range p {
		crc ^= uint16(b)
		for range 8 {
			crc = crc>>1 ^ crc&1*0x8408
		}
	}
	return ^crc
}

func TestReseal(t *testing.T) {
	for _, s := range kinds(t) {
		bad := bytes.Clone(s.file)
		o := offsets(t, s.file)
		for _, end := range o {
			bad[end-1] ^= 7 // the last byte of a checksum
		}
		if !bytes.Equal(reseal(bad), s.file) {
			t.Errorf("%s: not what it was", s.name)
		}
	}
}

// Damage that the checksums do not show is an error or some picture, and never a panic. FuzzDecode looks for more of it.
func TestDamageBelowTheChecksums(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	times := 4
	if long() {
		times = 60
	}
	for _, s := range kinds(t) {
		for range times {
			bad := bytes.Clone(s.file)
			for range 1 + rng.IntN(3) {
				bad[2+rng.IntN(len(bad)-2)] ^= 1 << rng.IntN(8)
			}
			checkAnything(t, reseal(bad))
		}
	}
}

// checkAnything decodes what may be no file at all.
func checkAnything(t testing.TB, file []byte) {
	t.Helper()
	limits := codec.Limits{MaxPixels: 1 << 12}
	m, _, err := decodeLast(file, codec.Decoder{Limits: limits})
	if err != nil && !documented(err) {
		t.Fatalf("an error of no type that is documented: %T %v", err, err)
	}
	config, configErr := codec.DecodeConfig(bytes.NewReader(file))
	if configErr != nil && !documented(configErr) {
		t.Fatalf("DecodeConfig: %T %v", configErr, configErr)
	}
	if m == nil {
		return
	}
	if b := m.Bounds(); configErr == nil && (b.Dx() != config.Width || b.Dy() != config.Height) {
		t.Fatalf("a picture of %v, %+v was announced", b, config)
	}
	for x := range min(m.Bounds().Dx(), 3) {
		m.At(x, 0) // palette indices are inside the palette
	}
	if _, err := (&codec.Decoder{Limits: limits}).Inspect(bytes.NewReader(file)); err != nil && !documented(err) {
		t.Fatalf("Inspect: %T %v", err, err)
	}
}

// allocated returns how many bytes a function allocates, some of which may be other goroutines'.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A header that claims to be large allocates nothing, within the limits or not.
func TestClaimsAllocateNothing(t *testing.T) {
	modelled, _, err := container.ReadHeader(bytes.NewReader(kind(t, "common form").file))
	if err != nil {
		t.Fatal(err)
	}
	decode(t, kind(t, "rgb").file, 0) // what is made once
	const little = 256 << 10
	claim := func(side uint32, model bool, segments ...container.Segment) []byte {
		h := &container.Header{Width: side, Height: side, Format: 2, Depth: 8, Segments: segments} // format 2 can have alpha
		if model {
			h.Modelled, h.Model, h.Params = true, modelled.Model, modelled.Params
		}
		b, err := h.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	huge := make([]container.Segment, container.MaxSegments)
	for i := range huge {
		huge[i] = container.Segment{Kind: container.Passes, Units: container.MaxUnits, Size: 1 << 16}
	}
	most := uint32(1 << 13) // of a square
	if bits.UintSize == 32 {
		most = 1 << 12
	}
	const raw = 3 << 24 // bytes of an image of 2^24 pixels
	for _, c := range []struct {
		name string
		file []byte
		want string // what is over a limit, or "format" if the size of a segment cannot be
	}{
		{"2^48 pixels, stored", claim(container.MaxSide, false, container.Segment{Kind: container.Stored, Size: 1 << 50}), "pixels"},
		{"2^48 pixels, modelled", claim(container.MaxSide, true, container.Segment{Kind: container.Passes, Size: 1 << 50}), "pixels"},
		{"a pebibyte, stored", claim(most, false, container.Segment{Kind: container.Stored, Size: 1 << 50}), "format"},
		{"a pebibyte, modelled", claim(most, true, container.Segment{Kind: container.Passes, Size: 1 << 50}), "format"},
		{"a tebibyte of 16 pixels", claim(4, true, container.Segment{Kind: container.Passes, Size: 1 << 40}), "format"},
		{"a pebibyte of alpha", claim(4, true, container.Segment{Kind: container.Alpha, Size: 1 << 50}, container.Segment{Kind: container.Passes}), "format"},
		{"a pebibyte of metadata", claim(4, true, container.Segment{Kind: container.Metadata, Size: 1 << 50}, container.Segment{Kind: container.Passes}), "format"},
		{"as many pixels as there may be, stored", claim(most, false, container.Segment{Kind: container.Stored, Size: raw}), ""},
		{"2^24 pixels, modelled", claim(1<<12, true, container.Segment{Kind: container.Passes, Size: raw}), ""},
		{"alpha", claim(1<<12, true, container.Segment{Kind: container.Alpha, Size: raw / 3}, container.Segment{Kind: container.Passes, Size: raw}), ""},
		{"metadata", claim(1, true, container.Segment{Kind: container.Metadata, Size: 1 << 26}, container.Segment{Kind: container.Passes}), ""},
		{"4096 segments, of more passes than there are", claim(1, true, huge...), "format"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var openErr, nextErr error
			n := allocated(func() {
				var s *codec.Stream
				if s, openErr = new(codec.Decoder).Open(bytes.NewReader(c.file)); openErr == nil {
					_, nextErr = s.Next()
				}
			})
			var limit *codec.LimitError
			var format codec.FormatError
			switch {
			case c.want == "" && (openErr != nil || nextErr != io.EOF):
				t.Errorf("%v, %v", openErr, nextErr)
			case c.want == "format" && !errors.As(openErr, &format):
				t.Errorf("%v, want a FormatError", openErr)
			case c.want == "pixels" && (!errors.As(openErr, &limit) || limit.What != c.want):
				t.Errorf("%v, want a LimitError", openErr)
			}
			room := uint64(little + 200*len(c.file)) // a header of 4096 segments is large itself
			if n > room {
				t.Errorf("%d bytes allocated for a file of %d", n, len(c.file))
			}
			n = allocated(func() { codec.DecodeConfig(bytes.NewReader(c.file)) })
			if n > room {
				t.Errorf("DecodeConfig: %d bytes allocated for a file of %d", n, len(c.file))
			}
		})
	}
}

func TestLimits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // of small images, most memory is what every processor takes
	for _, s := range someKinds(t) {
		b := s.m.Bounds()
		pixels := int64(b.Dx()) * int64(b.Dy())
		once := int64(1 << 20) // whatever the size
		if s.name == "JPEG, modelled" {
			once = 11 << 20 // what its process learns of a band: see dct.Memory
		}
		for _, l := range []struct {
			limits codec.Limits
			want   string
		}{
			{codec.Limits{MaxPixels: pixels}, ""},
			{codec.Limits{MaxPixels: pixels - 1}, "pixels"},
			{codec.Limits{MaxMemory: pixels}, "bytes of memory"},
			{codec.Limits{MaxMemory: once + 200*pixels}, ""},
		} {
			if l.limits == (codec.Limits{}) {
				continue // a limit of zero is none
			}
			d := codec.Decoder{Limits: l.limits}
			_, err := d.Decode(bytes.NewReader(s.file))
			var limit *codec.LimitError
			if l.want == "" && err != nil || l.want != "" && (!errors.As(err, &limit) || limit.What != l.want || limit.Have <= limit.Limit) {
				t.Errorf("%s, %+v: %v", s.name, l.limits, err)
			}
			if _, err := codec.Truncate(io.Discard, bytes.NewReader(s.file), codec.Cut{Timestep: 1}, l.limits); (err == nil) != (l.want == "") {
				t.Errorf("%s, %+v: Truncate: %v", s.name, l.limits, err)
			}
		}
	}
}
