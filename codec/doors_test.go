package codec_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/ddpmz/ddpmz/bitstream"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
	"github.com/ddpmz/ddpmz/rans"
)

// ownNet returns a network that is not in the zoo: the default one with another τ.
func ownNet(t *testing.T, tau byte) *model.Net {
	t.Helper()
	file, err := zoo.File(zoo.Default)
	if err != nil {
		t.Fatal(err)
	}
	file = bytes.Clone(file)
	file[10] += tau
	net, err := model.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// TestOwnNet: a network codes pictures without being in the zoo. Who has it decodes, describes and cuts the files; who has not, or
// has others, gets the identity of the one it lacks.
func TestOwnNet(t *testing.T) {
	own, other := ownNet(t, 1), ownNet(t, 2)
	for _, name := range []string{"tiny/rock.png", "odd/rgb-17x13.png", "gray16.png"} {
		m := picture(t, name)
		file := encode(t, m, &codec.Options{Net: own, Mode: codec.Modelled})
		if bytes.Equal(file, encode(t, m, &codec.Options{Mode: codec.Modelled})) {
			t.Errorf("%s: the file is the default model's", name)
		}
		d := codec.Decoder{Nets: []*model.Net{other, own}}
		if got, at, err := decodeLast(file, d); err != nil || !at.Exact || !same(got, m) {
			t.Errorf("%s: %+v, %v", name, at, err)
		}
		id := own.Identity()
		info, err := d.Inspect(bytes.NewReader(file))
		if err != nil || info.Model != "" || info.ModelID != hexOf(id[:8]) {
			t.Errorf("%s: model %q, %s, %v", name, info.Model, info.ModelID, err)
		}
		var cut bytes.Buffer
		if n, err := codec.Truncate(&cut, bytes.NewReader(file), codec.Cut{Timestep: 500, Nets: d.Nets}, codec.Limits{}); err != nil || n >= int64(len(file)) {
			t.Errorf("%s: cut to %d of %d bytes, %v", name, n, len(file), err)
		}
		for _, d := range []codec.Decoder{{}, {Nets: []*model.Net{other}}} {
			var unsupported codec.UnsupportedError
			var unknown zoo.UnknownModelError
			_, err := d.Decode(bytes.NewReader(file))
			if !errors.As(err, &unsupported) || !errors.As(err, &unknown) || string(unknown) != hexOf(id[:8]) {
				t.Errorf("%s, by others: %v", name, err)
			}
		}
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s []byte
	for _, v := range b {
		s = append(s, digits[v>>4], digits[v&15])
	}
	return string(s)
}

// TestCauses: the error of a file is of this package, and what the coder of a segment says of it is found in it, too. It is no
// io.ErrUnexpectedEOF: the file does not end early.
func TestCauses(t *testing.T) {
	check := func(name string, file []byte, cause any) {
		t.Helper()
		var format codec.FormatError
		_, err := codec.Decode(bytes.NewReader(file))
		if !errors.As(err, &format) || !errors.As(err, cause) || errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v, want a FormatError with a %T", name, err, cause)
		}
	}
	rgb := kind(t, "rgb")
	h, payloads, _ := takeApart(t, rgb.file)
	last := len(payloads) - 1
	payloads[last] = append(payloads[last], 0) // after the last symbol
	check("passes", putTogether(t, h, payloads), new(*rans.CorruptError))

	tall := tallRGB(t)
	h, payloads, several := takeApart(t, tall.file)
	i := several[0].index
	payloads[i] = append(bytes.Repeat([]byte{0xff}, 10), payloads[i]...) // no length
	check("lengths of bands", putTogether(t, h, payloads), new(*bitstream.SyntaxError))

	graphic := kind(t, "stored")
	h, payloads, _ = takeApart(t, graphic.file)
	for k, g := range h.Segments {
		if g.Kind == container.Stored {
			p := bytes.Clone(payloads[k])
			p[0] |= 0x80 // an unknown method
			payloads[k] = p
		}
	}
	check("stored", putTogether(t, h, payloads), new(*stored.FormatError))

	with := encode(t, graphic.m, &codec.Options{Mode: codec.Stored, Metadata: bytes.Repeat([]byte("metadata"), 100)})
	h, payloads, _ = takeApart(t, with)
	for k, g := range h.Segments {
		if g.Kind == container.Metadata {
			payloads[k] = append([]byte{1}, "no frame of Zstandard"...)
		}
	}
	_, err := codec.Decode(bytes.NewReader(putTogether(t, h, payloads)))
	if !errors.As(err, new(codec.FormatError)) || !errors.Is(err, zstd.ErrMagicMismatch) {
		t.Errorf("metadata: %v, want what Zstandard says", err)
	}
}
