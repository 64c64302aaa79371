package container

import (
	"bytes"
	"hash/crc32"
	"testing"
)

// TestChecksum compares CRC-32C with the check value that catalogues of CRCs give.
func TestChecksum(t *testing.T) {
	if got := crc32.Checksum([]byte("123456789"), castagnoli); got != 0xe3069283 {
		t.Errorf("%08x", got)
	}
}

func TestSegmentChecksum(t *testing.T) {
	header := []byte{9, 9, 4, 3, 2, 1} // its last four bytes are its CRC
	want := crc32.Checksum([]byte{4, 3, 2, 1, 0x2c, 1, 0, 0, 'p'}, castagnoli)
	c := (&Header{Segments: make([]Segment, 301)}).newChecksum(header, 300, 0)
	if c.update([]byte("p")); c.value != want {
		t.Errorf("%08x, want %08x", c.value, want)
	}
	c = (&Header{Short: true}).newChecksum([]byte("1234"), 0, 0)
	if c.update([]byte("56789")); !bytes.Equal(c.append(nil), []byte{0x6e, 0x90}) { // the check value of CRC-16/X-25
		t.Errorf("%x", c.append(nil))
	}
}

func TestShortHeaderCRC(t *testing.T) {
	if got := shortHeaderCRC([]byte("123456789")); got != 0xd0 { // the check value of CRC-8/ROHC
		t.Errorf("%02x", got)
	}
}

// TestShortChecksumsFind tests that the checksums of the short form detect every combination of one to three wrong bits, in the
// data and in the checksum.
func TestShortChecksumsFind(t *testing.T) {
	h := &Header{Short: true}
	sum := h.newChecksum([]byte("file"), 0, 0)
	for _, c := range []struct {
		name string
		data []byte
		bits int
		good func([]byte) bool
	}{
		{"header", append([]byte("a header of 14"), shortHeaderCRC([]byte("a header of 14"))), 119, func(b []byte) bool {
			return shortHeaderCRC(b[:14]) == b[14]
		}},
		{"segment", sum.append([]byte("file")), 48, func(b []byte) bool {
			sum := h.newChecksum(b[:4], 0, 0)
			return bytes.Equal(sum.append(nil), b[4:])
		}},
	} {
		if !c.good(c.data) {
			t.Fatalf("%s: undamaged, but the check fails", c.name)
		}
		flip := func(i int) { c.data[i/8] ^= 1 << (i % 8) }
		for i := range c.bits {
			flip(i)
			for j := i; j < c.bits; j++ { // j = i: one bit
				if j > i {
					flip(j)
				}
				for k := j; k < c.bits; k++ { // k = j: two
					if k > j {
						flip(k)
					}
					if c.good(c.data) {
						t.Fatalf("%s: bits %d, %d, %d are not detected", c.name, i, j, k)
					}
					if k > j {
						flip(k)
					}
				}
				if j > i {
					flip(j)
				}
			}
			flip(i)
		}
	}
}
