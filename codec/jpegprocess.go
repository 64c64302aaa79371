package codec

import (
	"context"
	"image"

	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/codec/jpeg/pixels"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/dct"
)

// A jpegLayout is what the frame of a JPEG file says of where its blocks are. It has the file's coefficients if that has them.
type jpegLayout struct {
	*jpeg.File
	coefficients dct.Image
	pixels       *pixels.Layout
}

// newJPEGLayout returns the layout of a file. The error is an UnsupportedError of one that no picture can be made of.
func newJPEGLayout(f *jpeg.File) (*jpegLayout, error) {
	p, err := pixels.LayoutOf(f)
	if err != nil {
		return nil, jpegError(err)
	}
	l := &jpegLayout{File: f, coefficients: dct.Image{Width: f.Width, Height: f.Height}, pixels: p}
	for _, c := range f.Components {
		l.coefficients.Planes = append(l.coefficients.Planes, dct.Plane{H: c.H, V: c.V, Wide: c.Wide, High: c.High, Quant: c.Quant, Coef: c.Coef})
	}
	return l, nil
}

// planes returns the coefficients of the components.
func (l *jpegLayout) planes() (list [][]int16) {
	for _, p := range l.coefficients.Planes {
		list = append(list, p.Coef)
	}
	return list
}

// format returns the format of files that hold the JPEG file.
func (l *jpegLayout) format() format {
	if l.pixels.Colours == pixels.Gray {
		return formatGrayJPEG
	}
	return formatJPEG
}

// blocks returns how many blocks the components have.
func (l *jpegLayout) blocks() (n int64) {
	for _, p := range l.coefficients.Planes {
		n += int64(p.Wide) * int64(p.High)
	}
	return n
}

// codingMemory returns what coding the file takes in either direction: the chain, the coefficients, the picture.
func (l *jpegLayout) codingMemory() int64 {
	return slack*dct.Memory(&l.coefficients) + l.pictureMemory()
}

// pictureMemory returns what the coefficients and the picture take.
func (l *jpegLayout) pictureMemory() int64 {
	info := info{format: l.format(), w: l.Width, h: l.Height, depth: 8}
	return slack * (2*jpeg.BlockSize*l.blocks() + info.imageBytes())
}

// work returns what a pass takes, in sites.
func (l *jpegLayout) work(p model.Pass) int64 { return dct.Work(&l.coefficients, p) }

// pictureWork returns what a picture takes, in sites.
func (l *jpegLayout) pictureWork() int64 {
	return jpegPictureWork(l.Width, l.Height) + l.blocks()/blocksPerSite
}

// decodingWork returns the work of decoding all passes, and the picture.
func (l *jpegLayout) decodingWork(passes []model.Pass) int64 {
	n := l.pictureWork()
	for _, p := range passes {
		n += l.work(p)
	}
	return n
}

// picture makes a picture of coefficients, which are in units of 2^-shift, smaller by 2^reduce in both directions.
func (l *jpegLayout) picture(source pixels.Blocks, shift uint, reduce int) (m image.Image, err error) {
	if reduce > 0 {
		m, err = l.pixels.Reduced(source, shift, uint(reduce))
	} else {
		m, err = l.pixels.Image(source, shift)
	}
	if err != nil {
		return nil, jpegError(err)
	}
	return m, nil
}

// exactPicture makes the picture of coefficients that are known.
func (l *jpegLayout) exactPicture(reduce int) (image.Image, error) {
	for i, p := range l.coefficients.Planes {
		l.Components[i].Coef = p.Coef
	}
	return l.picture(pixels.BlocksOf(l.File), 0, reduce)
}

// A jpegProcess is the process of a JPEG file's coefficients.
type jpegProcess struct {
	*dct.Chain
	layout *jpegLayout
	reduce int // of the picture
}

func (c *jpegProcess) exact() bool { return c.Exact() }

func (c *jpegProcess) work(p model.Pass) int64 { return c.layout.work(p) }

func (c *jpegProcess) pictureWork([]model.Pass, int) int64 { return c.layout.pictureWork() }

func (c *jpegProcess) image(ctx context.Context) (m image.Image, err error) {
	if c.Exact() {
		return c.layout.exactPicture(c.reduce)
	}
	if m, err = c.layout.picture(c.Estimates, dct.EstimateBits, c.reduce); err == nil {
		err = ctx.Err()
	}
	return m, err
}
