package codec

import (
	"encoding/hex"
	"io"

	"github.com/ddpmz/ddpmz/model"
)

// Info describes a file.
type Info struct {
	Width, Height int
	Colour        string // "gray", "RGB", "RGB, straight alpha", "RGB, premultiplied alpha" or "palette"
	Depth         int    // bits a sample of the image
	Planes        int    // colour planes coded
	Transform     string // of the colours: what the planes of a modelled file are, if there are three
	Mirrored      string // what a modelled file exchanges: "", "left-right", "top-bottom" or "left-right, top-bottom"
	Modelled      bool
	Model         string // its name, if it is in the zoo
	ModelID       string // first bytes of the SHA-256 of the weights, in hexadecimal
	Size          int64  // of the complete file, in bytes
	HeaderSize    int64
	Segments      []SegmentInfo
	Metadata      []byte
	Levels        []Refinement // as many as there are
	Noise         []int        // of each level's state, if nothing were skipped: thousandths of an 8-bit grey level
	Exact         bool         // what there is decodes to the image itself, and the checksums say so
	EndsEarly     bool         // the file is the beginning of a longer one, and says so: see Stream.EndsEarly
	Whole         bool         // nothing is missing or damaged of what the file is meant to hold
}

// SegmentInfo describes a segment of a file.
type SegmentInfo struct {
	Kind   string
	Passes int   // 0 for other kinds, or all there are
	Offset int64 // of its payload
	Size   int64 // of its payload
}

// Inspect reads a file from r, decoding it, and describes it. If the file is damaged, Info describes what
// comes before and the error is that of Decode.
func (d *Decoder) Inspect(r io.Reader) (*Info, error) {
	s, err := d.Open(r)
	if err != nil {
		return nil, err
	}
	p := &s.picture
	i := &Info{Width: p.w, Height: p.h, Planes: p.format.planes(), Depth: p.depth, Modelled: s.header.Modelled, Model: s.model, Transform: s.transform}
	i.Colour = map[format]string{formatGray: "gray", formatRGB: "RGB", formatNRGBA: "RGB, straight alpha",
		formatRGBA: "RGB, premultiplied alpha", formatPaletted: "palette"}[p.format.base()]
	if p.format&formatWide != 0 {
		i.Depth = 16
	}
	if s.header.Modelled {
		i.Mirrored = s.mirrored
		i.ModelID = hex.EncodeToString(s.modelID[:])
	}
	i.EndsEarly = s.header.EndsEarly
	i.HeaderSize, i.Size = s.offsets[0], s.offsets[len(s.offsets)-1]
	for j, g := range s.header.Segments {
		i.Segments = append(i.Segments, SegmentInfo{g.Kind.String(), int(g.Units), s.offsets[j], int64(g.Size)})
	}
	for {
		at, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			i.Metadata, i.Exact = s.metadata, false
			return i, err
		}
		i.Levels = append(i.Levels, at)
		i.Noise = append(i.Noise, model.LevelNoise(at.Level))
		i.Exact = at.Exact
	}
	i.Exact = i.Exact && !s.in.Truncated()
	i.Whole = s.Whole()
	i.Metadata = s.metadata
	return i, nil
}
