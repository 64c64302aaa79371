package main

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// sheetGap is the width in pixels of what is between the pictures of a sheet, which is white.
const sheetGap = 2

// sheet draws pictures of one size beside each other in so many columns. A single one stays as it is.
func sheet(pictures []image.Image, columns int) image.Image {
	if len(pictures) == 1 {
		return pictures[0]
	}
	columns = min(columns, len(pictures))
	size := pictures[0].Bounds().Size()
	rows := (len(pictures) + columns - 1) / columns
	r := image.Rect(0, 0, columns*(size.X+sheetGap)-sheetGap, rows*(size.Y+sheetGap)-sheetGap)
	var to draw.Image
	switch pictures[0].ColorModel() {
	case color.GrayModel:
		to = image.NewGray(r)
	case color.Gray16Model:
		to = image.NewGray16(r)
	case color.RGBA64Model, color.NRGBA64Model:
		to = image.NewNRGBA64(r)
	default:
		to = image.NewNRGBA(r)
	}
	draw.Draw(to, r, image.White, image.Point{}, draw.Src)
	for i, m := range pictures {
		at := image.Pt(i%columns*(size.X+sheetGap), i/columns*(size.Y+sheetGap))
		draw.Draw(to, image.Rectangle{at, at.Add(size)}, m, m.Bounds().Min, draw.Src)
	}
	return to
}

// squareColumns returns in how many columns a sheet of so many pictures is about as high as wide.
func squareColumns(pictures int) int { return int(math.Ceil(math.Sqrt(float64(pictures)))) }
