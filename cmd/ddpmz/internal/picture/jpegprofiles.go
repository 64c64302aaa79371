package picture

import (
	"bytes"
	"encoding/binary"
)

// jpegProfiles reads the application segments before a JPEG file's scan: APP1
// holds EXIF and XMP, APP2 the parts of an ICC profile, each with its number
// (from 1) and their count.
func jpegProfiles(file []byte) profiles {
	var p profiles
	parts := map[byte][]byte{}
	var count byte
	for rest := file[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker := rest[1]
		if marker == 0xff { // a fill byte
			rest = rest[1:]
			continue
		}
		if marker == 0xda || marker == 0xd9 { // the scan, the end
			break
		}
		n := int(binary.BigEndian.Uint16(rest[2:]))
		if n < 2 || n > len(rest)-2 {
			break
		}
		data := rest[4 : 2+n]
		rest = rest[2+n:]
		switch marker {
		case 0xe1:
			if bytes.HasPrefix(data, []byte("Exif\x00\x00")) && p.exif == nil {
				p.exif = data
			} else if xmp, ok := bytes.CutPrefix(data, []byte("http://ns.adobe.com/xap/1.0/\x00")); ok && p.xmp == nil {
				p.xmp = xmp
			}
		case 0xe2:
			if part, ok := bytes.CutPrefix(data, []byte("ICC_PROFILE\x00")); ok && len(part) >= 2 {
				parts[part[0]], count = part[2:], part[1]
			}
		}
	}
	for i := range int(count) {
		part, ok := parts[byte(i+1)]
		if !ok {
			p.icc = nil
			break
		}
		p.icc = append(p.icc, part...)
	}
	return p
}
