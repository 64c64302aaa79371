package tiff

import (
	"fmt"
	"image/color"
	"io"
)

// A Page is one image of a file, by the fields of its directory.
type Page struct {
	Directory
	Width, Height int
	Bits          int    // of a sample, 1 to 16
	Samples       int    // of a pixel, alpha and others included
	Alpha         bool   // the sample after the colours is alpha
	Premultiplied bool   // colours are multiplied by alpha
	Extra         int    // samples of a pixel that are neither colours nor alpha
	Photometric   uint64 // PhotometricInterpretation

	f           *file
	at          uint64 // offset of the directory
	colours     int    // samples of a pixel that are colours
	compression uint64
	planar      bool // every sample in a plane of its own
	predictor   uint64
	reversed    bool // FillOrder 2: the first bit of a byte is its lowest
}

// Contents are the images of a file.
type Contents struct {
	Page    *Page // the picture: the first of full resolution
	Pages   int   // how many others of full resolution there are
	Reduced int   // how many of reduced resolution, such as thumbnails
	Masks   int   // how many transparency masks
}

// Read reads the directories of a file: the chain, and those that SubIFDs point
// to. The picture is the first image that is neither of reduced resolution nor a
// mask (NewSubfileType, or SubfileType of older files); if there is none, the
// first of all. Errors are FormatError, UnsupportedError and io.ErrUnexpectedEOF.
func Read(data []byte) (*Contents, error) {
	f, err := open(data)
	if err != nil {
		return nil, err
	}
	var first, full *Directory
	var firstAt, fullAt uint64
	c := &Contents{}
	seen := map[uint64]bool{}
	var visit func(at uint64, depth int) (*Directory, error)
	visit = func(at uint64, depth int) (*Directory, error) {
		if seen[at] || len(seen) == maxDirectories {
			return nil, FormatError("a chain of directories without an end")
		}
		seen[at] = true
		d, err := f.directory(at)
		if err != nil {
			return nil, err
		}
		switch {
		case d.Field(TagImageWidth) == nil: // no image
		case d.mask():
			c.Masks++
		case d.reduced():
			c.Reduced++
		case full == nil:
			full, fullAt = d, at
		default:
			c.Pages++
		}
		if first == nil {
			first, firstAt = d, at
		}
		if depth < 2 {
			for _, sub := range d.Uints(TagSubIFDs) {
				if _, err := visit(sub, depth+1); err != nil {
					break // what is damaged beside the picture is not missed
				}
			}
		}
		return d, nil
	}
	for at := f.first; at != 0; {
		d, err := visit(at, 0)
		if err != nil {
			if first == nil {
				return nil, err
			}
			break
		}
		at = d.Next
	}
	if first == nil {
		return nil, FormatError("no directory")
	}
	if full == nil {
		full, fullAt = first, firstAt
		if first.mask() {
			c.Masks--
		} else {
			c.Reduced--
		}
	}
	c.Page, err = f.page(full, fullAt)
	return c, err
}

// mask reports whether a directory's image says which pixels of another are
// transparent.
func (d *Directory) mask() bool { return d.Uint(TagNewSubfileType, 0)&4 != 0 }

// reduced reports whether a directory's image has a reduced resolution.
func (d *Directory) reduced() bool {
	if d.Field(TagNewSubfileType) != nil {
		return d.Uint(TagNewSubfileType, 0)&1 != 0
	}
	return d.Uint(TagSubfileType, 1) == 2
}

// page reads the fields that say how the image is stored.
func (f *file) page(d *Directory, at uint64) (*Page, error) {
	p := &Page{Directory: *d, f: f, at: at,
		Samples:     int(min(d.Uint(TagSamplesPerPixel, 1), 1<<16)),
		compression: d.Uint(TagCompression, compressionNone),
		predictor:   d.Uint(TagPredictor, 1),
		planar:      d.Uint(TagPlanarConfiguration, 1) == 2,
		reversed:    d.Uint(TagFillOrder, 1) == 2,
	}
	w, h := d.Uint(TagImageWidth, 0), d.Uint(TagImageLength, 0)
	if w == 0 || h == 0 || w > 1<<31-1 || h > 1<<31-1 {
		return nil, FormatError(fmt.Sprintf("%d x %d pixels", w, h))
	}
	p.Width, p.Height = int(w), int(h)
	// What a file is made by says more than the samples that result.
	if name, ok := compressionNames[p.compression]; ok {
		return nil, UnsupportedError(name + " in a TIFF file")
	}
	if name, ok := photometricNames[d.Uint(TagPhotometricInterpretation, minIsBlack)]; ok {
		return nil, UnsupportedError(name + " in a TIFF file")
	}
	bits := d.Uints(TagBitsPerSample)
	if len(bits) == 0 {
		bits = []uint64{1}
	}
	for _, b := range bits[:min(len(bits), max(p.Samples, 1))] { // some writers have one more than there are samples
		if b != bits[0] {
			return nil, UnsupportedError("a TIFF file with samples of different depths")
		}
	}
	for _, format := range d.Uints(TagSampleFormat) {
		switch format {
		case 1, 4: // whole numbers without a sign, or not said
		case 2:
			return nil, UnsupportedError("a TIFF file with signed samples")
		case 3:
			return nil, UnsupportedError("a TIFF file with floating-point samples")
		default:
			return nil, UnsupportedError("a TIFF file with complex samples")
		}
	}
	if bits[0] < 1 || bits[0] > 16 {
		return nil, UnsupportedError(fmt.Sprintf("a TIFF file with samples of %d bits", bits[0]))
	}
	p.Bits = int(bits[0])
	if err := p.readPhotometric(); err != nil {
		return nil, err
	}
	return p, p.checkCompression()
}

// readPhotometric finds out what the samples are.
func (p *Page) readPhotometric() error {
	// Without the field, fax is min-is-white and all else min-is-black, as libtiff has it.
	other := uint64(minIsBlack)
	if p.compression >= compressionFaxRows && p.compression <= compressionT6 {
		other = minIsWhite
	}
	p.Photometric = p.Uint(TagPhotometricInterpretation, other)
	switch p.Photometric {
	case minIsWhite, minIsBlack, paletteRGB:
		p.colours = 1
	case rgb, yCbCr:
		p.colours = 3
	case separated:
		if p.Uint(TagInkSet, 1) != 1 {
			return UnsupportedError("a TIFF file with inks other than CMYK")
		}
		p.colours = 4
	default:
		return UnsupportedError(fmt.Sprintf("photometric interpretation %d of a TIFF file", p.Photometric))
	}
	if p.Samples < p.colours {
		return FormatError(fmt.Sprintf("%d samples a pixel for %d colours", p.Samples, p.colours))
	}
	if p.Samples > 64 {
		return UnsupportedError(fmt.Sprintf("a TIFF file with %d samples a pixel", p.Samples))
	}
	p.Extra = p.Samples - p.colours
	// Of the extra samples the first may be alpha: 1 is premultiplied, 2 straight. Files that do not say
	// what the fourth sample is nearly always mean alpha.
	extra := p.Uints(TagExtraSamples)
	switch {
	case p.Extra == 0 || p.Photometric == separated:
	case p.Photometric == paletteRGB: // straight, for the colours of a palette cannot be multiplied by it
		p.Alpha = len(extra) > 0 && (extra[0] == 1 || extra[0] == 2) && p.Bits == 8
	case len(extra) > 0 && extra[0] == 1:
		p.Alpha, p.Premultiplied = true, true
	case len(extra) > 0 && extra[0] == 2, p.Photometric == rgb && p.Extra == 1:
		p.Alpha = true
	}
	if p.Alpha {
		p.Extra--
	}
	if p.Photometric == yCbCr && p.compression != compressionJPEG && p.compression != compressionOldJPEG {
		return UnsupportedError("YCbCr without JPEG in a TIFF file")
	}
	if p.Photometric == paletteRGB {
		if p.Bits > 8 {
			return UnsupportedError(fmt.Sprintf("a TIFF file with a palette of %d bits", p.Bits))
		}
		if n := len(p.Uints(TagColorMap)); n < 3<<p.Bits {
			return FormatError(fmt.Sprintf("a palette of %d values for indices of %d bits", n, p.Bits))
		}
	}
	return nil
}

func (p *Page) checkCompression() error {
	switch p.compression {
	case compressionNone, compressionLZW, compressionDeflate, compressionAdobeDeflate, compressionPackBits:
	case compressionFaxRows, compressionT4, compressionT6:
		if p.Bits != 1 || p.Samples > 1 && !p.planar {
			return FormatError("fax compression of more than one bit a pixel")
		}
		if p.compression == compressionT4 && p.Uint(TagT4Options, 0)&2 != 0 || p.compression == compressionT6 && p.Uint(TagT6Options, 0)&2 != 0 {
			return UnsupportedError("fax in uncompressed mode in a TIFF file")
		}
	case compressionJPEG:
		if p.Bits != 8 {
			return UnsupportedError(fmt.Sprintf("%d-bit JPEG compression in a TIFF file", p.Bits))
		}
	default:
		return UnsupportedError(fmt.Sprintf("compression method %d of a TIFF file", p.compression))
	}
	switch p.predictor {
	case 1:
	case 2:
		if p.Bits != 8 && p.Bits != 16 {
			return UnsupportedError(fmt.Sprintf("a predictor of %d-bit samples in a TIFF file", p.Bits))
		}
	case 3:
		return UnsupportedError("a TIFF file with floating-point samples")
	default:
		return UnsupportedError(fmt.Sprintf("predictor %d of a TIFF file", p.predictor))
	}
	return nil
}

// ColorModel returns the colour model of the image that Decode gives.
func (p *Page) ColorModel() color.Model {
	sixteen := p.Bits > 8
	switch {
	case p.Photometric == paletteRGB && !p.Alpha:
		return p.palette()
	case p.Alpha && p.Premultiplied && sixteen:
		return color.RGBA64Model
	case p.Alpha && p.Premultiplied:
		return color.RGBAModel
	case p.Alpha && sixteen:
		return color.NRGBA64Model
	case p.Alpha:
		return color.NRGBAModel
	case p.colours == 1 && sixteen:
		return color.Gray16Model
	case p.colours == 1:
		return color.GrayModel
	case sixteen:
		return color.RGBA64Model
	}
	return color.RGBAModel
}

// Gray reports whether the picture has no colours.
func (p *Page) Gray() bool { return p.colours == 1 && p.Photometric != paletteRGB }

// CMYK reports whether the colours are converted from CMYK.
func (p *Page) CMYK() bool { return p.Photometric == separated }

// palette returns the palette, each value cut to its high byte; or as it is if
// all of them are below 256, as some old writers have it and libtiff takes it.
func (p *Page) palette() color.Palette {
	values, n, shift := p.Uints(TagColorMap), 1<<p.Bits, 0
	for _, v := range values {
		if v > 255 {
			shift = 8
		}
	}
	out := make(color.Palette, n)
	for i := range out {
		out[i] = color.RGBA{uint8(values[i] >> shift), uint8(values[n+i] >> shift), uint8(values[2*n+i] >> shift), 0xff}
	}
	return out
}

// SixteenBitPalette reports whether there is a palette and it has values of more than 8 bits, rather
// than 8-bit ones with their byte repeated or zeros after it.
func (p *Page) SixteenBitPalette() bool {
	sixteen, large := false, false
	if p.Photometric != paletteRGB {
		return false
	}
	for _, v := range p.Uints(TagColorMap) {
		low := v & 0xff
		sixteen = sixteen || low != 0 && low != v>>8
		large = large || v > 255
	}
	return sixteen && large
}

// Tree returns the directory with its EXIF, GPS and interoperability directories.
func (p *Page) Tree() (*Tree, error) { return p.f.tree(p.at, 0) }

// segments returns the bytes of every strip or tile.
func (p *Page) segments(offsets, counts uint16, n int64) ([][]byte, error) {
	at, size := p.Uints(offsets), p.Uints(counts)
	if int64(len(at)) < n {
		return nil, FormatError(fmt.Sprintf("%d strips or tiles of %d", len(at), n))
	}
	out := make([][]byte, n)
	for i := range out {
		if at[i] > uint64(len(p.f.data)) {
			return nil, io.ErrUnexpectedEOF
		}
		length := uint64(len(p.f.data)) - at[i] // if the file does not say it, or says 0
		if i < len(size) && size[i] > 0 && size[i] < length {
			length = size[i]
		}
		out[i] = p.f.data[at[i] : at[i]+length]
	}
	return out, nil
}
