package codec_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/container"
)

// A block is where a block of a file is, with its checksum.
type block struct {
	segment, index int
	begin, end     int64
}

// blocksOf returns the blocks of a file.
func blocksOf(t testing.TB, file []byte) (list []block) {
	t.Helper()
	o := offsets(t, file)
	const step = container.BlockSize + 4
	for i, begin := range o[:len(o)-1] {
		for at := begin; at < o[i+1]; at += step {
			list = append(list, block{i, int((at - begin) / step), at, min(at+step, o[i+1])})
		}
	}
	return list
}

// checkFound tests that a file that differs from a good one is found to do so, in the block of the first byte that differs. If that
// block ends after the file does, it may instead be cut.
func checkFound(t testing.TB, what string, at int, bad, good []byte, blocks []block, payloads [][]byte) {
	t.Helper()
	differs := int64(0)
	for int(differs) < min(len(bad), len(good)) && bad[differs] == good[differs] {
		differs++
	}
	r, err := container.NewReader(bytes.NewReader(bad))
	if differs < blocks[0].begin {
		if err == nil {
			t.Fatalf("byte %d %s, in the header: not found", at, what)
		}
		return
	}
	if err != nil {
		t.Fatalf("byte %d %s: %v", at, what, err)
	}
	var read [][]byte
	for err == nil {
		var c container.Chunk
		if c, err = r.Next(); err == nil {
			read = append(read, c.Payload)
			if n := c.Verified; !bytes.Equal(c.Payload[:n], payloads[c.Index][:n]) {
				t.Fatalf("byte %d %s: the verified bytes of segment %d are others", at, what, c.Index)
			}
		}
	}
	i := slices.IndexFunc(blocks, func(b block) bool { return differs < b.end })
	var damage *codec.CorruptSegmentError
	switch {
	case errors.As(err, &damage):
		if i < 0 || damage.Index != blocks[i].segment || damage.Block != blocks[i].index || damage.Offset != blocks[i].begin {
			t.Fatalf("byte %d %s, in block %+v: %v", at, what, blocks[i], err)
		}
	case err != io.EOF:
		t.Fatalf("byte %d %s: %v", at, what, err)
	case r.Truncated():
		if int64(len(bad)) >= blocks[i].end {
			t.Fatalf("byte %d %s, in block %+v: cut, although the block is there", at, what, blocks[i])
		}
	case i >= 0 || !slices.EqualFunc(read, payloads, bytes.Equal): // nothing was found: the file is the good one
		t.Fatalf("byte %d %s: not found", at, what)
	}
}

// testEveryByteFound changes, deletes and doubles bytes of a file: those that are in steps of so many.
func testEveryByteFound(t *testing.T, file []byte, changed, moved int) {
	blocks := blocksOf(t, file)
	_, payloads := contents(t, file)
	bad := bytes.Clone(file)
	for at := 0; at < len(file); at += changed {
		bad[at] ^= 1 << (at % 8)
		checkFound(t, "changed", at, bad, file, blocks, payloads)
		bad[at] = file[at]
	}
	for at := 0; at < len(file); at += moved {
		checkFound(t, "deleted", at, slices.Delete(bytes.Clone(file), at, at+1), file, blocks, payloads)
		checkFound(t, "doubled", at, slices.Insert(bytes.Clone(file), at, file[at]), file, blocks, payloads)
	}
}

// Wherever a byte is changed, deleted or doubled, its block is named, or the file is cut; and no decoder calls the picture exact.
func TestEveryByteFound(t *testing.T) {
	s := large(t)
	metadata := encode(t, s.m, &codec.Options{Mode: codec.Stored, Metadata: s.file}) // several blocks
	if n := len(blocksOf(t, metadata)); n < len(offsets(t, metadata)) {
		t.Fatalf("%d bytes have %d blocks: no segment has several", len(metadata), n)
	}
	for _, file := range [][]byte{s.file, metadata} {
		testEveryByteFound(t, file, 101, 293)
	}
	// What the container finds, the decoder does; what it cannot find, because the file is cut, is not called exact.
	for at := int(offsets(t, s.file)[0]); at < len(s.file); at += len(s.file) / 5 {
		for _, bad := range [][]byte{
			slices.Delete(bytes.Clone(s.file), at, at+1), slices.Delete(bytes.Clone(s.file), at, min(at+40, len(s.file))),
			slices.Insert(bytes.Clone(s.file), at, s.file[at]),
		} {
			stream := openStream(t, bad, codec.Decoder{})
			last, err := stream.Last()
			if err == nil && (last.Exact || stream.Whole() || !stream.Truncated()) {
				t.Errorf("byte %d: %+v, whole: %v, truncated: %v", at, last, stream.Whole(), stream.Truncated())
			}
		}
	}
}

// The same of a photograph of Kodak's, with a digest and metadata.
func TestEveryByteOfKodim03Found(t *testing.T) {
	if !long() {
		t.Skip("takes a minute: DDPMZ_LONG=1")
	}
	metadata := make([]byte, 40_000) // of several blocks, and not to be packed
	rand.NewChaCha8([32]byte{3}).Read(metadata)
	file := encode(t, open(t, filepath.Join(data(t, "kodak"), "kodim03.png")), &codec.Options{Metadata: metadata})
	h, _ := parts(t, file)
	for _, kind := range []container.Kind{container.Digest, container.Metadata} {
		if !slices.ContainsFunc(h.Segments, func(s container.Segment) bool { return s.Kind == kind }) {
			t.Fatalf("no segment of kind %v", kind)
		}
	}
	sums := 4 * len(blocksOf(t, file))
	t.Logf("%d bytes, %d segments, %d of checksums", len(file), len(h.Segments), sums)
	testEveryByteFound(t, file, 1, 97)
}
