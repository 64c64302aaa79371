package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// A tiffField is a field of a TIFF directory with numbers of 16 bits, or bytes.
type tiffField struct {
	tag   uint16
	short []uint16
	bytes []byte
}

// tinyTIFF makes a TIFF file of a number of pages, each of one black pixel, with a directory of the fields.
func tinyTIFF(pages int, fields ...tiffField) []byte {
	le := binary.LittleEndian
	file := []byte("II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00") // the pixel is in the last 8 bytes
	link := 4
	fields = append(fields, tiffField{256, []uint16{1}, nil}, tiffField{257, []uint16{1}, nil}, tiffField{273, []uint16{8}, nil}, tiffField{279, []uint16{8}, nil})
	slices.SortFunc(fields, func(a, b tiffField) int { return int(a.tag) - int(b.tag) })
	for range pages {
		var directory, values []byte
		at := len(file)
		directory = le.AppendUint16(directory, uint16(len(fields)))
		for _, f := range fields {
			kind, count, data := uint16(3), len(f.short), []byte(nil)
			for _, v := range f.short {
				data = le.AppendUint16(data, v)
			}
			if f.bytes != nil {
				kind, count, data = 7, len(f.bytes), f.bytes
			}
			directory = le.AppendUint32(le.AppendUint16(le.AppendUint16(directory, f.tag), kind), uint32(count))
			if len(data) <= 4 {
				directory = append(directory, append(slices.Clone(data), 0, 0, 0, 0)[:4]...)
				continue
			}
			directory = le.AppendUint32(directory, uint32(at+2+12*len(fields)+4+len(values)))
			values = append(values, data...)
		}
		le.PutUint32(file[link:], uint32(at))
		link = at + len(directory)
		file = append(append(append(file, directory...), 0, 0, 0, 0), values...)
		if len(file)%2 != 0 {
			file = append(file, 0)
		}
	}
	return file
}

// lossyInputs are files of which something cannot be kept, by the kind of loss.
func lossyInputs(t *testing.T) map[string][]byte {
	t.Helper()
	gray := []tiffField{{258, []uint16{8}, nil}, {259, []uint16{1}, nil}, {262, []uint16{1}, nil}}
	cmyk := []tiffField{{258, []uint16{8, 8, 8, 8}, nil}, {259, []uint16{1}, nil}, {262, []uint16{5}, nil}, {277, []uint16{4}, nil}}
	profile := make([]byte, 132)
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	copy(profile[8:], "\x04\x00\x00\x00mntrRGB XYZ ")
	copy(profile[36:], "acsp")

	frame := image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black, color.White})
	var animation, photo bytes.Buffer
	if err := gif.EncodeAll(&animation, &gif.GIF{Image: []*image.Paletted{frame, frame, frame}, Delay: []int{1, 1, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	rock := load(t, "tiny/rock.png")
	wrong := withText(t, rock, 20)
	wrong[bytes.Index(wrong, []byte("tEXt"))+5] ^= 1 // so that the chunk's checksum fails
	return map[string][]byte{
		picture.LossFrames:   animation.Bytes(),
		picture.LossPages:    tinyTIFF(3, gray...),
		picture.LossImages:   bytes.Repeat(photo.Bytes(), 2),
		picture.LossColour:   tinyTIFF(1, cmyk...),
		picture.LossProfile:  tinyTIFF(1, append(slices.Clip(gray), tiffField{34675, nil, profile})...),
		picture.LossDepth:    []byte("P5 1 1 100\nd"),
		picture.LossMetadata: append(bytes.Clone(rock), "behind the end"...),
		picture.LossDamage:   wrong,
	}
}

// decodeJSON parses an object that the program prints.
func decodeJSON[T any](t *testing.T, out []byte) (object T) {
	t.Helper()
	in := json.NewDecoder(bytes.NewReader(out))
	in.DisallowUnknownFields()
	if err := in.Decode(&object); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	return object
}

// TestOutcomeNames pins the names of the fields, which scripts rely on: add to them, but do not change them.
func TestOutcomeNames(t *testing.T) {
	const common = "input output input_bytes bytes width height losses error original"
	for _, c := range []struct {
		of   any
		want string
	}{{outcome{}, common}, {decodeOutcome{}, common + " steps exact cut ends_early drawn_bits notes"}, {picture.Loss{}, "kind detail"}} {
		var have []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(c.of)) {
			if !f.Anonymous {
				have = append(have, f.Tag.Get("json"))
			}
		}
		if !slices.Equal(have, strings.Fields(c.want)) {
			t.Errorf("%T: %q", c.of, have)
		}
	}
}

// TestEncodeLosses has for each kind of loss a file that suffers it: encode says so in a note and in JSON, is quiet if it is
// asked to be, and with --strict fails and writes nothing.
func TestEncodeLosses(t *testing.T) {
	for kind, file := range lossyInputs(t) {
		t.Run(kind, func(t *testing.T) {
			t.Chdir(t.TempDir())
			writeFile(t, "in", file)
			r := ddpmz(nil, "encode", "--pixels", "in", "-o", "out.ddpmz", "--json")
			if r.status != 0 {
				t.Fatalf("status %d, %q", r.status, r.err)
			}
			o := decodeJSON[outcome](t, r.out)
			if len(o.Losses) != 1 || o.Losses[0].Kind != kind {
				t.Fatalf("the losses are %v", o.Losses)
			}
			if want := "ddpmz: note: in: "; !strings.HasPrefix(r.err, want) || !strings.HasSuffix(r.err, o.Losses[0].Detail+"\n") || strings.Count(r.err, "\n") != 1 {
				t.Errorf("the note is %q", r.err)
			}
			made := readFile(t, "out.ddpmz")
			if want := (outcome{"in", "out.ddpmz", int64(len(file)), int64(len(made)), o.Width, o.Height, o.Losses, "", false}); !reflect.DeepEqual(o, want) || o.Width < 1 || o.Height < 1 {
				t.Errorf("%+v, want %+v", o, want)
			}
			must(t, nil, "encode", "--pixels", "in", "--quiet", "-o", "quiet.ddpmz")

			fails(t, 1, []string{"ddpmz: in: ", o.Losses[0].Detail, "without --strict this is a note"}, nil, "encode", "--pixels", "in", "--strict", "-o", "strict.ddpmz")
			fails(t, 1, []string{"ddpmz: in: ", o.Losses[0].Detail}, nil, "encode", "--pixels", "in", "--strict", "--quiet", "-o", "-")
			r = ddpmz(nil, "encode", "--pixels", "in", "--strict", "--json", "-o", "strict.ddpmz")
			if o := decodeJSON[outcome](t, r.out); r.status != 1 || o.Output != "" || o.Bytes != 0 || !strings.Contains(o.Error, o.Losses[0].Detail) {
				t.Errorf("status %d, %+v", r.status, o)
			}
			wantFiles(t, ".", "in", "out.ddpmz", "quiet.ddpmz")

			// What is left out on purpose is not lost.
			r = ddpmz(nil, "encode", "--pixels", "in", "--strict", "--strip", "-o", "-")
			if stripped := kind == picture.LossMetadata || kind == picture.LossProfile; (r.status == 0) != stripped {
				t.Errorf("--strip: status %d, %q", r.status, r.err)
			}
		})
	}
}

// TestPublicLosses encodes the small files that ../shared/data has of every kind: what is lost is noted, and --strict fails
// then, and only then.
func TestPublicLosses(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data")
	if d := os.Getenv("DDPMZ_DATA"); d != "" {
		dir = d
	}
	entries, err := os.ReadDir(filepath.Join(dir, "formats"))
	if err != nil {
		t.Skip("no data:", err)
	}
	kinds := make(map[string]bool)
	for _, e := range entries {
		name := filepath.Join(dir, "formats", e.Name())
		if filepath.Ext(name) == ".md" {
			continue
		}
		p, err := picture.Read(bytes.NewReader(readFile(t, name)), picture.ReadOptions{})
		out := filepath.Join(t.TempDir(), "x.ddpmz")
		r := ddpmz(nil, "encode", "--pixels", "--mode", "stored", name, "-o", out)
		strict := ddpmz(nil, "encode", "--pixels", "--mode", "stored", name, "-o", filepath.Join(t.TempDir(), "x.ddpmz"), "--strict")
		if err != nil {
			if r.status != 1 || strict.status != 1 || !strings.HasPrefix(r.err, "ddpmz: "+name+": ") {
				t.Errorf("%s: %v, but status %d, %q", e.Name(), err, r.status, r.err)
			}
			wantFiles(t, filepath.Dir(out))
			continue
		}
		if r.status != 0 || strings.Count(r.err, "ddpmz: note: ") != len(p.Losses) || (strict.status == 1) != (len(p.Losses) > 0) {
			t.Errorf("%s: losses %v, but status %d, %q, and %d with --strict", e.Name(), p.Losses, r.status, r.err, strict.status)
		}
		for _, l := range p.Losses {
			kinds[l.Kind] = true
		}
	}
	for _, kind := range []string{picture.LossFrames, picture.LossPages, picture.LossImages, picture.LossColour, picture.LossProfile, picture.LossMetadata, picture.LossDamage} {
		if !kinds[kind] {
			t.Errorf("none of the files loses %s", kind)
		}
	}
}

// TestDecodeLosses has for each kind of loss in writing a picture and a format: what is in the picture itself is an error unless
// --allow-loss is given, and what is beside it is a note; with --strict both are errors, and nothing is written.
func TestDecodeLosses(t *testing.T) {
	for _, c := range []struct{ kind, name, format string }{
		{picture.LossAlpha, "alpha.png", "jpeg"},
		{picture.LossDepth, "gray16.png", "bmp"},
		{picture.LossColour, "tiny/rock.png", "pgm"},
		{picture.LossMetadata, "tiny/rock.png", "bmp"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			original := load(t, c.name)
			beside := c.kind == picture.LossMetadata
			if beside {
				original = withText(t, original, 20)
			}
			t.Chdir(t.TempDir())
			writeFile(t, "in.ddpmz", must(t, original, "encode", "--mode", "stored"))
			args := []string{"decode", "in.ddpmz", "-o", "out", "--format", c.format}
			if !beside {
				fails(t, 1, []string{"ddpmz: ", "does not hold", "; --allow-loss writes"}, nil, args...)
				wantFiles(t, ".", "in.ddpmz")
				args = append(args, "--allow-loss")
			}
			r := ddpmz(nil, append(args, "--json")...)
			if r.status != 0 || !strings.HasPrefix(r.err, "ddpmz: note: in.ddpmz: not kept: ") {
				t.Fatalf("status %d, %q", r.status, r.err)
			}
			o := decodeJSON[decodeOutcome](t, r.out)
			if len(o.Losses) < 1 || o.Losses[0].Kind != c.kind || o.Bytes != int64(len(readFile(t, "out"))) || !o.Exact || o.Cut || o.Steps != 1000 {
				t.Errorf("%+v", o)
			}
			must(t, nil, append(args, "--quiet", "--force")...)

			for _, out := range []string{"strict", "-"} {
				fails(t, 1, []string{"ddpmz: "}, nil, "decode", "in.ddpmz", "-o", out, "--format", c.format, "--strict")
			}
			wantFiles(t, ".", "in.ddpmz", "out")
		})
	}
	fails(t, 2, []string{"exclude each other"}, nil, "decode", "--strict", "--allow-loss", "a")
	fails(t, 2, []string{"--json prints to standard output"}, nil, "decode", "--json", "a", "-o", "-")
	fails(t, 2, []string{"--json prints to standard output"}, nil, "encode", "--json")
}

// TestStrictCut: with --strict, a file that is cut is an error, unless it is cut where the command line says.
func TestStrictCut(t *testing.T) {
	coded := encoded(t, "tiny/rock.png", "--mode", "modelled")
	wantSame(t, must(t, coded, "decode", "--strict"), load(t, "tiny/rock.png"))
	fails(t, 1, []string{"standard input: the file is cut"}, coded[:len(coded)/2], "decode", "--strict")
	must(t, coded, "decode", "--strict", "--steps", "900")
	must(t, coded, "decode", "--strict", "--bytes", "100")
}

// TestStrip: a picture comes back without its metadata, and otherwise as it was.
func TestStrip(t *testing.T) {
	for _, name := range []string{"tiny/rock.png", "gray16.png", "palette.png"} {
		original := withText(t, load(t, name), 2000)
		whole := must(t, original, "encode", "--mode", "auto")
		stripped := must(t, original, "encode", "--mode", "auto", "--strip")
		if len(stripped) >= len(whole)-1000 || bytes.Contains(stripped, []byte("Comment")) {
			t.Errorf("%s: %d bytes, with metadata %d", name, len(stripped), len(whole))
		}
		wantSame(t, must(t, stripped, "decode"), load(t, name))
	}
}

// blackPNG makes a PNG file of side x side black pixels of 1 bit, which takes few bytes.
func blackPNG(t *testing.T, side int) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	row := make([]byte, 1+(side+7)/8)
	for range side {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	be := binary.BigEndian
	header := append(be.AppendUint32(be.AppendUint32(nil, uint32(side)), uint32(side)), 1, 0, 0, 0, 0)
	file := []byte("\x89PNG\r\n\x1a\n")
	for _, c := range []struct {
		kind string
		data []byte
	}{{"IHDR", header}, {"IDAT", packed.Bytes()}, {"IEND", nil}} {
		body := append([]byte(c.kind), c.data...)
		file = append(be.AppendUint32(file, uint32(len(c.data))), body...)
		file = be.AppendUint32(file, crc32.ChecksumIEEE(body))
	}
	return file
}

// TestLimitsBeforeDecoding: a picture that is too large is refused by its header, with no memory for its pixels, and without a
// look at what comes after.
func TestLimitsBeforeDecoding(t *testing.T) {
	file := blackPNG(t, 15000)
	if len(file) > 40<<10 {
		t.Fatalf("the file has %d bytes", len(file))
	}
	for name, file := range map[string][]byte{"whole": file, "without its picture": file[:33]} {
		for _, limit := range [][]string{{"--max-pixels", "1000"}, {"--max-memory", "10M"}, nil} { // nil: by default as well
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			fails(t, 1, []string{"standard input: image needs ", "the limit is ", "raises it"}, file, append([]string{"encode"}, limit...)...)
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
				t.Errorf("%s, %q: %d bytes were allocated", name, limit, n)
			}
		}
	}
}
