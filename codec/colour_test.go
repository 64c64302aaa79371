package codec_test

import (
	"bytes"
	"errors"
	"image"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

// withParams returns a file with other params, its checksums made right.
func withParams(t testing.TB, file []byte, params func(old []byte) []byte) []byte {
	t.Helper()
	h, n, err := container.ReadHeader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	h.Params = params(h.Params)
	b, err := h.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return reseal(append(b, file[n:]...))
}

// TestColourTransform: a clipped picture is coded by another transform than a common one, which costs the short form no
// byte, and is told by Inspect.
func TestColourTransform(t *testing.T) {
	for _, c := range []struct{ kind, want string }{
		{"rgb", "Y, Co, Cg"}, {"alpha", "Y, Co, Cg"}, {"gray", ""}, {"stored", ""},
		{"clipped", "(R+G)/2, R-G, B-(R+G)/2"}, {"clipped16", "(R+G)/2, R-G, B-(R+G)/2"},
	} {
		info, err := new(codec.Decoder).Inspect(bytes.NewReader(kind(t, c.kind).file))
		if err != nil || info.Transform != c.want {
			t.Errorf("%s: transform %q, %v; want %q", c.kind, info.Transform, err, c.want)
		}
	}
	file := kind(t, "clipped").file
	if first := changed(t, file, func(byte) byte { return 0 }); len(first) != len(file) {
		t.Errorf("the transform takes %d bytes", len(file)-len(first))
	}
}

// TestTransformsOfAFile: params decide the transform, of whatever the passes say. A transform that is not known, or makes
// no sense, is refused.
func TestTransformsOfAFile(t *testing.T) {
	var unsupported codec.UnsupportedError
	var malformed codec.FormatError
	rgb, gray := kind(t, "rgb").file, kind(t, "gray").file
	list := map[string]image.Image{}
	for colour := range byte(4) {
		for form, file := range map[string][]byte{"short": rgb, "common": common(t, rgb)} {
			file := changed(t, file, func(old byte) byte { return old&^colourBits | colour })
			m, err := codec.Decode(bytes.NewReader(file))
			if colour >= 3 {
				if !errors.As(err, &unsupported) {
					t.Errorf("%s form, transform %d: %v", form, colour, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s form, transform %d: %v", form, colour, err)
				continue
			}
			if list[describe(m)] == nil {
				list[describe(m)] = m
			}
		}
	}
	if len(list) != 3 {
		t.Errorf("%d pictures by three transforms in two forms", len(list))
	}
	for name, c := range map[string]struct {
		file   []byte
		params func(old []byte) []byte
		want   any
	}{
		"spelled out": {common(t, rgb), func(old []byte) []byte { return append(old[:1], 0) }, &malformed},
		"too many":    {common(t, rgb), func(old []byte) []byte { return append(old[:1], 1, 1) }, &unsupported},
		"of gray":     {gray, func([]byte) []byte { return []byte{1} }, &malformed},
		"none at all": {common(t, rgb), func([]byte) []byte { return nil }, &unsupported},
	} {
		if _, err := codec.Decode(bytes.NewReader(withParams(t, c.file, c.params))); !errors.As(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
