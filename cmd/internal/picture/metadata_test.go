package picture

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/internal/tiff"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// TestKeptMetadata reads what real files say beside their pixels.
func TestKeptMetadata(t *testing.T) {
	data := sharedData(t)
	has := func(what string, ok bool) string {
		if ok {
			return ""
		}
		return what
	}
	for name, missing := range map[string]func(m *metadata.Metadata) string{
		"formats/bmp-dpi300.bmp": func(m *metadata.Metadata) string {
			r, _ := m.Resolution()
			return has("resolution", r == metadata.Resolution{X: 11811, Y: 11811, Metre: true})
		},
		"formats/tiff-exif-ifd.tif": func(m *metadata.Metadata) string {
			tree, err := tiff.ReadTree(m.EXIF())
			if err != nil {
				return "EXIF"
			}
			return has("orientation", tree.Uint(tiff.TagOrientation, 0) == 6) + has("date", string(tree.Bytes(36867)) == "2024:01:02 03:04:05\x00")
		},
		"formats/tiff-icc.tif": func(m *metadata.Metadata) string {
			icc, err := m.ICCProfile()
			return has("profile", len(icc) == 588 && err == nil)
		},
		"formats/anim3.gif": func(m *metadata.Metadata) string {
			return has("comment", len(m.Texts()) == 1 && m.Texts()[0].Keyword == "Comment")
		},
		"formats/p1.pbm": func(m *metadata.Metadata) string {
			return has("comment", len(m.Texts()) == 1 && m.Texts()[0].Text == "c") + has("depth", m.Layout.Depth == 1)
		},
		"formats/p2-1023.pgm": func(m *metadata.Metadata) string {
			return has("depth", len(m.Chunks) == 1 && m.Chunks[0].Type == "sBIT" && bytes.Equal(m.Chunks[0].Data, []byte{10}))
		},
		"formats/webp-lossless-icc-exif.webp": func(m *metadata.Metadata) string { return has("EXIF", m.EXIF() != nil) },
		"jpeg/kinds/imagers_iptc.jpg": func(m *metadata.Metadata) string {
			iptc, err := m.IPTC()
			r, _ := m.Resolution()
			return has("IPTC", err == nil && strings.HasPrefix(string(iptc), "8BIM")) + has("resolution", r.Metre)
		},
		"jpeg/kinds/imagers_exif-xmp-metadata.jpg": func(m *metadata.Metadata) string {
			xmp, err := m.XMP()
			return has("XMP", err == nil && bytes.Contains(xmp, []byte("x:xmpmeta")))
		},
		"jpeg/camera/kodak-dc210.jpg": func(m *metadata.Metadata) string {
			return has("EXIF", m.EXIF() != nil) + has("comment", len(m.Texts()) == 1)
		},
	} {
		file, err := os.ReadFile(filepath.Join(data, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
			continue
		}
		p := read(t, file)
		if what := missing(&p.Metadata); what != "" {
			t.Errorf("%s: %s is missing or another", name, what)
		}
		if len(p.Losses) > 0 && name != "formats/anim3.gif" {
			t.Errorf("%s: losses are %v", name, p.Losses)
		}
	}
}
