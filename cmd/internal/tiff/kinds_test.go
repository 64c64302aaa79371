package tiff

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image/color"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// A kind is one of the ways in which a file stores samples. It writes files by the
// words of TIFF 6.0, slowly.
type kind struct {
	order       binary.ByteOrder
	big         bool // BigTIFF
	bits        int
	photometric uint32
	alpha       uint32 // ExtraSamples, 0 for none
	planar      bool
	tiles       bool
	compression uint32
	predictor   bool
	reversed    bool
}

const (
	kindWidth, kindHeight = 37, 21
	kindTile              = 16
	kindRows              = 8 // of a strip
)

// samples returns how many there are to a pixel.
func (k kind) samples() int {
	n := map[uint32]int{minIsWhite: 1, minIsBlack: 1, rgb: 3, paletteRGB: 1, separated: 4}[k.photometric]
	if k.alpha > 0 {
		n++
	}
	return n
}

// segment stores the samples of a strip or tile; those outside the picture are 1.
func (k kind) segment(sample func(x, y, s int) uint16, x0, y0, w, h int, planes []int) []byte {
	var out bytes.Buffer
	for y := y0; y < y0+h; y++ {
		var row []byte
		free := 0 // bits in the last byte
		left := make([]uint16, len(planes))
		for x := x0; x < x0+w; x++ {
			for i, s := range planes {
				v := uint16(1)
				if x < kindWidth && y < kindHeight {
					v = sample(x, y, s)
				}
				if k.predictor {
					v, left[i] = v-left[i], v
				}
				if k.bits == 16 {
					two := make([]byte, 2)
					k.order.PutUint16(two, v)
					row = append(row, two...)
					continue
				}
				for b := k.bits - 1; b >= 0; b-- {
					if free == 0 {
						row, free = append(row, 0), 8
					}
					free--
					row[len(row)-1] |= byte(v>>b&1) << free
				}
			}
		}
		out.Write(row)
	}
	return k.compress(out.Bytes())
}

func (k kind) compress(in []byte) []byte {
	out := bytes.Clone(in)
	switch k.compression {
	case compressionDeflate, compressionAdobeDeflate:
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		w.Write(in)
		w.Close()
		out = z.Bytes()
	case compressionLZW:
		var z bytes.Buffer
		w := lzw.NewWriter(&z, lzw.LSB, 8)
		w.Write(in)
		w.Close()
		out = z.Bytes()
	case compressionPackBits:
		out = nil
		for len(in) > 0 {
			run := 1
			for run < len(in) && run < 128 && in[run] == in[0] {
				run++
			}
			if run > 1 {
				out = append(out, byte(1-run), in[0])
			} else {
				out = append(out, 0, in[0], 0x80) // and a byte that is nothing
			}
			in = in[run:]
		}
	}
	if k.reversed {
		for i := range out {
			out[i] = bits.Reverse8(out[i])
		}
	}
	return out
}

// file stores a picture.
func (k kind) file(sample func(x, y, s int) uint16, palette []uint32) []byte {
	all := []int{0, 1, 2, 3, 4}[:k.samples()]
	groups := [][]int{all}
	if k.planar {
		groups = nil
		for _, s := range all {
			groups = append(groups, []int{s})
		}
	}
	var data []byte
	var offsets, counts []uint32
	base := uint32(8)
	if k.big {
		base = 16
	}
	add := func(b []byte) {
		offsets, counts = append(offsets, base+uint32(len(data))), append(counts, uint32(len(b)))
		data = append(data, b...)
	}
	for _, planes := range groups {
		if !k.tiles {
			for y := 0; y < kindHeight; y += kindRows {
				add(k.segment(sample, 0, y, kindWidth, min(kindRows, kindHeight-y), planes))
			}
			continue
		}
		for y := 0; y < kindHeight; y += kindTile {
			for x := 0; x < kindWidth; x += 2 * kindTile {
				add(k.segment(sample, x, y, 2*kindTile, kindTile, planes))
			}
		}
	}
	t := &Tree{Directory: Directory{Order: k.order}}
	put := func(tag uint16, kind FieldType, values ...uint32) {
		f := Field{Tag: tag, Type: kind, Count: uint64(len(values))}
		for _, v := range values {
			if kind == Short {
				f.Data = t.append16(f.Data, uint16(v))
			} else {
				f.Data = t.append32(f.Data, v)
			}
		}
		t.Fields = append(t.Fields, f)
	}
	depths := make([]uint32, k.samples())
	for i := range depths {
		depths[i] = uint32(k.bits)
	}
	put(TagImageWidth, Short, kindWidth)
	put(TagImageLength, Short, kindHeight)
	put(TagBitsPerSample, Short, depths...)
	put(TagCompression, Short, k.compression)
	put(TagPhotometricInterpretation, Short, k.photometric)
	put(TagSamplesPerPixel, Short, uint32(k.samples()))
	if k.tiles {
		put(TagTileWidth, Short, 2*kindTile)
		put(TagTileLength, Short, kindTile)
		put(TagTileOffsets, Long, offsets...)
		put(TagTileByteCounts, Long, counts...)
	} else {
		put(TagRowsPerStrip, Short, kindRows)
		put(TagStripOffsets, Long, offsets...)
		put(TagStripByteCounts, Long, counts...)
	}
	if k.planar {
		put(TagPlanarConfiguration, Short, 2)
	}
	if k.predictor {
		put(TagPredictor, Short, 2)
	}
	if k.reversed {
		put(TagFillOrder, Short, 2)
	}
	if k.alpha > 0 {
		put(TagExtraSamples, Short, k.alpha)
	}
	if palette != nil {
		put(TagColorMap, Short, palette...)
	}
	return k.frame(t, data)
}

// frame puts a header before the samples, and the directory after them.
func (k kind) frame(t *Tree, data []byte) []byte {
	mark := "II"
	if k.order == binary.BigEndian {
		mark = "MM"
	}
	out := t.append16([]byte(mark), 42)
	if !k.big {
		out = append(t.append32(out, 0), data...)
		k.order.PutUint32(out[4:], uint32(len(out)+len(out)%2))
		out, err := t.Append(out)
		if err != nil {
			panic(err)
		}
		return out
	}
	long := func(out []byte, v int) []byte { return append(out, k.big64(uint64(v))...) }
	out = t.append16(t.append16(t.append16([]byte(mark), 43), 8), 0)
	out = append(long(out, 16+len(data)), data...)
	out = long(out, len(t.Fields))
	values := len(out) + 20*len(t.Fields) + 8
	var after []byte
	for _, f := range t.Fields {
		out = long(t.append16(t.append16(out, f.Tag), uint16(f.Type)), int(f.Count))
		if len(f.Data) <= 8 {
			out = append(append(out, f.Data...), make([]byte, 8-len(f.Data))...)
			continue
		}
		out = long(out, values+len(after))
		after = append(after, f.Data...)
	}
	return append(append(out, make([]byte, 8)...), after...)
}

func (k kind) big64(v uint64) []byte {
	b := make([]byte, 8)
	k.order.PutUint64(b, v)
	return b
}

// want returns a pixel as it should be read, straight or premultiplied as in the
// file, and cut to 8 bits if the file has no more.
func (k kind) want(s []uint16, palette []uint32) [4]uint32 {
	most, top := uint32(1)<<k.bits-1, uint32(255)
	if k.bits > 8 {
		top = 65535
	}
	wide := func(v uint16) uint32 { return (uint32(v)*top + most/2) / most }
	alpha := top
	if k.alpha > 0 {
		alpha = wide(s[len(s)-1])
	}
	switch k.photometric {
	case minIsWhite:
		v := top - wide(s[0])
		return [4]uint32{v, v, v, alpha}
	case minIsBlack:
		v := wide(s[0])
		return [4]uint32{v, v, v, alpha}
	case paletteRGB:
		n := 1 << k.bits
		i := int(s[0])
		return [4]uint32{palette[i] >> 8, palette[n+i] >> 8, palette[2*n+i] >> 8, top}
	case separated:
		var out [4]uint32
		for i := range 3 {
			out[i] = (top - wide(s[i])) * (top - wide(s[3])) / top
		}
		out[3] = top
		return out
	}
	return [4]uint32{wide(s[0]), wide(s[1]), wide(s[2]), alpha}
}

// TestKinds stores random pictures in every combination of byte order, depth,
// colours, planes, tiles, compression, prediction and fill order that makes sense,
// and reads them.
func TestKinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	tested := 0
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, depth := range []int{1, 2, 3, 4, 7, 8, 10, 12, 16} {
			for _, photometric := range []uint32{minIsWhite, minIsBlack, rgb, paletteRGB, separated} {
				for _, compression := range []uint32{compressionNone, compressionPackBits, compressionDeflate, compressionAdobeDeflate} {
					for choice := range 64 {
						k := kind{order: order, bits: depth, photometric: photometric, compression: compression,
							planar: choice&1 != 0, tiles: choice&2 != 0, big: choice&4 != 0, reversed: choice&8 != 0, predictor: choice&16 != 0}
						if choice&32 != 0 {
							k.alpha = 1 + uint32(rng.IntN(2))
						}
						if k.predictor && depth != 8 && depth != 16 || k.alpha > 0 && photometric >= paletteRGB || photometric == paletteRGB && depth > 8 {
							continue
						}
						if rng.IntN(30) > 0 { // a thirtieth of them will do
							continue
						}
						if err := k.check(rng); err != nil {
							t.Fatalf("%+v: %v", k, err)
						}
						tested++
					}
				}
			}
		}
	}
	if tested < 300 {
		t.Errorf("%d kinds", tested)
	}
}

// TestOldLZW stores pictures in the LZW codes of TIFF before version 6, which are those
// of GIF, and reads them.
func TestOldLZW(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, k := range []kind{{bits: 8, photometric: rgb}, {bits: 16, photometric: minIsBlack, predictor: true}, {bits: 1, photometric: minIsWhite, reversed: true}, {bits: 8, photometric: rgb, planar: true, tiles: true}} {
		k.order, k.compression = binary.BigEndian, compressionLZW
		if err := k.check(rng); err != nil {
			t.Errorf("%+v: %v", k, err)
		}
	}
}

// check stores a random picture and reads it.
func (k kind) check(rng *rand.Rand) error {
	most := uint16(1<<k.bits - 1)
	samples := make([]uint16, kindWidth*kindHeight*k.samples())
	for i := range samples {
		samples[i] = uint16(rng.Uint32()) & most
	}
	pixel := func(x, y int) []uint16 { return samples[(y*kindWidth+x)*k.samples():][:k.samples()] }
	var palette []uint32
	if k.photometric == paletteRGB {
		for range 3 << k.bits {
			palette = append(palette, rng.Uint32()&0xff*0x101)
		}
	}
	c, err := Read(k.file(func(x, y, s int) uint16 { return pixel(x, y)[s] }, palette))
	if err != nil {
		return err
	}
	m, err := c.Page.Decode()
	if err != nil {
		return err
	}
	if c.Page.Premultiplied != (k.alpha == 1) || c.Pages+c.Reduced+c.Masks > 0 {
		return fmt.Errorf("premultiplied: %t, %d further pages", c.Page.Premultiplied, c.Pages)
	}
	for y := range kindHeight {
		for x := range kindWidth {
			var got [4]uint32
			switch c := m.At(x, y).(type) {
			case color.Gray:
				got = [4]uint32{uint32(c.Y), uint32(c.Y), uint32(c.Y), 255}
			case color.Gray16:
				got = [4]uint32{uint32(c.Y), uint32(c.Y), uint32(c.Y), 65535}
			case color.NRGBA:
				got = [4]uint32{uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A)}
			case color.RGBA:
				got = [4]uint32{uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A)}
			case color.NRGBA64:
				got = [4]uint32{uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A)}
			case color.RGBA64:
				got = [4]uint32{uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A)}
			}
			if want := k.want(pixel(x, y), palette); got != want {
				return fmt.Errorf("pixel %d, %d of %T is %v, want %v", x, y, m, got, want)
			}
		}
	}
	return nil
}
