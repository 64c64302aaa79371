package container

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// blocky returns a file of three segments, which have one, four and two blocks. The last block of the second is full.
func blocky(t testing.TB) (*Header, [][]byte, []byte) {
	h := lean(0)
	h.Segments = []Segment{
		{Kind: Metadata, Size: 100},
		{Kind: Passes, Units: 1, Size: 4 * BlockSize},
		{Kind: Passes, Units: 0, Size: BlockSize + 1},
	}
	payloads := randomPayloads(rand.New(rand.NewPCG(5, 6)), h)
	return h, payloads, mustWrite(t, h, payloads)
}

// A place is where a block of a file is.
type place struct {
	segment, block int
	begin, end     int // in the file, with its checksum
}

// places returns where the blocks are, from the sizes alone.
func places(t testing.TB, h *Header) (list []place) {
	t.Helper()
	at := len(mustAppend(t, h))
	for i, s := range h.Segments {
		for b, n := 0, int(s.Size); b == 0 || n > 0; b, n = b+1, n-BlockSize {
			end := at + min(max(n, 0), BlockSize) + checksumSize
			list = append(list, place{i, b, at, end})
			at = end
		}
	}
	return list
}

// TestBlocksAreSmall tests what the checksums of blocks cost: nothing up to one block, and less than a part in 4000 beyond.
func TestBlocksAreSmall(t *testing.T) {
	for _, n := range []uint64{0, 1, 4000, BlockSize - 1, BlockSize} {
		if b := blocks(n); b != 1 {
			t.Errorf("%d bytes have %d blocks", n, b)
		}
	}
	for n := uint64(BlockSize + 1); n < 1<<24; n += 9973 {
		if extra := (blocks(n) - 1) * checksumSize; extra*4000 > n {
			t.Errorf("%d bytes have %d of checksums more than one", n, extra)
		}
	}
}

// checkDamage tests that reading a file finds the first damage in block p.
func checkDamage(t *testing.T, what string, file []byte, p place, size int) {
	t.Helper()
	err, _ := readAll(file)
	var damage *CorruptSegmentError
	if !errors.As(err, &damage) || damage.Index != p.segment || damage.Block != p.block || damage.Offset != int64(p.begin) || damage.FileSize != int64(size) {
		t.Fatalf("%s, in block %+v: %v (%+v)", what, p, err, damage)
	}
}

// TestDamageIsFoundInItsBlock tests changed, deleted and doubled bytes, and blocks that are missing, exchanged or doubled: each is
// found where it is. At the end of the file, what is missing is a cut.
func TestDamageIsFoundInItsBlock(t *testing.T) {
	h, _, file := blocky(t)
	list := places(t, h)
	last := len(list) - 1
	for i, p := range list {
		for at := p.begin; at < p.end; at += 1 + (p.end-p.begin)/37 {
			bad := bytes.Clone(file)
			bad[at] ^= 0x20
			checkDamage(t, "changed", bad, p, len(file))

			without := append(bytes.Clone(file[:at]), file[at+1:]...)
			if i < last {
				if file[at] != file[at+1] { // else it is the second that is missing
					checkDamage(t, "deleted", without, p, len(file))
				}
			} else if err, truncated := readAll(without); err != nil || !truncated {
				t.Fatalf("byte %d deleted in the last block: %v, truncated: %v", at, err, truncated)
			}
			if at < p.end-1 && file[at] != file[at+1] {
				checkDamage(t, "doubled", append(bytes.Clone(file[:at+1]), file[at:]...), p, len(file))
			}
		}
		if i == last {
			continue
		}
		next := list[i+1]
		missing := append(bytes.Clone(file[:p.begin]), file[p.end:]...)
		if len(missing) >= p.end {
			checkDamage(t, "missing", missing, p, len(file))
		} else if err, truncated := readAll(missing); err != nil || !truncated { // as if the rest had not come
			t.Fatalf("block %+v missing: %v, truncated: %v", p, err, truncated)
		}
		checkDamage(t, "doubled", append(bytes.Clone(file[:p.end]), file[p.begin:]...), next, len(file))
		swapped := append(bytes.Clone(file[:p.begin]), file[next.begin:next.end]...)
		swapped = append(append(swapped, file[p.begin:p.end]...), file[next.end:]...)
		checkDamage(t, "exchanged", swapped, p, len(file))
	}
}

// TestPrefixIsProvenUpToItsLastBlock tests what of a cut file the Reader calls verified.
func TestPrefixIsProvenUpToItsLastBlock(t *testing.T) {
	h, payloads, file := blocky(t)
	for cut := len(mustAppend(t, h)); cut <= len(file); cut += 97 {
		rd, err := NewReader(bytes.NewReader(file[:cut]))
		if err != nil {
			t.Fatal(err)
		}
		var verified [3]int
		for {
			c, err := rd.Next()
			if err == io.EOF {
				break
			}
			if err != nil || !bytes.HasPrefix(payloads[c.Index], c.Payload) {
				t.Fatalf("cut at %d: %+v, %v", cut, c.Index, err)
			}
			verified[c.Index] = c.Verified
		}
		var want [3]int
		for _, p := range places(t, h) {
			if p.end <= cut {
				want[p.segment] += p.end - p.begin - checksumSize
			}
		}
		if verified != want {
			t.Fatalf("cut at %d: %d bytes are verified, want %d", cut, verified, want)
		}
	}
}

// TestReaderGoesOnAfterADamagedBlock tests that the Reader returns the bytes before a damaged block, and the segments after that
// of the block.
func TestReaderGoesOnAfterADamagedBlock(t *testing.T) {
	h, payloads, file := blocky(t)
	for _, p := range places(t, h) {
		bad := bytes.Clone(file)
		bad[p.begin] ^= 1
		rd, err := NewReader(bytes.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		for i, payload := range payloads {
			c, err := rd.Next()
			if i != p.segment {
				if err != nil || !c.Complete || !bytes.Equal(c.Payload, payload) {
					t.Fatalf("block %+v damaged, segment %d: %v", p, i, err)
				}
				continue
			}
			if cause(err) != "segment damaged" || c.Complete || c.Verified != p.block*BlockSize || !bytes.Equal(c.Payload[:c.Verified], payload[:c.Verified]) {
				t.Fatalf("block %+v damaged: %d verified, %v", p, c.Verified, err)
			}
		}
		if _, err := rd.Next(); err != io.EOF || rd.Truncated() {
			t.Fatalf("block %+v damaged: %v at the end", p, err)
		}
	}
}
