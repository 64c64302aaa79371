package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/codec/metadata"
)

// gifHeader returns what decoding takes: the canvas and the first frame, which may
// be larger.
func gifHeader(file []byte) (header, error) {
	c, err := gif.DecodeConfig(bytes.NewReader(file))
	end := gifFrame(file).Max
	c.Width, c.Height = max(c.Width, end.X), max(c.Height, end.Y)
	return headerOf(c, err)
}

// readGIF reads a GIF file's first frame, on its canvas: what the frame does not
// cover is transparent if the frame has a transparent colour, else of the
// background colour, as ImageMagick and giflib have it.
func readGIF(file []byte, p *Picture) error {
	canvas, err := gif.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return err
	}
	known, unknown := withoutUnknown(file)
	if end := gifFrame(file).Max; end.X > canvas.Width || end.Y > canvas.Height { // image/gif refuses that
		known = withCanvas(known, max(end.X, canvas.Width), max(end.Y, canvas.Height))
		if canvas.Width == 0 || canvas.Height == 0 { // which says nothing
			canvas.Width, canvas.Height = max(end.X, canvas.Width), max(end.Y, canvas.Height)
		} else {
			p.lose(LossDamage, "the part of the frame that is outside of the picture")
		}
	}
	img, err := gif.Decode(bytes.NewReader(known))
	if err != nil {
		return err
	}
	if unknown > 0 {
		p.lose(LossMetadata, "%s that GIF does not define", plural(unknown, "extension"))
	}
	frame := img.(*image.Paletted)
	bounds := image.Rect(0, 0, canvas.Width, canvas.Height)
	if p.Image = frame; frame.Bounds() != bounds {
		p.Image = onCanvas(frame, bounds, background(file, frame.Palette))
	}
	scanGIF(file, p)
	return nil
}

// background returns the colour of the canvas of a frame with the given palette.
func background(file []byte, palette color.Palette) color.Color {
	for _, c := range palette {
		if _, _, _, a := c.RGBA(); a == 0 {
			return c
		}
	}
	const hasTable, tableAt = 0x80, 13
	index := int(file[11])
	if at := tableAt + 3*index; file[10]&hasTable != 0 && index < 2<<(file[10]&7) && at+3 <= len(file) {
		return color.RGBA{file[at], file[at+1], file[at+2], 0xff}
	}
	return color.RGBA{}
}

// onCanvas returns a frame on a canvas of one colour: indexed, unless the frame
// has 256 colours and that is none of them.
func onCanvas(frame *image.Paletted, canvas image.Rectangle, c color.Color) image.Image {
	palette := frame.Palette
	index := slices.IndexFunc(palette, func(other color.Color) bool { return other == c })
	if index < 0 && len(palette) == 256 {
		out := image.NewNRGBA(canvas)
		draw.Draw(out, canvas, image.NewUniform(c), image.Point{}, draw.Src)
		draw.Draw(out, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
		return out
	}
	if index < 0 {
		index = len(palette)
		palette = append(palette[:index:index], c)
	}
	out := image.NewPaletted(canvas, palette)
	for i := range out.Pix {
		out.Pix[i] = uint8(index)
	}
	b := frame.Bounds().Intersect(canvas)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		copy(out.Pix[out.PixOffset(b.Min.X, y):][:b.Dx()], frame.Pix[frame.PixOffset(b.Min.X, y):])
	}
	return out
}

// A gifBlock is an extension or an image of a GIF file.
type gifBlock struct {
	image bool
	label byte   // of an extension
	at    int    // where it begins in the file
	whole []byte // as it stands there
	raw   []byte // of that, the sub-blocks
	data  []byte // what the sub-blocks hold
}

// Labels of extensions.
const (
	gifText        = 0x01
	gifControl     = 0xf9
	gifComment     = 0xfe
	gifApplication = 0xff
)

// gifBlocks calls yield for each block of a GIF file: an extension, 0x21 and a
// label, or an image, 0x2c; both end with sub-blocks, each after its length, up to
// an empty one, until yield returns false. It returns what comes after the trailer,
// and whether there is one.
func gifBlocks(file []byte, yield func(b gifBlock) bool) (rest []byte, ended bool) {
	const descriptor = 9 // of an image, after its first byte
	rest = file[min(gifBlocksAt(file), len(file)):]
	for len(rest) > 0 {
		whole, b := rest, gifBlock{at: len(file) - len(rest)}
		switch block := rest[0]; block {
		case 0x21:
			if len(rest) < 2 {
				return nil, false
			}
			b.label = rest[1]
			rest = rest[2:]
		case 0x2c:
			if len(rest) < 1+descriptor {
				return nil, false
			}
			b.image = true
			rest = rest[min(1+descriptor+gifTable(rest[descriptor])+1, len(rest)):]
		case 0x3b:
			return rest[1:], true
		case 0: // block terminators too many are common
			rest = rest[1:]
			continue
		default:
			return nil, false
		}
		raw := rest
		for len(rest) > 0 && rest[0] > 0 {
			n := min(1+int(rest[0]), len(rest))
			b.data, rest = append(b.data, rest[1:n]...), rest[n:]
		}
		rest = rest[min(1, len(rest)):]
		b.raw, b.whole = raw[:len(raw)-len(rest)], whole[:len(whole)-len(rest)]
		if !yield(b) {
			return nil, false
		}
	}
	return nil, false
}

// gifFrame returns where on the canvas a GIF file's first frame stands.
func gifFrame(file []byte) (frame image.Rectangle) {
	gifBlocks(file, func(b gifBlock) bool {
		if b.image {
			at := func(i int) int { return int(b.whole[i]) | int(b.whole[i+1])<<8 }
			frame = image.Rect(at(1), at(3), at(1)+at(5), at(3)+at(7))
		}
		return !b.image
	})
	return frame
}

// withCanvas returns a GIF file whose canvas has another size, of up to 65535 pixels
// in each direction.
func withCanvas(file []byte, width, height int) []byte {
	out := bytes.Clone(file)
	copy(out[6:], []byte{byte(width), byte(width >> 8), byte(height), byte(height >> 8)})
	return out
}

// gifBlocksAt returns where a GIF file's first block begins.
func gifBlocksAt(file []byte) int {
	const header = 13
	if len(file) < header {
		return len(file)
	}
	return header + gifTable(file[10])
}

// gifTable returns the size of the colour table that a packed byte tells of.
func gifTable(packed byte) int {
	if packed&0x80 == 0 {
		return 0
	}
	return 3 << (packed&7 + 1)
}

// withoutUnknown returns a GIF file without the extensions that GIF89a does not
// define, which image/gif refuses, and how many there were.
func withoutUnknown(file []byte) (known []byte, unknown int) {
	at := min(gifBlocksAt(file), len(file)) // what of the file is not copied yet begins here
	gifBlocks(file, func(b gifBlock) bool {
		if b.image || b.label == gifText || b.label == gifControl || b.label == gifComment || b.label == gifApplication {
			return true
		}
		if unknown++; unknown == 1 {
			known = append(known, file[:at]...)
		}
		known = append(known, file[at:b.at]...)
		at = b.at + len(b.whole)
		return true
	})
	if unknown == 0 {
		return file, 0
	}
	return append(known, file[at:]...), unknown
}

// scanGIF finds what a GIF file holds beside its first frame.
func scanGIF(file []byte, p *Picture) {
	var s profiles
	if aspect := file[12]; aspect != 0 { // width to height of a pixel, times 64, less 15
		s.resolution = metadata.Resolution{X: 64, Y: uint32(aspect) + 15}
	}
	frames, texts := 0, 0
	rest, ended := gifBlocks(file, func(b gifBlock) bool {
		switch {
		case b.image:
			frames++
		case b.label == gifComment:
			s.comments = append(s.comments, string(b.data))
		case b.label == gifText:
			texts++
		case b.label == gifApplication:
			s.application(p, b.data, b.raw)
		}
		return true
	})
	if frames > 1 {
		p.lose(LossFrames, "%s of an animation", plural(frames-1, "further frame"))
	}
	if texts > 0 {
		p.lose(LossImages, "%s drawn over the picture", plural(texts, "text"))
	}
	s.keep(p)
	if ended {
		p.loseTrailing(rest)
	}
}

// application takes up an application extension: eleven characters that say
// whose it is, and data. raw has its sub-blocks as they stand in the file: XMP
// ignores these and ends with a trailer of 258 bytes that leads to their end.
func (s *profiles) application(p *Picture, data, raw []byte) {
	if len(data) < 11 {
		return
	}
	const trailer = 258
	switch name := string(data[:11]); name {
	case "NETSCAPE2.0", "ANIMEXTS1.0": // how often an animation repeats
	case "XMP DataXMP":
		if len(raw) > 12+trailer-1 {
			s.xmp = raw[12 : len(raw)-trailer]
		}
	case "ICCRGBG1012":
		s.icc = data[11:]
	default:
		p.lose(LossMetadata, "data of the application %q", strings.TrimRight(name, "\x00 "))
	}
}
