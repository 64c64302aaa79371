package codec_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
)

// A conformanceSuite is ../testdata/conformance/manifest.json, which README.md beside it describes: what a decoder makes of files.
type conformanceSuite struct {
	Version int            `json:"version"` // of the format
	Models  []suiteModel   `json:"models"`
	Decoded []suiteFile    `json:"decoded"`
	Refused []suiteRefusal `json:"refused"`
}

// A suiteModel is a weights file beside the manifest.
type suiteModel struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// A suiteFile is a file that decodes.
type suiteFile struct {
	File     string       `json:"file"`
	About    string       `json:"about"`
	Width    int          `json:"width"`
	Height   int          `json:"height"`
	Kind     string       `json:"kind"`
	Depth    int          `json:"depth"`              // of the samples that are digested: 8 or 16
	Exact    bool         `json:"exact"`              // false if the file ends early
	Digest   string       `json:"digest"`             // of the picture: see imageDigest
	Metadata *suiteBytes  `json:"metadata,omitempty"` // that the file holds
	Original *suiteBytes  `json:"original,omitempty"` // the JPEG file that the file was made of
	Prefixes []suiteBytes `json:"prefixes,omitempty"` // pictures of the first bytes of the file
	Levels   []suiteLevel `json:"levels,omitempty"`   // pictures after passes of the file
}

// suiteBytes are bytes, and a digest: of them, or of the picture that a file of so many decodes to.
type suiteBytes struct {
	Bytes  int    `json:"bytes"`
	Digest string `json:"digest"`
}

// A suiteLevel is the picture after the passes of a level, and its timestep, which Decoder.Timestep has.
type suiteLevel struct {
	Level    int    `json:"level"`
	Timestep int    `json:"timestep"`
	Digest   string `json:"digest"`
}

// A suiteRefusal is a file that a decoder has to refuse.
type suiteRefusal struct {
	File   string `json:"file"`
	Reason string `json:"reason"` // malformed, unsupported, damaged, truncated or another
	About  string `json:"about"`
}

// suiteVersion is the version of the format that the suite is of.
const suiteVersion = 1

func suitePath(name string) string {
	return filepath.Join("..", "testdata", "conformance", filepath.FromSlash(name))
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// imageDigest is the SHA-256 of what codec/FORMAT.md's digest has the first bytes of.
func imageDigest(t testing.TB, m image.Image) string {
	t.Helper()
	h := sha256.New()
	b := m.Bounds()
	pix, stride, n := []byte(nil), 0, 0
	switch m := m.(type) {
	case *image.Gray:
		pix, stride, n = m.Pix, m.Stride, 1
	case *image.Gray16:
		pix, stride, n = m.Pix, m.Stride, 2
	case *image.RGBA:
		pix, stride, n = m.Pix, m.Stride, 4
	case *image.NRGBA:
		pix, stride, n = m.Pix, m.Stride, 4
	case *image.RGBA64:
		pix, stride, n = m.Pix, m.Stride, 8
	case *image.NRGBA64:
		pix, stride, n = m.Pix, m.Stride, 8
	case *image.Paletted:
		pix, stride, n = m.Pix, m.Stride, 1
	default:
		t.Fatalf("a %T", m)
	}
	for y := range b.Dy() {
		h.Write(pix[y*stride:][:b.Dx()*n])
	}
	if m, ok := m.(*image.Paletted); ok {
		for _, c := range m.Palette {
			c := color.NRGBAModel.Convert(c).(color.NRGBA)
			h.Write([]byte{c.R, c.G, c.B, c.A})
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// suiteKinds are the kinds of images by the header's format, without flags.
var suiteKinds = []string{"gray", "rgb", "rgba", "premultiplied", "palette", "gray", "rgb"}

// suiteResult decodes a file that is there in full, and says of it what the manifest does, but for prefixes and levels.
func suiteResult(t testing.TB, d codec.Decoder, file []byte) (r suiteFile, err error) {
	t.Helper()
	h, _, err := container.ReadHeader(bytes.NewReader(file))
	if err != nil {
		return r, err
	}
	s, err := d.Open(bytes.NewReader(file))
	if err != nil {
		return r, err
	}
	at, err := s.Last()
	if err != nil {
		return r, err
	}
	m, err := s.Image()
	if err != nil {
		return r, err
	}
	r = suiteFile{Width: m.Bounds().Dx(), Height: m.Bounds().Dy(), Kind: suiteKinds[h.Format&7], Depth: 8, Exact: at.Exact, Digest: imageDigest(t, m)}
	switch m.(type) {
	case *image.Gray16, *image.RGBA64, *image.NRGBA64:
		r.Depth = 16
	}
	if data := s.Metadata(); data != nil {
		r.Metadata = &suiteBytes{len(data), sha256Hex(data)}
	}
	var original bytes.Buffer
	if s.IsJPEG() && !s.EndsEarly() {
		if err := s.WriteOriginal(&original); err != nil {
			return r, err
		}
		r.Original = &suiteBytes{original.Len(), sha256Hex(original.Bytes())}
	}
	return r, nil
}

// prefixDigest returns the digest of the picture of a prefix, or after the passes down to a timestep.
func prefixDigest(t testing.TB, d codec.Decoder, file []byte) (string, error) {
	t.Helper()
	m, _, err := decodeLast(file, d)
	if err != nil {
		return "", err
	}
	return imageDigest(t, m), nil
}

// differs returns an error unless the file decodes to what the manifest says.
func (want suiteFile) differs(t testing.TB, d codec.Decoder, file []byte) error {
	t.Helper()
	got, err := suiteResult(t, d, file)
	if err != nil {
		return err
	}
	got.File, got.About = want.File, want.About
	for _, p := range want.Prefixes {
		if p.Bytes > len(file) {
			return fmt.Errorf("has %d bytes, fewer than the prefix of %d", len(file), p.Bytes)
		}
		digest, err := prefixDigest(t, d, file[:p.Bytes])
		if err != nil {
			return err
		}
		got.Prefixes = append(got.Prefixes, suiteBytes{p.Bytes, digest})
	}
	for _, l := range want.Levels {
		at := d
		at.Timestep = l.Timestep
		digest, err := prefixDigest(t, at, file)
		if err != nil {
			return err
		}
		got.Levels = append(got.Levels, suiteLevel{l.Level, l.Timestep, digest})
	}
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	if !bytes.Equal(a, b) {
		return fmt.Errorf("is %s,\nwant %s: %s", a, b, otherPixels)
	}
	return nil
}

// differs returns an error unless the file is refused for the reason that the manifest gives.
func (want suiteRefusal) differs(d codec.Decoder, file []byte) error {
	_, err := d.Decode(bytes.NewReader(file))
	if got := refusal(err); got != want.Reason {
		return fmt.Errorf("%q (%v), want %s", got, err, want.Reason)
	}
	return nil
}

// refusal returns the reason for an error, as the manifest has it.
func refusal(err error) string {
	var (
		format      codec.FormatError
		unsupported codec.UnsupportedError
		limit       *codec.LimitError
		header      *codec.CorruptHeaderError
		segment     *codec.CorruptSegmentError
		digest      *codec.DigestError
	)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &digest):
		return "another"
	case errors.As(err, &header), errors.As(err, &segment):
		return "damaged"
	case errors.As(err, &unsupported):
		return "unsupported"
	case errors.As(err, &limit):
		return "limit"
	case errors.As(err, &format):
		return "malformed"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "truncated"
	}
	return fmt.Sprintf("%T", err)
}

func readSuite(t testing.TB) (suite conformanceSuite, d codec.Decoder) {
	t.Helper()
	b, err := os.ReadFile(suitePath("manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &suite); err != nil {
		t.Fatal(err)
	}
	for _, m := range suite.Models {
		file := readSuiteFile(t, m.File)
		if sha256Hex(file) != m.SHA256 {
			t.Errorf("%s: another SHA-256", m.File)
		}
		net, err := model.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		d.Nets = append(d.Nets, net)
	}
	return suite, d
}

func readSuiteFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(suitePath(name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestConformance runs the conformance suite: files and prefixes decode to pictures whose digests it has, and other files are refused for
// the reason that it gives. With -update, it first adds what is new to the suite.
func TestConformance(t *testing.T) {
	if *update {
		updateSuite(t)
	}
	suite, d := readSuite(t)
	if suite.Version != suiteVersion {
		t.Errorf("version %d of the format", suite.Version)
	}
	if len(suite.Decoded) < 150 || len(suite.Refused) < 60 {
		t.Errorf("%d files that decode, and %d that do not", len(suite.Decoded), len(suite.Refused))
	}
	for _, want := range suite.Decoded {
		t.Run(want.File, func(t *testing.T) {
			if err := want.differs(t, d, readSuiteFile(t, want.File)); err != nil {
				t.Error(err)
			}
		})
	}
	for _, want := range suite.Refused {
		t.Run(want.File, func(t *testing.T) {
			if err := want.differs(d, readSuiteFile(t, want.File)); err != nil {
				t.Error(err)
			}
		})
	}
}
