package codec

import (
	"errors"
	"io"

	"github.com/ddpmz/ddpmz/bitstream"
	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/container"
)

// JPEGProfile returns the ICC profile of the JPEG file that a file from r holds, without decoding it: nil if it has none, if the
// file was made of no JPEG file, or if it holds one as it is. Of r it reads the header, the frame and the syntax, as Inspect does. Errors are those of DecodeConfig, and of a frame or a syntax that
// is damaged; a LimitError for a syntax of more than 56 KiB, of which most is other pictures; and io.ErrUnexpectedEOF if the file is cut.
func JPEGProfile(r io.Reader) ([]byte, error) {
	in, p, err := openHeader(r)
	if err != nil {
		return nil, err
	}
	if !p.format.isJPEG() {
		return nil, nil
	}
	var frame []byte
	for _, g := range in.Header().Segments {
		switch {
		case g.Kind == container.Syntax && g.Size > maxInspected:
			return nil, &LimitError{"bytes of the syntax of a JPEG file", int64(g.Size), maxInspected}
		case g.Kind != container.Frame && g.Kind != container.Syntax:
			if err := in.Skip(); err != nil {
				return nil, cutIs(err)
			}
			continue
		}
		c, err := in.Next()
		switch {
		case err != nil:
			return nil, cutIs(framing(err))
		case !c.Complete:
			return nil, io.ErrUnexpectedEOF
		case g.Kind == container.Frame:
			frame = c.Payload
		default:
			return syntaxProfile(frame, c.Payload)
		}
	}
	return nil, nil
}

// cutIs returns an error, or io.ErrUnexpectedEOF if it is that a file is cut.
func cutIs(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// syntaxProfile returns the ICC profile of a JPEG file, of its frame and its packed syntax.
func syntaxProfile(frame, packed []byte) ([]byte, error) {
	if len(packed) > 0 && packed[0] == sideEmbedded {
		r := bitstream.NewReader(packed[1:])
		size := uint64(0) // of the pictures
		for range r.Uvarint(maxEmbedded) {
			size += r.Uvarint(uint64(len(packed))*embeddedKinds+embeddedKinds-1) / embeddedKinds
		}
		r.Bytes(size)
		if r.Err() != nil {
			return nil, malformed("pictures in a JPEG file", r.Err())
		}
		packed = packed[1+r.Offset():]
	}
	syntax, err := Limits{}.unpackSide(packed, 0)
	if err != nil {
		return nil, err
	}
	profile, err := jpeg.SyntaxProfile(frame, syntax)
	if err != nil {
		return nil, jpegError(err)
	}
	return profile, nil
}
