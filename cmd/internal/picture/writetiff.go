package picture

import (
	"encoding/binary"
	"image"
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/cmd/internal/tiff"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// writeTIFF writes a TIFF file with the metadata in the fields that TIFF has for
// them: EXIF's are those of the directory itself and of the directories that it
// points to.
func writeTIFF(w io.Writer, img image.Image, m *metadata.Metadata, _ WriteOptions) ([]Loss, error) {
	var losses []Loss
	extra := &tiff.Tree{Directory: tiff.Directory{Order: binary.LittleEndian}}
	if exif := m.EXIF(); exif != nil {
		tree, err := tiff.ReadTree(exif)
		if err == nil {
			if tree.Next != 0 {
				losses = append(losses, Loss{LossImages, "the thumbnail in the EXIF data"})
			}
			_, resolved := m.Resolution()
			lost := tree.AllUnread()
			tree = tree.Select(func(tag uint16) bool {
				isResolution := tag == tiff.TagXResolution || tag == tiff.TagYResolution || tag == tiff.TagResolutionUnit
				keep := inEXIF(tag) || isResolution && !resolved
				if !keep && !isResolution && !slices.Contains(tiffStructure, tag) {
					lost = append(lost, tag)
				}
				return keep
			})
			if slices.Sort(lost); len(lost) > 0 {
				losses = append(losses, Loss{LossMetadata, "fields " + tagList(lost) + " of the EXIF data"})
			}
			err = tree.Reorder(binary.LittleEndian)
		}
		if err != nil {
			losses = append(losses, Loss{LossMetadata, "damaged EXIF data"})
		} else {
			extra = tree
		}
	}
	if r, ok := m.Resolution(); ok {
		addResolution(extra, r)
	}
	if icc, err := m.ICCProfile(); err != nil {
		losses = append(losses, Loss{LossProfile, "a damaged colour profile"})
	} else {
		addBytes(extra, tiff.TagICCProfile, tiff.Undefined, icc)
	}
	if xmp, err := m.XMP(); err != nil {
		losses = append(losses, Loss{LossMetadata, "damaged XMP"})
	} else {
		addBytes(extra, tiff.TagXMP, tiff.Byte, xmp)
	}
	if iptc, err := m.IPTC(); err != nil {
		losses = append(losses, Loss{LossMetadata, "damaged IPTC data"})
	} else {
		addBytes(extra, tiff.TagPhotoshop, tiff.Byte, iptc)
	}
	primaries := addPrimaries(extra, m)
	losses = append(losses, unwritten(m, func(c metadata.Chunk) bool {
		switch c.Type {
		case "iCCP", "eXIf", "pHYs":
			return true
		case "cHRM":
			return primaries
		}
		return metadata.IsXMP(c) || metadata.IsIPTC(c)
	})...)
	return losses, tiff.Encode(w, img, tiff.Options{Bits: int(m.Layout.Depth), Extra: extra})
}

// addBytes adds a field of bytes, if there are any.
func addBytes(t *tiff.Tree, tag uint16, kind tiff.FieldType, data []byte) {
	if len(data) > 0 {
		t.Fields = append(t.Fields, tiff.Field{Tag: tag, Type: kind, Count: uint64(len(data)), Data: data})
	}
}

// addPrimaries adds the fields of the white point and of the primaries, which a cHRM
// chunk has in 100,000ths, or returns false if there is none.
func addPrimaries(t *tiff.Tree, m *metadata.Metadata) bool {
	i := slices.IndexFunc(m.Chunks, func(c metadata.Chunk) bool { return c.Type == "cHRM" })
	if i < 0 || len(m.Chunks[i].Data) != 8*4 {
		return false
	}
	var data []byte
	for v := range slices.Chunk(m.Chunks[i].Data, 4) {
		data = binary.LittleEndian.AppendUint32(data, binary.BigEndian.Uint32(v))
		data = binary.LittleEndian.AppendUint32(data, 100000)
	}
	const white = 2 * 8 // bytes of its two coordinates
	t.Fields = append(t.Fields,
		tiff.Field{Tag: tiff.TagWhitePoint, Type: tiff.Rational, Count: 2, Data: data[:white]},
		tiff.Field{Tag: tiff.TagPrimaryChromaticities, Type: tiff.Rational, Count: 6, Data: data[white:]})
	return true
}

// addResolution adds the fields of a resolution: pixels to 100 centimetres.
func addResolution(t *tiff.Tree, r metadata.Resolution) {
	const noUnit, perCentimetre = 1, 3
	unit, denominator := uint32(noUnit), uint32(1)
	if r.Metre {
		unit, denominator = perCentimetre, 100
	}
	for tag, v := range map[uint16]uint32{tiff.TagXResolution: r.X, tiff.TagYResolution: r.Y} {
		data := binary.LittleEndian.AppendUint32(nil, v)
		t.Fields = append(t.Fields, tiff.Field{Tag: tag, Type: tiff.Rational, Count: 1, Data: binary.LittleEndian.AppendUint32(data, denominator)})
	}
	t.Fields = append(t.Fields, tiff.Field{Tag: tiff.TagResolutionUnit, Type: tiff.Short, Count: 1, Data: []byte{byte(unit), 0}})
}
