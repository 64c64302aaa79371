package codec

import (
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/container"
)

// A digest is the first bytes of the SHA-256 of the samples of an image, row by row: of gray or palette indices one a pixel,
// otherwise red, green, blue and alpha; a byte each, or of images of 16 bits two, the high byte first. After palette indices comes
// the palette, four bytes a colour, as it is stored. So a file that decodes to anything else than what was encoded is found, even
// if it is encoder, decoder or processor that is at fault.
type digest [8]byte

// digestAbove is how many bytes a file has that is given a digest, without it: of fewer, its 14 bytes would be a good part.
const digestAbove = 4 << 10

// A DigestError says that the picture that was decoded is not the one that was encoded, although all checksums are right: encoder
// or decoder have a fault, or the machine that one of them ran on.
type DigestError struct{ Stored, Computed [8]byte }

func (e *DigestError) Error() string {
	return fmt.Sprintf("codec: not the picture that was encoded: its digest is %x, not %x", e.Computed, e.Stored)
}

// digest returns the digest of the image that is read.
func (r *pixelReader) digest() digest {
	colour, alpha := make([]uint16, r.channels*r.w), []uint16(nil)
	samples := 1 // a pixel
	if r.channels == 3 {
		samples, alpha = 4, make([]uint16, r.w)
	}
	wide := r.depth == 16 || r.format&formatWide != 0
	row := make([]byte, 0, 2*samples*r.w)
	put := func(v uint16) {
		if wide {
			row = append(row, byte(v>>8))
		}
		row = append(row, byte(v))
	}
	sum := sha256.New()
	for y := range r.h {
		r.read(y, colour, alpha)
		row = row[:0]
		for x := range r.w {
			for _, v := range colour[r.channels*x:][:r.channels] {
				put(v)
			}
			if samples == 4 {
				put(alpha[x])
			}
		}
		sum.Write(row)
	}
	sum.Write(paletteBytes(r.palette))
	return digest(sum.Sum(nil))
}

// digestOf returns the digest of an image as decoders make it.
func digestOf(m image.Image) digest {
	sum := sha256.New()
	switch m := m.(type) {
	case *image.Gray:
		sum.Write(m.Pix)
	case *image.Gray16:
		sum.Write(m.Pix)
	case *image.RGBA:
		sum.Write(m.Pix)
	case *image.NRGBA:
		sum.Write(m.Pix)
	case *image.RGBA64:
		sum.Write(m.Pix)
	case *image.NRGBA64:
		sum.Write(m.Pix)
	case *image.Paletted:
		sum.Write(m.Pix)
		sum.Write(paletteBytes(m.Palette))
	}
	return digest(sum.Sum(nil))
}

// paletteBytes returns four bytes a colour: red, green, blue, alpha, straight.
func paletteBytes(p color.Palette) []byte {
	b := make([]byte, 0, 4*len(p))
	for _, c := range p {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		b = append(b, n.R, n.G, n.B, n.A)
	}
	return b
}

// prove compares the picture, which is exact as far as checksums know, with the digest that comes after its segments, if the file
// has one. It returns where that ends in the file, or 0 if the file has none. The error is io.EOF if it is cut before.
func (s *Stream) prove() (end int64, err error) {
	if !slices.ContainsFunc(s.header.Segments, func(g container.Segment) bool { return g.Kind == container.Digest }) {
		return 0, nil
	}
	c, err := s.take()
	for err == nil && c.Segment.Kind != container.Digest {
		if err = s.readSide(c); err == nil {
			c, err = s.take()
		}
	}
	if err != nil {
		return 0, err
	}
	if !c.Complete {
		return 0, io.EOF
	}
	stored := digest(c.Payload)
	computed, err := s.computeDigest()
	if err != nil {
		return 0, err
	}
	if computed != stored {
		s.proven = nil
		return 0, &DigestError{Stored: stored, Computed: computed}
	}
	return s.offsets[c.Index+1], nil
}

// computeDigest returns the digest of the picture, which is exact, or of the original file.
func (s *Stream) computeDigest() (digest, error) {
	if s.original != nil {
		return s.original.digest()
	}
	m, err := s.body.image(s.context)
	if err != nil {
		return digest{}, err
	}
	s.proven = m
	return digestOf(m), nil
}
