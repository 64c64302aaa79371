package rans

// SHA-256, first eight bytes, of the streams that TestGolden codes. If one
// changes, either the encoder chooses otherwise (in tail.go or by maxSingle),
// which it may if old streams still decode, or the format has changed, which it
// may not.
var golden = map[string]string{
	"any lane":    "7ae695f811069edb",
	"any wide":    "3c87a15e404cf8fe",
	"bits lane":   "3a50a3f708febc00",
	"bits wide":   "5ad8c3fd23233ca0",
	"mixed lane":  "0e4732f45940d246",
	"mixed wide":  "1e028065cab75b33",
	"raw lane":    "28102eb8065da273",
	"raw wide":    "8856436742b3dafe",
	"splits lane": "d7e52c1a4e857a3c",
	"splits wide": "db49d034b733526b",
	"thirds lane": "1b75e3b97e9d9d6a",
	"thirds wide": "392de8ce0d66c32a",
}

// Streams small enough to read. Four bits 1011 are the state 1.1011 (binary,
// after the leading 1), doubled for the flag: 110110.
var goldenBytes = []struct {
	syms   []interval
	stream string
}{
	{nil, ""},
	{[]interval{{0, 65536}, {0, 65536}}, ""},
	{[]interval{{0, 32768}}, ""},
	{[]interval{{32768, 32768}}, "06"},
	{[]interval{{32768, 32768}, {0, 32768}, {32768, 32768}, {32768, 32768}}, "36"},
	{[]interval{{0x4142, 1}, {0x4344, 1}}, "8482a2a1"},
}
