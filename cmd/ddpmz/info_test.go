package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// describeJSON runs info --json and parses what it prints.
func describeJSON(t *testing.T, out []byte) *description {
	t.Helper()
	in := json.NewDecoder(bytes.NewReader(out))
	in.DisallowUnknownFields()
	d := new(description)
	if err := in.Decode(d); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return d
}

func TestInfoJSON(t *testing.T) {
	for _, c := range []struct {
		name, colour, mode string
		depth, subpixels   int
	}{
		{"alpha.png", "RGB, straight alpha", "modelled", 8, 4},
		{"gray16.png", "gray", "modelled", 16, 1},
		{"tiny/rock.png", "RGB", "modelled", 8, 3},
		{"palette.png", "palette", "stored", 4, 1},
	} {
		original := withText(t, load(t, c.name), 20)
		p := decodePNG(t, original)
		meta, err := p.Metadata.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		mode := c.mode
		if mode == "stored" {
			mode = "auto" // as palettes are
		}
		coded := must(t, original, "encode", "--mode", mode)
		d := describeJSON(t, must(t, coded, "info", "--levels", "--json"))
		size := p.Image.Bounds().Size()
		if d.File != "standard input" || d.Width != size.X || d.Height != size.Y || d.Colour != c.colour || d.Mode != c.mode ||
			d.BitDepth != c.depth || d.SubpixelsEach != c.subpixels || d.MetadataBytes != len(meta) ||
			!d.Exact || d.Cut || d.Error != "" {
			t.Errorf("%s: %+v", c.name, d)
		}
		if d.FileBytes != int64(len(coded)) || d.CompleteBytes != d.FileBytes || d.Real.Bits != 8*d.FileBytes {
			t.Errorf("%s: %d bytes are described as %d, %d", c.name, len(coded), d.FileBytes, d.CompleteBytes)
		}
		if d.Ideal.Bits <= 0 || d.Ideal.Bits > d.Real.Bits {
			t.Errorf("%s: ideal length %d, real %d", c.name, d.Ideal.Bits, d.Real.Bits)
		}
		pixels := float64(size.X * size.Y)
		if math.Abs(d.Real.PerPixel-float64(8*len(coded))/pixels) > 1e-9 ||
			math.Abs(d.Real.PerPixel-d.Real.PerSubpixel*float64(c.subpixels)) > 1e-9 {
			t.Errorf("%s: %v", c.name, d.Real)
		}
		end := d.HeaderBytes
		for i, s := range d.Segments {
			if s.Index != i || s.Offset < end || s.Bytes <= 0 {
				t.Errorf("%s: segment %d is %+v, after %d", c.name, i, s, end)
			}
			end = s.Offset + s.Bytes
		}
		last := d.Levels[len(d.Levels)-1]
		if last.Level != 0 || last.Timestep != 0 || last.Steps != 1000 || last.Bytes != d.FileBytes || last.Partial {
			t.Errorf("%s: the last level is %+v", c.name, last)
		}
		for i, l := range d.Levels {
			if l.Steps != 1000-l.Timestep || (l.Noise == nil) != (c.mode == "stored") {
				t.Errorf("%s: %+v", c.name, l)
			}
			if i > 0 {
				if p := d.Levels[i-1]; l.Level != p.Level-1 || l.Timestep >= p.Timestep || *l.Noise >= *p.Noise || l.Bytes < p.Bytes || l.IdealBits < p.IdealBits {
					t.Errorf("%s: %+v after %+v", c.name, l, p)
				}
			}
		}
	}
}

// TestInfoNames pins the names of the fields, which scripts rely on: add to them, but do not change them.
func TestInfoNames(t *testing.T) {
	for _, c := range []struct {
		of   any
		want string
	}{
		{description{}, "file file_bytes complete_bytes header_bytes metadata_bytes width height colour bit_depth planes " +
			"colour_transform mirrored subpixels_per_pixel mode model model_id ideal real exact cut ends_early whole error segments levels decoded metadata_kinds orientation jpeg"},
		{measure{}, "bits bits_per_subpixel bits_per_pixel"},
		{segment{}, "index kind passes offset bytes"},
		{level{}, "level partial timestep steps noise bytes bits_per_pixel ideal_bits"},
	} {
		var have []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(c.of)) {
			have = append(have, f.Tag.Get("json"))
		}
		if !slices.Equal(have, strings.Fields(c.want)) {
			t.Errorf("%T: %q", c.of, have)
		}
	}
}

// TestInfoTable checks that the table has a row for each level, as wide as the others.
func TestInfoTable(t *testing.T) {
	dir := folder(t)
	a, b := filepath.Join(dir, "a.ddpmz"), filepath.Join(dir, "b.ddpmz")
	writeFile(t, a, encoded(t, "tiny/rock.png", "--mode", "modelled"))
	writeFile(t, b, encoded(t, "palette.png"))
	out := string(must(t, nil, "info", "--levels", a, b))
	for _, want := range []string{a + ": 32 x 32, RGB, 8 bits a sample\n", "exact", b + ": 160 x 120, palette, 4 bits a sample\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	d := describeJSON(t, must(t, nil, "info", "--levels", "--json", a))
	if (d.Mirrored != "") != strings.Contains(out, "mirrored "+d.Mirrored+"\n") {
		t.Errorf("mirrored %q:\n%s", d.Mirrored, out)
	}
	_, table, _ := strings.Cut(out, "  level")
	rows := strings.Split(table, "\n")
	for i, l := range d.Levels {
		var level, timestep, steps, size int
		var noise, bits float64
		if _, err := fmt.Sscan(rows[1+i], &level, &timestep, &steps, &noise, &size, &bits); err != nil ||
			level != l.Level || timestep != l.Timestep || steps != l.Steps || int64(size) != l.Bytes || len(rows[1+i]) != len(rows[1]) {
			t.Errorf("row %q, %v, for %+v", rows[1+i], err, l)
		}
	}
}

// TestInfoCut describes files whose tail is missing.
func TestInfoCut(t *testing.T) {
	coded := encoded(t, "tiny/rock.png", "--mode", "modelled")
	info := func(file []byte, flags ...string) []byte {
		t.Helper()
		r := ddpmz(file, append([]string{"info", "--levels"}, flags...)...)
		if r.status != 3 || !strings.Contains(r.err, "note: standard input: the file is cut") {
			t.Errorf("status %d, %q", r.status, r.err)
		}
		return r.out
	}
	d := describeJSON(t, info(coded[:len(coded)-100], "--json"))
	last := d.Levels[len(d.Levels)-1]
	if !d.Cut || d.Exact || d.Whole || d.Ends || d.CompleteBytes != int64(len(coded)) || d.FileBytes != int64(len(coded))-100 || last.Level == 0 || !last.Partial {
		t.Errorf("%+v", d)
	}
	d = describeJSON(t, info(coded[:d.HeaderBytes], "--json"))
	if !d.Cut || d.Exact || len(d.Segments) != 1 || len(d.Levels) != 0 {
		t.Errorf("a header alone: %+v", d)
	}
	out := info(coded[:len(coded)-100])
	if !inOrder(string(out), []string{"state    cut from", "and part of the next"}) {
		t.Errorf("%s", out)
	}
}

// TestInfoOfTheHeader compares what info reads of a file with what decoding it finds.
func TestInfoOfTheHeader(t *testing.T) {
	for _, c := range []struct{ name, mode string }{{"alpha.png", "modelled"}, {"gray16.png", "modelled"}, {"tiny/rock.png", "stored"}, {"palette.png", "auto"}} {
		for _, n := range []int{20, 9000} {
			coded := must(t, withText(t, load(t, c.name), n), "encode", "--mode", c.mode)
			quick, slow := describeJSON(t, must(t, coded, "info", "--json")), describeJSON(t, must(t, coded, "info", "--json", "--levels"))
			if quick.Decoded || !slow.Decoded || quick.Exact || quick.Whole || quick.Ideal.Bits != 0 {
				t.Errorf("%s: %+v", c.name, quick)
			}
			if !slices.Equal(quick.Metadata, []string{"sRGB", "text"}) || quick.Orientation != 1 {
				t.Errorf("%s: metadata %q, orientation %d", c.name, quick.Metadata, quick.Orientation)
			}
			if len(quick.Levels) != len(slow.Levels) {
				t.Fatalf("%s: %d levels, decoded %d", c.name, len(quick.Levels), len(slow.Levels))
			}
			for i, l := range quick.Levels {
				s := slow.Levels[i]
				if l.Level != s.Level || l.Timestep != s.Timestep || l.Steps != s.Steps || l.Bytes < s.Bytes && i+1 < len(slow.Levels) {
					t.Errorf("%s: %+v, decoded %+v", c.name, l, s)
				}
			}
			levels := quick.Levels
			quick.Levels, quick.Ideal, quick.Exact, quick.Whole, quick.Decoded = slow.Levels, slow.Ideal, slow.Exact, slow.Whole, slow.Decoded
			if !reflect.DeepEqual(quick, slow) {
				t.Errorf("%s: %+v, decoded %+v", c.name, quick, slow)
			}
			// Where the end of a segment is a bound of a level's bytes, so many have it.
			for _, l := range levels {
				cut := describeJSON(t, ddpmz(coded[:l.Bytes], "info", "--json", "--allow-partial").out)
				want := 0
				for _, other := range levels {
					if other.Bytes <= l.Bytes {
						want++
					}
				}
				if len(cut.Levels) != want || cut.FileBytes != l.Bytes {
					t.Errorf("%s, %d bytes: %+v", c.name, l.Bytes, cut)
				}
			}
		}
	}
	out := string(must(t, encoded(t, "tiny/rock.png"), "info"))
	if !inOrder(out, []string{"state    not decoded, which --levels does", "bytes <="}) {
		t.Errorf("%s", out)
	}
}
