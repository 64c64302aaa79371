// Command contactsheet draws the picture in the README: one picture, decoded from ever longer prefixes of
// its file.
//
//	go run ./internal/contactsheet testdata/landscape.png docs/prefixes.jpg
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png"
	"io"
	"log"
	"math"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/ddpmz/ddpmz/codec"
)

const (
	columns = 3
	rows    = 2
	gap     = 6
	caption = 20
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: contactsheet IMAGE OUT.jpg")
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(in, out string) error {
	f, err := os.Open(in)
	if err != nil {
		return err
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := codec.Encode(&file, m, &codec.Options{Mode: codec.Modelled}); err != nil {
		return err
	}
	s, err := new(codec.Decoder).Open(bytes.NewReader(file.Bytes()))
	if err != nil {
		return err
	}
	type panel struct {
		picture image.Image
		text    string
	}
	var panels []panel
	for {
		at, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		p, err := s.Image()
		if err != nil {
			return err
		}
		pixels := float64(m.Bounds().Dx() * m.Bounds().Dy())
		quality := "exact"
		if !at.Exact {
			quality = fmt.Sprintf("%.1f dB", psnr(m, p))
		}
		panels = append(panels, panel{p, fmt.Sprintf("%d steps  %.1f kB  %.2f bpp  %s", at.Steps, float64(at.Bytes)/1000, 8*float64(at.Bytes)/pixels, quality)})
	}
	// The last levels can hardly be distinguished: draw the image, and the levels before it that differ visibly.
	panels = append(panels[max(0, len(panels)-columns*rows-2):len(panels)-3], panels[len(panels)-1])

	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	sheet := image.NewRGBA(image.Rect(0, 0, columns*(w+gap)-gap, rows*(h+caption)))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	for i, p := range panels {
		at := image.Pt(i%columns*(w+gap), i/columns*(h+caption))
		draw.Draw(sheet, image.Rectangle{at, at.Add(image.Pt(w, h))}, p.picture, p.picture.Bounds().Min, draw.Src)
		d := font.Drawer{Dst: sheet, Src: image.NewUniform(color.Gray{0x20}), Face: basicfont.Face7x13, Dot: fixed.P(at.X+2, at.Y+h+14)}
		d.DrawString(p.text)
	}
	o, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := jpeg.Encode(o, sheet, &jpeg.Options{Quality: 88}); err != nil {
		o.Close()
		return err
	}
	return o.Close()
}

// psnr returns the peak signal-to-noise ratio of b in dB, over red, green and blue of 8 bits.
func psnr(a, b image.Image) float64 {
	sum, r := 0.0, a.Bounds()
	for y := range r.Dy() {
		for x := range r.Dx() {
			ar, ag, ab, _ := a.At(r.Min.X+x, r.Min.Y+y).RGBA()
			br, bg, bb, _ := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, d := range [3]float64{float64(ar>>8) - float64(br>>8), float64(ag>>8) - float64(bg>>8), float64(ab>>8) - float64(bb>>8)} {
				sum += d * d
			}
		}
	}
	return 10 * math.Log10(255*255*3*float64(r.Dx()*r.Dy())/sum)
}
