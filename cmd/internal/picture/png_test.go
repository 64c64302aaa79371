package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// encodePNG is image/png's encoder.
func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// fourColours is a palette with transparent entries, in an order of its own.
var fourColours = color.Palette{
	color.NRGBA{200, 0, 0, 255}, color.NRGBA{1, 2, 3, 0}, color.NRGBA{9, 9, 9, 255}, color.NRGBA{0, 250, 0, 77},
}

// TestLayouts makes a PNG file of every layout that can be kept, and checks that
// reading and writing keeps it, and that image/png agrees about the pixels.
func TestLayouts(t *testing.T) {
	indexed := image.NewPaletted(testBounds, fourColours)
	for i := range indexed.Pix {
		indexed.Pix[i] = uint8(i % 4)
	}
	grayAlpha := paint(image.NewNRGBA(testBounds), func(x, y int) color.Color {
		return color.NRGBA{uint8(x), uint8(x), uint8(x), uint8(y * 20)}
	})
	deepGrayAlpha := paint(image.NewNRGBA64(testBounds), func(x, y int) color.Color {
		return color.NRGBA64{uint16(x * 999), uint16(x * 999), uint16(x * 999), uint16(y * 5000)}
	})
	for _, test := range []struct {
		layout metadata.Layout
		img    image.Image
	}{
		{metadata.Layout{Depth: 1, ColourType: metadata.Gray}, paint(image.NewGray(testBounds), grayOf(255))},
		{metadata.Layout{Depth: 2, ColourType: metadata.Gray}, paint(image.NewGray(testBounds), grayOf(85))},
		{metadata.Layout{Depth: 4, ColourType: metadata.Gray}, paint(image.NewGray(testBounds), grayOf(17))},
		{metadata.Layout{Depth: 8, ColourType: metadata.Gray}, paint(image.NewGray(testBounds), grayOf(1))},
		{metadata.Layout{Depth: 16, ColourType: metadata.Gray}, paint(image.NewGray16(testBounds), sixteenAt)},
		{metadata.Layout{Depth: 8, ColourType: metadata.RGB}, paint(image.NewRGBA(testBounds), opaqueAt)},
		{metadata.Layout{Depth: 16, ColourType: metadata.RGB}, paint(image.NewRGBA64(testBounds), sixteenAt)},
		{metadata.Layout{Depth: 2, ColourType: metadata.Indexed}, indexed},
		{metadata.Layout{Depth: 4, ColourType: metadata.Indexed}, indexed},
		{metadata.Layout{Depth: 8, ColourType: metadata.Indexed}, indexed},
		{metadata.Layout{Depth: 8, ColourType: metadata.GrayAlpha}, grayAlpha},
		{metadata.Layout{Depth: 16, ColourType: metadata.GrayAlpha}, deepGrayAlpha},
		{metadata.Layout{Depth: 8, ColourType: metadata.RGBA}, paint(image.NewNRGBA(testBounds), translucentAt)},
		{metadata.Layout{Depth: 8, ColourType: metadata.RGBA}, paint(image.NewNRGBA(testBounds), opaqueAt)}, // image/png would drop alpha
		{metadata.Layout{Depth: 16, ColourType: metadata.RGBA}, paint(image.NewNRGBA64(testBounds), sixteenAt)},
	} {
		file := write(t, "png", &Picture{Image: test.img, Metadata: metadata.Metadata{Layout: test.layout}})
		if got := layoutOf(file); got != test.layout {
			t.Errorf("%+v was written as %+v", test.layout, got)
			continue
		}
		img, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Errorf("%+v: image/png says: %v", test.layout, err)
			continue
		}
		if !samePixels(img, test.img) {
			t.Errorf("%+v: pixels differ", test.layout)
		}
		if again := write(t, "png", read(t, file)); !bytes.Equal(again, file) {
			t.Errorf("%+v: read and written again, the file differs", test.layout)
		}
		if p, ok := img.(*image.Paletted); ok {
			for i, c := range fourColours {
				if got := color.NRGBAModel.Convert(p.Palette[i]); got != c {
					t.Errorf("%+v: palette entry %d is %v, want %v", test.layout, i, got, c)
				}
			}
		}
	}
}

// TestLayoutGivenUp checks that pictures which have outgrown the layout of their
// source, as an approximation may, are written in another, whole, and without
// the chunks that no longer hold.
func TestLayoutGivenUp(t *testing.T) {
	coloured := paint(image.NewNRGBA(testBounds), translucentAt)
	for _, test := range []struct {
		source, want metadata.Layout
		img          image.Image
	}{
		{metadata.Layout{Depth: 4, ColourType: metadata.Gray}, metadata.Layout{Depth: 8, ColourType: metadata.Gray}, paint(image.NewGray(testBounds), grayOf(1))},
		{metadata.Layout{Depth: 1, ColourType: metadata.Gray}, metadata.Layout{Depth: 8, ColourType: metadata.RGBA}, coloured},
		{metadata.Layout{Depth: 8, ColourType: metadata.GrayAlpha}, metadata.Layout{Depth: 8, ColourType: metadata.RGBA}, coloured},
		{metadata.Layout{Depth: 1, ColourType: metadata.Indexed}, metadata.Layout{Depth: 2, ColourType: metadata.Indexed}, image.NewPaletted(testBounds, fourColours)},
		{metadata.Layout{Depth: 99, ColourType: metadata.Indexed}, metadata.Layout{Depth: 8, ColourType: metadata.RGBA}, coloured},
		{metadata.Layout{Depth: 99, ColourType: 99}, metadata.Layout{Depth: 8, ColourType: metadata.RGBA}, coloured},
	} {
		m := metadata.Metadata{Layout: test.source, Chunks: []metadata.Chunk{
			{Type: "sBIT", Place: metadata.BeforePLTE, Data: []byte{1, 1, 1, 1}},
			{Type: "gAMA", Place: metadata.BeforePLTE, Data: []byte{0, 0, 1, 2}},
			{Type: "bKGD", Place: metadata.BeforeIDAT, Data: []byte{0, 1}},
		}}
		file := write(t, "png", &Picture{Image: test.img, Metadata: m})
		if got := layoutOf(file); got != test.want {
			t.Errorf("%+v was written as %+v, want %+v", test.source, got, test.want)
		}
		if got := read(t, file); !samePixels(got.Image, test.img) {
			t.Errorf("%+v: pixels differ", test.source)
		} else if len(got.Metadata.Chunks) != 1 || got.Metadata.Chunks[0].Type != "gAMA" {
			t.Errorf("%+v: chunks are %v, want gAMA only", test.source, got.Metadata.Chunks)
		}
	}
}

// TestChunks puts chunks of every kind at every place.
func TestChunks(t *testing.T) {
	indexed := image.NewPaletted(testBounds, fourColours)
	file := encodePNG(t, indexed)
	file = insert(file, "PLTE", metadata.Chunk{Type: "gAMA", Place: 0, Data: []byte{0, 0, 177, 143}}, metadata.Chunk{Type: "tEXt", Place: 0, Data: []byte("Title\x00x")},
		metadata.Chunk{Type: "sBIT", Place: 0, Data: []byte{5, 6, 5}}, metadata.Chunk{Type: "tEXt", Place: 0, Data: []byte("Title\x00y")})
	file = insert(file, "tRNS", metadata.Chunk{Type: "prVt", Place: 0, Data: []byte("safe to copy")}, metadata.Chunk{Type: "hIST", Place: 0, Data: make([]byte, 8)})
	file = insert(file, "IDAT", metadata.Chunk{Type: "prVT", Place: 0, Data: []byte("not safe to copy")}, metadata.Chunk{Type: "bKGD", Place: 0, Data: []byte{1}})
	file = insert(file, "IEND", metadata.Chunk{Type: "tIME", Place: 0, Data: []byte{7, 230, 1, 2, 3, 4, 5}}, metadata.Chunk{Type: "eXIf", Place: 0, Data: []byte("MM\x00*")})

	want := "IHDR\ngAMA 0000b18f\ntEXt 5469746c650078\nsBIT 050605\ntEXt 5469746c650079\nPLTE\ntRNS\n" +
		"prVt 7361666520746f20636f7079\nbKGD 01\nIDAT\ntIME 07e60102030405\neXIf 4d4d002a\nIEND\n"
	if got := outline(write(t, "png", read(t, file))); got != want {
		t.Errorf("chunks are\n%swant\n%s", got, want)
	}

	for _, cut := range []int{len(file) - 1, len(file) - 13} {
		if _, err := Read(bytes.NewReader(file[:cut]), ReadOptions{}); err == nil {
			t.Errorf("no error for %d of %d bytes", cut, len(file))
		}
	}
}

// TestPNGSuite reads, writes and reads again every file of PngSuite, as an
// author's tools would meet them.
func TestPNGSuite(t *testing.T) {
	for _, name := range pngFiles(t, "pngsuite") {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(file)); err != nil {
			t.Logf("%s: image/png says: %v", filepath.Base(name), err)
			continue
		}
		name = filepath.Base(name)
		source := read(t, file)
		file2 := write(t, "png", source)
		result := read(t, file2)
		if !samePixels(source.Image, result.Image) {
			t.Errorf("%s: pixels differ", name)
		}

		// What doc.go says is not kept:
		kinds, _ := walk(file)
		drop := []string{"hIST"}
		wantLayout := layoutOf(file)
		for _, kind := range kinds {
			if kind == "tRNS" && wantLayout.ColourType != metadata.Indexed {
				drop = append(drop, "tRNS", "sBIT")
				wantLayout.ColourType |= 4 // the bit that means alpha
				if wantLayout.Depth < 8 {
					wantLayout.Depth = 8
					drop = append(drop, "bKGD")
				}
			}
		}
		if layoutOf(file).ColourType != metadata.Indexed {
			drop = append(drop, "PLTE")
		}
		if got := layoutOf(file2); got != wantLayout {
			t.Errorf("%s: layout %+v became %+v, want %+v", name, layoutOf(file), got, wantLayout)
		}
		if got, want := outline(file2, drop...), outline(file, drop...); got != want {
			t.Errorf("%s: chunks are\n%swant\n%s", name, got, want)
		}
		if got, want := reflect.TypeOf(result.Image), reflect.TypeOf(source.Image); got != want {
			t.Errorf("%s: a %v, want a %v", name, got, want)
		} else if p, ok := source.Image.(*image.Paletted); ok {
			for i, c := range result.Image.(*image.Paletted).Palette {
				if color.NRGBAModel.Convert(c) != color.NRGBAModel.Convert(p.Palette[i]) {
					t.Errorf("%s: palette entry %d changed", name, i)
				}
			}
		}
	}
}

func TestBrokenPNGSuite(t *testing.T) {
	for _, name := range pngFiles(t, "pngsuite_broken") {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(f, ReadOptions{}); err == nil {
			t.Errorf("%s: no error", filepath.Base(name))
		}
		f.Close()
	}
}
