package container

import (
	"encoding/binary"
	"hash/crc32"
)

// checksumSize is the size in bytes of a checksum: CRC-32C, little-endian. In short files (see short.go) the
// checksum of the header is a CRC-8 and that of the segment a CRC-16.
const checksumSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksumSizes returns the sizes in bytes of the checksums of the header and of a block.
func (h *Header) checksumSizes() (header, segment int) {
	if h.Short {
		return shortHeaderSum, shortSum
	}
	return checksumSize, checksumSize
}

// A checksum is the checksum of a block of a segment, computed over the bytes that have arrived.
type checksum struct {
	short bool
	value uint32
}

func (c *checksum) update(p []byte) {
	if c.short {
		c.value = uint32(updateShort(uint16(c.value), crc16, p))
	} else {
		c.value = crc32.Update(c.value, castagnoli, p)
	}
}

// append appends the checksum in the form in which files store it.
func (c *checksum) append(dst []byte) []byte {
	if c.short {
		return binary.LittleEndian.AppendUint16(dst, uint16(^c.value))
	}
	return binary.LittleEndian.AppendUint32(dst, c.value)
}
