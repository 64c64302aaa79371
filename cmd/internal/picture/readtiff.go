package picture

import (
	"fmt"
	"image"
	"math"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/tiff"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

func readDirectory(data []byte) (*tiff.Tree, error) { return tiff.ReadTree(data) }

func tiffHeader(file []byte) (header, error) {
	c, err := tiff.Read(file)
	if err != nil {
		return header{}, err
	}
	// The picture, the samples of the file, and those of a strip, which may be all.
	samples := int64(c.Page.Samples*c.Page.Bits+7) / 8
	return header{c.Page.Width, c.Page.Height, bytesPerPixel(c.Page.ColorModel()) + 2*samples}, nil
}

// readTIFF reads a TIFF or BigTIFF file's first page of full resolution.
func readTIFF(file []byte, p *Picture) error {
	c, err := tiff.Read(file)
	if err != nil {
		return err
	}
	page := c.Page
	if p.Image, err = page.Decode(); err != nil {
		return err
	}
	bits := uint8(page.Bits)
	switch p.Image.(type) {
	case *image.Paletted:
		if bits == 1 || bits == 2 || bits == 4 || bits == 8 {
			p.keepLayout(metadata.Layout{Depth: bits, ColourType: metadata.Indexed})
		}
	default:
		if page.Alpha {
			layout := metadata.Layout{Depth: 8, ColourType: metadata.RGBA}
			if bits > 8 {
				layout.Depth = 16
			}
			if page.Gray() {
				layout.ColourType = metadata.GrayAlpha
			}
			p.keepLayout(layout)
		}
		if bits != 8 && bits != 16 {
			p.keepDepth(bits)
		}
	}
	if page.SixteenBitPalette() {
		p.lose(LossDepth, "a palette of 16 bits, cut to 8")
	}
	if page.Extra > 0 {
		p.lose(LossColour, "%s of every pixel", plural(page.Extra, "further sample"))
	}
	if c.Pages > 0 {
		p.lose(LossPages, "%s", plural(c.Pages, "further page"))
	}
	if c.Reduced > 0 {
		p.lose(LossImages, "%s", plural(c.Reduced, "thumbnail"))
	}
	if c.Masks > 0 {
		p.lose(LossImages, "%s", plural(c.Masks, "transparency mask"))
	}
	tiffProfiles(page, p)
	return nil
}

// tiffStructure are the tags of fields that say how a file's pixels are stored,
// which are done with once they are read.
var tiffStructure = []uint16{
	tiff.TagNewSubfileType, tiff.TagSubfileType, tiff.TagImageWidth, tiff.TagImageLength, tiff.TagBitsPerSample, tiff.TagCompression,
	tiff.TagPhotometricInterpretation, tiff.TagThresholding, tiff.TagCellWidth, tiff.TagCellLength, tiff.TagFillOrder, tiff.TagStripOffsets,
	tiff.TagSamplesPerPixel, tiff.TagRowsPerStrip, tiff.TagStripByteCounts, tiff.TagMinSampleValue, tiff.TagMaxSampleValue,
	tiff.TagPlanarConfiguration, tiff.TagFreeOffsets, tiff.TagFreeByteCounts, tiff.TagT4Options, tiff.TagT6Options, tiff.TagPageNumber,
	tiff.TagPredictor, tiff.TagColorMap, tiff.TagTileWidth, tiff.TagTileLength, tiff.TagTileOffsets, tiff.TagTileByteCounts, tiff.TagBadFaxLines,
	tiff.TagCleanFaxData, tiff.TagConsecutiveBadFaxLines, tiff.TagSubIFDs, tiff.TagInkSet, tiff.TagExtraSamples, tiff.TagSampleFormat,
	tiff.TagJPEGTables, tiff.TagYCbCrCoefficients, tiff.TagYCbCrSubSampling, tiff.TagYCbCrPositioning, tiff.TagReferenceBlackWhite,
}

// tiffElsewhere are the tags of fields for which PNG has chunks of their own.
var tiffElsewhere = []uint16{
	tiff.TagXResolution, tiff.TagYResolution, tiff.TagResolutionUnit, tiff.TagXMP, tiff.TagICCProfile, tiff.TagIPTC, tiff.TagPhotoshop,
	tiff.TagWhitePoint, tiff.TagPrimaryChromaticities,
}

// inEXIF reports whether a field of a TIFF directory has the same meaning in EXIF
// data: texts about the picture, its orientation, and what EXIF defines.
func inEXIF(tag uint16) bool {
	switch tag {
	case tiff.TagDocumentName, tiff.TagImageDescription, tiff.TagMake, tiff.TagModel, tiff.TagOrientation, tiff.TagPageName, tiff.TagSoftware,
		tiff.TagDateTime, tiff.TagArtist, tiff.TagHostComputer, tiff.TagCopyright, tiff.TagEXIF, tiff.TagGPS:
		return true
	}
	return tag == 18246 || tag == 18249 || // Rating, RatingPercent
		tag >= 40091 && tag <= 40095 || // XPTitle to XPSubject
		tag == 33434 || tag == 33437 || tag == 34850 || tag == 34852 || tag >= 34855 && tag <= 34867 || // ExposureTime and others
		tag >= 36864 && tag <= 37721 || tag >= 40960 && tag <= 42240 && tag != tiff.TagInteroperability
}

// tiffProfiles keeps what the directory says beside how the pixels are stored.
func tiffProfiles(page *tiff.Page, p *Picture) {
	s := profiles{icc: page.Bytes(tiff.TagICCProfile), xmp: page.Bytes(tiff.TagXMP), resolution: tiffResolution(&page.Directory)}
	if page.CMYK() {
		p.loseCMYK(&s)
	}
	s.iptc = page.Bytes(tiff.TagPhotoshop)
	if iptc := page.Uints(tiff.TagIPTC); iptc != nil && !hasIPTC(s.iptc) {
		s.iptc = appendIPTC(s.iptc, page.Field(tiff.TagIPTC).Data)
	}
	var unkept []uint16
	if tree, err := page.Tree(); err == nil {
		kept := tree.Select(inEXIF)
		if !kept.Empty() && !(len(kept.Fields) == 1 && len(kept.Children) == 0 && kept.Uint(tiff.TagOrientation, 0) == 1) {
			if s.exif, err = kept.Marshal(); err != nil {
				p.lose(LossMetadata, "EXIF data of more than 2 GiB")
			}
		}
		for _, f := range tree.Fields {
			if !inEXIF(f.Tag) && !slices.Contains(tiffStructure, f.Tag) && !slices.Contains(tiffElsewhere, f.Tag) {
				unkept = append(unkept, f.Tag)
			}
		}
		if unread := tree.AllUnread(); len(unread) > 0 {
			p.lose(LossDamage, "TIFF fields %s, which are damaged or of an unknown type", tagList(unread))
		}
	}
	if chrm := chromaticities(&page.Directory); chrm != nil && page.Bytes(tiff.TagICCProfile) == nil && !page.Gray() {
		p.Metadata.Chunks = append(p.Metadata.Chunks, metadata.Chunk{Type: "cHRM", Place: metadata.BeforePLTE, Data: chrm})
	}
	s.keep(p)
	if len(unkept) > 0 {
		p.lose(LossMetadata, "TIFF fields %s", tagList(unkept))
	}
}

// tagList names fields by their tags, which are in ascending order.
func tagList(tags []uint16) string {
	var names []string
	for _, tag := range slices.Compact(tags) {
		names = append(names, fmt.Sprint(tag))
	}
	return strings.Join(names, ", ")
}

// tiffResolution reads a directory's resolution.
func tiffResolution(d *tiff.Directory) metadata.Resolution {
	x, y := d.Rationals(tiff.TagXResolution), d.Rationals(tiff.TagYResolution)
	if len(x) == 0 || len(y) == 0 || x[0][1] == 0 || y[0][1] == 0 {
		return metadata.Resolution{}
	}
	unit := 0.0
	switch d.Uint(tiff.TagResolutionUnit, 2) {
	case 2:
		unit = inch
	case 3:
		unit = centimetre
	default: // none: only the ratio says something
		a, b := uint64(x[0][0])*uint64(y[0][1]), uint64(y[0][0])*uint64(x[0][1])
		if a == b || a == 0 || b == 0 {
			return metadata.Resolution{}
		}
		for a > math.MaxUint32 || b > math.MaxUint32 {
			a, b = a>>1, b>>1
		}
		return metadata.Resolution{X: uint32(max(a, 1)), Y: uint32(max(b, 1))}
	}
	return resolutionOf(perMetre(x[0][0], x[0][1], unit), perMetre(y[0][0], y[0][1], unit))
}

// chromaticities makes a cHRM chunk's data of a directory's white point and
// primaries, or returns nil if it does not have both.
func chromaticities(d *tiff.Directory) []byte {
	values := append(d.Rationals(tiff.TagWhitePoint), d.Rationals(tiff.TagPrimaryChromaticities)...)
	if len(values) != 8 {
		return nil
	}
	var out []byte
	for _, v := range values {
		if v[1] == 0 {
			return nil
		}
		n := (uint64(v[0])*100000 + uint64(v[1])/2) / uint64(v[1])
		if n > math.MaxInt32 {
			return nil
		}
		out = append(out, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return out
}

// A Photoshop image resource is "8BIM", a number, a name that begins with its
// length and is padded to an even number of bytes, and data that begin with their
// length of four bytes and are padded likewise. This one has the IPTC data and no
// name.
const iptcResource = "8BIM\x04\x04\x00\x00"

func hasIPTC(resources []byte) bool { return strings.Contains(string(resources), iptcResource) }

// appendIPTC appends a resource of IPTC data.
func appendIPTC(resources, iptc []byte) []byte {
	n := len(iptc)
	out := append(slices.Clone(resources), iptcResource...)
	out = append(out, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	out = append(out, iptc...)
	if n%2 == 1 {
		out = append(out, 0)
	}
	return out
}
