package codec

import (
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// Info describes a file.
type Info struct {
	Width, Height int
	Colour        string     // "gray", "RGB", "RGB, straight alpha", "RGB, premultiplied alpha" or "palette"
	Depth         int        // bits a sample of the image
	Planes        int        // colour planes coded
	Transform     string     // of the colours: what the planes of a modelled file are, if there are three; or how a JPEG decoder made the picture
	Mirrored      string     // what a modelled file exchanges: "", "left-right", "top-bottom" or "left-right, top-bottom"
	JPEG          *jpeg.File // what is known of the JPEG file that the file holds, if it does: see Stream.JPEG
	Modelled      bool
	Model         string // its name, if it is in the zoo
	ModelID       string // first bytes of the SHA-256 of the weights, in hexadecimal
	Size          int64  // of the complete file, in bytes
	HeaderSize    int64
	Segments      []SegmentInfo
	Metadata      []byte       // nil too if they are more than the function Inspect reads
	Levels        []Refinement // as many as there are
	Noise         []int        // of each level's state, if nothing were skipped: thousandths of an 8-bit grey level
	EndsEarly     bool         // the file is the beginning of a longer one, and says so: see Stream.EndsEarly

	// Decoded says that the file was decoded. If not, what follows is false, and Levels are all that a complete file has, each with a
	// bound of the Bytes that it needs: the end of a segment. They have no IdealBits.
	Decoded bool
	Exact   bool // what there is decodes to the image itself, and the checksums say so
	Whole   bool // nothing is missing or damaged of what the file is meant to hold
}

// SegmentInfo describes a segment of a file.
type SegmentInfo struct {
	Kind   string
	Passes int   // 0 for other kinds, or all there are
	Offset int64 // of its payload
	Size   int64 // of its payload
}

// maxInspected is how large packed metadata are at most that the function Inspect reads, so that it never reads more than
// about 64 KiB beside a header.
const maxInspected = 56 << 10

// Inspect reads the header, the metadata and the frame of a JPEG file of a file from r, and describes it without decoding. It reads no more than that, if r is an
// io.Seeker that can seek, or the metadata come first. A file that is cut after its header is no error. Errors are those of DecodeConfig,
// and of metadata that are damaged: then Info is there as well.
func Inspect(r io.Reader) (*Info, error) {
	in, p, err := openHeader(r)
	if err != nil {
		return nil, err
	}
	h := in.Header()
	offsets, err := h.Offsets()
	if err != nil {
		return nil, framing(err)
	}
	i := newInfo(h, &p.info, offsets)
	if h.Modelled {
		if err := i.addModel(h, &p.info); err != nil {
			return nil, err
		}
		if !p.format.isJPEG() && !isDecompressed(h) {
			if err := i.addLevels(h, offsets, model.Passes(i.Width, i.Height)); err != nil {
				return nil, err
			}
		}
	} else {
		i.addRows(h, offsets)
	}
	return i, i.readSegments(in, &p.info, offsets)
}

// readSegments adds the metadata of a file, unless they are large or cut, and what the frame of a JPEG file or of a decompressed picture
// says, unless that is cut.
func (i *Info) readSegments(in *container.Reader, p *info, offsets []int64) error {
	inspected := func(g container.Segment) bool {
		return g.Kind == container.Frame || g.Kind == container.Metadata && g.Size <= maxInspected
	}
	segments := in.Header().Segments
	for j, g := range segments {
		if !slices.ContainsFunc(segments[j:], inspected) {
			break
		}
		if !inspected(g) {
			if err := in.Skip(); err != nil {
				return ignoreEnd(err)
			}
			continue
		}
		c, err := in.Next()
		if err != nil || !c.Complete {
			return ignoreEnd(framing(err))
		}
		if g.Kind == container.Metadata {
			i.Metadata, err = Limits{}.unpackSide(c.Payload, 0)
		} else {
			err = i.addFrame(c.Payload, in.Header(), p, offsets)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addFrame adds what the frame of a JPEG file, or of a decompressed picture, says.
func (i *Info) addFrame(frame []byte, h *container.Header, p *info, offsets []int64) error {
	if !p.format.isJPEG() {
		if err := checkDecompressed(*p); err != nil {
			return err
		}
		layout, err := parseDecompressedFrame(frame, *p, jpeg.Limits{})
		if err != nil {
			return err
		}
		i.Transform = layout.String()
		return i.addLevels(h, offsets, layout.passes())
	}
	f, err := jpeg.ParseFrame(frame, jpeg.Limits{})
	if err != nil {
		return jpegError(err)
	}
	layout, err := newJPEGLayout(f)
	if err != nil {
		return err
	}
	i.describeJPEG(f)
	return i.addLevels(h, offsets, dct.Passes(&layout.coefficients))
}

// ignoreEnd returns an error, or nil if it is only that a file is cut.
func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// newInfo returns what a header says of any file.
func newInfo(h *container.Header, p *info, offsets []int64) *Info {
	i := &Info{Width: p.w, Height: p.h, Planes: p.format.planes(), Depth: p.depth, Modelled: h.Modelled, EndsEarly: h.EndsEarly}
	i.Colour = map[format]string{formatGray: "gray", formatRGB: "RGB", formatNRGBA: "RGB, straight alpha",
		formatRGBA: "RGB, premultiplied alpha", formatPaletted: "palette", formatGrayJPEG: "gray", formatJPEG: "RGB"}[p.format.base()]
	if p.format&formatWide != 0 {
		i.Depth = 16
	}
	i.HeaderSize, i.Size = offsets[0], offsets[len(offsets)-1]
	for j, g := range h.Segments {
		i.Segments = append(i.Segments, SegmentInfo{g.Kind.String(), int(g.Units), offsets[j], int64(g.Size)})
	}
	return i
}

// addModel adds what the header of a modelled file says of the model, whether that is known or not.
func (i *Info) addModel(h *container.Header, p *info) error {
	id := h.Model
	if h.Number > 0 {
		id, _ = zoo.Numbered(h.Number)
	}
	i.ModelID = hex.EncodeToString(id[:])
	if p.format.isJPEG() || isDecompressed(h) {
		if net, err := zoo.JPEG(); err == nil {
			if have := net.Identity(); [8]byte(have[:8]) == id {
				i.Model = zoo.NameOfJPEG
			}
		}
		return checkJPEGParams(h)
	}
	i.Model, _ = zoo.NameByID(id)
	params, err := parseParams(h, 0, *p) // whose τ is not looked at
	if err != nil {
		return err
	}
	if i.Planes > 1 {
		i.Transform = params.colour.String()
	}
	i.Mirrored = params.orientation.String()
	return nil
}

// addLevels adds the levels that a complete file has, with the ends of the segments that their last passes are in.
func (i *Info) addLevels(h *container.Header, offsets []int64, passes []model.Pass) error {
	if err := checkPasses(h, len(passes)); err != nil {
		return err
	}
	plan := planPasses(h, passes, 0, func(int) bool { return false })
	for k, pass := range passes {
		if k+1 < len(passes) && passes[k+1].Level == pass.Level {
			continue
		}
		for j, g := range h.Segments {
			if h.Present()[j] < g.Size {
				break // it ends early, and which of its levels are there is not known
			}
			if g.Kind == container.Passes && plan.first[j] <= k && k < plan.first[j]+plan.units(g, j) {
				at := Refinement{Level: pass.Level, Timestep: model.LevelTimestep(pass.Level), Bytes: offsets[j+1]}
				if k+1 == len(passes) {
					at.Level, at.Timestep = 0, 0
				}
				at.Steps = model.T - at.Timestep
				i.Levels = append(i.Levels, at)
				i.Noise = append(i.Noise, model.LevelNoise(at.Level))
			}
		}
	}
	return nil
}

// addRows adds the only level of a stored file, if the file is to hold all of it.
func (i *Info) addRows(h *container.Header, offsets []int64) {
	for j, g := range h.Segments {
		if g.Kind == container.Stored && h.Present()[j] == g.Size {
			i.Levels, i.Noise = []Refinement{{Steps: model.T, Bytes: offsets[j+1]}}, []int{0}
		}
	}
}

// Inspect reads a file from r, decoding it, and describes it. If the file is damaged, Info describes what
// comes before and the error is that of Decode. The function Inspect takes less time.
func (d *Decoder) Inspect(r io.Reader) (*Info, error) {
	s, err := d.Open(r)
	if err != nil {
		return nil, err
	}
	i := newInfo(s.header, &s.picture.info, s.offsets)
	i.Decoded = true
	if s.header.Modelled {
		i.Model, i.ModelID = s.model, hex.EncodeToString(s.modelID[:])
		i.Mirrored = s.mirrored
	}
	defer func() { i.Transform = s.transform }()
	for {
		at, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			i.Metadata, i.Exact = s.metadata, false
			i.describeJPEG(s.JPEG())
			return i, err
		}
		i.Levels = append(i.Levels, at)
		i.Noise = append(i.Noise, model.LevelNoise(at.Level))
		i.Exact = at.Exact
	}
	i.Exact = i.Exact && !s.in.Truncated()
	i.Whole = s.Whole()
	i.describeJPEG(s.JPEG())
	i.Metadata = s.metadata
	return i, nil
}

// describeJPEG notes what is known of the JPEG file that a file holds, if it does.
func (i *Info) describeJPEG(f *jpeg.File) {
	if f != nil {
		i.JPEG, i.Planes = f, len(f.Components)
	}
}
