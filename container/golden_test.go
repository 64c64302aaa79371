package container

import (
	"encoding/hex"
	"testing"
)

// TestGolden compares headers with their bytes. The format is version 1: a change here would mean that existing files no longer decode.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		name   string
		header *Header
		want   string
	}{
		{"lean", lean(9999), "dd504d5a411f1fa1b2c3d4e5f60718058f4e32a4eed4"},
		{"short", short(999), "dd7a611f02e70770"},
		{"short, model by name", &Header{
			Width: 200, Height: 7, Format: 0, Depth: 8,
			Modelled: true, Short: true, Model: [8]byte{1, 2, 3, 4},
			Segments: []Segment{{Kind: Passes, Size: 5}},
		}, "dd7a40c7010600010203040000000005f7"},
		{"stored, one bit", &Header{
			Width: 1, Height: MaxSide, Format: 0, Depth: 1,
			Segments: []Segment{{Kind: Stored, Size: 300}},
		}, "dd504d5a600300ffffff0701ac02492df9bd"},
		{"stored, with a palette", &Header{
			Width: 129, Height: 128, Format: MaxFormat, Depth: 8,
			Segments: []Segment{{Kind: Palette, Size: 48}, {Kind: Stored, Size: 1 << 20}},
		}, "dd504d5a7f1180017f0202300480804047f22914"},
		{"lean, ends early", lean(9999).EndAfter(0, 300), "dd504d5a61201f1fa1b2c3d4e5f60718058f4eac02477604ae"},
		{"short, ends early", short(999).EndAfter(0, 300), "dd7a611f02e727ac0240"},
		{"every segment but the first cut off", &Header{
			Width: 129, Height: 128, Format: MaxFormat, Depth: 8,
			Segments: []Segment{{Kind: Palette, Size: 48}}, EndsEarly: true, Kept: 48,
		}, "dd504d5a7f3180017f01023030bf048b1a"},
		{"one segment of some passes", &Header{
			Width: 4000, Height: 3000, Format: 1, Depth: 10,
			Modelled: true, Model: [8]byte{1, 2, 3, 4},
			Segments: []Segment{{Kind: Passes, Units: 200, Size: 5}},
		}, "dd504d5a610e9f1fb7170a010203040000000000c80105e2c2ee64"},
		{"no segments", &Header{
			Width: 5, Height: 7, Format: 2, Depth: 8, Modelled: true, Params: []byte{0},
		}, "dd504d5a62100406000000000000000000005060af4c"},
		{"every other kind", &Header{
			Width: 640, Height: 480, Format: 1, Depth: 8,
			Modelled: true, Model: [8]byte{9, 8, 7, 6}, Params: []byte("abc"),
			Segments: []Segment{
				{Kind: Metadata, Size: 0}, {Kind: Alpha, Size: 127}, {Kind: Passes, Units: 1, Size: 128},
				{Kind: Passes, Units: MaxUnits, Size: 1 << 40}, {Kind: Metadata, Size: 1},
			},
		}, "dd504d5a6114ff04df03090807060000000003616263050100037f0501800105ffff3f8080808080200101ee105501"},
	} {
		if got := hex.EncodeToString(mustAppend(t, c.header)); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

func TestGoldenFile(t *testing.T) {
	_, _, file := small(t)
	const want = "dd504d5a61101f1fa1b2c3d4e5f6071805040109030005030605000c9f70881b6d6574612064617461dd55d06f228db7fc636f61727365fd1218b5616c6c207468652072657374cb99c389"
	if got := hex.EncodeToString(file); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
}
