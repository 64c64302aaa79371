package codec

import "github.com/ddpmz/ddpmz/container"

// A ByteRange is a part of a file, from byte From up to, and without, byte To.
type ByteRange struct{ From, To int64 }

// Ranges returns which parts of the file decoding reads, in their order, the header first: less than all of it if the Decoder has a
// Timestep or Reduce. Segments that are passed over by reading, since they are short, are among them. Who fetches the file from far away need not fetch the rest, if the reader is an io.Seeker. Of a file that holds a
// JPEG file, all count that may be read until Next has come to its frame.
func (s *Stream) Ranges() []ByteRange {
	var plan *passPlan
	switch d := s.body.(type) {
	case *passDecoder:
		plan = d.plan
	case *jpegDecoder:
		if d.passes != nil {
			plan = d.passes.plan
		}
	}
	list := []ByteRange{{0, s.offsets[0]}}
	for i, g := range s.header.Segments {
		if s.passesOver(i) && s.offsets[i+1]-s.offsets[i] >= container.SeekFrom || plan != nil && plan.Scales == 0 && g.Kind == container.Passes && plan.first[i] >= plan.wanted {
			continue
		}
		if last := &list[len(list)-1]; last.To == s.offsets[i] {
			last.To = s.offsets[i+1]
		} else {
			list = append(list, ByteRange{s.offsets[i], s.offsets[i+1]})
		}
	}
	return list
}
