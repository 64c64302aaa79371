package jpeg

import (
	"bytes"
	"encoding/binary"

	"github.com/ddpmz/ddpmz/bitstream"
)

// An ICC profile is in up to 255 APP2 segments (ICC.1:2022, annex B.4), each with its number, from one, and their count.
const (
	profileHeader = "ICC_PROFILE\x00"
	profilePrefix = len(profileHeader) + 2
)

// Profile returns the ICC profile of the file; nil if it has none, or not all of one. A File of ParseFrame has none.
func (f *File) Profile() []byte {
	var segments [][]byte
	for _, m := range f.marks {
		if m.code == markerAPP0+2 {
			segments = append(segments, f.skeleton[m.at+4:m.at+4+m.size])
		}
	}
	return joinProfile(segments)
}

// joinProfile returns the profile in the parameters of APP2 segments, or nil.
func joinProfile(segments [][]byte) (profile []byte) {
	parts := map[byte][]byte{}
	count := 0
	for _, s := range segments {
		if len(s) < profilePrefix || !bytes.HasPrefix(s, []byte(profileHeader)) {
			continue
		}
		number := s[len(profileHeader)]
		if _, known := parts[number]; !known {
			parts[number] = s[profilePrefix:]
		}
		count = int(s[len(profileHeader)+1])
	}
	for i := range count {
		part, ok := parts[byte(i+1)]
		if !ok {
			return nil
		}
		profile = append(profile, part...)
	}
	return profile
}

// SyntaxProfile returns the ICC profile of a file of which there are a frame and a syntax, but not what CutEmbedded has cut out: nil if it
// has none, or if that cannot be told. Errors are those of ParseSyntax. Since segments that embedded pictures were in have another
// length than they say, it looks for what begins as segments of profiles do.
func SyntaxProfile(frame, syntax []byte) ([]byte, error) {
	f, err := ParseFrame(frame, Limits{})
	if err != nil {
		return nil, err
	}
	var skeleton []byte
	if err := f.pieces(bitstream.NewReader(syntax), len(syntax), true, func(text []byte, _ piece) error {
		skeleton = append(skeleton, text...)
		return nil
	}); err != nil {
		return nil, err
	}
	var segments [][]byte
	begins := []byte{0xff, markerAPP0 + 2}
	for at := bytes.Index(skeleton, begins); at >= 0; {
		skeleton = skeleton[at+len(begins):]
		if len(skeleton) >= 2 && bytes.HasPrefix(skeleton[2:], []byte(profileHeader)) {
			if size := int(binary.BigEndian.Uint16(skeleton)); size >= 2 && size <= len(skeleton) {
				segments = append(segments, skeleton[2:size])
				skeleton = skeleton[size:]
			}
		}
		at = bytes.Index(skeleton, begins)
	}
	return joinProfile(segments), nil
}
