package main

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
	"github.com/ddpmz/ddpmz/container"
)

var share = filepath.Join("..", "..", "share")

// turnedFile returns a file of a picture that EXIF data ask to be turned, which is black but for a white corner, top left.
func turnedFile(t *testing.T, m interface {
	image.Image
	Set(x, y int, c color.Color)
}, orientation uint16) []byte {
	t.Helper()
	b := m.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			m.Set(x, y, color.Black)
			if x < b.Dx()/4 && y < b.Dy()/4 {
				m.Set(x, y, color.White)
			}
		}
	}
	exif := binary.BigEndian.AppendUint32([]byte("MM\x00*"), 8)
	for _, v := range []uint16{1, 274, 3, 0, 1, orientation, 0, 0, 0} {
		exif = binary.BigEndian.AppendUint16(exif, v)
	}
	var meta metadata.Metadata
	if err := meta.SetEXIF(exif); err != nil {
		t.Fatal(err)
	}
	meta.SetICCProfile([]byte("a profile"))
	packed, err := meta.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := codec.Encode(&file, m, &codec.Options{Metadata: packed, Mode: codec.Stored}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestThumbnail makes thumbnails of pictures that are to be turned, as the thumbnailer entry has them made.
func TestThumbnail(t *testing.T) {
	dir := folder(t)
	in, out := filepath.Join(dir, "a picture.ddpmz"), filepath.Join(dir, "small.png")
	corners := []image.Point{{0, 0}, {0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}, {1, 0}, {1, 1}, {0, 1}} // where the white one is shown
	for o := 1; o <= 8; o++ {
		r := image.Rect(0, 0, 80, 40)
		var file []byte
		switch o % 3 {
		case 0:
			file = turnedFile(t, image.NewGray16(r), uint16(o))
		case 1:
			file = turnedFile(t, image.NewRGBA64(r), uint16(o))
		case 2:
			file = turnedFile(t, image.NewNRGBA(r), uint16(o))
		}
		writeFile(t, in, file)
		writeFile(t, out, []byte("a temporary file, which is replaced"))
		runEntry(t, in, out, 20)
		p := decodePNG(t, readFile(t, out))
		b := p.Image.Bounds()
		want := image.Pt(20, 10)
		if o >= 5 {
			want = image.Pt(10, 20)
		}
		if b.Size() != want {
			t.Fatalf("orientation %d: %v", o, b)
		}
		for i, c := range []image.Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
			at := image.Pt(1+c.X*(b.Dx()-3), 1+c.Y*(b.Dy()-3))
			light := color.GrayModel.Convert(p.Image.At(at.X, at.Y)).(color.Gray).Y > 128
			if light != (c == corners[o]) {
				t.Errorf("orientation %d: corner %d is light: %v", o, i, light)
			}
		}
		if profile, err := p.Metadata.ICCProfile(); err != nil || string(profile) != "a profile" || p.Metadata.EXIF() != nil {
			t.Errorf("orientation %d: metadata %v", o, p.Metadata.Kinds())
		}
	}
	coded := encoded(t, "tiny/rock.png", "--mode", "modelled")
	if m := decodePNG(t, must(t, coded[:len(coded)/2], "thumbnail", "-s", "16", "-", "-")).Image; m.Bounds().Dx() != 16 {
		t.Errorf("of a cut file: %v", m.Bounds())
	}
	fails(t, 2, []string{"--size"}, coded, "thumbnail", "-s", "0", "-", "-")
	fails(t, 2, []string{"thumbnail takes"}, coded, "thumbnail", "-")
	fails(t, 1, []string{"not a ddpmz"}, load(t, "tiny/rock.png"), "thumbnail", "-", "-")
}

// runEntry runs the command that the thumbnailer entry has.
func runEntry(t *testing.T, in, out string, size int) {
	t.Helper()
	entry := string(readFile(t, filepath.Join(share, "thumbnailers", "ddpmz.thumbnailer")))
	_, line, ok := strings.Cut(entry, "\nExec=ddpmz ")
	if !ok {
		t.Fatal("no command")
	}
	line, _, _ = strings.Cut(line, "\n")
	args := strings.Fields(line)
	for i, a := range args {
		switch a {
		case "%i":
			args[i] = in
		case "%o":
			args[i] = out
		case "%s":
			args[i] = strconv.Itoa(size)
		}
	}
	must(t, nil, args...)
}

// TestMagic: what the files for desktops and file(1) say of the format holds.
func TestMagic(t *testing.T) {
	var info struct {
		Type struct {
			Name  string `xml:"type,attr"`
			Magic []struct {
				Match struct {
					Value string `xml:"value,attr"`
				} `xml:"match"`
			} `xml:"magic"`
			Glob struct {
				Pattern string `xml:"pattern,attr"`
			} `xml:"glob"`
		} `xml:"mime-type"`
	}
	if err := xml.Unmarshal(readFile(t, filepath.Join(share, "mime", "packages", "ddpmz.xml")), &info); err != nil {
		t.Fatal(err)
	}
	escaped := func(magic string) string { return `\xdd` + magic[1:] }
	if m := info.Type.Magic; len(m) != 2 || m[0].Match.Value != escaped(container.Magic) || m[1].Match.Value != escaped(container.ShortMagic) ||
		info.Type.Glob.Pattern != "*"+suffix {
		t.Errorf("the MIME type has %+v", info.Type)
	}
	entry := string(readFile(t, filepath.Join(share, "thumbnailers", "ddpmz.thumbnailer")))
	if !strings.Contains(entry, "\nMimeType="+info.Type.Name+";\n") {
		t.Errorf("the thumbnailer is for another type than %s", info.Type.Name)
	}
	command, err := exec.LookPath("file")
	if err != nil {
		t.Skip("file(1) is not here")
	}
	dir := folder(t)
	rock := load(t, "tiny/rock.png")
	for want, file := range map[string][]byte{
		"ddpmz image data, short, modelled":                        must(t, rock, "encode", "--mode", "modelled"),
		"ddpmz image data, stored":                                 must(t, rock, "encode", "--mode", "stored"),
		"ddpmz image data, modelled":                               encoded(t, "alpha16.png", "--mode", "modelled"),
		"ddpmz image data, stored, ends early on purpose":          must(t, rock, "encode", "--mode", "stored", "--bytes", "900"),
		"ddpmz image data, modelled, ends early on purpose":        must(t, load(t, "alpha16.png"), "encode", "--mode", "modelled", "--bytes", "900"),
		"PNG image data, 32 x 32, 8-bit/color RGB, non-interlaced": rock,
	} {
		name := filepath.Join(dir, "x")
		if err := os.WriteFile(name, file, 0o666); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(command, "-b", "-m", filepath.Join(share, "magic", "ddpmz"), name).Output()
		if strings.HasPrefix(want, "PNG") {
			want = "data" // of which this magic knows nothing
		}
		if err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("file says %q, %v, want %q", out, err, want)
		}
	}
}
