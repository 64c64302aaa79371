// Package codec stores images exactly, in files of which every prefix is a picture: the progressive code of
// diffusion models (Ho, Jain, Abbeel 2020, section 4.3) made into an image format.
//
// Encode and Decode are what image/png's are, and importing the package makes image.Decode read ddpmz files:
//
//	err := codec.Encode(w, img, nil)
//	img, err := codec.Decode(r)
//
// A file that was cut decodes to the best picture of what is there; Decode does not call that an error. Who
// wants to see the picture grow, or to know whether it is exact and the file whole, opens a Stream:
//
//	s, err := new(codec.Decoder).Open(r)
//	for {
//		refinement, err := s.Next() // io.EOF after the last
//		img, err := s.Image()
//	}
//
// A JPEG file is kept itself: EncodeJPEG makes a file of it from which Stream.WriteOriginal gives it back, byte for byte. Its picture,
// and that of every prefix, is decoded as any other.
//
//	err := codec.EncodeJPEG(w, jpegFile, nil)
//
// Random bits in place of a file's give pictures drawn from the model: Sample, Decoder.Sample, Interpolate.
//
// How it works: package model turns the image into a chain of states and predicts each from the one before;
// package rans codes what the prediction leaves open; package container frames the result. This package
// joins the three, which do not know each other. passencoder.go and passdecoder.go are the two ends.
//
// Files of few bytes have a short form of the container, without which 26 bytes of header and checksums would be
// a good part of them.
//
// Where the model would lose to a codec without one (screenshots, charts, noise), a file is stored instead: by colours that came
// up in the same surroundings. Its prefixes are its first rows.
//
// The format is version 1, a release candidate. Files of it stay decodable by every later release: to the same image, the same JPEG file, the
// same pictures of prefixes. Exported names of this package follow semantic versioning, as do those of packages metadata and jpeg below it,
// and of container, model, rans and bitstream. What an encoder writes may change with any release.
package codec
