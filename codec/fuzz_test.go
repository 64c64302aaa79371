package codec_test

import (
	"bytes"
	"errors"
	"image"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

// FuzzDecode decodes anything: as it is, and with its checksums made right, without which few mutations get
// past them.
func FuzzDecode(f *testing.F) {
	for i, s := range kinds(f) {
		if i%3 > 0 && !fuzzing() && !long() {
			continue
		}
		f.Add(s.file)
		f.Add(s.file[:len(s.file)*2/3])
		damaged := bytes.Clone(s.file)
		damaged[len(damaged)/2] ^= 0x20
		f.Add(damaged)
	}
	for colour := range byte(7) {
		f.Add(withParams(f, kind(f, "rgb").file, func([]byte) []byte { return []byte{1 + colour} }))
	}
	f.Add([]byte{})
	f.Add([]byte(container.Magic))
	f.Add([]byte(container.ShortMagic))
	f.Fuzz(func(t *testing.T, file []byte) {
		checkAnything(t, file)
		file = reseal(file)
		checkAnything(t, file)

		// What decodes as a whole decodes when cut, too.
		if _, _, err := decodeLast(file, codec.Decoder{Limits: codec.Limits{MaxPixels: 1 << 12}}); err != nil {
			return
		}
		cut := file[:len(file)-len(file)/3]
		if int64(len(cut)) < offsets(t, file)[0] {
			return
		}
		if _, at, err := decodeLast(cut, codec.Decoder{}); err != nil || at.Bytes > int64(len(cut)) {
			t.Fatalf("%d bytes decode, %d of them: %+v, %v", len(file), len(cut), at, err)
		}
	})
}

// FuzzRoundTrip makes images of bytes.
func FuzzRoundTrip(f *testing.F) {
	for i := range types {
		f.Add(uint8(i), uint8(i%3), uint8(3*i+1), uint8(2*i+1), []byte("some samples, again and again"))
		f.Add(uint8(i), uint8(i%3), uint8(5), uint8(1), []byte{0, 0xff, 0})
	}
	f.Fuzz(func(t *testing.T, typ, mode, w, h uint8, content []byte) {
		m := types[int(typ)%len(types)].make(image.Rect(0, 0, int(w%24)+1, int(h%24)+1))
		next := 0
		fill(m, func() byte {
			if len(content) == 0 {
				return 0
			}
			next++
			return content[(next-1)%len(content)] + byte((next-1)/len(content))
		})
		var b bytes.Buffer
		err := codec.Encode(&b, m, &codec.Options{Mode: codec.Mode(mode % 3), Metadata: content[:len(content)/2]})
		var unsupported codec.UnsupportedError
		if _, paletted := m.(*image.Paletted); paletted && codec.Mode(mode%3) == codec.Modelled {
			if !errors.As(err, &unsupported) {
				t.Fatal(err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got, at, err := decodeLast(b.Bytes(), codec.Decoder{})
		if err != nil || !at.Exact || !same(got, m) {
			t.Fatalf("%+v, %v\n%s\ndecodes to\n%s", at, err, clip(describe(m)), clip(describe(got)))
		}
	})
}
