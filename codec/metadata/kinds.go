package metadata

import (
	"encoding/binary"
	"slices"
)

// kinds names what chunks hold, where that is not their type.
var kinds = map[string]string{
	"eXIf": "EXIF", "iCCP": "ICC profile", "pHYs": "resolution", "tEXt": "text", "zTXt": "text", "iTXt": "text", "tIME": "time",
}

// Kinds returns what kinds of data there are, each once, in the order of their first chunks: "ICC profile", "EXIF", "XMP", "IPTC", "text",
// "resolution", "time", or the type of a chunk.
func (m *Metadata) Kinds() (list []string) {
	for _, c := range m.Chunks {
		kind, ok := kinds[c.Type]
		switch {
		case IsXMP(c):
			kind = "XMP"
		case IsIPTC(c):
			kind = "IPTC"
		case !ok:
			kind = c.Type
		}
		if !slices.Contains(list, kind) {
			list = append(list, kind)
		}
	}
	return list
}

// An Orientation says how a picture is to be turned for display: the values of EXIF's tag 274. Of the picture as it is shown, 0 is no
// other than 1.
type Orientation int

// Transposes reports whether width and height are exchanged.
func (o Orientation) Transposes() bool { return o >= 5 && o <= 8 }

// Source returns the pixel of the picture, of w x h pixels, that is shown at (x, y).
func (o Orientation) Source(x, y, w, h int) (int, int) {
	if o.Transposes() {
		x, y = y, x
	}
	if o == 2 || o == 3 || o == 7 || o == 8 {
		x = w - 1 - x
	}
	if o == 3 || o == 4 || o == 6 || o == 7 {
		y = h - 1 - y
	}
	return x, y
}

const (
	tagOrientation = 274
	typeShort      = 3
	entryBytes     = 12 // of a directory
)

// Orientation returns the orientation that the EXIF data ask for: 1, which is that of the picture as it is, if they ask for none, or are
// malformed.
func (m *Metadata) Orientation() Orientation {
	exif := m.EXIF()
	if len(exif) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if exif[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return 1
	}
	for n, entries := int(order.Uint16(exif[at:])), exif[at+2:]; n > 0 && len(entries) >= entryBytes; n-- {
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == typeShort && order.Uint32(entries[4:]) == 1 {
			if o := Orientation(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[entryBytes:]
	}
	return 1
}
