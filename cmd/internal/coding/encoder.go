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
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
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
	// Bytes, if positive, is how many bytes the file has at most: see codec.Options.
	Bytes int64
	// Cut, if not nil, returns the part of a file that is wanted, which is written.
	Cut func(ctx context.Context, file []byte) ([]byte, error)
	// Shortest says that Cut's parts are wanted as short as can be. Then JPEG files, pictures that a JPEG decoder has made, and what is stored, are
	// coded by a model of their samples as well, of pictures with a palette by one of their colours.
	Shortest bool
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
	part, whole, err := e.part(ctx, func(w io.Writer) error { return encoder.EncodeContext(ctx, w, p.Image) })
	if err != nil {
		return r, err
	}
	if e.Shortest {
		info, err := codec.Inspect(bytes.NewReader(whole))
		if err != nil {
			return r, err
		}
		if info.Model == zoo.NameOfJPEG || !info.Modelled && e.Mode == codec.Auto {
			m := p.Image
			if indices, ok := m.(*image.Paletted); ok {
				m = images.Colours(indices)
			}
			other, err := e.ofSamples(ctx, encoder, m)
			if err != nil {
				return r, err
			}
			if other != nil && len(other) < len(part) {
				part = other
			}
		}
	}
	_, err = w.Write(part)
	return r, err
}

// part makes a file, and returns it and the part of it that is wanted.
func (e *Encoder) part(ctx context.Context, encode func(w io.Writer) error) (part, whole []byte, err error) {
	var file bytes.Buffer
	if err := encode(&file); err != nil {
		return nil, nil, err
	}
	if e.Cut == nil {
		return file.Bytes(), file.Bytes(), nil
	}
	part, err = e.Cut(ctx, file.Bytes())
	return part, file.Bytes(), err
}

// ofSamples returns the part that is wanted of the file that a model makes of a picture's samples, or nil if decoders would refuse that.
func (e *Encoder) ofSamples(ctx context.Context, encoder *codec.Encoder, m image.Image) ([]byte, error) {
	encoder.Mode, encoder.KeepSamples = codec.Modelled, true
	part, _, err := e.part(ctx, func(w io.Writer) error { return encoder.EncodeContext(ctx, w, m) })
	if limit := (*codec.LimitError)(nil); errors.As(err, &limit) {
		return nil, nil
	}
	return part, err
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
		Bytes:       e.Bytes,
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
	part, whole, err := e.part(ctx, func(w io.Writer) error { return encoder.EncodeJPEGContext(ctx, w, bytes.NewReader(data)) })
	if err != nil {
		return err
	}
	if size, err = codec.DecodeConfig(bytes.NewReader(whole)); err != nil {
		return err
	}
	r.Width, r.Height, r.Original = size.Width, size.Height, !e.Strip
	if LosesJPEG(part) {
		r.Losses, r.Original = append(r.Losses, LossOfJPEG), false
		if (e.Bytes > 0 || e.Shortest) && e.Mode != codec.Stored {
			if part, err = e.betterOfJPEG(ctx, part, data, r); err != nil {
				return err
			}
		}
	}
	_, err = w.Write(part)
	return err
}

// betterOfJPEG returns the part of a JPEG file's file that is wanted, or of one of the picture, if that is better, and notes in r what that loses.
func (e *Encoder) betterOfJPEG(ctx context.Context, part, data []byte, r *Result) ([]byte, error) {
	var of Result
	p, err := e.read(bytes.NewReader(data), &of)
	if err != nil {
		return part, nil // nobody here can make the pixels of such a JPEG file
	}
	encoder := e.encoder(of.Width, of.Height)
	if encoder.Metadata, err = p.Metadata.Marshal(); err != nil {
		return nil, err
	}
	other, err := e.ofSamples(ctx, encoder, p.Image)
	if err != nil || other == nil {
		return part, err
	}
	better := len(other) < len(part)
	if !e.Shortest {
		d := codec.Decoder{Limits: e.Limits}
		if e.Net != nil {
			d.Nets = append(d.Nets, e.Net)
		}
		quality := func(file []byte) float64 {
			m, err := d.DecodeContext(ctx, bytes.NewReader(file))
			if err != nil {
				return math.Inf(-1) // a file without a picture
			}
			return PSNR(m, p.Image)
		}
		better = quality(other) > quality(part)
	}
	if !better {
		return part, ctx.Err()
	}
	r.Losses = append(r.Losses, of.Losses...)
	return other, ctx.Err()
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
