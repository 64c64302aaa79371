package picture

import "encoding/binary"

// tiffProfiles reads the fields of a TIFF file's first directory that hold an
// ICC profile or XMP. A field is a tag, a type, a count and, as neither of
// these fits into four bytes, an offset.
func tiffProfiles(file []byte) profiles {
	const (
		tagXMP = 700
		tagICC = 34675

		fieldSize     = 12
		typeByte      = 1
		typeUndefined = 7
	)
	var p profiles
	var order binary.ByteOrder = binary.LittleEndian
	if file[0] == 'M' {
		order = binary.BigEndian
	}
	if len(file) < 8 {
		return p
	}
	at := int64(order.Uint32(file[4:]))
	if at > int64(len(file))-2 {
		return p
	}
	fields := file[at+2:]
	for range order.Uint16(file[at:]) {
		if len(fields) < fieldSize {
			break
		}
		tag, kind := order.Uint16(fields), order.Uint16(fields[2:])
		n, offset := int64(order.Uint32(fields[4:])), int64(order.Uint32(fields[8:]))
		fields = fields[fieldSize:]
		if kind != typeByte && kind != typeUndefined || offset+n > int64(len(file)) {
			continue
		}
		switch tag {
		case tagICC:
			p.icc = file[offset : offset+n]
		case tagXMP:
			p.xmp = file[offset : offset+n]
		}
	}
	return p
}
