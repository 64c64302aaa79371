package jpeg

import "bytes"

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
	case code == markerAPP0+1 && !c.exif && bytes.HasPrefix(payload, []byte(exifHeader)):
		c.exif, c.orientation = true, orientation(payload[len(exifHeader):])
	}
}

// orientation finds the orientation in EXIF's first directory: 2 to 8, or 0.
func orientation(data []byte) byte {
	t := newTIFF(data)
	if v := t.directory(t.long(4)).value(tagOrientation); v >= 2 && v <= 8 {
		return byte(v)
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
