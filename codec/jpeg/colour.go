package jpeg

import (
	"bytes"
	"encoding/binary"
)

// colour is what the markers before the first scan say of how the picture is to be shown.
type colour struct {
	jfif        bool
	adobe       bool
	transform   byte // with adobe
	orientation byte // EXIF's, 2 to 8; 0 for none, and for 1
	exif        bool // there was EXIF
}

// read takes notice of a marker segment.
func (c *colour) read(code byte, payload []byte) {
	switch {
	case code == markerAPP0 && len(payload) >= 14 && bytes.HasPrefix(payload, []byte("JFIF\x00")):
		c.jfif = true
	case code == markerAPP0+14 && len(payload) >= 12 && bytes.HasPrefix(payload, []byte("Adobe")):
		c.adobe, c.transform = true, payload[11]
	case code == markerAPP0+1 && !c.exif && bytes.HasPrefix(payload, []byte("Exif\x00\x00")):
		c.exif, c.orientation = true, orientation(payload[6:])
	}
}

// orientation finds the orientation in EXIF's first directory.
func orientation(tiff []byte) byte {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := order.Uint32(tiff[4:])
	if at > uint32(len(tiff)-2) || len(tiff) > 1<<16 {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			break
		}
		const tag, short = 0x112, 3
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short && order.Uint32(entries[4:]) == 1 {
			if v := order.Uint16(entries[8:]); v >= 2 && v <= 8 {
				return byte(v)
			}
			break
		}
		entries = entries[12:]
	}
	return 0
}

// HasJFIF reports whether the file has JFIF's marker, which says that its colours are gray or Y, Cb and Cr.
func (f *File) HasJFIF() bool { return f.colour.jfif }

// AdobeTransform returns the colour transform that Adobe's marker names (0: none, 1: YCbCr, 2: YCCK), if there is this marker.
func (f *File) AdobeTransform() (transform int, ok bool) {
	return int(f.colour.transform), f.colour.adobe
}

// Orientation returns EXIF's orientation, 1 to 8; 1 where none is given.
func (f *File) Orientation() int { return int(max(f.colour.orientation, 1)) }
