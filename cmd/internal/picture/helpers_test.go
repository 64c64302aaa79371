package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// pngFiles returns the PNG files of a folder below the shared data, or skips.
func pngFiles(t *testing.T, folder string) []string {
	t.Helper()
	data := dataFolder()
	files, _ := filepath.Glob(filepath.Join(data, "graphics", folder, "*.png"))
	if len(files) == 0 {
		t.Skipf("no pictures in %s: set DDPMZ_DATA to the folder that holds graphics/%s", data, folder)
	}
	return files
}

// walk lists a PNG file's chunks in the plainest way: the type and data of each.
func walk(file []byte) (kinds []string, data [][]byte) {
	for i := 8; i+12 <= len(file); {
		n := int(binary.BigEndian.Uint32(file[i:]))
		kinds = append(kinds, string(file[i+4:i+8]))
		data = append(data, file[i+8:i+8+n])
		i += 12 + n
	}
	return kinds, data
}

// layoutOf reads a PNG file's header.
func layoutOf(file []byte) metadata.Layout {
	_, data := walk(file)
	return metadata.Layout{Depth: data[0][8], ColourType: data[0][9]}
}

// outline lists a PNG file's chunks as words, ancillary ones with their data,
// except for those named in drop.
func outline(file []byte, drop ...string) string {
	kinds, data := walk(file)
	var out string
next:
	for i, kind := range kinds {
		for _, d := range drop {
			if kind == d {
				continue next
			}
		}
		switch {
		case kind == "IDAT" && i > 0 && kinds[i-1] == "IDAT":
		case kind[0] < 'a' || kind == "tRNS":
			out += kind + "\n"
		default:
			out += fmt.Sprintf("%s %x\n", kind, data[i])
		}
	}
	return out
}

// insert puts chunks before the first chunk of the given type.
func insert(file []byte, before string, chunks ...metadata.Chunk) []byte {
	out := []byte(pngSignature)
	kinds, data := walk(file)
	for i, kind := range kinds {
		if kind == before {
			for _, c := range chunks {
				out = appendChunk(out, c.Type, c.Data)
			}
			before = ""
		}
		out = appendChunk(out, kind, data[i])
	}
	return out
}

// samePixels compares pictures pixel by pixel, exactly.
func samePixels(a, b image.Image) bool {
	if a.Bounds().Size() != b.Bounds().Size() {
		return false
	}
	size, p, q := a.Bounds().Size(), a.Bounds().Min, b.Bounds().Min
	for y := range size.Y {
		for x := range size.X {
			if colourAt(a, p.X+x, p.Y+y) != colourAt(b, q.X+x, q.Y+y) {
				return false
			}
		}
	}
	return true
}

func read(t testing.TB, file []byte) *Picture {
	t.Helper()
	p, err := Read(bytes.NewReader(file), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// write writes a picture through the serialized form of its metadata.
func write(t testing.TB, format string, p *Picture) []byte {
	t.Helper()
	meta, err := p.Metadata.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	m, err := metadata.Unmarshal(meta)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := Write(&out, format, p.Image, m, WriteOptions{}); err != nil {
		t.Fatalf("writing %s: %v", format, err)
	}
	return out.Bytes()
}

// The images that tests draw are 13x7 and begin at (2, 3), as a part of a
// larger image would.
var testBounds = image.Rect(2, 3, 15, 10)

type settable interface {
	image.Image
	Set(x, y int, c color.Color)
}

// paint fills an image with colours that depend on the place; step spreads
// grays over 0 to 255 in multiples of it.
func paint[T settable](img T, at func(x, y int) color.Color) T {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			img.Set(x, y, at(x, y))
		}
	}
	return img
}

func opaqueAt(x, y int) color.Color {
	return color.NRGBA{uint8(x * 16), uint8(y * 25), uint8(x*y + 1), 255}
}

func translucentAt(x, y int) color.Color {
	return color.NRGBA{uint8(x * 16), uint8(y * 25), uint8(x*y + 1), uint8(255 - 20*x)}
}

// grayOf returns grays that are multiples of unit.
func grayOf(unit int) func(x, y int) color.Color {
	return func(x, y int) color.Color { return color.Gray{uint8((x*y + x) % (255/unit + 1) * unit)} }
}

func sixteenAt(x, y int) color.Color {
	return color.NRGBA64{uint16(x * 4099), uint16(y * 6007), uint16(x*y + 1), 0xffff}
}
