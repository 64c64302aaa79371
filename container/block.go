package container

import (
	"encoding/binary"
	"hash/crc32"
)

// BlockSize is the size in bytes of a block. A payload of more bytes is cut into blocks of that size, the last of which may have
// fewer; each is followed by a checksum of its own. So damage is found where it is, and the bytes before it are known to be whole.
const BlockSize = 16 << 10

// blocks returns the number of blocks of n bytes of a payload: at least one, since an empty payload has a checksum, too.
func blocks(n uint64) uint64 { return max(1, (n+BlockSize-1)/BlockSize) }

// present returns how many bytes of the payload of segment index the complete file holds: all of them, but for the last segment
// of a file that ends early on purpose.
func (h *Header) present(index int) uint64 {
	if h.EndsEarly && index == len(h.Segments)-1 {
		return h.Kept
	}
	return h.Segments[index].Size
}

// stored returns the size in bytes of what the complete file holds of segment index, with the checksums of its blocks.
func (h *Header) stored(index int) int64 {
	_, sum := h.checksumSizes()
	n := h.present(index)
	return int64(n) + int64(blocks(n))*int64(sum)
}

// Reach returns the size in bytes of the shortest part of a segment, from its offset on, that holds the first n bytes of its
// payload. Beside these, it has the checksums of the blocks before the one in which they end.
func Reach(n uint64) int64 { return int64(n) + int64(blocks(n)-1)*checksumSize }

// Held returns how many bytes of a payload are in the first n bytes of a segment that is not complete: the inverse of Reach.
func Held(n int64) uint64 {
	const step = BlockSize + checksumSize
	whole := n / step
	return uint64(whole*BlockSize + min(n%step, BlockSize))
}

// newChecksum returns the checksum of a block of segment index before its first byte. It covers the block's place: in a short
// file the header's bytes, raw, otherwise the header's CRC, the segment's index and, if the segment has more than one block, the
// block's. The header says how many bytes each segment has, and with them where each block ends. So a block matches its checksum
// only in its own place in its own file.
func (h *Header) newChecksum(raw []byte, index, block int) checksum {
	if h.Short {
		c := checksum{short: true, value: 0xffff}
		c.update(raw)
		return c
	}
	place := binary.LittleEndian.AppendUint32(nil, binary.LittleEndian.Uint32(raw[len(raw)-checksumSize:]))
	place = binary.LittleEndian.AppendUint32(place, uint32(index))
	if h.present(index) > BlockSize {
		place = binary.LittleEndian.AppendUint32(place, uint32(block))
	}
	return checksum{value: crc32.Checksum(place, castagnoli)}
}
