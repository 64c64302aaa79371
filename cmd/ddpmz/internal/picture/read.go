package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// MaxFile is the longest file, in bytes, that Read reads.
const MaxFile = 1 << 30

// A Picture is a decoded file.
type Picture struct {
	Image    image.Image
	Format   string // "png", "jpeg", "gif", "webp", "tiff" or "bmp"
	Metadata metadata.Metadata
	Losses   []Loss // what the file holds and this Picture does not
}

// ReadOptions bound what a file may ask for, by what its header says, before
// anything is decoded. Zero values mean the codec's defaults.
type ReadOptions struct {
	MaxPixels int64 // width times height
	MaxMemory int64 // bytes that decoding takes, estimated
}

// check returns a *codec.LimitError if a picture of the given header is too
// large; length is that of its file.
func (o ReadOptions) check(c image.Config, length int) error {
	maxPixels, maxMemory := o.MaxPixels, o.MaxMemory
	if maxPixels == 0 {
		maxPixels = codec.DefaultMaxPixels
	}
	if maxMemory == 0 {
		maxMemory = codec.DefaultMaxMemory
	}
	pixels := int64(c.Width) * int64(c.Height)
	if pixels > maxPixels {
		return &codec.LimitError{What: "pixels", Have: pixels, Limit: maxPixels}
	}
	if memory := int64(length) + pixels*bytesPerPixel(c.ColorModel); memory > maxMemory {
		return &codec.LimitError{What: "bytes of memory", Have: memory, Limit: maxMemory}
	}
	return nil
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

// A reader decodes one format.
type reader struct {
	name   string
	magic  string // a question mark stands for any byte
	decode func(io.Reader) (image.Image, error)
	config func(io.Reader) (image.Config, error)
	// profiles finds what else the file holds; nil if nothing is looked for.
	profiles func(file []byte) profiles
}

var readers = []reader{
	{"png", pngSignature, png.Decode, png.DecodeConfig, nil},
	{"jpeg", "\xff\xd8\xff", jpeg.Decode, jpeg.DecodeConfig, jpegProfiles},
	{"gif", "GIF87a", gif.Decode, gif.DecodeConfig, nil},
	{"gif", "GIF89a", gif.Decode, gif.DecodeConfig, nil},
	{"webp", "RIFF????WEBPVP8", webp.Decode, webp.DecodeConfig, webpProfiles},
	{"tiff", "II*\x00", tiff.Decode, tiff.DecodeConfig, tiffProfiles},
	{"tiff", "MM\x00*", tiff.Decode, tiff.DecodeConfig, tiffProfiles},
	{"bmp", "BM????\x00\x00\x00\x00", bmp.Decode, bmp.DecodeConfig, nil},
}

// readerOf finds the reader for a file by its first bytes.
func readerOf(file []byte) (reader, bool) {
	for _, r := range readers {
		if len(file) < len(r.magic) {
			continue
		}
		match := true
		for i := range len(r.magic) {
			match = match && (r.magic[i] == '?' || r.magic[i] == file[i])
		}
		if match {
			return r, true
		}
	}
	return reader{}, false
}

// Read decodes a PNG, JPEG, GIF (its first frame), WebP, TIFF or BMP file,
// which it recognizes by content. Errors are the decoders' own, wrapped,
// this package's, or a *codec.LimitError.
func Read(r io.Reader, o ReadOptions) (*Picture, error) {
	file, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(file) > MaxFile {
		return nil, LimitError(fmt.Sprintf("file of more than %d bytes", MaxFile))
	}
	format, ok := readerOf(file)
	if !ok {
		return nil, UnsupportedError("not a picture of a known format")
	}
	config, err := format.config(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	if err := o.check(config, len(file)); err != nil {
		return nil, err
	}
	img, err := format.decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	p := &Picture{Image: img, Format: format.name}
	switch {
	case format.name == "png":
		layout, chunks, err := scanPNG(file)
		if err != nil {
			return nil, err
		}
		if layout != naturalLayout(img) {
			p.Metadata.Layout = layout
		}
		p.Metadata.Chunks = chunks
	case format.profiles != nil:
		p.Metadata.Chunks = format.profiles(file).chunks(img)
	}
	return p, nil
}
