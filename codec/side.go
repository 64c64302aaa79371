package codec

import (
	"image/color"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Side data: metadata and palettes, compressed if that helps. The first byte says whether it did.
const (
	sidePlain = iota
	sideZstd
)

// maxSide bounds side data, so that a small file cannot expand into a large one unnoticed.
const maxSide = 64 << 20

var zstdEncoder = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
})

var zstdDecoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxSide), zstd.WithDecoderLowmem(true))
})

func packSide(data []byte) ([]byte, error) {
	if len(data) > maxSide {
		return nil, &LimitError{"bytes of metadata", int64(len(data)), maxSide}
	}
	enc, err := zstdEncoder()
	if err != nil {
		return nil, err
	}
	if z := enc.EncodeAll(data, []byte{sideZstd}); len(z) < len(data)+1 {
		return z, nil
	}
	return append([]byte{sidePlain}, data...), nil
}

func unpackSide(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, FormatError("empty side data")
	}
	switch b[0] {
	case sidePlain:
		return b[1:], nil
	case sideZstd:
		dec, err := zstdDecoder()
		if err != nil {
			return nil, err
		}
		data, err := dec.DecodeAll(b[1:], nil)
		if err != nil {
			return nil, malformed("side data", err)
		}
		return data, nil
	}
	return nil, UnsupportedError("side data of an unknown kind")
}

// A palette is coded as four bytes a color: red, green, blue, alpha, straight.

func packPalette(p color.Palette) ([]byte, error) {
	b := make([]byte, 0, 4*len(p))
	for _, c := range p {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		b = append(b, n.R, n.G, n.B, n.A)
	}
	return packSide(b)
}

func unpackPalette(b []byte) (color.Palette, error) {
	b, err := unpackSide(b)
	if err != nil {
		return nil, err
	}
	if len(b)%4 != 0 || len(b) == 0 || len(b) > 4*256 {
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
