package codec_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"image"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
	"github.com/ddpmz/ddpmz/rans"
)

var updateDoc = flag.Bool("update-doc", false, "write the example of FORMAT.md anew")

const formatDocFile = "FORMAT.md"

func readFormatDoc(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(formatDocFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The table of passes in FORMAT.md is that of the model.
func TestFormatDocPasses(t *testing.T) {
	table := "| level | passes |\n|---|---|\n"
	level := -1
	for _, p := range model.Passes(5, 3) {
		name := "thumbnail"
		if p.Stage >= 0 {
			name = fmt.Sprintf("%d/%d", p.Scale, p.Stage)
		}
		if p.Level == level {
			table = strings.TrimSuffix(table, " |\n") + ", " + name + " |\n"
		} else {
			table += fmt.Sprintf("| %d | %s |\n", p.Level, name)
		}
		level = p.Level
	}
	if !strings.Contains(readFormatDoc(t), "\n"+table+"\n") {
		t.Errorf("FORMAT.md does not have the table of passes\n%s", table)
	}
}

// The example of FORMAT.md: the dump decodes to the pixels, and by the steps, that stand there.
func TestFormatDocExample(t *testing.T) {
	doc := readFormatDoc(t)
	pixels := parsePixels(t, docBlock(t, doc, "pixels"))
	if *updateDoc {
		var b bytes.Buffer
		if err := codec.Encode(&b, pixels, &codec.Options{Mode: codec.Modelled}); err != nil {
			t.Fatal(err)
		}
		doc = setDocBlock(t, doc, "hexdump", hex.Dump(b.Bytes()))
		doc = setDocBlock(t, doc, "fields", fileFields(t, b.Bytes()))
		doc = setDocBlock(t, doc, "steps", codeSteps(t, b.Bytes()))
		if err := os.WriteFile(formatDocFile, []byte(doc), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	dump := docBlock(t, doc, "hexdump")
	file := parseDump(t, dump)
	if hex.Dump(file) != dump {
		t.Errorf("the dump is not as hex.Dump writes it:\n%s", hex.Dump(file))
	}
	m, err := codec.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("%v: if the weights are new, run this test with -update-doc", err)
	}
	if g, ok := m.(*image.Gray); !ok || g.Rect != pixels.Rect || !bytes.Equal(g.Pix, pixels.Pix) {
		t.Errorf("the file decodes to %v, want %v", m, pixels)
	}
	if got := fileFields(t, file); got != docBlock(t, doc, "fields") {
		t.Errorf("the fields are\n%s", got)
	}
	if got := codeSteps(t, file); got != docBlock(t, doc, "steps") {
		t.Errorf("the steps are\n%s", got)
	}
}

// docBlockPattern matches a fenced block with the given info string; its second group is the content.
func docBlockPattern(name string) *regexp.Regexp {
	return regexp.MustCompile("(?s)(\n```" + name + "\n)(.*?)(```\n)")
}

func docBlock(t *testing.T, doc, name string) string {
	t.Helper()
	m := docBlockPattern(name).FindAllStringSubmatch(doc, -1)
	if len(m) != 1 {
		t.Fatalf("FORMAT.md has %d blocks of %s, want 1", len(m), name)
	}
	return m[0][2]
}

func setDocBlock(t *testing.T, doc, name, content string) string {
	t.Helper()
	docBlock(t, doc, name)
	return docBlockPattern(name).ReplaceAllStringFunc(doc, func(string) string {
		return "\n```" + name + "\n" + content + "```\n"
	})
}

// parsePixels reads a gray image, a row a line.
func parsePixels(t *testing.T, s string) *image.Gray {
	t.Helper()
	var pix []byte
	h := 0
	for line := range strings.Lines(s) {
		for _, f := range strings.Fields(line) {
			v, err := strconv.ParseUint(f, 10, 8)
			if err != nil {
				t.Fatal(err)
			}
			pix = append(pix, byte(v))
		}
		h++
	}
	if h == 0 || len(pix) == 0 || len(pix)%h != 0 {
		t.Fatalf("%d pixels in %d rows", len(pix), h)
	}
	w := len(pix) / h
	return &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, h)}
}

// parseDump reads the hexadecimal columns of lines as hex.Dump writes them.
func parseDump(t *testing.T, dump string) []byte {
	t.Helper()
	var b []byte
	for line := range strings.Lines(dump) {
		columns, _, _ := strings.Cut(line, "|")
		_, columns, _ = strings.Cut(columns, " ")
		v, err := hex.DecodeString(strings.Join(strings.Fields(columns), ""))
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, v...)
	}
	return b
}

// fileFields names the bytes of a short file that is not square, whose size takes one byte.
func fileFields(t *testing.T, file []byte) string {
	t.Helper()
	r, err := container.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	h := r.Header()
	if !h.Short || h.Number == 0 || h.Width == h.Height || h.Segments[0].Size > 127 {
		t.Fatalf("not such a file: %+v", h)
	}
	size := int(h.Segments[0].Size)
	var s strings.Builder
	at := 0
	for _, f := range []struct {
		n    int
		name string
	}{
		{2, "magic of the short form"},
		{1, fmt.Sprintf("lead: version 1, not square, format %d", h.Format)},
		{1, fmt.Sprintf("width: %d, stored less 1", h.Width)},
		{1, fmt.Sprintf("height: %d, stored less 1", h.Height)},
		{1, fmt.Sprintf("model: number %d", h.Number)},
		{1, fmt.Sprintf("size: %d", size)},
		{1, "CRC-8 of the header"},
		{size, "passes: all"},
		{2, "CRC-16 of the file"},
	} {
		if at+f.n > len(file) {
			t.Fatal("the file is shorter than its fields")
		}
		for field := range slices.Chunk(file[at:at+f.n], 12) {
			fmt.Fprintf(&s, "%02x  %-35s  %s\n", at, fmt.Sprintf("% x", field), f.name)
			at += len(field)
			f.name = "(goes on)"
		}
	}
	if at != len(file) {
		t.Fatalf("%d bytes have names, of %d", at, len(file))
	}
	return s.String()
}

// codeSteps decodes a modelled gray file of one segment, and writes down every step of the entropy coder. It
// is the whole of a decoder, with the parts that packages container, rans and model are.
func codeSteps(t *testing.T, file []byte) string {
	t.Helper()
	r, err := container.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	h := r.Header()
	segment, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	id, _ := zoo.Numbered(h.Number)
	net, _, err := zoo.ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	w, ht := int(h.Width), int(h.Height)
	chain := model.NewChain(net, model.Geometry{Width: w, Height: ht, Planes: 1, Depth: 8}, net.Tau())
	var coder stepCoder
	if err := coder.rans.Reset(segment.Payload, len(segment.Payload)); err != nil {
		t.Fatal(err)
	}
	for _, p := range model.Passes(w, ht) {
		coder.pass = fmt.Sprintf("level %d, scale %d, stage %d", p.Level, p.Scale, p.Stage)
		if p.Stage < 0 {
			coder.pass = fmt.Sprintf("level %d, thumbnail", p.Level)
		}
		if !chain.CodePass(p, func(int) model.Coder { return &coder }) {
			t.Fatal("the payload ends too soon")
		}
	}
	if err := coder.rans.Close(); err != nil {
		t.Fatal(err)
	}
	return coder.steps.String()
}

// stepCoder is a model.Coder that decodes, and writes down what.
type stepCoder struct {
	rans  rans.Decoder
	pass  string
	steps strings.Builder
}

func (c *stepCoder) Symbol(d *model.Distribution, _ int32) (int32, bool) {
	s, start, freq := d.Find(c.rans.Peek())
	c.rans.Advance(start, freq)
	if c.rans.Truncated() {
		return 0, false
	}
	fmt.Fprintf(&c.steps, "%-26s  symbol %d: %d to %d\n", c.pass, s, start, start+freq)
	return s, true
}

func (c *stepCoder) Bits(_ uint32, n uint) (uint32, bool) {
	v := c.rans.Bits(n)
	if c.rans.Truncated() {
		return 0, false
	}
	fmt.Fprintf(&c.steps, "%-26s  bits(%d): %d\n", c.pass, n, v)
	return v, true
}

func (c *stepCoder) Bit(_, p uint32) (uint32, bool) {
	b := uint32(0)
	if c.rans.Peek() < p {
		b = 1
	}
	start, freq := model.BitInterval(b, p)
	c.rans.Advance(start, freq)
	if c.rans.Truncated() {
		return 0, false
	}
	fmt.Fprintf(&c.steps, "%-26s  bit %d: %d to %d\n", c.pass, b, start, start+freq)
	return b, true
}
