package main

import (
	"bytes"
	"context"
	"image/jpeg"
	"io"
	"os"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
)

// lossOfJPEG is what a file loses that is the beginning of one which holds a JPEG file.
var lossOfJPEG = picture.Loss{Kind: picture.LossOriginal, Detail: "the JPEG file, but its picture: the file ends early"}

// encodeJPEG makes a file of a JPEG file.
func (e *encoding) encodeJPEG(ctx context.Context, w io.Writer, in io.Reader, bar *bar, o *outcome) error {
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if e.strip {
		data = picture.StripJPEG(data)
	}
	size, _ := jpeg.DecodeConfig(bytes.NewReader(data)) // the encoder says what is wrong
	encoder := e.encoder(size.Width, size.Height, bar)
	var file bytes.Buffer
	err = e.write(ctx, &file, func(w io.Writer) error { return encoder.EncodeJPEGContext(ctx, w, bytes.NewReader(data)) })
	if err != nil {
		return err
	}
	if size, err = codec.DecodeConfig(bytes.NewReader(file.Bytes())); err != nil {
		return err
	}
	o.Width, o.Height, o.Original = size.Width, size.Height, !e.strip
	if losesJPEG(file.Bytes()) {
		o.Losses, o.Original = append(o.Losses, lossOfJPEG), false
	}
	_, err = file.WriteTo(w)
	return err
}

// losesJPEG reports whether a file is the beginning of one that holds a JPEG file.
func losesJPEG(file []byte) bool {
	s, err := new(codec.Decoder).Open(bytes.NewReader(file))
	return err == nil && s.IsJPEG() && s.EndsEarly()
}

// holdsJPEG reports whether an input is a file that is whole, and of which decode gives a JPEG file back.
func holdsJPEG(name string) bool {
	info, err := os.Stat(name)
	if name == stdio || err != nil || !info.Mode().IsRegular() { // reading would take it away
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	s, err := new(codec.Decoder).Open(f)
	return err == nil && s.IsJPEG() && !s.EndsEarly() && info.Size() >= s.Size()
}
