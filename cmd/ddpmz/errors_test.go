package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/jpeg"
)

// TestMessages words errors as people read them.
func TestMessages(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{codec.FormatError("not a ddpmz file"), "malformed: not a ddpmz file"},
		{fmt.Errorf("picture: %w", fmt.Errorf("png: invalid format: not enough pixel data")), "invalid format: not enough pixel data"},
		{fmt.Errorf("codec: metadata: %w", io.ErrUnexpectedEOF), "the file ends too early"},
		{fmt.Errorf("the JPEG file ends early: %w", io.ErrUnexpectedEOF), "the JPEG file ends early"},
		{fmt.Errorf("picture: %w", picture.UnsupportedError("arithmetic-coded JPEG is not supported")), "arithmetic-coded JPEG is not supported"},
		{fmt.Errorf("codec: %w", jpeg.UnsupportedError("arithmetic-coded JPEG")), "arithmetic-coded JPEG is not supported"},
		{fmt.Errorf("codec: %w", jpeg.UnsupportedError("quantization step of zero")), "unsupported: quantization step of zero"},
		{errors.New("a word like codec: stays where it is"), "a word like codec: stays where it is"},
		{fmt.Errorf("reading: %w", &fs.PathError{Op: "open", Path: "png", Err: fs.ErrPermission}), "permission denied"},
		{&atomicfile.ExistsError{Path: "x"}, "exists already; --force replaces it"},
		{&codec.LimitError{What: "pixels", Have: 9, Limit: 5}, "image needs 9 pixels, the limit is 5; --max-pixels raises it"},
		{&codec.LimitError{What: "sites of work for 9 bytes", Have: 9, Limit: 5}, "image needs 9 sites of work for 9 bytes, the limit is 5; --max-work raises it"},
		{&picture.LossError{Format: "bmp", Losses: []picture.Loss{{Kind: picture.LossAlpha, Detail: "transparency"}}},
			"bmp does not hold transparency; --allow-loss writes the file all the same"},
		{&codec.CorruptSegmentError{Index: 3, Kind: 6, Offset: 320, FileSize: 999},
			fmt.Sprintf("damaged at 32%% of the file (segment 3, %v); --bytes 320 gives what is whole", codec.CorruptSegmentError{Kind: 6}.Kind)},
		{&fileError{"png", errors.New("png: x")}, "x"},
	} {
		have := message(c.err)
		var file *fileError
		if errors.As(c.err, &file) {
			if have := c.err.Error(); have != "png: "+c.want {
				t.Errorf("%q", have)
			}
			continue
		}
		if have != c.want {
			t.Errorf("%q, want %q", have, c.want)
		}
	}
}

// TestNoPackageNames checks the messages of broken files of all kinds.
func TestNoPackageNames(t *testing.T) {
	names := regexp.MustCompile(`\b(codec|container|picture|zoo|png|jpeg|gif|webp|tiff|bmp|zlib|flate|zstd|riff|vp8l?|lzw|io): `)
	coded := encoded(t, "tiny/rock.png")
	for _, magic := range []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff\xe0", "GIF89a", "RIFF\x20\x00\x00\x00WEBPVP8L", "RIFF\x20\x00\x00\x00WEBPVP8 ", "II*\x00", "MM\x00*", "BM\x40\x00\x00\x00\x00\x00\x00\x00", "P6 ", "P7\n", ""} {
		for _, rest := range []string{"", "x", "\x00\x00\x00\x0dIHDR", string(bytes.Repeat([]byte{7}, 100))} {
			r := ddpmz([]byte(magic+rest), "encode")
			if r.status != 1 || names.MatchString(r.err) {
				t.Errorf("%q: status %d, %q", magic+rest, r.status, r.err)
			}
		}
	}
	png := load(t, "alpha.png")
	for _, n := range []int{30, 60, 1000, len(png) - 20} {
		if r := ddpmz(png[:n], "encode"); r.status != 1 || names.MatchString(r.err) {
			t.Errorf("%d bytes of a PNG file: status %d, %q", n, r.status, r.err)
		}
	}
	for at := range min(60, len(coded)) {
		bad := bytes.Clone(coded)
		bad[at] ^= 0x55
		for _, command := range [][]string{{"decode"}, {"info", "--levels"}} {
			if r := ddpmz(bad, command...); r.status != 1 || names.MatchString(r.err) {
				t.Errorf("%s, byte %d: status %d, %q", command, at, r.status, r.err)
			}
		}
	}
}
