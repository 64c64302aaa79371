package codec

import (
	"fmt"
	"image/color"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/ddpmz/ddpmz/codec/jpeg"
)

// Side data: metadata, palettes and syntaxes of JPEG files, compressed if that helps. The first byte says how. See sideEmbedded, too.
const (
	sidePlain      = 0
	sideZstd       = 1
	sideDictionary = 3 // Zstandard with the dictionary of package jpeg
)

// maxSide bounds side data, so that a small file cannot expand into a large one unnoticed; maxPalette is what a palette has at
// most.
const (
	maxSide    = 64 << 20
	maxPalette = 4 * 256
)

// A sideCodec is Zstandard for side data of a kind. What encodes is made by a function that only encoding calls, so that a program
// that decodes has none of it.
type sideCodec struct {
	kind       byte
	level      zstd.EncoderLevel
	dictionary []byte // all data begin as if it came before; it may be empty

	encoding, decoding sync.Once
	encoder            *zstd.Encoder
	decoder            *zstd.Decoder // appends no more than there is room for
	encErr, decErr     error
}

var (
	plainSide = &sideCodec{kind: sideZstd, level: zstd.SpeedBestCompression}
	// The best compression has tables of 68 MB, which it copies for each syntax: for a hundredth of a percent of a file.
	syntaxSide = &sideCodec{kind: sideDictionary, level: zstd.SpeedBetterCompression, dictionary: jpeg.Dictionary()}
)

func packSide(data []byte) ([]byte, error) { return plainSide.pack(data) }

func (c *sideCodec) pack(data []byte) ([]byte, error) {
	if len(data) > maxSide {
		return nil, &LimitError{"bytes of metadata", int64(len(data)), maxSide}
	}
	c.encoding.Do(func() {
		options := []zstd.EOption{zstd.WithEncoderLevel(c.level), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false)}
		if len(c.dictionary) > 0 {
			options = append(options, zstd.WithEncoderDictRaw(0, c.dictionary))
		}
		c.encoder, c.encErr = zstd.NewWriter(nil, options...)
	})
	if c.encErr != nil {
		return nil, c.encErr
	}
	if z := c.encoder.EncodeAll(data, []byte{c.kind}); len(z) < len(data)+1 {
		return z, nil
	}
	return append([]byte{sidePlain}, data...), nil
}

// unpacker returns what decodes.
func (c *sideCodec) unpacker() (*zstd.Decoder, error) {
	c.decoding.Do(func() {
		options := []zstd.DOption{zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxSide), zstd.WithDecoderLowmem(true),
			zstd.WithDecodeAllCapLimit(true)}
		if len(c.dictionary) > 0 {
			options = append(options, zstd.WithDecoderDictRaw(0, c.dictionary))
		}
		c.decoder, c.decErr = zstd.NewReader(nil, options...)
	})
	return c.decoder, c.decErr
}

// unpackSide unpacks metadata, where decoding takes so many bytes of memory already.
func (l Limits) unpackSide(b []byte, memory int64) ([]byte, error) {
	return unpackBounded(b, maxSide, func(n int64) error { return l.checkMemory(memory + n) })
}

// unpackBounded unpacks side data of at most a number of bytes. It calls allow with a bound of their number, not a claim, before
// there is memory for them.
func unpackBounded(b []byte, most int, allow func(bytes int64) error) ([]byte, error) {
	if len(b) == 0 {
		return nil, FormatError("empty side data")
	}
	kind, b := b[0], b[1:]
	tooLarge := FormatError(fmt.Sprintf("more than %d bytes of side data", most))
	switch kind {
	case sidePlain:
		if len(b) > most {
			return nil, tooLarge
		}
		return b, nil
	case sideZstd, sideDictionary:
		n, err := frameBound(b)
		if err != nil {
			return nil, malformed("side data", err)
		}
		n = min(n, int64(most)+1)
		if err := allow(n); err != nil {
			return nil, err
		}
		c := plainSide
		if kind == sideDictionary {
			c = syntaxSide
		}
		dec, err := c.unpacker()
		if err != nil {
			return nil, err
		}
		data, err := dec.DecodeAll(b, make([]byte, 0, n))
		switch {
		case len(data) > most:
			return nil, tooLarge
		case err != nil:
			return nil, malformed("side data", err)
		}
		return data, nil
	}
	return nil, UnsupportedError("side data of an unknown kind")
}

// A palette is coded as four bytes a color: red, green, blue, alpha, straight.

func packPalette(p color.Palette) ([]byte, error) {
	return packSide(paletteBytes(p))
}

func unpackPalette(b []byte) (color.Palette, error) {
	b, err := unpackBounded(b, maxPalette, func(int64) error { return nil })
	if err != nil {
		return nil, err
	}
	if len(b)%4 != 0 || len(b) == 0 || len(b) > maxPalette {
		return nil, FormatError("malformed palette")
	}
	p := make(color.Palette, 0, len(b)/4)
	for ; len(b) > 0; b = b[4:] {
		if b[3] == 0xff {
			p = append(p, color.RGBA{b[0], b[1], b[2], 0xff})
		} else {
			p = append(p, color.NRGBA{b[0], b[1], b[2], b[3]})
		}
	}
	return p, nil
}

// frameBound returns an upper bound of the bytes that a frame of Zstandard decodes to (RFC 8878, 3.1.1), whatever its header claims.
// It is at most 128 KiB for every three bytes.
func frameBound(frame []byte) (n int64, err error) {
	var h zstd.Header
	if err := h.Decode(frame); err != nil {
		return 0, err
	}
	const (
		repeated   = 1 // the types of a block: one byte, repeated
		compressed = 2
		maxBlock   = 1 << 17 // bytes a block may decode to
	)
	blocks := frame[min(h.HeaderSize, len(frame)):]
	for len(blocks) >= 3 {
		header := uint32(blocks[0]) | uint32(blocks[1])<<8 | uint32(blocks[2])<<16
		kind, size := header>>1&3, int(header>>3)
		blocks = blocks[3:]
		if kind == compressed {
			n += maxBlock
		} else {
			n += int64(min(size, maxBlock))
		}
		if header&1 == 1 { // the last
			break
		}
		if kind == repeated {
			size = 1
		}
		blocks = blocks[min(size, len(blocks)):]
	}
	if h.HasFCS && h.FrameContentSize < uint64(n) {
		n = int64(h.FrameContentSize)
	}
	return n, nil
}
