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

// bytePlanes returns the samples of what is modelled, of 8 bits.
func (r *pixelReader) bytePlanes() [][]uint8 {
	planes := make([][]uint8, r.format.planes())
	for i := range planes {
		planes[i] = make([]uint8, r.w*r.h)
	}
	row := r.rows()
	for y := range r.h {
		colour, _ := row(y)
		for i, p := range planes {
			to := p[y*r.w:][:r.w]
			for x := range to {
				to[x] = uint8(colour[r.channels*x+i])
			}
		}
	}
	return planes
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
	if !e.tries().decompress || e.KeepColours || e.KeepSamples || e.Net != nil || rows.depth != 8 || max(rows.w, rows.h)+mostGrid > maxJPEGSide {
		return nil, nil
	}
	truth := rows.bytePlanes()
	h := history.Find(&history.Picture{Width: rows.w, Height: rows.h, Planes: truth, Done: ctx.Done()})
	if err := ctx.Err(); h == nil || err != nil {
		return nil, err
	}
	layout, err := newDecompressedLayout(h.File, h.X, h.Y, byHistory(h), rows.info)
	if err != nil {
		return nil, err
	}
	if e.Limits.checkMemory(layout.memory()) != nil {
		return nil, nil
	}
	net, err := zoo.JPEG()
	if err != nil {
		return nil, err
	}
	f := &decompressedFile{file: side.begin()}
	id := net.Identity()
	f.header.Modelled, f.header.Model, f.header.Params = true, [8]byte(id[:8]), []byte{0}
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
