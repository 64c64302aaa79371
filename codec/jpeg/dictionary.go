package jpeg

import _ "embed"

//go:embed dictionary.bin
var dictionary string

// Dictionary returns what is common in syntaxes beside what AppendSyntax knows: fields of EXIF in either byte order, names, beginnings
// of segments. A compressor that looks for repetitions is to begin as if this had come before. It is part of the format.
func Dictionary() []byte { return []byte(dictionary) }
