package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"io"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// gifCannotHold lists what GIF does not hold: transparency but for one colour that
// is wholly transparent, and more than 256 colours.
func gifCannotHold(img image.Image) []Loss {
	losses := loseDepth(img)
	for _, alpha := range alphas(img) {
		if alpha != 0 && alpha != 0xffff {
			losses = append(losses, Loss{LossAlpha, "partial transparency"})
			break
		}
	}
	if _, ok := exactPalette(img); !ok {
		losses = append(losses, Loss{LossColour, "more than 256 colours"})
	}
	return losses
}

// alphas lists the kinds of transparency in an image: 0, 0xffff, and one other if
// there is any.
func alphas(img image.Image) []uint32 {
	if images.Opaque(img) {
		return []uint32{0xffff}
	}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if a := uint32(colourAt(img, x, y).A); a != 0 && a != 0xffff {
				return []uint32{a}
			}
		}
	}
	return []uint32{0, 0xffff}
}

// exactPalette returns img in an indexed form that holds all of its colours, or
// false if there are more than 256. All that is wholly transparent is one of them.
func exactPalette(img image.Image) (*image.Paletted, bool) {
	b := img.Bounds()
	out := image.NewPaletted(b, nil)
	index := map[color.NRGBA64]uint8{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := colourAt(img, x, y)
			if c.A == 0 {
				c = color.NRGBA64{}
			}
			i, ok := index[c]
			if !ok {
				if len(out.Palette) == 256 {
					return nil, false
				}
				i = uint8(len(out.Palette))
				index[c] = i
				out.Palette = append(out.Palette, c)
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out, true
}

// writeGIF writes a GIF file: with the picture's own colours if there are no more
// than 256, else dithered to a fixed palette.
func writeGIF(w io.Writer, img image.Image, m *metadata.Metadata, _ WriteOptions) ([]Loss, error) {
	if p, ok := exactPalette(img); ok {
		img = p
	}
	var file bytes.Buffer
	if err := gif.Encode(&file, img, nil); err != nil {
		return nil, err
	}
	_, err := w.Write(withComments(file.Bytes(), m))
	return unwritten(m, isComment), err
}

// withComments puts comment extensions after a GIF file's header and table of
// colours.
func withComments(file []byte, m *metadata.Metadata) []byte {
	const header, hasTable = 13, 0x80
	at := header
	if packed := file[10]; packed&hasTable != 0 {
		at += 3 << (packed&7 + 1)
	}
	out := bytes.Clone(file[:at])
	copy(out, "GIF89a")
	for _, c := range m.Chunks {
		if !isComment(c) {
			continue
		}
		t, _ := c.Text() // isComment has read it
		out = append(out, 0x21, 0xfe)
		for text := []byte(t.Text); len(text) > 0; {
			n := min(len(text), 255)
			out = append(append(out, byte(n)), text[:n]...)
			text = text[n:]
		}
		out = append(out, 0)
	}
	return append(out, file[at:]...)
}
