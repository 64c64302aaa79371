// Package coding makes ddpmz files of pictures and of JPEG files, and finds out whether these come back. It is what the commands have
// in common that go through many files.
package coding

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// Suffix is that of the files which an [Encoder] makes.
const Suffix = ".ddpmz"

// Modes are the modes of encoding by their names.
var Modes = map[string]codec.Mode{"auto": codec.Auto, "modelled": codec.Modelled, "stored": codec.Stored}

// An Encoder makes files of pictures and JPEG files. The zero value has the defaults of ddpmz encode.
type Encoder struct {
	Model       string     // its name; empty for the default
	Net         *model.Net // of one's own, or nil
	KeepColours bool
	Mode        codec.Mode
	Effort      int // see codec.Options
	Limits      codec.Limits

	Strip  bool // leave metadata out
	Pixels bool // of a JPEG file, keep the picture, not the file
	Strict bool // an input of which something would be lost is a StrictError

	// Progress, if not nil, is called with how much is done, of 1000.
	Progress func(permille int)
	// Cut, if not nil, returns the part of a whole file that is wanted, which is written, and whether no other file could have a better one.
	Cut func(ctx context.Context, file []byte) (part []byte, settled bool, err error)
	// Best returns which of two parts, as Cut returns them, is better for what a whole file shows. It is called unless Cut has settled that: then
	// JPEG files, pictures that a JPEG decoder has made, and what is stored, are coded by a model of their samples as well.
	Best func(ctx context.Context, whole []byte, parts [2][]byte) (int, error)
}

// A Result says what encoding found.
type Result struct {
	Width, Height int            // in pixels
	Losses        []picture.Loss // what the input holds and the output does not
	Original      bool           // the output holds the input, a JPEG file
}

// Encode makes a file of an input, a picture of any format that package picture reads. What is known of the result is returned with
// errors, too: those of package picture, of package codec, of in and of w, and a [StrictError].
func (e *Encoder) Encode(ctx context.Context, w io.Writer, in io.Reader) (*Result, error) {
	r := new(Result)
	file := bufio.NewReader(in)
	begin, _ := file.Peek(len(container.Magic))
	if string(begin) == container.Magic || bytes.HasPrefix(begin, []byte(container.ShortMagic)) {
		return r, errors.New("a ddpmz file already; decode makes a picture of it")
	}
	if picture.IsJPEG(begin) && !e.Pixels {
		return r, e.encodeJPEG(ctx, w, file, r)
	}
	p, err := e.read(file, r)
	if err != nil {
		return r, err
	}
	meta, err := p.Metadata.Marshal()
	if err != nil {
		return r, err
	}
	encoder := e.encoder(r.Width, r.Height)
	encoder.Metadata = meta
	if e.Cut == nil {
		return r, encoder.EncodeContext(ctx, w, p.Image)
	}
	var whole bytes.Buffer
	if err := encoder.EncodeContext(ctx, &whole, p.Image); err != nil {
		return r, err
	}
	part, settled, err := e.Cut(ctx, whole.Bytes())
	if err != nil {
		return r, err
	}
	if !settled {
		info, err := codec.Inspect(bytes.NewReader(whole.Bytes()))
		if err != nil {
			return r, err
		}
		coefficients := info.Model == zoo.NameOfJPEG
		if coefficients || !info.Modelled && encoder.Mode == codec.Auto && info.Colour != "palette" {
			if part, _, err = e.better(ctx, whole.Bytes(), part, encoder, p.Image); err != nil {
				return r, err
			}
		}
	}
	_, err = w.Write(part)
	return r, err
}

// better returns the part of a file that is wanted, or that of the file that a model makes of a picture's samples, and whether it is the latter.
func (e *Encoder) better(ctx context.Context, whole, part []byte, encoder *codec.Encoder, m image.Image) (best []byte, samples bool, err error) {
	encoder.Mode, encoder.KeepSamples = codec.Modelled, true
	var file bytes.Buffer
	err = encoder.EncodeContext(ctx, &file, m)
	if limit := (*codec.LimitError)(nil); errors.As(err, &limit) {
		return part, false, nil // it would not be decoded
	}
	if err != nil {
		return nil, false, err
	}
	other, _, err := e.Cut(ctx, file.Bytes())
	if err != nil {
		return nil, false, err
	}
	i, err := e.Best(ctx, whole, [2][]byte{part, other})
	if i == 0 || err != nil {
		return part, false, err
	}
	return other, true, nil
}

// encoder returns the encoder of a picture of w x h pixels.
func (e *Encoder) encoder(w, h int) *codec.Encoder {
	TuneCollector(w, h)
	progress := e.Progress
	if progress == nil {
		progress = func(int) {}
	}
	return &codec.Encoder{Options: codec.Options{
		Model:       e.Model,
		Net:         e.Net,
		KeepColours: e.KeepColours,
		Mode:        e.Mode,
		Effort:      e.Effort,
		Progress:    releasingMemory(w, h, progress),
		Limits:      e.Limits,
	}}
}

// read reads a picture, without its metadata if these are not wanted, and notes in r what of it is lost.
func (e *Encoder) read(file io.Reader, r *Result) (*picture.Picture, error) {
	p, err := picture.Read(file, e.reading())
	if err != nil {
		return nil, err
	}
	if e.Strip {
		p.Metadata.Chunks = nil // but not the layout of the samples
		p.Losses = slices.DeleteFunc(p.Losses, func(l picture.Loss) bool {
			return l.Kind == picture.LossMetadata || l.Kind == picture.LossProfile
		})
	}
	size := p.Image.Bounds()
	r.Width, r.Height, r.Losses = size.Dx(), size.Dy(), p.Losses
	if e.Strict && len(p.Losses) > 0 {
		return nil, StrictError(Notes(p.Losses))
	}
	return p, nil
}

// reading returns the limits for pictures of other formats.
func (e *Encoder) reading() picture.ReadOptions {
	return picture.ReadOptions{MaxPixels: e.Limits.MaxPixels, MaxMemory: e.Limits.MaxMemory}
}

// LossOfJPEG is what a file loses that is the beginning of one which holds a JPEG file.
var LossOfJPEG = picture.Loss{Kind: picture.LossOriginal, Detail: "the JPEG file, but its picture: the file ends early"}

// encodeJPEG makes a file of a JPEG file.
func (e *Encoder) encodeJPEG(ctx context.Context, w io.Writer, in io.Reader, r *Result) error {
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if e.Strip {
		data = picture.StripJPEG(data)
	}
	size, _ := jpeg.DecodeConfig(bytes.NewReader(data)) // the encoder says what is wrong
	encoder := e.encoder(size.Width, size.Height)
	var file bytes.Buffer
	if err := encoder.EncodeJPEGContext(ctx, &file, bytes.NewReader(data)); err != nil {
		return err
	}
	if size, err = codec.DecodeConfig(bytes.NewReader(file.Bytes())); err != nil {
		return err
	}
	r.Width, r.Height, r.Original = size.Width, size.Height, !e.Strip
	part := file.Bytes()
	if e.Cut != nil {
		if part, err = e.jpegPart(ctx, part, data, r); err != nil {
			return err
		}
	}
	_, err = w.Write(part)
	return err
}

// jpegPart returns the part that is wanted of the file that a JPEG file became, or of one of the picture, and notes in r what is lost.
func (e *Encoder) jpegPart(ctx context.Context, whole, data []byte, r *Result) ([]byte, error) {
	part, settled, err := e.Cut(ctx, whole)
	if err != nil {
		return nil, err
	}
	var of Result
	samples := false
	if !settled {
		p, err := e.read(bytes.NewReader(data), &of)
		if err == nil { // else nobody here can make the pixels of such a JPEG file
			encoder := e.encoder(of.Width, of.Height)
			if encoder.Metadata, err = p.Metadata.Marshal(); err != nil {
				return nil, err
			}
			if part, samples, err = e.better(ctx, whole, part, encoder, p.Image); err != nil {
				return nil, err
			}
		}
	}
	if samples || LosesJPEG(part) {
		r.Losses, r.Original = append(r.Losses, LossOfJPEG), false
	}
	if samples {
		r.Losses = append(r.Losses, of.Losses...)
	}
	return part, nil
}

// LosesJPEG reports whether a file is the beginning of one that holds a JPEG file.
func LosesJPEG(file []byte) bool {
	s, err := new(codec.Decoder).Open(bytes.NewReader(file))
	return err == nil && s.IsJPEG() && s.EndsEarly()
}

// Reads reports whether a file's name has the suffix of pictures that an [Encoder] reads.
func Reads(name string) bool {
	_, ok := picture.FormatOf(name)
	return ok || strings.EqualFold(filepath.Ext(name), ".webp")
}

// A StrictError has the notes of a file for which [Encoder.Strict] allows none.
type StrictError []string

func (e StrictError) Error() string {
	return strings.Join(e, "; ") + "; without --strict this is a note"
}

// Notes words losses.
func Notes(losses []picture.Loss) (notes []string) {
	for _, l := range losses {
		notes = append(notes, Note(l))
	}
	return notes
}

// Note words a loss.
func Note(l picture.Loss) string { return "not kept: " + l.Detail }
