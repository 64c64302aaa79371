package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"io"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// MaxFile is the longest file, in bytes, that Read reads.
const MaxFile = 1 << 30

// A Picture is a decoded file.
type Picture struct {
	Image    image.Image
	Format   string // "png", "jpeg", "gif", "webp", "tiff", "bmp", "pbm", "pgm", "ppm" or "pam"
	Metadata metadata.Metadata
	Losses   []Loss // what the file holds and this Picture does not
}

// lose notes a loss.
func (p *Picture) lose(kind, format string, args ...any) {
	p.Losses = append(p.Losses, Loss{kind, fmt.Sprintf(format, args...)})
}

// ReadOptions bound what a file may ask for, by what its header says, before
// anything is decoded. Zero values mean the codec's defaults.
type ReadOptions struct {
	MaxPixels int64 // width times height
	MaxMemory int64 // bytes that decoding takes, estimated
}

// A header is what a file says of the size of its picture.
type header struct {
	width, height int
	memory        int64 // bytes a pixel that decoding takes, about
}

// check returns a *codec.LimitError if a picture of the given header is too
// large; length is that of its file.
func (o ReadOptions) check(h header, length int) error {
	maxPixels, maxMemory := o.MaxPixels, o.MaxMemory
	if maxPixels == 0 {
		maxPixels = codec.DefaultMaxPixels
	}
	if maxMemory == 0 {
		maxMemory = codec.DefaultMaxMemory
	}
	pixels := int64(h.width) * int64(h.height)
	if pixels > maxPixels {
		return &codec.LimitError{What: "pixels", Have: pixels, Limit: maxPixels}
	}
	if memory := int64(length) + pixels*h.memory; memory > maxMemory {
		return &codec.LimitError{What: "bytes of memory", Have: memory, Limit: maxMemory}
	}
	return nil
}

// headerOf is for decoders that take as much again as the picture that they make.
func headerOf(c image.Config, err error) (header, error) {
	return header{c.Width, c.Height, 2 * bytesPerPixel(c.ColorModel)}, err
}

// bytesPerPixel returns what a decoded pixel takes, in bytes.
func bytesPerPixel(m color.Model) int64 {
	switch m {
	case color.GrayModel, color.AlphaModel:
		return 1
	case color.Gray16Model, color.Alpha16Model:
		return 2
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}

// magics are how files begin, by format. A question mark stands for any byte.
var magics = []struct{ magic, format string }{
	{pngSignature, "png"},
	{"\xff\xd8\xff", "jpeg"},
	{"GIF87a", "gif"}, {"GIF89a", "gif"},
	{"RIFF????WEBP", "webp"},
	{"II*\x00", "tiff"}, {"MM\x00*", "tiff"},
	{"II+\x00", "tiff"}, {"MM\x00+", "tiff"}, // BigTIFF
	{"BM????????????", "bmp"},
	{"P1", "pbm"}, {"P4", "pbm"},
	{"P2", "pgm"}, {"P5", "pgm"},
	{"P3", "ppm"}, {"P6", "ppm"},
	{"P7", "pam"},
}

// A reader reads one format.
type reader struct {
	header func(file []byte) (header, error)
	// decode sets the image, metadata and losses of a picture.
	decode func(file []byte, p *Picture) error
}

// readerOf returns the reader of a format that formatOf gives.
func readerOf(format string) reader {
	switch format {
	case "png":
		return reader{pngHeader, readPNG}
	case "jpeg":
		return reader{jpegHeader, readJPEG}
	case "gif":
		return reader{gifHeader, readGIF}
	case "webp":
		return reader{webpHeader, readWebP}
	case "tiff":
		return reader{tiffHeader, readTIFF}
	case "bmp":
		return reader{bmpHeader, readBMP}
	}
	return reader{pnmHeader, readPNM}
}

// others are formats that Read does not read and can name.
var others = []struct{ magic, name string }{
	{"????ftypavif", "AVIF"}, {"????ftypavis", "AVIF"},
	{"????ftyphei", "HEIF"}, {"????ftyphev", "HEIF"}, {"????ftypmif1", "HEIF"}, {"????ftypmsf1", "HEIF"},
	{"????ftypcrx ", "CR3"},
	{"\xff\x0a", "JPEG XL"}, {"\x00\x00\x00\x0cJXL ", "JPEG XL"},
	{"\x00\x00\x00\x0cjP  ", "JPEG 2000"}, {"\xff\x4f\xff\x51", "JPEG 2000"},
	{"II\xbc\x01", "JPEG XR"}, {"II\xbc\x00", "JPEG XR"},
	{"\xff\xd8", "JPEG without a marker after its first"},
	{"8BPS", "Photoshop"}, {"qoif", "QOI"}, {"\x00\x00\x01\x00", "Windows icon"},
	// Targa has no signature: no name, no palette or one, and how the pixels are stored. A cursor goes on with the number of its pictures.
	{"\x00\x00\x02\x00\x00\x00", "Targa"}, {"\x00\x00\x0a\x00\x00\x00", "Targa"}, {"\x00\x00\x03\x00\x00\x00", "Targa"},
	{"\x00\x00\x0b\x00\x00\x00", "Targa"}, {"\x00\x01\x01\x00\x00", "Targa"}, {"\x00\x01\x09\x00\x00", "Targa"},
	{"\x00\x00\x02\x00", "Windows cursor"}, {"icns", "Apple icon"},
	{"IIU\x00", "raw data of Panasonic cameras"}, {"IIRO", "raw data of Olympus cameras"}, {"IIRS", "raw data of Olympus cameras"},
	{"MMOR", "raw data of Olympus cameras"}, {"FUJIFILMCCD-RAW", "raw data of Fujifilm cameras"},
	{"#define ", "XBM"}, {"\x0a\x05\x01", "PCX"}, {"????ftyp", "MP4 or another format of its family"}, {"\x1aE\xdf\xa3", "WebM"}, {"<?xml", "SVG, or other XML,"},
	{"DDS ", "DDS"}, {"v/1\x01", "OpenEXR"}, {"#?RADIANCE", "Radiance HDR"}, {"#?RGBE", "Radiance HDR"},
	{"\x8bJNG", "JNG"}, {"\x8aMNG", "MNG"}, {"FLIF", "FLIF"}, {"BPG\xfb", "BPG"}, {"gimp xcf", "GIMP"},
	{"PF", "PFM"}, {"Pf", "PFM"}, {"FORM????ILBM", "ILBM"}, {"SIMPLE  =", "FITS"}, {"\x59\xa6\x6a\x95", "Sun raster"},
	{"\x01\xda", "SGI image"}, {"%PDF-", "PDF"}, {"%!PS", "PostScript"}, {"<svg", "SVG"}, {"/* XPM", "XPM"},
	{"BA", "OS/2 bitmap array"}, {"CI", "OS/2 icon"}, {"\xdd\x7a", "ddpmz, which decode reads,"}, {"farbfeld", "farbfeld"},
}

// matches reports whether a file begins with magic, in which a question mark
// stands for any byte.
func matches(file []byte, magic string) bool {
	if len(file) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != file[i] {
			return false
		}
	}
	return true
}

// formatOf tells a file's format by its first bytes, or returns an UnsupportedError.
func formatOf(file []byte) (string, error) {
	for _, m := range magics {
		if matches(file, m.magic) {
			return m.format, nil
		}
	}
	for _, o := range others {
		if matches(file, o.magic) {
			return "", UnsupportedError(o.name + " is not supported")
		}
	}
	return "", UnsupportedError("not a picture of a known format")
}

// Read decodes a PNG, JPEG, GIF, WebP, TIFF, BMP or Netpbm file, which it
// recognizes by content: of an animation the first frame, on its canvas; of a TIFF
// file the first page of full resolution. Errors are the decoders' own, wrapped,
// this package's, or a *codec.LimitError.
func Read(r io.Reader, o ReadOptions) (*Picture, error) {
	// What is no picture is not read to its end.
	head := make([]byte, 32)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	head = head[:n]
	if n == 0 {
		return nil, UnsupportedError("an empty file")
	}
	format, err := formatOf(head)
	if err != nil {
		return nil, err
	}
	file, err := io.ReadAll(io.MultiReader(bytes.NewReader(head), io.LimitReader(r, MaxFile+1-int64(n))))
	if err != nil {
		return nil, err
	}
	if len(file) > MaxFile {
		return nil, LimitError(fmt.Sprintf("file of more than %d bytes", MaxFile))
	}
	reader := readerOf(format)
	h, err := reader.header(file)
	if err != nil {
		return nil, wrapped(err)
	}
	if err := o.check(h, len(file)); err != nil {
		return nil, err
	}
	p := &Picture{Format: format}
	if err := reader.decode(file, p); err != nil {
		return nil, wrapped(err)
	}
	if b := p.Image.Bounds(); b.Empty() {
		return nil, FormatError(fmt.Sprintf("a picture of %d x %d pixels", b.Dx(), b.Dy()))
	}
	return p, nil
}

// wrapped returns the error of a decoder as one of this package, if it is not
// that already. The end of a file that should go on is io.ErrUnexpectedEOF.
func wrapped(err error) error {
	switch err.(type) {
	case FormatError, UnsupportedError, LimitError:
		return err
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("picture: %w", err)
}

// keepLayout notes how the file stores its samples, in PNG's terms, if image/png
// would choose otherwise.
func (p *Picture) keepLayout(layout metadata.Layout) {
	if layout != naturalLayout(p.Image) {
		p.Metadata.Layout = layout
	}
}
