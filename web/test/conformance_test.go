package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"io"
	"os"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A suite is what ../../testdata/conformance/manifest.json has of files, but what only other decoders are asked for.
type suite struct {
	Decoded []struct {
		File, Kind string
		Depth      int
		Digest     string
		Prefixes   []struct {
			Bytes  int
			Digest string
		}
		Levels []struct {
			Timestep int
			Digest   string
		}
	}
	Refused []struct{ File, Reason string }
}

// A wish is what conform of page.js is to decode, and how.
type wish struct {
	Name    string         `json:"name"`
	Options map[string]any `json:"options"`
	gray    bool
	want    string // the digest or, of what is refused, the kind of the error
	error   bool
}

// TestConformance runs the conformance suite in the browser: pictures, prefixes, levels and refusals. A canvas has 8 bits and straight
// alpha: of pictures that have not, the digest is that of what package codec decodes, converted. The models of random numbers that some files
// are by are not in the package, which has to say so; and of a file of which nothing has come but what stands before the picture, it says that
// it is cut, where package codec has a gray picture.
func TestConformance(t *testing.T) {
	if page == nil {
		t.Skip("no Chromium")
	}
	for list := wishes(t); len(list) > 0; {
		part := list[:min(len(list), 100)]
		list = list[len(part):]
		var got []outcome
		call(t, &got, "conform", part)
		compare(t, part, got)
	}
}

// An outcome is what conform says of a wish.
type outcome struct{ Digest, Gray, Error string }

func compare(t *testing.T, list []wish, got []outcome) {
	t.Helper()
	if len(got) != len(list) {
		t.Fatalf("%d outcomes of %d", len(got), len(list))
	}
	for i, w := range list {
		g := got[i]
		is := g.Digest
		switch {
		case w.error || g.Error != "":
			is = g.Error
		case w.gray:
			is = g.Gray
		}
		if is != w.want {
			t.Errorf("%s, %v: %q, want %q", w.Name, w.Options, is, w.want)
		}
	}
}

// wishes returns what there is to decode of the conformance suite. Its files are served from then on.
func wishes(t *testing.T) (list []wish) {
	t.Helper()
	const folder = "../../testdata/conformance/"
	b, err := os.ReadFile(folder + "manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var all suite
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	load := func(name string) []byte {
		file, err := os.ReadFile(folder + name)
		if err != nil {
			t.Fatal(err)
		}
		host.add(name, file)
		return file
	}
	strange, gray := 0, 0
	for _, f := range all.Decoded {
		file := load(f.File)
		add := func(want string, limit, timestep int) {
			options := map[string]any{"imageOrientation": "none", "timestep": timestep}
			d, prefix := codec.Decoder{Timestep: timestep}, file
			if limit > 0 {
				options["bytes"], prefix = limit, file[:limit]
			}
			w := wish{Name: "/files/" + f.File, Options: options, gray: f.Kind == "gray", want: want}
			m, fresh, err := decodeAll(d, prefix)
			switch {
			case isUnknownModel(err):
				strange++
				w.want, w.error = "unsupported", true
			case err != nil:
				t.Fatalf("%s: %v", f.File, err)
			case !fresh:
				gray++
				w.want, w.error = "cut", true
			case f.Depth > 8 || f.Kind == "palette" || f.Kind == "premultiplied":
				w.want, w.gray = digest(m), false
			}
			list = append(list, w)
		}
		add(f.Digest, 0, 0)
		for _, p := range f.Prefixes {
			add(p.Digest, p.Bytes, 0)
		}
		for _, l := range f.Levels {
			add(l.Digest, 0, l.Timestep)
		}
	}
	for _, f := range all.Refused {
		load(f.File)
		kind := map[string]string{"malformed": "format", "unsupported": "unsupported", "damaged": "damaged", "truncated": "cut", "another": "damaged"}[f.Reason]
		list = append(list, wish{Name: "/files/" + f.File, Options: map[string]any{}, want: kind, error: true})
	}
	pictures := len(list) - len(all.Refused)
	t.Logf("%d files decode, to %d pictures, %d of which are by models that the package has not, and %d gray; %d are refused", len(all.Decoded), pictures, strange,
		gray, len(all.Refused))
	if strange+gray > pictures/2 {
		t.Error("most of the suite cannot be compared")
	}
	return list
}

// decodeAll returns the picture of a file, and whether it has anything of it.
func decodeAll(d codec.Decoder, file []byte) (m image.Image, fresh bool, err error) {
	s, err := d.Open(bytes.NewReader(file))
	if err != nil {
		return nil, false, err
	}
	for {
		if _, err := s.Next(); err == io.EOF {
			break
		} else if err != nil {
			return nil, false, err
		}
		fresh = true
	}
	m, err = s.Image()
	return m, fresh, err
}

// isUnknownModel reports whether an error is that a file is by a model that is not in the zoo.
func isUnknownModel(err error) bool {
	var unknown zoo.UnknownModelError
	return errors.As(err, &unknown)
}
