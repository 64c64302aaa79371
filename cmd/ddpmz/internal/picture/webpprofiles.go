package picture

import "encoding/binary"

// webpProfiles reads the chunks of a WebP file's RIFF form: an identifier, a
// little-endian length, and data padded to an even length.
func webpProfiles(file []byte) profiles {
	var p profiles
	for rest := file[12:]; len(rest) >= 8; {
		kind, n := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		if n > int64(len(rest)) {
			break
		}
		data := rest[:n]
		rest = rest[min(n+n%2, int64(len(rest))):]
		switch kind {
		case "ICCP":
			p.icc = data
		case "EXIF":
			p.exif = data
		case "XMP ":
			p.xmp = data
		}
	}
	return p
}
