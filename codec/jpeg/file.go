package jpeg

import (
	"fmt"
)

// BlockSize is how many coefficients a block has.
const BlockSize = 64

// MaxCoef is the largest magnitude of a coefficient that Parse gives. Eight bits need 1024.
const MaxCoef = 2047

// A Component is a plane of a JPEG file.
type Component struct {
	ID   byte // as the frame header has it
	H, V int  // sampling factors, 1 to 4

	// Wide and High count blocks. They are padded to whole MCUs of the frame; where a frame has but one component, an MCU is a block.
	Wide, High int

	Quant [BlockSize]uint16 // quantization steps, at least 1, in natural order: eight rows of vertical frequency, eight steps each
	Coef  []int16           // quantized coefficients, 64 a block in natural order; blocks row by row
}

// A File is a JPEG file: the coefficients, and what else it takes to write it.
type File struct {
	Width, Height int // pixels
	Components    []Component
	Progressive   bool

	colour   colour
	skeleton []byte // the file without the entropy-coded data of its scans; nil after ParseFrame
	whole    bool   // the skeleton has no gaps
	scans    []scan
	marks    []mark
	end      int        // what follows EOI in the skeleton begins here
	embedded []Embedded // pictures that are cut out of the syntax
}

// A mark is a marker with parameters in the skeleton.
type mark struct {
	at   int // of the byte 0xff right before the code; parameters begin 4 bytes later
	code byte
	size int // of the parameters
}

// A scan is a scan header, the tables in force there, and what its encoder chose.
type scan struct {
	at             int // in the skeleton, behind the header: where the entropy-coded data go
	components     []scanComponent
	ss, se, ah, al int
	interval       int   // MCUs from one restart marker to the next, or 0
	gaps           []gap // in a File of ParseSyntax
	choices
}

type scanComponent struct {
	index       int         // in File.Components
	destination [2]uint8    // by class: where its Huffman tables are
	huffman     [2]*huffman // by class: those that it uses
}

// Limits bound what a file may ask for, beside what follows from its length. Zero values stand for no bound.
type Limits struct {
	MaxPixels int64 // width times height
	MaxMemory int64 // bytes, of coefficients
}

// Scans may go over all blocks so many times in the mean, and in small files, which take no time, over so many blocks in all. Six
// scans of luma are usual.
const (
	maxVisits  = 24
	freeVisits = 1 << 22
)

// New returns a File of so many pixels, whose components have names, sampling factors and steps. It has no syntax, and cannot be written,
// but a frame ([File.AppendFrame]) and, all of them 0, coefficients. Errors are those of [ParseFrame].
func New(width, height int, components []Component) (*File, error) {
	f := &File{Width: width, Height: height, Components: components}
	if err := f.lay(Limits{}, 1<<31-1); err != nil {
		return nil, err
	}
	for i := range f.Components {
		c := &f.Components[i]
		c.Coef = make([]int16, BlockSize*c.Wide*c.High)
	}
	return f, nil
}

// lay computes the sizes of the components, for a file of so many bytes, and holds them to the limits.
func (f *File) lay(l Limits, size int) error {
	if f.Width == 0 || f.Height == 0 {
		return FormatError("empty picture")
	}
	if pixels := int64(f.Width) * int64(f.Height); l.MaxPixels > 0 && pixels > l.MaxPixels {
		return &LimitError{"pixels", pixels, l.MaxPixels}
	}
	h, v := f.MaxSampling()
	for i := range f.Components {
		c := &f.Components[i]
		if len(f.Components) == 1 {
			c.Wide, c.High = f.Blocks(i)
			continue
		}
		c.Wide, c.High = ceilDiv(f.Width, 8*h)*c.H, ceilDiv(f.Height, 8*v)*c.V
	}
	// Every block has a DC coefficient, which takes at least one bit.
	if n := f.blocks(); n > 8*int64(size) {
		return FormatError(fmt.Sprintf("%d blocks in %d bytes", n, size))
	}
	memory := l.MaxMemory
	if memory == 0 {
		memory = int64(^uint(0) >> 2) // half of what an int counts
	}
	if bytes := f.blocks() * BlockSize * 2; bytes > memory {
		return &LimitError{"bytes of coefficients", bytes, memory}
	}
	return nil
}

// blocks returns how many blocks the components have in all.
func (f *File) blocks() (n int64) {
	for _, c := range f.Components {
		n += int64(c.Wide) * int64(c.High)
	}
	return n
}

// MaxSampling returns the largest sampling factors.
func (f *File) MaxSampling() (h, v int) {
	for _, c := range f.Components {
		h, v = max(h, c.H), max(v, c.V)
	}
	return h, v
}

// Size returns how many samples of component i there are, across and down, without what pads them to whole blocks.
func (f *File) Size(i int) (wide, high int) {
	h, v := f.MaxSampling()
	return ceilDiv(f.Width*f.Components[i].H, h), ceilDiv(f.Height*f.Components[i].V, v)
}

// Blocks returns how many blocks cover component i. Scans of several components code more: all of Wide and High.
func (f *File) Blocks(i int) (wide, high int) {
	w, h := f.Size(i)
	return ceilDiv(w, 8), ceilDiv(h, 8)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// A Segment is a marker with parameters.
type Segment struct {
	Marker byte   // the code: 0xe1 for APP1
	Data   []byte // the parameters without their length; shared with the File
}

// Segments returns the segments of the file up to EOI in their order, headers of frame and scans included. A File of ParseFrame has none.
func (f *File) Segments() []Segment {
	var list []Segment
	for _, m := range f.marks {
		from, to := m.at+4, m.at+4+m.size
		list = append(list, Segment{m.code, f.skeleton[from:to:to]})
	}
	return list
}

// Trailing returns what follows the end of the image in the file, shared with the File.
func (f *File) Trailing() []byte { return f.skeleton[f.end:len(f.skeleton):len(f.skeleton)] }
