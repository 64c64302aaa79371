package picture

import (
	"bytes"
	"encoding/binary"
	"image"

	"github.com/ddpmz/ddpmz/codec/jpeg"
)

// IsJPEG reports whether a file begins as JPEG files do; three bytes tell.
func IsJPEG(head []byte) bool { return bytes.HasPrefix(head, []byte("\xff\xd8\xff")) }

// OfJPEG returns the picture that Read makes of a JPEG file, from its pixels and what has been parsed of the file: of a file of
// which no more than the frame is known, that has only EXIF's orientation.
func OfJPEG(m image.Image, f *jpeg.File) *Picture {
	p := &Picture{Image: m, Format: "jpeg"}
	segments := f.Segments()
	if len(segments) == 0 {
		if o := f.Orientation(); o > 1 {
			profiles{exif: exifOrientation(o)}.keep(p)
		}
		return p
	}
	header := []byte("\xff\xd8")
	for _, s := range segments {
		header = append(header, 0xff, s.Marker)
		header = binary.BigEndian.AppendUint16(header, uint16(2+len(s.Data)))
		header = append(header, s.Data...)
	}
	header = append(header, "\xff\xd9"...)
	scanJPEG(append(header, f.Trailing()...)).keep(p)
	return p
}

// exifOrientation returns EXIF data that say nothing but an orientation.
func exifOrientation(o int) []byte {
	const orientation, short = 0x112, 3
	b := []byte("MM\x00*\x00\x00\x00\x08\x00\x01") // the first directory, which has one entry, follows
	for _, v := range []uint16{orientation, short, 0, 1, uint16(o), 0, 0, 0} {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

// StripJPEG returns a JPEG file without its metadata, which are those of the segments and the data that Read makes metadata of, or
// passes over, and with the same pixels. What else there is, stays as it is.
func StripJPEG(file []byte) []byte {
	out := append([]byte(nil), file[:min(2, len(file))]...)
	for rest := file[len(out):]; ; {
		marker := nextMarker(rest)
		if len(marker) < 4 || marker[1] == markerSOS || marker[1] == markerEOI {
			return append(out, untilEnd(rest)...)
		}
		n := 2
		if marker[1] != 0x01 && (marker[1] < 0xd0 || marker[1] > 0xd8) {
			n += int(binary.BigEndian.Uint16(marker[2:]))
		}
		if n > len(marker) {
			return append(out, rest...)
		}
		if !isMetadata(marker[1], marker[4:max(n, 4)]) {
			out = append(out, marker[:n]...)
		}
		rest = marker[n:]
	}
}

// isMetadata reports whether a segment says nothing of the pixels.
func isMetadata(marker byte, data []byte) bool {
	switch {
	case marker == markerCOM:
		return true
	case marker == markerAPP0: // JFIF, which has the colours, unless a thumbnail follows
		return !bytes.HasPrefix(data, []byte(prefixJFIF)) || len(data) > 14
	case marker == markerAPP0+14:
		return !bytes.HasPrefix(data, []byte(prefixAdobe))
	}
	return marker > markerAPP0 && marker <= markerAPP15
}

// untilEnd returns a file's data up to its end-of-image marker, if it has one.
func untilEnd(file []byte) []byte {
	for rest := file; ; {
		marker := nextMarker(rest)
		if len(marker) < 2 {
			return file
		}
		rest = marker[2:]
		if marker[1] == markerEOI {
			return file[:len(file)-len(rest)]
		}
	}
}
