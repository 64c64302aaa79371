// Package jpeg takes JPEG files apart and puts them together again, byte for byte: into quantized DCT coefficients, and everything
// else that such a file says, its syntax.
//
//	f, err := jpeg.Parse(data, jpeg.Limits{})
//	frame, syntax := f.AppendFrame(nil), f.AppendSyntax(nil) // and f.Components[i].Coef
//
//	g, err := jpeg.ParseSyntax(frame, syntax, jpeg.Limits{})
//	g.Components[i].Coef = f.Components[i].Coef
//	same, err := g.Append(nil)
//
// Pictures within a file, such as thumbnails, can be cut out of its syntax and be coded on their own: see [File.CutEmbedded]. FORMAT.md
// has the bytes of frame and syntax.
//
// The entropy-coded data of a scan follow from the coefficients, the scan's header and the Huffman tables, but for what an encoder
// may choose: how it fills the last byte, where it ends a run of blocks without coefficients, and whether it codes zeros before
// the end of a block. What most encoders do costs nothing; other choices are listed with the syntax. So the syntax is the file
// with the data of its scans cut out, and these lists. Huffman tables that are the best for their scan follow from it, too.
//
// Files are Huffman-coded, sequential or progressive, of 8 bits and 1 to 4 components. Other processes of ITU-T T.81 (arithmetic
// coding, 12 bits, lossless, hierarchical) are an [UnsupportedError], as is what cannot come back as it was, such as restart
// markers in a wrong order. Entropy-coded data that are damaged or cut are a [FormatError].
//
// The package knows of bytes and coefficients only. codec/jpeg/pixels makes pictures of them.
package jpeg
