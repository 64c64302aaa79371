package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"io"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"github.com/ddpmz/ddpmz/codec"
)

// TestFormats writes each format that can be read, and reads it.
func TestFormats(t *testing.T) {
	rgb := paint(image.NewRGBA(testBounds), opaqueAt)
	indexed := image.NewPaletted(testBounds, fourColours[:1])
	for _, test := range []struct {
		format string
		img    image.Image
		exact  bool
	}{
		{"png", rgb, true}, {"tiff", rgb, true}, {"bmp", rgb, true}, {"gif", indexed, true}, {"jpeg", rgb, false},
		{"tiff", paint(image.NewNRGBA64(testBounds), sixteenAt), true},
		{"tiff", paint(image.NewNRGBA(testBounds), translucentAt), true},
	} {
		got := read(t, write(t, test.format, &Picture{Image: test.img}))
		if got.Format != test.format {
			t.Errorf("%s was taken for %s", test.format, got.Format)
		}
		if got.Image.Bounds().Size() != test.img.Bounds().Size() || test.exact && !samePixels(got.Image, test.img) {
			t.Errorf("%s: pixels differ", test.format)
		}
	}
}

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]string{
		"a.png": "png", "dir.jpg/b.JPEG": "jpeg", "c.tif": "tiff", "d.pnm": "pnm", "e": "", "f.txt": "", ".png": "png",
	} {
		if got, ok := FormatOf(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %t, want %q", name, got, ok, want)
		}
	}
}

// TestRefusals checks what formats cannot hold, and what is no picture.
func TestRefusals(t *testing.T) {
	translucent := paint(image.NewNRGBA(testBounds), translucentAt)
	rgb := paint(image.NewRGBA(testBounds), opaqueAt)
	for _, test := range []struct {
		format string
		img    image.Image
	}{{"jpeg", translucent}, {"ppm", translucent}, {"pnm", translucent}, {"pgm", translucent}, {"pgm", rgb}} {
		var want *LossError
		if _, err := Write(io.Discard, test.format, test.img, nil, WriteOptions{}); !errors.As(err, &want) {
			t.Errorf("%s: %v, want a LossError", test.format, err)
		}
	}
	var unknown UnsupportedError
	if _, err := Write(io.Discard, "xyz", rgb, nil, WriteOptions{}); !errors.As(err, &unknown) {
		t.Errorf("xyz: %v, want an UnsupportedError", err)
	}
	for _, file := range []string{"", "\x89PNG", "plain text", "RIFF\x00\x00\x00\x00WAVEfmt "} {
		var want UnsupportedError
		if _, err := Read(strings.NewReader(file), ReadOptions{}); !errors.As(err, &want) {
			t.Errorf("%q: %v, want an UnsupportedError", file, err)
		}
	}
	for _, r := range magics {
		if _, err := Read(strings.NewReader(strings.ReplaceAll(r.magic, "?", "\x00")), ReadOptions{}); err == nil {
			t.Errorf("%s: no error for a file of four bytes or so", r.format)
		}
	}
	huge := "GIF89a\xff\xff\xff\xff\x00\x00\x00;" // 65,535 x 65,535 pixels, and no frame
	var want *codec.LimitError
	if _, err := Read(strings.NewReader(huge), ReadOptions{}); !errors.As(err, &want) {
		t.Errorf("four billion pixels: %v, want a LimitError", err)
	}
}

// TestNamesOfOthers checks that formats which are not read are called by their
// names, even where one begins like another.
func TestNamesOfOthers(t *testing.T) {
	for _, test := range []struct{ file, want string }{
		{"\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00", "Targa"}, {"\x00\x00\x02\x00\x01\x00\x10\x10", "Windows cursor"},
		{"\x00\x00\x00\x20ftypavif", "AVIF"}, {"\x00\x00\x00\x20ftypisom", "MP4"},
		{"FUJIFILMCCD-RAW 0201", "Fujifilm"}, {"<?xml version=\"1.0\"?><svg/>", "SVG"}, {"", "empty"},
		{pngSignature + "\x00\x00\x00\x04CgBI\x50\x00\x20\x02\x2b\xd5\xb3\x7f\x00\x00\x00\rIHDR", "CgBI"}, {"\xff\xd8\xff\xf7\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xd9", "JPEG-LS"},
	} {
		if _, err := Read(strings.NewReader(test.file), ReadOptions{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want an error that names %s", test.file, err, test.want)
		}
	}
}

// TestPNM writes small pictures out in full.
func TestPNM(t *testing.T) {
	bounds := image.Rect(5, 5, 7, 6)
	gray := &image.Gray{Pix: []byte{1, 200}, Stride: 2, Rect: bounds}
	sixteen := &image.Gray16{Pix: []byte{1, 2, 3, 4}, Stride: 4, Rect: bounds}
	rgb := &image.NRGBA{Pix: []byte{1, 2, 3, 255, 4, 5, 6, 255}, Stride: 8, Rect: bounds}
	deepRGB := &image.NRGBA64{Pix: []byte{0, 1, 0, 2, 0, 3, 255, 255, 9, 4, 9, 5, 9, 6, 255, 255}, Stride: 16, Rect: bounds}
	alpha := &image.NRGBA{Pix: []byte{1, 2, 3, 0, 4, 5, 6, 7}, Stride: 8, Rect: bounds}
	grayAlpha := &image.NRGBA{Pix: []byte{2, 2, 2, 0, 4, 4, 4, 9}, Stride: 8, Rect: bounds}
	for _, test := range []struct {
		format string
		img    image.Image
		want   string
	}{
		{"pgm", gray, "P5\n2 1\n255\n\x01\xc8"},
		{"pnm", gray, "P5\n2 1\n255\n\x01\xc8"},
		{"ppm", gray, "P6\n2 1\n255\n\x01\x01\x01\xc8\xc8\xc8"},
		{"pgm", sixteen, "P5\n2 1\n65535\n\x01\x02\x03\x04"},
		{"pnm", rgb, "P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06"},
		{"ppm", deepRGB, "P6\n2 1\n65535\n\x00\x01\x00\x02\x00\x03\x09\x04\x09\x05\x09\x06"},
		{"pam", gray, "P7\nWIDTH 2\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n\x01\xc8"},
		{"pam", rgb, "P7\nWIDTH 2\nHEIGHT 1\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n\x01\x02\x03\x04\x05\x06"},
		{"pam", alpha, "P7\nWIDTH 2\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n\x01\x02\x03\x00\x04\x05\x06\x07"},
		{"pam", grayAlpha, "P7\nWIDTH 2\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n\x02\x00\x04\x09"},
	} {
		if got := write(t, test.format, &Picture{Image: test.img}); string(got) != test.want {
			t.Errorf("%s: %q, want %q", test.format, got, test.want)
		}
	}
}

// iccOf makes an ICC profile that is nothing but its header.
func iccOf(space string, length int) []byte {
	icc := make([]byte, length)
	copy(icc[16:], space)
	copy(icc[36:], "acsp")
	for i := 128; i < length; i++ {
		icc[i] = byte(i * i)
	}
	return icc
}

const (
	someEXIF = "II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	someXMP  = "<x:xmpmeta/>"
)

// wantProfiles checks that a picture carries exactly these, as PNG has them.
func wantProfiles(t *testing.T, file []byte, icc []byte, exif, xmp string) {
	t.Helper()
	p := read(t, file)
	found := map[string]string{}
	for _, c := range p.Metadata.Chunks {
		found[c.Type] = string(c.Data)
	}
	if iccp, ok := strings.CutPrefix(found["iCCP"], "ICC Profile\x00\x00"); ok {
		r, err := zlib.NewReader(strings.NewReader(iccp))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, icc) {
			t.Errorf("%s: an ICC profile of %d bytes and %v, want %d", p.Format, len(got), err, len(icc))
		}
	} else if icc != nil {
		t.Errorf("%s: no ICC profile", p.Format)
	}
	if found["eXIf"] != exif {
		t.Errorf("%s: EXIF %q, want %q", p.Format, found["eXIf"], exif)
	}
	want := ""
	if xmp != "" {
		want = "XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp
	}
	if found["iTXt"] != want {
		t.Errorf("%s: XMP %q, want %q", p.Format, found["iTXt"], want)
	}
	// They come through a PNG file unchanged.
	again := read(t, write(t, "png", p)).Metadata.Chunks
	if len(again) != len(p.Metadata.Chunks) {
		t.Errorf("%s: %d chunks in a PNG file, want %d", p.Format, len(again), len(p.Metadata.Chunks))
	}
}

func TestJPEGProfiles(t *testing.T) {
	icc := iccOf("RGB ", 300)
	app := segment(0xe1, "Exif\x00\x00"+someEXIF) +
		segment(0xe2, "ICC_PROFILE\x00\x02\x02"+string(icc[200:])) + // parts in any order
		segment(0xe2, "ICC_PROFILE\x00\x01\x02"+string(icc[:200])) +
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+someXMP)
	rgb := paint(image.NewRGBA(testBounds), opaqueAt)
	wantProfiles(t, jpegOf(t, rgb, app), icc, someEXIF, someXMP)
	wantProfiles(t, jpegOf(t, rgb, ""), nil, "", "")
	// Damage: a part is missing, EXIF is no TIFF structure, XMP no text.
	app = segment(0xe2, "ICC_PROFILE\x00\x01\x02"+string(icc[:200])) + segment(0xe1, "Exif\x00\x00x") +
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00\xff")
	wantProfiles(t, jpegOf(t, rgb, app), nil, "", "")
	// A profile for other colours than the PNG file will have.
	gray := paint(image.NewGray(testBounds), grayOf(1))
	app = segment(0xe2, "ICC_PROFILE\x00\x01\x01"+string(icc))
	wantProfiles(t, jpegOf(t, gray, app), nil, "", "")
	app = segment(0xe2, "ICC_PROFILE\x00\x01\x01"+string(iccOf("GRAY", 200)))
	wantProfiles(t, jpegOf(t, gray, app), iccOf("GRAY", 200), "", "")
}

// TestLinesAfterTheScan has a JPEG file whose header says that there are 0 lines:
// a marker after the scan has their number.
func TestLinesAfterTheScan(t *testing.T) {
	file := jpegOf(t, paint(image.NewRGBA(testBounds), opaqueAt), "")
	want := read(t, file)
	at := bytes.Index(file, []byte{0xff, 0xc0}) + 5
	lines := string(file[at : at+2])
	file[at], file[at+1] = 0, 0
	if _, err := Read(bytes.NewReader(file), ReadOptions{}); err == nil {
		t.Error("no error for a picture without lines")
	}
	file = append(bytes.TrimSuffix(file, []byte("\xff\xd9")), segment(0xdc, lines)+"\xff\xd9"...)
	if got := read(t, file); !samePixels(got.Image, want.Image) {
		t.Errorf("the picture is of %v, or its pixels are others", got.Image.Bounds())
	}
}

// losslessWebP is a WebP picture of one pixel: the data of its VP8L chunk.
const losslessWebP = "\x2f\x00\x00\x00\x00\x07\xd0\xff\xfe\xf7\xbf\xff\x81\x88\xe8\x7f\x00\x00"

func TestWebPProfiles(t *testing.T) {
	chunk := func(kind, data string) string {
		out := kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + data
		if len(data)%2 == 1 {
			out += "\x00"
		}
		return out
	}
	icc := iccOf("RGB ", 301) // an odd length
	file := "WEBP" + chunk("VP8X", "\x3c\x00\x00\x00\x00\x00\x00\x00\x00\x00") + chunk("ICCP", string(icc)) +
		chunk("VP8L", losslessWebP) + chunk("EXIF", "Exif\x00\x00"+someEXIF) + chunk("XMP ", someXMP)
	wantProfiles(t, []byte(chunk("RIFF", file)), icc, someEXIF, someXMP)
}

func TestTIFFProfiles(t *testing.T) {
	icc := iccOf("RGB ", 200)
	var out bytes.Buffer
	if err := tiff.Encode(&out, paint(image.NewRGBA(testBounds), opaqueAt), nil); err != nil {
		t.Fatal(err)
	}
	// Append the profile and a directory with one more field, and point to it.
	file, order := out.Bytes(), binary.LittleEndian
	old := file[order.Uint32(file[4:]):]
	count := order.Uint16(old)
	fields := bytes.Clone(old[2 : 2+12*int(count)])
	profileAt := len(file)
	file = append(file, icc...)
	order.PutUint32(file[4:], uint32(len(file)))
	file = order.AppendUint16(file, count+1)
	file = append(file, fields...)
	file = order.AppendUint16(file, 34675)
	file = order.AppendUint16(file, 7)
	file = order.AppendUint32(file, uint32(len(icc)))
	file = order.AppendUint32(file, uint32(profileAt))
	file = order.AppendUint32(file, 0)
	wantProfiles(t, file, icc, "", "")
	// A profile past the end of the file is none.
	order.PutUint32(file[len(file)-8:], 1<<31)
	wantProfiles(t, file, nil, "", "")
}

// TestGIF checks that the first frame of several is read.
func TestGIF(t *testing.T) {
	frames := &gif.GIF{Delay: []int{1, 1}}
	for i := range 2 {
		m := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.NRGBA{uint8(50 * i), 1, 2, 255}})
		frames.Image = append(frames.Image, m)
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, frames); err != nil {
		t.Fatal(err)
	}
	if p := read(t, out.Bytes()); !samePixels(p.Image, frames.Image[0]) {
		t.Error("not the first frame")
	}
}

// TestGIFCanvas has a frame that is larger than its canvas, which cuts it, and one on
// a canvas without a size.
func TestGIFCanvas(t *testing.T) {
	m := image.NewPaletted(image.Rect(0, 0, 5, 4), color.Palette{color.Gray{9}, color.White, color.RGBA{1, 2, 3, 255}, color.Black})
	for i := range m.Pix {
		m.Pix[i] = uint8(i * i % 3)
	}
	var file bytes.Buffer
	if err := gif.Encode(&file, m, nil); err != nil {
		t.Fatal(err)
	}
	if p := read(t, withCanvas(file.Bytes(), 3, 2)); !samePixels(p.Image, m.SubImage(image.Rect(0, 0, 3, 2))) {
		t.Error("not the part of the frame on the canvas")
	}
	if p := read(t, withCanvas(file.Bytes(), 0, 0)); !samePixels(p.Image, m) || len(p.Losses) > 0 {
		t.Errorf("not the frame, or losses: %v", p.Losses)
	}
}
