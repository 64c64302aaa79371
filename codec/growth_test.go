package codec_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// A promiseError says which files of version 1 of the format, or later, -update would have to change or to remove, and why. They stay, with
// what they decode to: that is what the version promises.
type promiseError []string

func (e promiseError) Error() string {
	return "REFUSED, and nothing is written: files of version 1 of the format stay, with what they decode to; -update only adds some:\n" + strings.Join(e, "\n")
}

func (e *promiseError) add(name string, err error) { *e = append(*e, fmt.Sprintf("%s: %v", name, err)) }

// err returns e as an error, or nil if it says nothing.
func (e promiseError) err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// grow returns a suite with those entries of made whose names it does not have, and their files. Of names that it has, entry and file stay, as do
// those that made lacks: an encoder may write other bytes now. read returns the files of the suite. It is an error if one of them is lost, or
// does not do as its entry says.
func (s conformanceSuite) grow(t testing.TB, d codec.Decoder, made conformanceSuite, files map[string][]byte, read func(name string) ([]byte, error)) (grown conformanceSuite, added map[string][]byte, err error) {
	var refused promiseError
	has := map[string]bool{}
	check := func(name string, differs func(file []byte) error) {
		has[name] = true
		file, err := read(name)
		if err == nil {
			err = differs(file)
		}
		if err != nil {
			refused.add(name, err)
		}
	}
	for _, m := range s.Models {
		check(m.File, func(file []byte) error {
			if sha256Hex(file) != m.SHA256 {
				return errors.New("another SHA-256")
			}
			// What is made now is by the weights that are made now.
			if made := files[m.File]; made != nil && !bytes.Equal(made, file) {
				return errors.New("is made of other bytes: other weights need another name")
			}
			return nil
		})
	}
	for _, f := range s.Decoded {
		check(f.File, func(file []byte) error { return f.differs(t, d, file) })
	}
	for _, f := range s.Refused {
		check(f.File, func(file []byte) error { return f.differs(d, file) })
	}
	if err := refused.err(); err != nil {
		return s, nil, err
	}
	added = map[string][]byte{}
	add := func(name string) bool {
		if has[name] {
			return false
		}
		added[name] = files[name]
		return true
	}
	grown = conformanceSuite{Version: made.Version, Models: slices.Clone(s.Models), Decoded: slices.Clone(s.Decoded), Refused: slices.Clone(s.Refused)}
	for _, m := range made.Models {
		if add(m.File) {
			grown.Models = append(grown.Models, m)
		}
	}
	for _, f := range made.Decoded {
		if add(f.File) {
			grown.Decoded = append(grown.Decoded, f)
		}
	}
	for _, f := range made.Refused {
		if add(f.File) {
			grown.Refused = append(grown.Refused, f)
		}
	}
	return grown, added, nil
}

// stay returns an error unless the pictures of golden streams are as they were: now may have more streams, and more timesteps of one.
func (g golden) stay(now map[string]goldenPixels) error {
	var refused promiseError
	for _, name := range slices.Sorted(maps.Keys(g.Streams)) {
		if now[name] == nil {
			refused.add(name, errors.New("is lost"))
		}
		for at, sum := range g.Streams[name] {
			if now[name] != nil && now[name][at] != sum {
				refused.add(name, fmt.Errorf("%s: %q, want %q: %s", at, now[name][at], sum, otherPixels))
			}
		}
	}
	return refused.err()
}

// pixelsOf returns checksums of pictures of a golden stream, or that there are none.
func pixelsOf(file []byte) (g goldenPixels, err error) {
	g = goldenPixels{}
	for _, n := range goldenTimesteps {
		m, err := (&codec.Decoder{Timestep: n}).Decode(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		g[fmt.Sprintf("t=%d", n)] = checksum(m)
	}
	return g, nil
}

// A part of the suite grows by what is made beside it, whatever is made under the names that it has; and it does not if what is there
// is lost or does something else.
func TestSuiteOnlyGrows(t *testing.T) {
	all, d := readSuite(t)
	at := slices.IndexFunc(all.Decoded, func(f suiteFile) bool { return len(f.Prefixes) > 0 && len(f.Levels) > 0 && f.Metadata == nil })
	part := func() conformanceSuite {
		f := all.Decoded[at]
		f.Prefixes, f.Levels = slices.Clone(f.Prefixes), slices.Clone(f.Levels)
		return conformanceSuite{Version: 1, Models: slices.Clone(all.Models[:1]), Decoded: []suiteFile{f}, Refused: slices.Clone(all.Refused[:1])}
	}
	old := part()
	weights, decoded, refused := old.Models[0].File, old.Decoded[0].File, old.Refused[0].File
	there := func() map[string][]byte {
		return map[string][]byte{weights: readSuiteFile(t, weights), decoded: readSuiteFile(t, decoded), refused: readSuiteFile(t, refused)}
	}
	read := func(files map[string][]byte) func(string) ([]byte, error) {
		return func(name string) ([]byte, error) {
			if files[name] == nil {
				return nil, os.ErrNotExist
			}
			return files[name], nil
		}
	}
	made := conformanceSuite{
		Version: 1,
		Models:  []suiteModel{{"models/new.ddpw", "0"}},
		Decoded: []suiteFile{{File: "decoded/new.ddpmz"}, {File: decoded, Digest: "of what an encoder makes now"}},
		Refused: []suiteRefusal{{refused, "malformed", "something else"}, {"refused/new.ddpmz", "damaged", "new"}},
	}
	files := map[string][]byte{
		weights: there()[weights], decoded: []byte("other bytes"), refused: []byte("other bytes"),
		"models/new.ddpw": []byte("1"), "decoded/new.ddpmz": []byte("2"), "refused/new.ddpmz": []byte("3"),
	}
	grown, added, err := old.grow(t, d, made, files, read(there()))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(slices.Sorted(maps.Keys(added))), "[decoded/new.ddpmz models/new.ddpw refused/new.ddpmz]"; got != want {
		t.Errorf("%s are added, want %s", got, want)
	}
	want := conformanceSuite{1, append(part().Models, made.Models[0]), append(part().Decoded, made.Decoded[0]), append(part().Refused, made.Refused[1])}
	if got, want := fmt.Sprintf("%+v", grown), fmt.Sprintf("%+v", want); got != want {
		t.Errorf("grows to %s,\nwant %s", got, want)
	}

	for name, c := range map[string]struct {
		about  string // the file that the error is about
		change func(s *conformanceSuite, there, files map[string][]byte)
	}{
		"another picture":             {decoded, func(s *conformanceSuite, _, _ map[string][]byte) { s.Decoded[0].Digest = "0" }},
		"another picture of a prefix": {decoded, func(s *conformanceSuite, _, _ map[string][]byte) { s.Decoded[0].Prefixes[0].Digest = "0" }},
		"another picture of a level":  {decoded, func(s *conformanceSuite, _, _ map[string][]byte) { s.Decoded[0].Levels[0].Digest = "0" }},
		"a file that is refused now":  {decoded, func(_ *conformanceSuite, there, _ map[string][]byte) { there[decoded] = there[refused] }},
		"a file that decodes now":     {refused, func(_ *conformanceSuite, there, _ map[string][]byte) { there[refused] = there[decoded] }},
		"another reason":              {refused, func(s *conformanceSuite, _, _ map[string][]byte) { s.Refused[0].Reason = "another" }},
		"a lost file":                 {decoded, func(_ *conformanceSuite, there, _ map[string][]byte) { delete(there, decoded) }},
		"a lost file that is refused": {refused, func(_ *conformanceSuite, there, _ map[string][]byte) { delete(there, refused) }},
		"lost weights":                {weights, func(_ *conformanceSuite, there, _ map[string][]byte) { delete(there, weights) }},
		"other weights":               {weights, func(_ *conformanceSuite, _, files map[string][]byte) { files[weights] = []byte("other bytes") }},
	} {
		s, there, files := part(), there(), maps.Clone(files)
		c.change(&s, there, files)
		_, added, err := s.grow(t, d, made, files, read(there))
		var refused promiseError
		if !errors.As(err, &refused) || len(refused) != 1 || !strings.HasPrefix(refused[0], c.about+": ") || added != nil {
			t.Errorf("%s: %v, and %d files are added", name, err, len(added))
		}
	}
}

// Golden streams stay; there may be more of them, and more pictures of one.
func TestGoldenStreamsOnlyGrow(t *testing.T) {
	g := golden{Streams: map[string]goldenPixels{"a": {"t=0": "1", "t=10": "2"}, "b": {"t=0": "3"}}}
	more := map[string]goldenPixels{"a": {"t=0": "1", "t=10": "2", "t=20": "4"}, "b": {"t=0": "3"}, "c": {"t=0": "5"}}
	if err := g.stay(more); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(){
		"a: is lost": func() { delete(more, "a") },
		"a: t=10":    func() { more["a"] = goldenPixels{"t=0": "1"} },
		"b: t=0":     func() { more["b"] = goldenPixels{"t=0": "4"} },
	} {
		kept := maps.Clone(more)
		change()
		var refused promiseError
		if err := g.stay(more); !errors.As(err, &refused) || len(refused) != 1 || !strings.HasPrefix(refused[0], name) {
			t.Errorf("%s: %v", name, err)
		}
		more = kept
	}
}
