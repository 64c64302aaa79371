package codec

import (
	"context"

	"github.com/ddpmz/ddpmz/codec/internal/stored"
	"github.com/ddpmz/ddpmz/codec/jpeg/history"
	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// bytePlanes returns the samples of what is modelled, of 8 bits, or the high bytes of those of 16.
func (r *pixelReader) bytePlanes() [][]uint8 {
	planes := make([][]uint8, r.format.planes())
	shift := max(r.depth, 8) - 8
	for i := range planes {
		planes[i] = make([]uint8, r.w*r.h)
	}
	row := r.rows()
	for y := range r.h {
		colour, _ := row(y)
		for i, p := range planes {
			to := p[y*r.w:][:r.w]
			for x := range to {
				to[x] = uint8(colour[r.channels*x+i] >> shift)
			}
		}
	}
	return planes
}

// wasJPEG reports whether a picture that is to be modelled shows that a JPEG decoder has made it.
func (p *picture) wasJPEG() bool {
	if p.depth != 8 {
		return false
	}
	planes := make([][]uint8, len(p.colour))
	for i, plane := range p.colour {
		planes[i] = make([]uint8, 0, p.w*p.h)
		for y := range p.h {
			for _, v := range plane.Row(y) {
				planes[i] = append(planes[i], uint8(v))
			}
		}
	}
	return history.HasGrid(&history.Picture{Width: p.w, Height: p.h, Planes: planes})
}

// byHistory returns the decoder of a history.
func byHistory(h *history.History) madeBy {
	switch {
	case h.Decoder == pixels.Go:
		return byGo
	case h.Decoder == pixels.GoBefore26:
		return byGoBefore26
	case h.Repeats:
		return byLibjpegTurboRepeating
	}
	return byLibjpegTurbo
}

// maybeWide reports whether no pixel, of 16 bits a sample, shows that it is none of Go's.
func (r *pixelReader) maybeWide() bool {
	row := r.rows()
	for y := range r.h {
		colour, _ := row(y)
		for ; len(colour) > 0; colour = colour[3:] {
			if !history.IsWide([3]uint16(colour)) {
				return false
			}
		}
	}
	return true
}

// lumaAndChroma returns what a picture of 16 bits a sample is made of by Go: what the coefficients make, where that is right, and else the nearest;
// nil if there is none.
func (d *decompressedLayout) lumaAndChroma(r *pixelReader) ([][]uint8, error) {
	planes, err := d.made()
	if err != nil {
		return nil, err
	}
	row := r.rows()
	for y := range r.h {
		colour, _ := row(y)
		for x := range r.w {
			at, want := y*r.w+x, [3]uint16(colour[3*x:])
			made := [3]uint8{planes[0][at], planes[1][at], planes[2][at]}
			if pixels.WideOfGo(made[0], made[1], made[2]) == want {
				continue
			}
			right, ok := history.UndoWide(want, made)
			if !ok {
				return nil, nil
			}
			planes[0][at], planes[1][at], planes[2][at] = right[0], right[1], right[2]
		}
	}
	return planes, nil
}

// A decompressedFile is a picture coded by the coefficients that a JPEG decoder made it of.
type decompressedFile struct {
	*file
	bytes    int64 // of the segments of passes
	doubtful bool  // so much is corrected that another file may be smaller
}

// doubtful is of how many pixels one has to be corrected for a file to be doubtful.
const doubtful = 4

// encodeDecompressed codes a picture by the coefficients that a JPEG decoder made it of, if it finds any that a decoder
// with the same limits takes; otherwise the file is nil.
func (e *Encoder) encodeDecompressed(ctx context.Context, rows *pixelReader, side *sideData) (*decompressedFile, error) {
	if !e.tries().decompress || e.KeepColours || e.KeepSamples || e.Net != nil || max(rows.w, rows.h)+mostGrid > maxJPEGSide {
		return nil, nil
	}
	picture, wide := rows.info, rows.depth == 16
	if wide {
		if picture.format != formatRGB || !rows.maybeWide() {
			return nil, nil
		}
		picture.format, picture.depth = formatRGB|formatWide, 8
	}
	if picture.depth != 8 {
		return nil, nil
	}
	truth := rows.bytePlanes()
	h := history.Find(&history.Picture{Width: rows.w, Height: rows.h, Planes: truth, OfGo: wide, Done: ctx.Done()})
	if err := ctx.Err(); h == nil || err != nil {
		return nil, err
	}
	by := byHistory(h)
	if wide {
		by |= byWide
	}
	layout, err := newDecompressedLayout(h.File, h.X, h.Y, by, picture)
	if err != nil {
		return nil, err
	}
	if e.Limits.checkMemory(layout.memory()) != nil {
		return nil, nil
	}
	if wide {
		if truth, err = layout.lumaAndChroma(rows); truth == nil || err != nil {
			return nil, err
		}
	}
	net, err := zoo.JPEG()
	if err != nil {
		return nil, err
	}
	f := &decompressedFile{file: side.begin()}
	id := net.Identity()
	f.header.Modelled, f.header.Model, f.header.Params = true, [8]byte(id[:8]), []byte{0}
	f.header.Format, f.header.Depth = uint8(picture.format), uint8(picture.depth)
	f.add(container.Frame, 0, layout.appendFrame(nil))
	before := f.payloadBytes()
	process := &decompressedProcess{chain: dct.NewChain(net, &layout.coefficients), layout: layout, truth: truth}
	process.chain.Done = ctx.Done()
	passes := layout.passes()
	if err := f.addPasses(ctx, process, passes, 0, newWork(passes, layout.work, e.Progress), nil, nil); err != nil {
		return nil, err
	}
	f.doubtful = process.differ*doubtful > rows.w*rows.h
	f.bytes = f.payloadBytes() - before
	side.end(f.file)
	n, err := f.size()
	if err != nil {
		return nil, err
	}
	if e.Limits.checkWork(layout.decodingWork(passes), n) != nil {
		return nil, nil
	}
	return f, nil
}

// smaller returns the decompressed file, or that of the fallback codec if it is smaller.
func (f *decompressedFile) smaller(ctx context.Context, side *sideData, raster *stored.Raster) (*file, error) {
	raster.Stop = ctx.Err
	least, err := stored.Probe(raster)
	if err != nil {
		return nil, err
	}
	if least > f.bytes {
		return f.file, nil
	}
	fallback, err := side.storedFile(ctx, raster)
	if err != nil {
		return nil, err
	}
	return smallest(fallback, f.file)
}
