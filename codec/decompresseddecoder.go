package codec

import (
	"fmt"

	"github.com/ddpmz/ddpmz/model/dct"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// openDecompressed prepares decoding a file of a decompressed picture.
func (s *Stream) openDecompressed(d *Decoder) error {
	p := &s.picture
	if err := checkDecompressed(p.info); err != nil {
		return err
	}
	need := func(int64) int64 { return slack * p.imageBytes() } // and more, once the frame is known
	if err := s.open(need); err != nil {
		return err
	}
	if err := checkJPEGParams(s.header); err != nil {
		return err
	}
	net, err := zoo.JPEG()
	if err != nil {
		return err
	}
	s.modelID, s.model = s.header.Model, zoo.NameOfJPEG
	s.body = &jpegDecoder{stream: s, open: func(frame []byte) (*passDecoder, error) { return s.openBlocks(d, net, frame) }, at: s.at}
	return nil
}

// checkDecompressed returns a FormatError if no decompressed picture is as a header says.
func checkDecompressed(p info) error {
	if p.depth != 8 || p.format == formatPaletted {
		return FormatError("a picture that no JPEG decoder makes")
	}
	if p.w > maxJPEGSide || p.h > maxJPEGSide {
		return FormatError(fmt.Sprintf("a JPEG file's picture of %d x %d pixels", p.w, p.h))
	}
	return nil
}

// openBlocks prepares decoding the passes of a decompressed picture with a frame.
func (s *Stream) openBlocks(d *Decoder, net *dct.Weights, frame []byte) (*passDecoder, error) {
	layout, err := parseDecompressedFrame(frame, s.picture.info, s.limits.ofJPEG(s.memory))
	if err != nil {
		return nil, err
	}
	s.transform = layout.String()
	s.memory += layout.memory()
	if err := s.limits.checkMemory(s.memory); err != nil {
		return nil, err
	}
	plan := s.planJPEG(layout.passes())
	if err := checkPasses(s.header, plan.total); err != nil {
		return nil, err
	}
	if work := layout.decodingWork(plan.passes[:plan.wanted]); !s.header.EndsEarly && s.sampling == nil || s.limits.MaxWork > 0 {
		if err := s.limits.checkWork(work, s.Size()); err != nil {
			return nil, err
		}
	}
	chain := dct.NewChain(net, &layout.coefficients)
	chain.Done = s.context.Done()
	at := s.at
	at.Level = plan.passes[0].Level + 1
	return &passDecoder{stream: s, process: &decompressedProcess{chain: chain, layout: layout, picture: &s.picture, reduce: s.reduce},
		plan: plan, passes: plan.passes, work: newWork(plan.passes[:plan.wanted], layout.work, d.Progress), at: at, shown: at,
		sampling: s.sampling}, nil
}
