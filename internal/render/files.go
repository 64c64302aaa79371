package render

import (
	"fmt"
	"image"
	"image/draw"
	"sync"
)

// File is one committed picture. Name is its path in testdata, with slashes;
// Draw makes its pixels, always the same.
type File struct {
	Name string
	Draw func() image.Image
}

// Files lists everything in testdata.
func Files() []File {
	files := []File{
		{"landscape.png", func() image.Image { return Scene(Landscape, 384, 256, 2) }},
		{"still-life.png", func() image.Image { return Scene(StillLife, 256, 256, 2) }},
		{"street.png", func() image.Image { return Scene(Street, 240, 320, 3) }},
		{"gray.png", func() image.Image { return Gray(scene16(Landscape, 96, 64, 4)) }},
		{"gray16.png", func() image.Image { return Gray16(scene16(StillLife, 64, 48, 5)) }},
		{"rgb16.png", func() image.Image { return scene16(Street, 48, 40, 6) }},
		{"alpha.png", func() image.Image { return cutout(scene16(StillLife, 96, 64, 7)) }},
		{"alpha16.png", func() image.Image { return cutout16(scene16(Landscape, 40, 32, 8)) }},
		{"palette.png", func() image.Image { return Chart(160, 120, 1) }},
		{"palette256.png", func() image.Image { return dithered(scene16(StillLife, 128, 96, 9)) }},
		{"text.png", func() image.Image { return Text(320, 220) }},
		{"noise.png", func() image.Image { return Noise(48, 48, 1) }},
		{"gradient.png", func() image.Image { return Gradient(128, 96) }},
	}
	files = append(files, oddFiles()...)
	return append(files, tinyFiles()...)
}

// oddFiles has sizes that no power of two divides, in colour and in grey.
func oddFiles() []File {
	var files []File
	for i, s := range []image.Point{{1, 1}, {1, 7}, {7, 1}, {2, 2}, {3, 5}, {17, 13}, {31, 33}, {67, 41}} {
		kind, seed := Kind(i%3), 20+uint32(i)
		files = append(files,
			File{fmt.Sprintf("odd/rgb-%dx%d.png", s.X, s.Y), func() image.Image { return Scene(kind, s.X, s.Y, seed) }},
			File{fmt.Sprintf("odd/gray-%dx%d.png", s.X, s.Y), func() image.Image { return Gray(scene16(kind, s.X, s.Y, seed)) }})
	}
	return files
}

// tinyFiles is eight crops of 32 x 32 pixels, each of one texture.
func tinyFiles() []File {
	land := sync.OnceValue(func() *image.RGBA { return Scene(Landscape, 160, 107, 11) })
	fruit := sync.OnceValue(func() *image.RGBA { return Scene(StillLife, 120, 120, 12) })
	town := sync.OnceValue(func() *image.RGBA { return Scene(Street, 100, 134, 13) })
	cut := func(name string, view func() *image.RGBA, x, y int) File {
		return File{"tiny/" + name + ".png", func() image.Image {
			m := image.NewRGBA(image.Rect(0, 0, 32, 32))
			draw.Draw(m, m.Rect, view(), image.Pt(x, y), draw.Src)
			return m
		}}
	}
	return []File{
		cut("cloud", land, 64, 0),
		cut("rock", land, 126, 4),
		cut("forest", land, 20, 36),
		cut("meadow", land, 2, 75),
		cut("fruit", fruit, 42, 20),
		cut("cloth", fruit, 0, 88),
		cut("windows", town, 0, 4),
		cut("leaves", town, 68, 46),
	}
}
