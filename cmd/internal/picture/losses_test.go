package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/internal/tiff"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// segment makes a marker segment of a JPEG file.
func segment(marker byte, data string) string {
	return string([]byte{0xff, marker}) + string(binary.BigEndian.AppendUint16(nil, uint16(2+len(data)))) + data
}

// jpegOf makes a JPEG file with segments after its first marker.
func jpegOf(t testing.TB, img image.Image, segments string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return []byte(out.String()[:2] + segments + out.String()[2:])
}

// tiffPages makes a TIFF file of several directories, which differ from that of
// img by the fields given.
func tiffPages(t testing.TB, img image.Image, pages ...[]tiff.Field) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := tiff.Encode(&out, img, tiff.Options{}); err != nil {
		t.Fatal(err)
	}
	file := out.Bytes()
	tree, err := tiff.ReadTree(file)
	if err != nil {
		t.Fatal(err)
	}
	link := 4 // where the offset of the next directory stands
	for _, fields := range pages {
		page := tree.Select(func(tag uint16) bool {
			return !slices.ContainsFunc(fields, func(f tiff.Field) bool { return f.Tag == tag })
		})
		page.Fields = append(page.Fields, fields...)
		at := len(file) + len(file)%2
		binary.LittleEndian.PutUint32(file[link:], uint32(at))
		if file, err = page.Append(file); err != nil {
			t.Fatal(err)
		}
		link = at + 2 + 12*len(page.Fields)
	}
	return file
}

// short makes a TIFF field of one number.
func short(tag uint16, v byte) tiff.Field {
	return tiff.Field{Tag: tag, Type: tiff.Short, Count: 1, Data: []byte{v, 0}}
}

// TestReadLosses has for every kind of loss files that suffer it.
func TestReadLosses(t *testing.T) {
	// rleBitmap is a BMP file of 4 x 1 pixels, with a palette of two colours, by RLE8.
	rleBitmap := func(codes string) []byte {
		words := make([]byte, 52)
		for i, v := range map[int]uint32{0: uint32(62 + len(codes)), 8: 62, 12: 40, 16: 4, 20: 1, 24: 1 | 8<<16, 28: 1, 44: 2} {
			binary.LittleEndian.PutUint32(words[i:], v)
		}
		return []byte("BM" + string(words) + "\x00\x00\x00\x00\xff\xff\xff\x00" + codes)
	}

	rgb := paint(image.NewRGBA(testBounds), opaqueAt)
	gray := paint(image.NewGray(testBounds), grayOf(1))
	indexed := image.NewPaletted(testBounds, color.Palette{color.Black, color.White})
	png := encodePNG(t, rgb)

	var animation bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 4, 4), fourColours)
	if err := gif.EncodeAll(&animation, &gif.GIF{Image: []*image.Paletted{frame, frame, frame}, Delay: []int{1, 1, 1}}); err != nil {
		t.Fatal(err)
	}
	var still bytes.Buffer
	if err := gif.Encode(&still, frame, nil); err != nil {
		t.Fatal(err)
	}
	blocks := gifBlocksAt(still.Bytes())
	extended := slices.Concat(still.Bytes()[:blocks], []byte("!\x77\x02ab\x01c\x00"), still.Bytes()[blocks:])
	anmf := appendRIFF(nil, "ANMF", appendRIFF(make([]byte, 16), "VP8L", []byte(losslessWebP)))
	webp := appendRIFF([]byte("WEBP"), "VP8X", []byte("\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	webp = append(append(appendRIFF(webp, "ANIM", make([]byte, 6)), anmf...), anmf...)

	twice := func(kind, data string) []byte { // a still with two chunks of a kind
		out := []byte("WEBP")
		if kind != "VP8L" {
			out = appendRIFF(out, "VP8L", []byte(losslessWebP))
		}
		return appendRIFF(appendRIFF(out, kind, []byte(data)), kind, []byte(data))
	}

	badCRC := bytes.Clone(insert(png, "IDAT", metadata.Chunk{Type: "tEXt", Data: []byte("a\x00b")}))
	badCRC[bytes.Index(badCRC, []byte("tEXt"))+4] ^= 1

	mpf := "MPF\x00II*\x00\x08\x00\x00\x00\x01\x00\x01\xb0\x04\x00\x01\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00"
	profile := func(space string) string { return segment(0xe2, "ICC_PROFILE\x00\x01\x01"+string(iccOf(space, 200))) }

	linked := make([]byte, 14+124+4)
	copy(linked, "BM")
	binary.LittleEndian.PutUint32(linked[10:], 14+124)
	binary.LittleEndian.PutUint32(linked[14:], 124)
	linked[18], linked[22], linked[26], linked[28] = 1, 1, 1, 24
	copy(linked[14+56:], "KNIL")
	cutProfile := bytes.Clone(linked)
	copy(cutProfile[14+56:], "DEBM\x00")
	cutProfile[14+112], cutProfile[14+116] = 124+4, 1 // where it begins and how long it is: after the only row, and one byte
	tailed := append(write(t, "bmp", &Picture{Image: rgb}), "tail"...)

	for _, test := range []struct {
		name   string
		file   []byte
		kind   string
		detail string // a part of it
	}{
		{"GIF animation", animation.Bytes(), LossFrames, "2 further frames"},
		{"BMP whose codes move", rleBitmap("\x01\x01\x00\x02\x02\x00\x01\x01\x00\x01"), LossDamage, "2 pixels that the run-length codes leave out"},
		{"BMP with a run too long", rleBitmap("\x07\x01\x00\x01"), LossDamage, "3 pixels of run-length codes beyond the end of a row"},
		{"GIF extension", extended, LossMetadata, "1 extension that GIF does not define"},
		{"WebP animation", appendRIFF(nil, "RIFF", webp), LossFrames, "1 further frame of"},
		{"PNG animation", insert(png, "IEND", metadata.Chunk{Type: "fcTL", Data: make([]byte, 26)}, metadata.Chunk{Type: "fdAT", Data: make([]byte, 9)}), LossFrames, "1 further frame of"},
		{"TIFF pages", tiffPages(t, rgb, nil, nil, nil), LossPages, "2 further pages"},
		{"TIFF thumbnail", tiffPages(t, rgb, []tiff.Field{short(tiff.TagNewSubfileType, 1), short(tiff.TagImageLength, 1)}, nil), LossImages, "1 thumbnail"},
		{"TIFF mask", tiffPages(t, rgb, nil, []tiff.Field{short(tiff.TagNewSubfileType, 4)}), LossImages, "1 transparency mask"},
		{"GIF frame beyond its canvas", withCanvas(still.Bytes(), 3, 2), LossDamage, "outside of the picture"},
		{"JPEG with a second after it", append(jpegOf(t, rgb, ""), jpegOf(t, gray, "")...), LossImages, "another picture, of format jpeg"},
		{"JPEG with a gain map", jpegOf(t, rgb, segment(0xe2, mpf)), LossImages, "2 further images"},
		{"JFIF thumbnail", jpegOf(t, rgb, segment(0xe0, "JFXX\x00\x10")), LossMetadata, "JFIF thumbnail"},
		{"two Netpbm pictures", []byte("P5 1 1 255\naP5 1 1 255\nb"), LossImages, "further pictures"},
		{"maxval", []byte("P5 1 1 100\n\x64"), LossDepth, "samples of 0 to 100"},
		{"16-bit palette", tiffPages(t, indexed, []tiff.Field{{Tag: tiff.TagColorMap, Type: tiff.Short, Count: 768, Data: bytes.Repeat([]byte{1, 2}, 768)}}), LossDepth, "palette of 16 bits"},
		{"gray with a profile for RGB", jpegOf(t, gray, profile("RGB ")), LossProfile, "for RGB in a picture that is kept in gray"},
		{"damaged profile", jpegOf(t, rgb, segment(0xe2, "ICC_PROFILE\x00\x01\x02half")), LossProfile, "damaged"},
		{"linked profile", linked, LossProfile, "name of a colour profile"},
		{"damaged EXIF", jpegOf(t, rgb, segment(0xe1, "Exif\x00\x00??")), LossMetadata, "damaged EXIF"},
		{"extended XMP", jpegOf(t, rgb, segment(0xe1, prefixXMPMore)), LossMetadata, "extended XMP"},
		{"other segments", jpegOf(t, rgb, segment(0xeb, "JP\x00")), LossMetadata, "APP11 segments (JP)"},
		{"TIFF fields", tiffPages(t, rgb, []tiff.Field{short(50000, 1)}), LossMetadata, "TIFF fields 50000"},
		{"TIFF field of an unknown type", tiffPages(t, rgb, []tiff.Field{{Tag: tiff.TagSoftware, Type: 77, Count: 1, Data: []byte("abc\x00")}}), LossDamage, "TIFF fields 305, which"},
		{"TIFF field that points nowhere", tiffPages(t, rgb, []tiff.Field{{Tag: tiff.TagEXIF, Type: tiff.Long, Count: 1, Data: []byte("zzzz")}}), LossDamage, "TIFF fields 34665, which"},
		{"profile that is cut off", cutProfile, LossProfile, "profile that is not whole"},
		{"what follows a bitmap", tailed, LossMetadata, "4 bytes after the end"},
		{"image data after the last row", withExcess(t, png, []byte{1}), LossDamage, "image data after the last row"},
		{"WebP chunk", appendRIFF(nil, "RIFF", appendRIFF(appendRIFF([]byte("WEBP"), "VP8L", []byte(losslessWebP)), "prVt", []byte{1})), LossMetadata, `"prVt"`},
		{"second EXIF chunk of WebP", appendRIFF(nil, "RIFF", twice("EXIF", "II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")), LossMetadata, "further EXIF"},
		{"second picture in WebP", appendRIFF(nil, "RIFF", twice("VP8L", losslessWebP)), LossImages, "1 further image"},
		{"histogram", insert(encodePNG(t, indexed), "IDAT", metadata.Chunk{Type: "hIST", Data: make([]byte, 4)}), LossMetadata, "PNG chunks hIST"},
		{"suggested palette", insert(png, "IDAT", metadata.Chunk{Type: "PLTE", Data: make([]byte, 6)}), LossMetadata, "PNG chunks PLTE"},
		{"what follows the end", append(bytes.Clone(png), "tail"...), LossMetadata, "4 bytes after the end"},
		{"wrong checksum", badCRC, LossDamage, "tEXt"},
		{"tRNS where there is alpha", insert(encodePNG(t, paint(image.NewNRGBA(testBounds), translucentAt)), "IDAT", metadata.Chunk{Type: "tRNS", Data: make([]byte, 6)}), LossDamage, "tRNS"},
		{"no end of image", bytes.TrimSuffix(jpegOf(t, rgb, ""), []byte("\xff\xd9")), LossDamage, "end-of-image"},
	} {
		p, err := Read(bytes.NewReader(test.file), ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if len(p.Losses) != 1 || p.Losses[0].Kind != test.kind || !strings.Contains(p.Losses[0].Detail, test.detail) {
			t.Errorf("%s: losses are %v, want one of kind %s with %q", test.name, p.Losses, test.kind, test.detail)
		}
	}
}

// TestThumbnailFirst reads the picture and not the thumbnail before it, in a chain
// and in SubIFDs.
func TestThumbnailFirst(t *testing.T) {
	rgb := paint(image.NewRGBA(testBounds), opaqueAt)
	thumbnail := []tiff.Field{short(tiff.TagNewSubfileType, 1), short(tiff.TagImageLength, 2)}
	chain := tiffPages(t, rgb, thumbnail, nil)
	if p := read(t, chain); !samePixels(p.Image, rgb) {
		t.Errorf("in a chain: %v", p.Image.Bounds())
	}
	// The first directory of such a file has the thumbnail, and points to the picture's.
	sub := tiffPages(t, rgb, nil)
	at := binary.LittleEndian.Uint32(sub[4:])
	pointer := tiff.Field{Tag: tiff.TagSubIFDs, Type: tiff.Long, Count: 1, Data: binary.LittleEndian.AppendUint32(nil, at)}
	tree, err := tiff.ReadTree(sub)
	if err != nil {
		t.Fatal(err)
	}
	tree = tree.Select(func(tag uint16) bool { return tag != tiff.TagImageLength })
	tree.Fields = append(append(tree.Fields, thumbnail...), pointer)
	binary.LittleEndian.PutUint32(sub[4:], uint32(len(sub)+len(sub)%2))
	if sub, err = tree.Append(sub); err != nil {
		t.Fatal(err)
	}
	p := read(t, sub)
	if !samePixels(p.Image, rgb) || len(p.Losses) != 1 || p.Losses[0].Kind != LossImages {
		t.Errorf("in SubIFDs: %v, %v", p.Image.Bounds(), p.Losses)
	}
}

// TestPaletteWithAlpha has a TIFF file whose pixels are an index and alpha each,
// which no palette of PNG can hold.
func TestPaletteWithAlpha(t *testing.T) {
	pixels := []byte{0, 255, 2, 128, 1, 0, 2, 7} // after the header of 8 bytes
	palette := make([]byte, 2*3*256)
	for i, v := range []byte{10, 20, 30} { // red of the first three entries; green is 255 of all, blue 0
		palette[2*i], palette[2*i+1] = v, v
	}
	for i := 2 * 256; i < 2*2*256; i++ {
		palette[i] = 0xff
	}
	eight := []byte{8, 0, 8, 0}
	tree := &tiff.Tree{Directory: tiff.Directory{Order: binary.LittleEndian, Fields: []tiff.Field{
		short(tiff.TagImageWidth, 2), short(tiff.TagImageLength, 2), {Tag: tiff.TagBitsPerSample, Type: tiff.Short, Count: 2, Data: eight},
		short(tiff.TagPhotometricInterpretation, 3), short(tiff.TagStripOffsets, 8), short(tiff.TagSamplesPerPixel, 2),
		short(tiff.TagStripByteCounts, 8), {Tag: tiff.TagColorMap, Type: tiff.Short, Count: 768, Data: palette}, short(tiff.TagExtraSamples, 2),
	}}}
	file, err := tree.Append(append([]byte("II*\x00\x10\x00\x00\x00"), pixels...))
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, file)
	want := &image.NRGBA{Pix: []byte{10, 255, 0, 255, 30, 255, 0, 128, 20, 255, 0, 0, 30, 255, 0, 7}, Stride: 8, Rect: image.Rect(0, 0, 2, 2)}
	if !samePixels(p.Image, want) || len(p.Losses) > 0 {
		t.Errorf("%v, losses are %v", p.Image, p.Losses)
	}
}

// TestWriteLosses has pictures that formats do not hold.
func TestWriteLosses(t *testing.T) {
	translucent := paint(image.NewNRGBA(testBounds), translucentAt)
	sixteen := paint(image.NewRGBA64(testBounds), sixteenAt)
	rgb := paint(image.NewRGBA(testBounds), opaqueAt)
	big := paint(image.NewRGBA(image.Rect(0, 0, 40, 40)), opaqueAt)
	gray := paint(image.NewGray(testBounds), grayOf(1))
	for _, test := range []struct {
		format string
		img    image.Image
		kinds  []string
	}{
		{"jpeg", translucent, []string{LossAlpha}}, {"jpeg", sixteen, []string{LossDepth}},
		{"ppm", translucent, []string{LossAlpha}}, {"pnm", translucent, []string{LossAlpha}},
		{"pgm", translucent, []string{LossAlpha, LossColour}}, {"pgm", rgb, []string{LossColour}},
		{"pbm", rgb, []string{LossColour, LossDepth}}, {"pbm", gray, []string{LossDepth}},
		{"bmp", sixteen, []string{LossDepth}},
		{"gif", translucent, []string{LossAlpha}}, {"gif", big, []string{LossColour}}, {"gif", sixteen, []string{LossDepth}},
	} {
		var refused *LossError
		var out bytes.Buffer
		_, err := Write(&out, test.format, test.img, nil, WriteOptions{})
		if !errors.As(err, &refused) || out.Len() > 0 {
			t.Errorf("%s of %T: %v and %d bytes, want a LossError", test.format, test.img, err, out.Len())
			continue
		}
		losses, err := Write(&out, test.format, test.img, nil, WriteOptions{AllowLoss: true})
		if test.format == "jpeg" && len(losses) > 0 { // which is never exact, and not refused for that
			last := losses[len(losses)-1]
			if losses = losses[:len(losses)-1]; last.Kind != LossColour {
				t.Errorf("jpeg of %T: the last loss is %v", test.img, last)
			}
		}
		if err != nil || !slices.Equal(losses, refused.Losses) {
			t.Errorf("%s of %T: allowed, it is %v and %v, want %v", test.format, test.img, losses, err, refused.Losses)
		}
		var kinds []string
		for _, l := range losses {
			kinds = append(kinds, l.Kind)
		}
		if !slices.Equal(kinds, test.kinds) {
			t.Errorf("%s of %T: losses are %v, want kinds %v", test.format, test.img, losses, test.kinds)
		}
		if p := read(t, out.Bytes()); p.Image.Bounds().Size() != test.img.Bounds().Size() {
			t.Errorf("%s of %T: what was written is of %v", test.format, test.img, p.Image.Bounds())
		}
	}
	if _, err := Write(io.Discard, "xyz", rgb, nil, WriteOptions{}); !errors.As(err, new(UnsupportedError)) {
		t.Errorf("xyz: %v, want an UnsupportedError", err)
	}
}

// TestPremultiplied writes colours that are multiplied by alpha where they have to be
// straight: that changes them, unless they are those of straight ones.
func TestPremultiplied(t *testing.T) {
	dim := func(x, y int) color.Color { return color.RGBA{uint8(x), uint8(y), uint8(x), uint8(100 + x)} }
	for _, img := range []image.Image{paint(image.NewRGBA(testBounds), dim), paint(image.NewRGBA64(testBounds), dim)} {
		for _, format := range []string{"png", "pam", "bmp", "tiff"} {
			if _, ok := img.(*image.RGBA64); ok && format == "bmp" {
				continue // which has no such depth
			}
			losses, err := Write(io.Discard, format, img, nil, WriteOptions{})
			if err != nil || (len(losses) == 1 && losses[0].Kind == LossColour) != (format != "tiff") {
				t.Errorf("%s of %T: losses are %v, and %v", format, img, losses, err)
			}
		}
	}
	whole := paint(image.NewRGBA(testBounds), func(x, y int) color.Color { return color.RGBA{A: uint8(x)} })
	if losses, err := Write(io.Discard, "png", whole, nil, WriteOptions{}); err != nil || len(losses) > 0 {
		t.Errorf("of black: losses are %v, and %v", losses, err)
	}
}

// TestPrimaries has a TIFF file whose white point and primaries come back.
func TestPrimaries(t *testing.T) {
	chunk := metadata.Chunk{Type: "cHRM", Place: metadata.BeforePLTE}
	for i := range uint32(8) {
		chunk.Data = binary.BigEndian.AppendUint32(chunk.Data, 31270+1000*i)
	}
	m := metadata.Metadata{Chunks: []metadata.Chunk{chunk}}
	var file bytes.Buffer
	losses, err := Write(&file, "tiff", paint(image.NewRGBA(testBounds), opaqueAt), &m, WriteOptions{})
	if err != nil || len(losses) > 0 {
		t.Fatalf("losses are %v, and %v", losses, err)
	}
	if p := read(t, file.Bytes()); len(p.Losses) > 0 || len(p.Metadata.Chunks) != 1 || !bytes.Equal(p.Metadata.Chunks[0].Data, chunk.Data) {
		t.Errorf("%+v, losses %v", p.Metadata, p.Losses)
	}
}

// TestExactWriting has pictures that formats hold, in forms that need care.
func TestExactWriting(t *testing.T) {
	indexed := image.NewPaletted(testBounds, fourColours)
	opaque := image.NewPaletted(testBounds, color.Palette{color.Gray{9}, color.White, color.RGBA{1, 2, 3, 255}})
	for i := range indexed.Pix {
		indexed.Pix[i], opaque.Pix[i] = uint8(i%4), uint8(i%3)
	}
	clear := image.NewPaletted(testBounds, color.Palette{color.NRGBA{}, color.NRGBA{1, 2, 3, 255}})
	for i := range clear.Pix {
		clear.Pix[i] = uint8(i % 2)
	}
	premultiplied := paint(image.NewRGBA(testBounds), func(x, y int) color.Color {
		return color.RGBA{uint8(x), uint8(y), uint8(x), uint8(10 * x)}
	})
	sixteen := paint(image.NewRGBA64(testBounds), sixteenAt)
	translucent := paint(image.NewNRGBA64(testBounds), func(x, y int) color.Color {
		return color.NRGBA64{uint16(x * 4099), uint16(y * 6007), 7, uint16(x * 3000)}
	})
	ycbcr := image.NewYCbCr(testBounds, image.YCbCrSubsampleRatio420)
	for i := range ycbcr.Y {
		ycbcr.Y[i] = uint8(i * 3)
	}
	black := paint(image.NewGray(testBounds), grayOf(255))
	for _, test := range []struct {
		formats string
		img     image.Image
	}{
		{"png tiff bmp", indexed}, {"png tiff bmp gif", opaque}, {"png tiff bmp gif", clear},
		{"tiff", premultiplied}, {"png tiff pam", sixteen}, {"png tiff pam", translucent}, {"png tiff bmp pam ppm", ycbcr},
		{"png tiff bmp gif pbm pgm ppm pnm pam", black}, {"png tiff pgm pam", paint(image.NewGray16(testBounds), sixteenAt)},
	} {
		for format := range strings.FieldsSeq(test.formats) {
			p := read(t, write(t, format, &Picture{Image: test.img}))
			if !samePixels(p.Image, test.img) || len(p.Losses) > 0 {
				t.Errorf("%s of %T: pixels differ; losses are %v", format, test.img, p.Losses)
			}
		}
	}
}

// TestMetadataInFormats writes metadata into the formats that hold them, and reads
// them again.
func TestMetadataInFormats(t *testing.T) {
	icc, xmp, iptc := iccOf("RGB ", 70000), []byte(someXMP), []byte("8BIM\x04\x04\x00\x00\x00\x00\x00\x02ab")
	exif := &tiff.Tree{Directory: tiff.Directory{Order: binary.BigEndian, Fields: []tiff.Field{
		{Tag: tiff.TagMake, Type: tiff.ASCII, Count: 6, Data: []byte("maker\x00")},
		{Tag: tiff.TagOrientation, Type: tiff.Short, Count: 1, Data: []byte{0, 6}},
	}}, Children: map[uint16]*tiff.Tree{tiff.TagEXIF: {Directory: tiff.Directory{Order: binary.BigEndian, Fields: []tiff.Field{
		{Tag: 33434, Type: tiff.Rational, Count: 1, Data: []byte{0, 0, 0, 1, 0, 0, 1, 0}},
		{Tag: 37500, Type: tiff.Undefined, Count: 5, Data: []byte("maker")},
	}}}}}
	packed, err := exif.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var m metadata.Metadata
	m.SetICCProfile(icc)
	m.SetIPTC(iptc)
	m.SetResolution(metadata.Resolution{X: 11811, Y: 5906, Metre: true}) // 300 and 150 dots an inch
	for _, err := range []error{m.SetEXIF(packed), m.SetXMP(xmp), m.AddText(metadata.Text{Keyword: "Comment", Text: "no comment"}), m.AddText(metadata.Text{Keyword: "Title", Text: "x"})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	rgb := paint(image.NewRGBA(testBounds), opaqueAt)
	for _, test := range []struct {
		format                                string
		icc, exif, xmp, iptc, resolution, all bool
		texts                                 int // that are kept
	}{
		{"png", true, true, true, true, true, true, 2},
		{"jpeg", true, true, true, true, true, false, 1},
		{"tiff", true, true, true, true, true, false, 0},
		{"bmp", true, false, false, false, true, false, 0},
		{"gif", false, false, false, false, false, false, 1},
		{"pam", false, false, false, false, false, false, 0},
	} {
		var out bytes.Buffer
		losses, err := Write(&out, test.format, rgb, &m, WriteOptions{})
		if err != nil || len(losses) == 0 != test.all {
			t.Errorf("%s: losses are %v, and %v", test.format, losses, err)
		}
		p := read(t, out.Bytes())
		if got, err := p.Metadata.ICCProfile(); err != nil || (got != nil) != test.icc || got != nil && !bytes.Equal(got, icc) {
			t.Errorf("%s: a profile of %d bytes, and %v", test.format, len(got), err)
		}
		if got, err := p.Metadata.XMP(); err != nil || (got != nil) != test.xmp || got != nil && !bytes.Equal(got, xmp) {
			t.Errorf("%s: XMP is %q, and %v", test.format, got, err)
		}
		if got, err := p.Metadata.IPTC(); err != nil || (got != nil) != test.iptc || got != nil && !bytes.Equal(got, iptc) {
			t.Errorf("%s: IPTC is %q, and %v", test.format, got, err)
		}
		want, _ := m.Resolution()
		if got, ok := p.Metadata.Resolution(); ok != test.resolution || ok && got != want {
			t.Errorf("%s: resolution is %v", test.format, got)
		}
		if got := p.Metadata.Texts(); len(got) != test.texts {
			t.Errorf("%s: texts are %v", test.format, got)
		}
		got := p.Metadata.EXIF()
		if (got != nil) != test.exif {
			t.Errorf("%s: EXIF is %q", test.format, got)
		}
		if got == nil {
			continue
		}
		tree, err := tiff.ReadTree(got)
		if err != nil {
			t.Errorf("%s: EXIF: %v", test.format, err)
			continue
		}
		child := tree.Children[tiff.TagEXIF]
		if len(tree.Fields) != 2 || tree.Uint(tiff.TagOrientation, 0) != 6 || string(tree.Bytes(tiff.TagMake)) != "maker\x00" ||
			child == nil || len(child.Fields) != 2 || child.Rationals(33434)[0] != [2]uint32{1, 256} {
			t.Errorf("%s: EXIF is %+v", test.format, tree)
		}
	}
}

// TestEXIFInTIFF has EXIF data with a field that TIFF may take for one about its
// pixels: it is left out, and that is noted; how JPEG stored the pixels is not.
func TestEXIFInTIFF(t *testing.T) {
	exif := &tiff.Tree{Directory: tiff.Directory{Order: binary.LittleEndian, Fields: []tiff.Field{
		{Tag: tiff.TagMake, Type: tiff.ASCII, Count: 6, Data: []byte("maker\x00")},
		short(tiff.TagYCbCrPositioning, 1), short(tiff.TagResolutionUnit, 2), short(50000, 1),
	}}}
	packed, err := exif.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var m metadata.Metadata
	if err := m.SetEXIF(packed); err != nil {
		t.Fatal(err)
	}
	losses, err := Write(io.Discard, "tiff", paint(image.NewGray(testBounds), grayOf(1)), &m, WriteOptions{})
	if want := []Loss{{LossMetadata, "fields 50000 of the EXIF data"}}; err != nil || !slices.Equal(losses, want) {
		t.Errorf("losses are %v, and %v, want %v", losses, err, want)
	}
}

// TestDensity checks that densities of JFIF, which are whole numbers, are to that
// unit of length which makes them exact, if one does.
func TestDensity(t *testing.T) {
	for _, r := range []metadata.Resolution{{X: 11811, Y: 2835, Metre: true}, {X: 3000, Y: 2000, Metre: true}, {X: 100, Y: 70000, Metre: true}, {X: 3, Y: 4}} {
		if got := jfifResolution(append([]byte(prefixJFIF), jfifDensity(r)...)); got != r {
			t.Errorf("%v becomes %v", r, got)
		}
	}
}

// TestFurtherProfiles has metadata of a PNG file that breaks the rules: two of what
// other formats have one of.
func TestFurtherProfiles(t *testing.T) {
	var m metadata.Metadata
	m.SetICCProfile(iccOf("RGB ", 200))
	m.SetResolution(metadata.Resolution{X: 3, Y: 4})
	m.Chunks = append(m.Chunks, m.Chunks...)
	want := []Loss{{LossMetadata, "a further colour profile"}, {LossMetadata, "a further resolution"}}
	losses, err := Write(io.Discard, "tiff", paint(image.NewRGBA(testBounds), opaqueAt), &m, WriteOptions{})
	if err != nil || !slices.Equal(losses, want) {
		t.Errorf("losses are %v, and %v, want %v", losses, err, want)
	}
}
