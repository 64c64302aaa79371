package jpeg

import "bytes"

// An Embedded is a picture within a file, outside its scans: a thumbnail, a preview, a gain map, another picture behind the end.
type Embedded struct {
	// Data are a JPEG file or, where Width and Height are not 0, samples: rows of pixels of three bytes, R, G and B. ParseSyntax needs
	// the same bytes.
	Data          []byte
	Width, Height int

	at int // in the skeleton
}

// What is looked for, and how long.
const (
	maxEmbedded = 64  // pictures
	maxFailures = 8   // places that look like the start of a JPEG file, but are none
	minEmbedded = 512 // bytes of a picture
)

// CutEmbedded looks for pictures within the file. It returns those JPEG files that Parse can take apart, and EXIF's thumbnails that
// are samples, in their order; Data are shared with the File. From then on AppendSyntax leaves them out, and ParseSyntax needs
// them. What is embedded in an embedded file is not looked for.
func (f *File) CutEmbedded(l Limits) []Embedded {
	s := embeddedSearch{f: f, limits: l}
	exif := false
	for _, m := range f.marks {
		if m.code&^15 != markerAPP0 {
			continue
		}
		from, to := m.at+4, m.at+4+m.size
		if payload, ok := bytes.CutPrefix(f.skeleton[from:to], []byte(exifHeader)); ok && m.code == markerAPP0+1 && !exif {
			exif = true
			if e := samples(payload); e.Width > 0 {
				e.at += to - len(payload)
				s.files(from, e.at)
				s.list = append(s.list, e)
				from = e.at + len(e.Data)
			}
		}
		s.files(from, to)
	}
	s.files(f.end, len(f.skeleton))
	f.embedded = s.list
	return s.list[:len(s.list):len(s.list)]
}

type embeddedSearch struct {
	f        *File
	limits   Limits
	list     []Embedded
	failures int
}

// files looks for JPEG files in a part of the skeleton.
func (s *embeddedSearch) files(from, to int) {
	for s.failures < maxFailures && len(s.list) < maxEmbedded {
		i := bytes.Index(s.f.skeleton[from:to], []byte{0xff, markerSOI, 0xff})
		if i < 0 {
			return
		}
		from += i
		size := fileSize(s.f.skeleton[from:to], s.limits)
		if size == 0 {
			s.failures++
		}
		if size < minEmbedded {
			from += max(size, 2)
			continue
		}
		s.list = append(s.list, Embedded{Data: s.f.skeleton[from : from+size : from+size], at: from})
		from += size
	}
}

// fileSize returns how many bytes the JPEG file has with which data begin, up to its end of an image. It is 0 if there is none.
func fileSize(data []byte, l Limits) int {
	p := parser{f: new(File), data: data, limits: l, whole: true}
	if err := p.file(); err != nil || !p.ended {
		return 0
	}
	return p.pos
}

// samples finds the thumbnail of EXIF if that is one of samples. Its place is that in tiff.
func samples(tiff []byte) (e Embedded) {
	t := newTIFF(tiff)
	first := t.directory(t.long(4))
	thumbnail := t.directory(first.next)
	wide, high := thumbnail.value(tagWidth), thumbnail.value(tagHeight)
	at, size := thumbnail.value(tagStripOffsets), thumbnail.value(tagStripSizes)
	const none, rgb = 1, 2
	if thumbnail.value(tagCompression) != none || thumbnail.value(tagPhotometric) != rgb || thumbnail.value(tagSamples) != 3 ||
		wide == 0 || wide > 1<<12 || high == 0 || high > 1<<12 || size != 3*wide*high || size < minEmbedded ||
		uint64(at)+uint64(size) > uint64(len(tiff)) {
		return e
	}
	return Embedded{tiff[at : at+size : at+size], int(wide), int(high), int(at)}
}
