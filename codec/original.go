package codec

import (
	"crypto/sha256"
	"errors"
	"io"

	"github.com/ddpmz/ddpmz/codec/jpeg"
)

// A NoOriginalError says why a stream has no original file to give: because it never had one, or because that is not there in full.
type NoOriginalError string

func (e NoOriginalError) Error() string { return "codec: no original file: " + string(e) }

// An original is what a stream knows of the JPEG file that it holds.
type original struct {
	frame  []byte
	layout *jpegLayout // once the frame is there
	syntax *jpeg.File  // once all of the file is known, but the coefficients of one that was coded
	depth  int         // of files that it is in, each in the syntax of the next
	whole  *jpeg.File  // that this one's coefficients are the residual to, or nil
	data   []byte      // the file, once it has been made or unwrapped
}

// IsJPEG reports whether the file was made of a JPEG file, by EncodeJPEG.
func (s *Stream) IsJPEG() bool { return s.original != nil }

// JPEG returns what is known of the JPEG file that the stream holds; nil if it holds none, or if nothing is known yet. First, that is
// its frame (sizes, sampling, quantization steps, EXIF's orientation), then, by the end of a complete file, all of it: see jpeg.File.Segments. It is shared
// with the stream, which may still be decoding its coefficients.
func (s *Stream) JPEG() *jpeg.File {
	switch o := s.original; {
	case o == nil:
	case o.syntax != nil:
		return o.syntax
	case o.layout != nil:
		return o.layout.File
	}
	return nil
}

// WriteOriginal writes the JPEG file that the file was made of, byte for byte. It can do so once Last, or Next at its end, is done
// with a file that is Whole and does not end early; else the error is a NoOriginalError, or what Last had. Other errors are w's.
func (s *Stream) WriteOriginal(w io.Writer) error {
	switch {
	case s.original == nil:
		return NoOriginalError("the file was made of a picture")
	case s.header.EndsEarly:
		return NoOriginalError("the file ends early, on purpose")
	case s.err != nil && s.err != io.EOF:
		return s.err
	case s.Truncated():
		return NoOriginalError("the file is cut")
	case !s.Whole():
		return NoOriginalError("the file has not been decoded to its end")
	}
	data, err := s.original.bytes()
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// bytes returns the file. All of it must be known.
func (o *original) bytes() ([]byte, error) {
	if o.data != nil && o.whole == nil {
		return o.data, nil
	}
	if o.syntax == nil || o.layout == nil {
		return nil, FormatError("a JPEG file without its syntax")
	}
	coef := o.layout.planes()
	if o.whole != nil {
		if err := o.syntax.AddResidual(coef, o.whole); err != nil {
			return nil, jpegError(err)
		}
	} else {
		for i := range coef {
			o.syntax.Components[i].Coef = coef[i]
		}
	}
	data, err := o.syntax.Append(nil)
	if err != nil {
		return nil, jpegError(err)
	}
	o.data = data
	return data, nil
}

// digest returns the digest of the file.
func (o *original) digest() (d digest, err error) {
	data, err := o.bytes()
	if err != nil {
		return d, err
	}
	sum := sha256.Sum256(data)
	return digest(sum[:len(d)]), nil
}

// jpegError makes an error of one of the packages for JPEG files.
func jpegError(err error) error {
	var (
		unsupported jpeg.UnsupportedError
		limit       *jpeg.LimitError
		format      jpeg.FormatError
	)
	switch {
	case errors.As(err, &unsupported):
		return &unsupportedError{UnsupportedError(unsupported), err}
	case errors.As(err, &limit):
		return &LimitError{limit.What, limit.Have, limit.Max}
	}
	if errors.As(err, &format) {
		return &formatError{FormatError("JPEG file: " + string(format)), err}
	}
	return malformed("JPEG file", err)
}
