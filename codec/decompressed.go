package codec

import (
	"context"
	"fmt"
	"image"
	"io"
	"strings"

	"github.com/ddpmz/ddpmz/bitstream"
	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A decompressed picture is one that a JPEG decoder made, or a part of one: a modelled file of it has the coefficients of the JPEG file,
// as a file of a JPEG file has, and corrections.

// A decompressedLayout says where the blocks are that a picture was made of.
type decompressedLayout struct {
	*jpegLayout
	x, y int // where the picture begins in that of the blocks
	by   madeBy
	info info
}

// madeBy is the decoder that made a picture: the first byte of a frame. Those whose chroma is repeated have bit 0.
type madeBy byte

// Decoders that made a picture.
const (
	byLibjpegTurbo          madeBy = 0
	byLibjpegTurboRepeating madeBy = 1
	byGo                    madeBy = 5 // from 1.26 on
	byGoBefore26            madeBy = 9

	byWide madeBy = 16 // of Go's, if the picture has 16 bits a sample that are no copies of 8
)

// decoder returns the decoder as package pixels knows it; not ok if there is none.
func (b madeBy) decoder() (d pixels.Decoder, ok bool) {
	if b&byWide != 0 && b < byWide|byGo {
		return 0, false
	}
	switch b &^ byWide {
	case byLibjpegTurbo, byLibjpegTurboRepeating:
		return pixels.LibjpegTurbo, true
	case byGo:
		return pixels.Go, true
	case byGoBefore26:
		return pixels.GoBefore26, true
	}
	return 0, false
}

// mostGrid is how many columns or rows of blocks' samples there are before a picture, at most.
const mostGrid = 63

// newDecompressedLayout returns the layout of a picture.
func newDecompressedLayout(f *jpeg.File, x, y int, by madeBy, p info) (*decompressedLayout, error) {
	l, err := newJPEGLayout(f)
	if err != nil {
		return nil, err
	}
	l.pixels.Repeats = by != byLibjpegTurbo
	l.pixels.Decoder, _ = by.decoder()
	d := &decompressedLayout{l, x, y, by, p}
	colours := pixels.YCbCr
	if p.format.planes() == 1 {
		colours = pixels.Gray
	}
	switch {
	case by&byWide != 0 && p.format != formatRGB|formatWide:
		return nil, FormatError("a picture of 16 bits a sample that is not opaque")
	case l.pixels.Colours != colours:
		return nil, FormatError("blocks of other colours than the picture has")
	case x > mostGrid || y > mostGrid || f.Width < x+p.w || f.Height < y+p.h || f.Width > x+p.w+mostGrid || f.Height > y+p.h+mostGrid:
		return nil, FormatError(fmt.Sprintf("blocks for %d x %d pixels, of which the picture begins at (%d, %d)", f.Width, f.Height, x, y))
	}
	return d, nil
}

// appendFrame appends the frame.
func (d *decompressedLayout) appendFrame(dst []byte) []byte {
	w := bitstream.Writer{Buf: dst}
	w.Byte(byte(d.by))
	w.Byte(byte(d.x))
	w.Byte(byte(d.y))
	return d.AppendFrame(w.Buf)
}

// parseDecompressedFrame undoes appendFrame, for a picture.
func parseDecompressedFrame(frame []byte, p info, l jpeg.Limits) (*decompressedLayout, error) {
	if len(frame) < 3 {
		return nil, FormatError("the frame of a decompressed picture")
	}
	by := madeBy(frame[0])
	if _, ok := by.decoder(); !ok {
		return nil, UnsupportedError("an unknown JPEG decoder")
	}
	f, err := jpeg.ParseFrame(frame[3:], l)
	if err != nil {
		return nil, jpegError(err)
	}
	return newDecompressedLayout(f, int(frame[1]), int(frame[2]), by, p)
}

// passes returns the passes.
func (d *decompressedLayout) passes() []model.Pass {
	return append(dct.Passes(&d.coefficients), correctionsPass)
}

// correctionWork is what correcting a block takes at most, in sites.
const correctionWork = 2

// work returns what a pass takes, in sites.
func (d *decompressedLayout) work(p model.Pass) int64 {
	if p.Stage == correctionsStage {
		return d.pictureWork() + correctionWork*int64(d.Width+8)*int64(d.Height+8)/jpeg.BlockSize
	}
	return d.jpegLayout.work(p)
}

// decodingWork returns the work of decoding passes, and the picture.
func (d *decompressedLayout) decodingWork(passes []model.Pass) int64 {
	n := d.pictureWork()
	for _, p := range passes {
		n += d.work(p)
	}
	return n
}

// memory returns what coding takes in either direction, beside the picture.
func (d *decompressedLayout) memory() int64 {
	return d.codingMemory() + slack*2*int64(d.info.format.planes())*int64(d.info.w)*int64(d.info.h)
}

// isDecompressed reports whether a header is of a file of a decompressed picture: one by the model of JPEG files.
func isDecompressed(h *container.Header) bool {
	if !h.Modelled || h.Number != 0 || format(h.Format).isJPEG() {
		return false
	}
	net, err := zoo.JPEG()
	if err != nil {
		return false
	}
	id := net.Identity()
	return h.Model == [8]byte(id[:8])
}

// String says how the picture was made.
func (d *decompressedLayout) String() string {
	names := []string{}
	if c := d.Components[0]; len(d.Components) > 1 {
		names = append(names, samplingName(c.H, c.V))
	}
	if q, exact := jpeg.QualityOf(&d.Components[0].Quant); exact {
		names = append(names, fmt.Sprintf("quality %d", q))
	} else {
		names = append(names, fmt.Sprintf("quality about %d", q))
	}
	switch d.by &^ byWide {
	case byLibjpegTurboRepeating:
		names = append(names, "chroma repeated")
	case byGo:
		names = append(names, "by Go's image/jpeg")
	case byGoBefore26:
		names = append(names, "by image/jpeg of Go before 1.26")
	}
	if d.by&byWide != 0 {
		names = append(names, "in 16 bits")
	}
	if d.x > 0 || d.y > 0 {
		names = append(names, fmt.Sprintf("cut at %d,%d of its grid", d.x, d.y))
	}
	return "as a JPEG decoder made it: " + strings.Join(names, ", ")
}

// samplingName returns how a subsampling of chroma is called.
func samplingName(h, v int) string {
	switch 16*h + v {
	case 0x11:
		return "4:4:4"
	case 0x21:
		return "4:2:2"
	case 0x22:
		return "4:2:0"
	case 0x12:
		return "4:4:0"
	case 0x41:
		return "4:1:1"
	case 0x42:
		return "4:1:0"
	}
	return fmt.Sprintf("%dx%d", h, v)
}

// made returns the planes that are corrected, as the exact coefficients make them: of colours, or, of a picture of 16 bits a sample, of luma and
// chroma.
func (d *decompressedLayout) made() ([][]uint8, error) {
	l := *d.jpegLayout
	if d.by&byWide != 0 {
		samples := *l.pixels
		samples.Colours = pixels.RGB // of which a picture has the samples as they are
		l.pixels = &samples
	}
	m, err := l.exactPicture(0)
	if err != nil {
		return nil, err
	}
	return d.planesOf(m), nil
}

// planesOf returns the samples of a picture's colour planes in that of the blocks.
func (d *decompressedLayout) planesOf(m image.Image) [][]uint8 {
	p := &d.info
	planes := make([][]uint8, p.format.planes())
	for i := range planes {
		planes[i] = make([]uint8, p.w*p.h)
	}
	for y := range p.h {
		switch m := m.(type) {
		case *image.Gray:
			copy(planes[0][y*p.w:][:p.w], m.Pix[(d.y+y)*m.Stride+d.x:])
		case *image.RGBA:
			row := m.Pix[(d.y+y)*m.Stride+4*d.x:]
			for x := range p.w {
				for i := range planes {
					planes[i][y*p.w+x] = row[4*x+i]
				}
			}
		}
	}
	return planes
}

// A decompressedProcess is the process of a decompressed picture.
type decompressedProcess struct {
	chain   *dct.Chain
	layout  *decompressedLayout
	picture *picture
	reduce  int
	truth   [][]uint8 // of an encoder: what they are to be corrected to; nil once that is coded

	corrected [][]uint8 // the planes that were corrected, once there are corrections
	differ    int       // pixels of an encoder's picture that are corrected
	done      bool
}

// Run is model.Chain's.
func (c *decompressedProcess) Run(passes []model.Pass, source model.Source) error {
	n := len(passes)
	last := n > 0 && passes[n-1].Stage == correctionsStage
	if last {
		n--
	}
	if n > 0 {
		if err := c.chain.Run(passes[:n], source); err != nil {
			return err
		}
	}
	if !last {
		return nil
	}
	select {
	case <-c.chain.Done:
		return model.ErrStopped
	default:
	}
	coder, err := source.Begin(correctionsPass, 1)
	if err != nil {
		return err
	}
	if isDrawn(coder) { // a picture that is drawn needs no corrections
		return coder.Done(true)
	}
	made, err := c.layout.made()
	if err != nil {
		return err
	}
	d := &c.layout.info
	stream, end := streamOf(coder.Open(0))
	k := corrector{coder: stream, truth: c.truth, made: made, apart: c.layout.by&byWide != 0}
	complete := k.code(d.w, d.h, c.layout.x, c.layout.y) || end()
	c.corrected, c.truth, c.differ = k.made, nil, k.differ
	if complete {
		coder.Close(0)
	}
	if err := coder.Done(complete); err != nil {
		return err
	}
	if !complete {
		return io.ErrUnexpectedEOF
	}
	c.done = true
	return nil
}

func (c *decompressedProcess) exact() bool { return c.done }

func (c *decompressedProcess) work(p model.Pass) int64 { return c.layout.work(p) }

func (c *decompressedProcess) pictureWork([]model.Pass, int) int64 { return c.layout.pictureWork() }

func (c *decompressedProcess) image(ctx context.Context) (image.Image, error) {
	p := c.picture.reduced(model.Reduction{Scales: c.reduce})
	planes := c.corrected
	var err error
	if planes == nil && c.reduce == 0 && c.layout.by&byWide != 0 && c.chain.Exact() {
		if planes, err = c.layout.made(); err != nil {
			return nil, err
		}
	}
	if planes != nil && c.reduce == 0 {
		if c.layout.by&byWide == 0 {
			m, set := p.newImage()
			c.rows(p.w, p.h, set, func(i, x, y int) int32 { return int32(planes[i][y*p.w+x]) })
			return m, nil
		}
		wide := *p
		wide.format, wide.depth = formatRGB, 16
		m, set := wide.newImage()
		c.rows(p.w, p.h, set, func(i, x, y int) int32 {
			at := y*p.w + x
			return int32(pixels.WideOfGo(planes[0][at], planes[1][at], planes[2][at])[i])
		})
		return m, nil
	}
	var made image.Image
	if c.chain.Exact() {
		made, err = c.layout.exactPicture(c.reduce)
	} else {
		made, err = c.layout.picture(c.chain.Estimates, dct.EstimateBits, c.reduce)
		if err == nil {
			err = ctx.Err()
		}
	}
	if err != nil {
		return nil, err
	}
	m, set := p.newImage()
	size := made.Bounds().Size()
	x0, y0 := c.layout.x>>c.reduce, c.layout.y>>c.reduce
	at := func(x, y int) (int, int) { return min(x0+x, size.X-1), min(y0+y, size.Y-1) }
	switch made := made.(type) {
	case *image.Gray:
		c.rows(p.w, p.h, set, func(_, x, y int) int32 {
			x, y = at(x, y)
			return int32(made.Pix[y*made.Stride+x])
		})
	case *image.RGBA:
		c.rows(p.w, p.h, set, func(i, x, y int) int32 {
			x, y = at(x, y)
			return int32(made.Pix[y*made.Stride+4*x+i])
		})
	}
	return m, nil
}

// rows sets the rows of a picture.
func (c *decompressedProcess) rows(w, h int, set func(y int, rows []model.Plane), at func(plane, x, y int) int32) {
	row := make([]model.Plane, c.layout.info.format.planes())
	for i := range row {
		row[i] = model.NewPlane(w, 1)
	}
	for y := range h {
		for i := range row {
			for x := range row[i].Pix {
				row[i].Pix[x] = at(i, x, y)
			}
		}
		set(y, row)
	}
}
