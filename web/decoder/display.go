//go:build js && wasm

package main

import (
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/metadata"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/web/colour"
)

// A display says how the picture of a file is to be shown, as far as that is wanted and known.
type display struct {
	turns    bool // pictures are turned as EXIF's orientation says
	converts bool // their colours are those that the file's profile says
	wide     bool // the host has the space Display P3

	orientation metadata.Orientation // 0 while it is not known
	colours     *colour.Conversion   // nil while it is not known
}

// known reports whether all that is wanted is known.
func (d *display) known() bool {
	return (d.orientation != 0 || !d.turns) && (d.colours != nil || !d.converts)
}

// learn notes what a JPEG file, of which at least the frame is known, or the metadata of another picture say, if there are any.
func (d *display) learn(file *jpeg.File, data []byte) {
	if file != nil {
		d.setOrientation(metadata.Orientation(file.Orientation()))
		if len(file.Segments()) > 0 {
			d.setProfile(file.Profile())
		}
		return
	}
	if data == nil {
		return
	}
	m, err := metadata.Unmarshal(data)
	if err != nil {
		m = new(metadata.Metadata) // the picture is there all the same
	}
	d.setOrientation(m.Orientation())
	d.setColours(colour.FromMetadata(m))
}

func (d *display) setOrientation(o metadata.Orientation) {
	if d.turns && d.orientation == 0 {
		d.orientation = o
	}
}

// setColours notes a profile, or that there is none.
func (d *display) setColours(p *colour.Profile) {
	if d.converts && d.colours == nil {
		d.colours = colour.For(p, d.wide)
	}
}

// setProfile notes the ICC profile of a JPEG file, or that there is none.
func (d *display) setProfile(icc []byte) {
	p, _ := colour.Parse(icc) // what is not known is shown as it is
	d.setColours(p)
}

// convert returns pixels, and the space that they are of.
func (d *display) convert(pix []byte) ([]byte, string) {
	if d.colours == nil {
		return pix, colour.SRGB.String()
	}
	return d.colours.Convert(pix), d.colours.Space.String()
}

// lookAhead finds out how the picture is to be shown: from what comes before it in the file, the frame of a JPEG file or metadata
// of up to 4 KiB; and from what comes behind it, if the file can be read in any order.
func (j *job) lookAhead() {
	in, err := container.NewReader(&reader{source: j.source})
	if err != nil {
		return
	}
	j.segments = in.Header().Segments
	offsets, err := in.Header().Offsets()
	if err != nil {
		return
	}
	first := 0 // how many segments can be read before the picture
	for first < len(j.segments) && (j.segments[first].Kind == container.Metadata || j.segments[first].Kind == container.Frame) {
		first++
	}
	if first > 0 {
		if info, err := codec.Inspect(io.LimitReader(&reader{source: j.source}, offsets[first])); err == nil {
			j.display.learn(info.JPEG, info.Metadata)
		}
	}
	if !j.host.Call("seeks", j.id).Bool() {
		return
	}
	for i, g := range j.segments[first:] {
		if tellsMore(g) && !j.display.known() {
			from, to := offsets[first+i], offsets[first+i+1]
			j.ahead = []any{from, to}
			j.inspect(&skimmer{reader{source: j.source}, from})
			j.ahead = nil
		}
	}
}

// tellsMore reports whether a segment behind the picture says how that is to be shown.
func tellsMore(g container.Segment) bool {
	return g.Kind == container.Metadata || g.Kind == container.Syntax
}

// look notes what has been read with the picture.
func (j *job) look() {
	if j.display.known() {
		return
	}
	before := j.display.orientation
	j.display.learn(j.stream.JPEG(), j.stream.Metadata())
	if o := j.display.orientation; o != before && o.Transposes() {
		j.sayHeader()
	}
}

// lookBehind has the picture shown once more if only the end of the file says how, and reads that if the decoder had no need to.
func (j *job) lookBehind() {
	if j.display.known() {
		return
	}
	before := j.display
	j.look()
	if !j.display.known() && slices.ContainsFunc(j.segments, tellsMore) {
		j.inspect(&reader{source: j.source})
		if j.display.orientation != before.orientation {
			j.sayHeader()
		}
	}
	j.pending = j.pending || j.display.orientation != before.orientation || j.display.colours != before.colours
}

// inspect notes what comes with the picture.
func (j *job) inspect(r io.ReadSeeker) {
	if info, err := codec.Inspect(r); err == nil {
		j.display.learn(info.JPEG, info.Metadata)
	}
	if j.display.known() || !slices.ContainsFunc(j.segments, func(g container.Segment) bool { return g.Kind == container.Syntax }) {
		return
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return
	}
	if icc, err := codec.JPEGProfile(r); err == nil {
		j.display.setProfile(icc)
	}
}

// A skimmer reads what is there of a source, and zeros instead of the rest up to an offset: what is passed over, whether by
// seeking or by reading, is not waited for.
type skimmer struct {
	reader
	from int64
}

func (s *skimmer) Read(p []byte) (int, error) {
	if s.offset >= s.from || s.there(s.offset) || len(p) == 0 {
		return s.reader.Read(p)
	}
	n := int(min(int64(len(p)), s.from-s.offset))
	clear(p[:n])
	s.offset += int64(n)
	return n, nil
}

func (s *skimmer) ReadByte() (byte, error) {
	var b [1]byte
	_, err := s.Read(b[:])
	return b[0], err
}

// turn returns the pixels of a picture of w x h pixels, turned, and its sides.
func turn(pix []byte, w, h int, o metadata.Orientation) (turned []byte, width, height int) {
	if o <= 1 {
		return pix, w, h
	}
	width, height = w, h
	if o.Transposes() {
		width, height = h, w
	}
	turned = make([]byte, len(pix))
	for y := range height {
		for x := range width {
			fromX, fromY := o.Source(x, y, w, h)
			copy(turned[4*(y*width+x):][:4], pix[4*(fromY*w+fromX):])
		}
	}
	return turned, width, height
}
