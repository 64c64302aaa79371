// Package wording words errors for people.
package wording

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/jpeg"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// Message words an error for people who have named the file and do not know the program's packages.
func Message(err error) string {
	var exists *atomicfile.ExistsError
	var path *fs.PathError
	var link *os.LinkError
	var damaged *codec.CorruptSegmentError
	var unknown zoo.UnknownModelError // of files: in flags, such names are usage errors
	switch {
	case errors.As(err, &exists):
		return "exists already; --force replaces it"
	case errors.As(err, &path):
		return path.Err.Error()
	case errors.As(err, &link):
		return link.Err.Error()
	case errors.As(err, &damaged):
		return damageMessage(damaged)
	case errors.As(err, &unknown):
		return "made with another model: name its weights with --model FILE"
	}
	text := plainText(err.Error())
	if kind := jpeg.UnsupportedError(""); errors.As(err, &kind) && strings.Contains(string(kind), "JPEG") { // others are not names
		text = string(kind) + " is not supported"
	}
	var limit *codec.LimitError
	if errors.As(err, &limit) {
		switch {
		case limit.What == "pixels":
			text += "; --max-pixels raises it"
		case limit.What == "bytes of memory":
			text += "; --max-memory raises it"
		case strings.HasPrefix(limit.What, "sites of work"):
			text += "; --max-work raises it"
		}
	}
	var loss *picture.LossError
	if errors.As(err, &loss) {
		text += "; --allow-loss writes the file all the same"
	}
	return text
}

// damageMessage says where a file is damaged, and how many bytes are whole: those of all blocks before the damaged one. In that
// block itself no byte is known to be whole, since its only checksum is that of all its bytes.
func damageMessage(e *codec.CorruptSegmentError) string {
	place := fmt.Sprintf("segment %d, %v", e.Index, e.Kind)
	if e.Blocks > 1 {
		place += fmt.Sprintf(", block %d", e.Block)
	}
	text := fmt.Sprintf("damaged at %d%% of the file (%s); --bytes %d gives what is whole",
		100*e.Offset/max(e.FileSize, 1), place, e.Offset)
	if e.Index == 0 && e.Block == 0 {
		text += ", which is no more than the picture's size"
	}
	return text
}

// packageNames are names of packages, with which their errors begin.
var packageNames = []string{
	"codec", "container", "metadata", "picture", "zoo", "model", "rans", "bitstream", "stored", "metrics", "peers", "bench", "cifar", "cifar10", "tables",
	"png", "jpeg", "gif", "webp", "tiff", "bmp", "vp8", "vp8l", "riff", "image", "lzw", "zlib", "flate", "zstd", "ccitt", "pnm",
}

// plainText removes the names of packages from an error's text, and words the errors of package io.
func plainText(text string) string {
	parts := strings.Split(text, ": ")
	parts = slices.DeleteFunc(parts, func(part string) bool { return slices.Contains(packageNames, part) })
	last := len(parts) - 1
	if parts[last] == io.ErrUnexpectedEOF.Error() || parts[last] == io.EOF.Error() {
		parts[last] = "the file ends too early"
		if last > 0 && strings.Contains(parts[last-1], "file ends ") { // and where
			parts = parts[:last]
		}
	}
	text = strings.Join(parts, ": ")
	if strings.HasSuffix(text, " is not supported") {
		text = strings.TrimPrefix(text, "unsupported: ")
	}
	return text
}
