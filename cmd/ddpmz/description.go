package main

import (
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// A description is what info --json prints of a file. The names of the fields, and what they mean, stay;
// later versions may add some.
//
// A sub-pixel is a sample of the image: one a pixel for gray and palettes, three for RGB, and one more for
// alpha that is coded.
type description struct {
	File          string `json:"file"`                // as named, or "standard input"
	FileBytes     int64  `json:"file_bytes"`          // there are
	CompleteBytes int64  `json:"complete_bytes"`      // there would be, were the file not cut
	HeaderBytes   int64  `json:"header_bytes"`        // which every prefix needs
	MetadataBytes int    `json:"metadata_bytes"`      // as decompressed; 0 if there is none, it was cut off or, without --levels, not read
	Width         int    `json:"width"`               // in pixels
	Height        int    `json:"height"`              //
	Colour        string `json:"colour"`              // "gray", "RGB", "RGB, straight alpha", "RGB, premultiplied alpha" or "palette"
	BitDepth      int    `json:"bit_depth"`           // of a sample
	Planes        int    `json:"planes"`              // of colour that are coded: 1 also for RGB that is gray
	Transform     string `json:"colour_transform"`    // what they are in a modelled file, if they are three; else empty
	Mirrored      string `json:"mirrored"`            // what is exchanged in a modelled file: "", "left-right", "top-bottom" or both, with ", " between
	SubpixelsEach int    `json:"subpixels_per_pixel"` // see above
	Mode          string `json:"mode"`                // "modelled" or "stored"
	Model         string `json:"model"`               // name; empty for stored files
	ModelID       string `json:"model_id"`            // first bytes of the weights' SHA-256, in hexadecimal

	Ideal measure `json:"ideal"` // code length under the model of what there is of the colour planes
	Real  measure `json:"real"`  // of the file as it is, with everything in it

	Exact bool   `json:"exact"`      // what there is decodes to the image itself
	Cut   bool   `json:"cut"`        // the file is not complete
	Ends  bool   `json:"ends_early"` // the file is the beginning of a longer one, on purpose
	Whole bool   `json:"whole"`      // nothing is missing or damaged of what the file is meant to hold
	Error string `json:"error"`      // what is wrong with the file; else empty

	Segments []segment `json:"segments"`
	Levels   []level   `json:"levels"` // in the order of decoding; one, for all rows, in stored files

	// Decoded is set with --levels. Else nobody knows whether the file is exact or whole, which are false then, or its ideal code lengths,
	// which are 0, and the bytes of a level are at most what it needs.
	Decoded     bool     `json:"decoded"`
	Metadata    []string `json:"metadata_kinds"` // as metadata_bytes, what there is: "EXIF", "ICC profile" and others
	Orientation int      `json:"orientation"`    // by the EXIF data, 1 to 8; 0 if metadata were not read
	JPEG        string   `json:"jpeg"`           // what the JPEG file is that the file holds, as in "4:2:0, quality about 90, progressive"; else empty
}

// A measure is a length in bits: in all, a sub-pixel and a pixel.
type measure struct {
	Bits        int64   `json:"bits"`
	PerSubpixel float64 `json:"bits_per_subpixel"`
	PerPixel    float64 `json:"bits_per_pixel"`
}

// A segment is a part of the file with a checksum of its own.
type segment struct {
	Index  int    `json:"index"`  // by which errors name it
	Kind   string `json:"kind"`   // "metadata", "palette", "alpha", "stored", "passes", "digest", "frame" or "syntax"
	Passes int    `json:"passes"` // of the reverse process; 0 for other kinds, or all there are
	Offset int64  `json:"offset"` // in bytes, from the beginning of the file
	Bytes  int64  `json:"bytes"`  // without the checksum
}

// A level is a picture that decoding comes to.
type level struct {
	Level     int      `json:"level"`    // counts down to 0, the image
	Partial   bool     `json:"partial"`  // the file ends inside the level after this one
	Timestep  int      `json:"timestep"` // t of the state x_t
	Steps     int      `json:"steps"`    // reverse steps so far, 1000 - t
	Noise     *float64 `json:"noise"`    // standard deviation, in 8-bit grey levels; null in stored files
	Bytes     int64    `json:"bytes"`    // of the file, from its beginning, that it takes
	PerPixel  float64  `json:"bits_per_pixel"`
	IdealBits int64    `json:"ideal_bits"` // code length under the model so far
}

// newDescription describes a file of size bytes, of which info and err came from inspecting it.
func newDescription(name string, size int64, info *codec.Info, err error) *description {
	d := &description{
		File:          name,
		FileBytes:     size,
		CompleteBytes: info.Size,
		HeaderBytes:   info.HeaderSize,
		MetadataBytes: len(info.Metadata),
		Width:         info.Width,
		Height:        info.Height,
		Colour:        info.Colour,
		BitDepth:      info.Depth,
		Planes:        info.Planes,
		Transform:     info.Transform,
		Mirrored:      info.Mirrored,
		Mode:          "stored",
		Model:         info.Model,
		ModelID:       info.ModelID,
		Exact:         info.Exact && err == nil,
		Cut:           size < info.Size,
		Ends:          info.EndsEarly,
		Whole:         info.Whole && err == nil,
		Segments:      []segment{}, // never null in JSON
		Levels:        []level{},
		Decoded:       info.Decoded,
		Metadata:      []string{},
	}
	d.describeMetadata(info.Metadata)
	if f := info.JPEG; f != nil {
		d.JPEG, d.Orientation = f.String(), f.Orientation()
	}
	if info.Modelled {
		d.Mode = "modelled"
	}
	if err != nil {
		d.Error = message(err)
	}
	d.SubpixelsEach = 3
	if info.Colour == "gray" || info.Colour == "palette" {
		d.SubpixelsEach = 1
	}
	for i, s := range info.Segments {
		d.Segments = append(d.Segments, segment{i, s.Kind, s.Passes, s.Offset, s.Size})
		if s.Kind == "alpha" {
			d.SubpixelsEach++
		}
	}
	pixels := float64(info.Width) * float64(info.Height)
	previous := 0
	for i, at := range info.Levels {
		if !info.Decoded && at.Bytes > size {
			break
		}
		l := level{
			Level:     at.Level,
			Partial:   i > 0 && at.Level == previous,
			Timestep:  at.Timestep,
			Steps:     at.Steps,
			Bytes:     at.Bytes,
			PerPixel:  float64(8*at.Bytes) / pixels,
			IdealBits: at.IdealBits,
		}
		if info.Modelled {
			noise := float64(info.Noise[i]) / 1000
			l.Noise = &noise
		}
		d.Levels = append(d.Levels, l)
		d.Ideal.Bits = at.IdealBits
		previous = at.Level
	}
	d.Real.Bits = 8 * min(size, info.Size)
	for _, m := range []*measure{&d.Ideal, &d.Real} {
		m.PerPixel = float64(m.Bits) / pixels
		m.PerSubpixel = m.PerPixel / float64(d.SubpixelsEach)
	}
	return d
}

// describeMetadata says what kinds of metadata there are, if they are there and well-formed.
func (d *description) describeMetadata(packed []byte) {
	m, err := metadata.Unmarshal(packed)
	if len(packed) == 0 || err != nil {
		return
	}
	d.Metadata = append(d.Metadata, m.Kinds()...)
	d.Orientation = int(m.Orientation())
}
