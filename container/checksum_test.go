package container

import (
	"hash/crc32"
	"testing"
)

// The check value that catalogues of CRCs give for CRC-32C.
func TestChecksum(t *testing.T) {
	if got := crc32.Checksum([]byte("123456789"), castagnoli); got != 0xe3069283 {
		t.Errorf("%08x", got)
	}
}

func TestSegmentSeed(t *testing.T) {
	want := crc32.Checksum([]byte{4, 3, 2, 1, 0x2c, 1, 0, 0, 'p'}, castagnoli)
	if got := crc32.Update(segmentSeed(0x01020304, 300), castagnoli, []byte("p")); got != want {
		t.Errorf("%08x, want %08x", got, want)
	}
}
