// Command golang writes the table of what Go's image/jpeg makes of JPEG files, of which package pixels makes the same:
//
//	GO111MODULE=off go1.25.5 run testdata/golang/main.go testdata/*.jpg > testdata/go125.tsv
//	GO111MODULE=off go1.26.8 run testdata/golang/main.go testdata/*.jpg > testdata/go126.tsv
//
// golang.org/dl has these commands.
package main

import (
	"crypto/sha256"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"log"
	"os"
	"path/filepath"
)

func main() {
	for _, name := range os.Args[1:] {
		f, err := os.Open(name)
		if err != nil {
			log.Fatal(err)
		}
		m, err := jpeg.Decode(f)
		f.Close()
		if err != nil {
			log.Printf("%s: %v", name, err)
			continue
		}
		switch m.(type) {
		case *image.Gray, *image.YCbCr:
			fmt.Printf("%s\t%x\n", filepath.Base(name), sha256.Sum256(pnm(m)))
		}
	}
}

// pnm writes a picture as Netpbm's PGM or PPM.
func pnm(m image.Image) []byte {
	b := m.Bounds()
	if g, ok := m.(*image.Gray); ok {
		out := fmt.Appendf(nil, "P5\n%d %d\n255\n", b.Dx(), b.Dy())
		for y := range b.Dy() {
			out = append(out, g.Pix[y*g.Stride:][:b.Dx()]...)
		}
		return out
	}
	rgba := image.NewRGBA(b)
	draw.Draw(rgba, b, m, b.Min, draw.Src)
	out := fmt.Appendf(nil, "P6\n%d %d\n255\n", b.Dx(), b.Dy())
	for p := rgba.Pix; len(p) > 0; p = p[4:] {
		out = append(out, p[:3]...)
	}
	return out
}
