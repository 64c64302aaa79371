package codec

import (
	"context"
	"io"
	"slices"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A file is what the container frames.
type file struct {
	header   container.Header
	payloads [][]byte // of the header's segments
}

// add appends a segment.
func (f *file) add(k container.Kind, units int, payload []byte) {
	f.header.Segments = append(f.header.Segments, container.Segment{Kind: k, Units: uint32(units), Size: uint64(len(payload))})
	f.payloads = append(f.payloads, payload)
}

// clone returns a file with the same segments, to which others can be added.
func (f *file) clone() *file {
	c := &file{header: f.header, payloads: slices.Clone(f.payloads)}
	c.header.Segments = slices.Clone(f.header.Segments)
	return c
}

// size returns the bytes that the container makes of the file.
func (f *file) size() (int64, error) {
	o, err := f.header.Offsets()
	if err != nil {
		return 0, err
	}
	return o[len(o)-1], nil
}

// cut has the file end early if it has more than so many bytes, the most of it that they hold. The error is a *LimitError if they do not hold its
// header.
func (f *file) cut(most int64) error {
	h, err := cutHeader(&f.header, most, most)
	if err != nil {
		return err
	}
	present := h.Present()
	f.header, f.payloads = *h, slices.Clone(f.payloads[:len(present)])
	for i, n := range present {
		f.payloads[i] = f.payloads[i][:n]
	}
	return nil
}

// write writes the file, or as much of it as so many bytes hold, if that is positive.
func (f *file) write(w io.Writer, most int64) error {
	if most > 0 {
		if err := f.cut(most); err != nil {
			return err
		}
	}
	return container.Write(w, &f.header, f.payloads)
}

// smallest returns the smallest of some files, the first of several.
func smallest(files ...*file) (best *file, err error) {
	least := int64(0)
	for _, f := range files {
		n, err := f.size()
		if err != nil {
			return nil, err
		}
		if best == nil || n < least {
			best, least = f, n
		}
	}
	return best, nil
}

// payloadBytes returns the bytes of all payloads.
func (f *file) payloadBytes() (n int64) {
	for _, p := range f.payloads {
		n += int64(len(p))
	}
	return n
}

// shorten gives a file the container's short form if it can have it. Then τ is the model's own, as that of every file made
// here, and of the params the byte after it is left.
func (f *file) shorten() {
	h := f.header
	if !h.Modelled || h.Depth != 8 || len(h.Segments) != 1 || h.Segments[0].Size > container.MaxShort {
		return
	}
	h.Short = true
	if h.Params = h.Params[1:]; len(h.Params) == 0 {
		h.Params = nil
	} else if h.Params[0] > container.MaxShortParam {
		return
	}
	if n, ok := zoo.Number(h.Model); ok {
		h.Number, h.Model = n, [8]byte{}
	}
	f.header = h
}

// smallMetadata is how much metadata may delay the picture; more of it goes last.
const smallMetadata = 4 << 10

// sideData is what a file holds besides the pixels' colours, coded once for whichever way these are coded.
type sideData struct {
	before, after file
	digest        []byte // of the samples or the original file, or nil
}

// side codes the metadata, the palette and the alpha.
func (e *Encoder) side(ctx context.Context, rows *pixelReader) (*sideData, error) {
	d := new(sideData)
	if !e.NoDigest {
		sum := rows.digest()
		d.digest = sum[:]
	}
	d.before.header = container.Header{Width: uint32(rows.w), Height: uint32(rows.h), Format: uint8(rows.format), Depth: uint8(rows.depth)}
	if err := d.addMetadata(e.Metadata); err != nil {
		return nil, err
	}
	if rows.palette != nil {
		b, err := packPalette(rows.palette)
		if err != nil {
			return nil, err
		}
		d.before.add(container.Palette, 0, b)
	}
	if !rows.opaque {
		alpha := rows.alphaRaster()
		alpha.Stop = ctx.Err
		b, err := stored.Encode(alpha)
		if err != nil {
			return nil, err
		}
		d.before.add(container.Alpha, 0, b)
	}
	return d, nil
}

// addMetadata adds metadata, if there are any.
func (d *sideData) addMetadata(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	b, err := packSide(data)
	if err != nil {
		return err
	}
	f := &d.before
	if len(data) > smallMetadata {
		f = &d.after
	}
	f.add(container.Metadata, 0, b)
	return nil
}

// begin returns a file that holds what comes before the pixels' colours.
func (d *sideData) begin() *file { return d.before.clone() }

// end adds to a file what comes after the pixels' colours.
func (d *sideData) end(f *file) {
	if n, err := f.size(); err == nil && n > digestAbove && d.digest != nil {
		f.add(container.Digest, 0, d.digest)
	}
	f.header.Segments = append(f.header.Segments, d.after.header.Segments...)
	f.payloads = append(f.payloads, d.after.payloads...)
	f.shorten()
}

// storedFile returns the file whose pixels' colours the fallback codec codes. The error is that of ctx, once it is done.
func (d *sideData) storedFile(ctx context.Context, r *stored.Raster) (*file, error) {
	r.Stop = ctx.Err
	b, err := stored.Encode(r)
	if err != nil {
		return nil, err
	}
	f := d.begin()
	f.add(container.Stored, 0, b)
	d.end(f)
	return f, nil
}
