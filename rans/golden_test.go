package rans

// SHA-256, first eight bytes, of the streams that TestGolden codes. If one
// changes, either the encoder chooses otherwise (by maxRangeBytes), which it may if old
// streams still decode, or the format has changed, which it may not.
var golden = map[string]string{
	"any small":    "1694b939ccd778cd",
	"any wide":     "b13d9009191e8b60",
	"bits small":   "91eb6db6c6875a44",
	"bits wide":    "124670d7b5e21e23",
	"mixed small":  "715b66db70addb65",
	"mixed wide":   "e274664744626dbf",
	"raw small":    "1f4c13aa8adc8bf0",
	"raw wide":     "f12253cc0e7ae585",
	"splits small": "db5894c3c1a60523",
	"splits wide":  "6a4eb6baf2b73490",
	"thirds small": "04be748f1f6cd73e",
	"thirds wide":  "caa5a0587529df5d",
}

// Streams small enough to read. The four bits 1011 are the fraction 0.01011 (binary): the first bit is 0 since
// the stream is range-coded.
var goldenBytes = []struct {
	syms   []interval
	stream string
}{
	{nil, ""},
	{[]interval{{0, 65536}, {0, 65536}}, ""},
	{[]interval{{0, 32768}}, ""},
	{[]interval{{32768, 32768}}, "40"},
	{[]interval{{32768, 32768}, {0, 32768}, {32768, 32768}, {32768, 32768}}, "58"},
	{[]interval{{0x4142, 1}, {0x4344, 1}}, "20a121a2"},
}
