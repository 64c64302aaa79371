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

func gifHeader(file []byte) (header, error) { return headerOf(gif.DecodeConfig(bytes.NewReader(file))) }

// readGIF reads a GIF file's first frame, on its canvas: what the frame does not
// cover is transparent if the frame has a transparent colour, else of the
// background colour, as ImageMagick and giflib have it.
func readGIF(file []byte, p *Picture) error {
	canvas, err := gif.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return err
	}
	img, err := gif.Decode(bytes.NewReader(file))
	if err != nil {
		return err
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

// scanGIF goes through a GIF file's blocks and finds what it holds beside its
// first frame: a block is an extension, 0x21 and a label, or an image, 0x2c; both
// end with sub-blocks, each after its length, up to an empty one.
func scanGIF(file []byte, p *Picture) {
	const (
		beginning  = 13
		descriptor = 9 // of an image, after its first byte
	)
	table := func(packed byte) int {
		if packed&0x80 == 0 {
			return 0
		}
		return 3 << (packed&7 + 1)
	}
	if len(file) < beginning {
		return
	}
	var s profiles
	if aspect := file[12]; aspect != 0 { // width to height of a pixel, times 64, less 15
		s.resolution = metadata.Resolution{X: 64, Y: uint32(aspect) + 15}
	}
	rest := file[min(beginning+table(file[10]), len(file)):]
	// blocks takes sub-blocks off rest and joins them.
	blocks := func() (data []byte) {
		for len(rest) > 0 && rest[0] > 0 {
			n := min(1+int(rest[0]), len(rest))
			data, rest = append(data, rest[1:n]...), rest[n:]
		}
		rest = rest[min(1, len(rest)):]
		return data
	}
	frames, texts, ended := 0, 0, false
scan:
	for len(rest) > 0 {
		switch block := rest[0]; block {
		case 0x21:
			if len(rest) < 2 {
				break scan
			}
			label := rest[1]
			rest = rest[2:]
			raw := rest
			data := blocks()
			switch label {
			case 0xfe:
				s.comments = append(s.comments, string(data))
			case 0x01:
				texts++
			case 0xff:
				s.application(p, data, raw[:len(raw)-len(rest)])
			}
		case 0x2c:
			if len(rest) < 1+descriptor {
				break scan
			}
			frames++
			rest = rest[min(1+descriptor+table(rest[descriptor])+1, len(rest)):]
			blocks()
		case 0x3b:
			rest, ended = rest[1:], true
			break scan
		case 0: // stray ends of blocks are common
			rest = rest[1:]
		default:
			break scan
		}
	}
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
