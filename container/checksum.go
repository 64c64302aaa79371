package container

import (
	"encoding/binary"
	"hash/crc32"
)

// Checksums are CRC-32C, stored little-endian.
const checksumSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// segmentSeed returns the CRC to which a segment's payload is added. It has
// seen the header's CRC and the segment's index, so that a segment checks out
// only in its own place in its own file.
func segmentSeed(headerCRC uint32, index int) uint32 {
	var place [8]byte
	binary.LittleEndian.PutUint32(place[:4], headerCRC)
	binary.LittleEndian.PutUint32(place[4:], uint32(index))
	return crc32.Checksum(place[:], castagnoli)
}
