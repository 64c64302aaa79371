package network

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// A boxSum adds up windows around the sites of a row, from the sums of columns that the row before has left.
type boxSum struct {
	column []int32 // with columnBorder elements more on either side
	next   int     // the row that column is ready for, or -1
}

const columnBorder = 2

// begin makes b ready for rows of width w of another plane.
func (b *boxSum) begin(w int) {
	b.column, b.next = storage.Resize(b.column, w+2*columnBorder, w+2*columnBorder), -1
}

// sums writes to dst the sums of src over the windows of 2r+1 columns and 2r+1 rows centred on row y of h; the
// edge repeats beyond the edge. It is quick if y is the row after that of the last call.
func (b *boxSum) sums(dst []int32, src *ring[int32], y, h, r int) {
	column := b.column[columnBorder:][:len(dst)]
	gone, come := src.row(max(y-1-r, 0))[:len(dst)], src.row(min(y+r, h-1))[:len(dst)]
	if y != b.next {
		gone = come // once all are there
		clear(column)
		for dy := -r; dy <= r; dy++ {
			for x, v := range src.row(fixed.Clamp(y+dy, 0, h-1)) {
				column[x] += v
			}
		}
	}
	b.next = y + 1
	if r <= columnBorder && lanes > 0 {
		for x := wideColumns(column, come, gone); x < len(dst); x++ {
			column[x] += come[x] - gone[x]
		}
		for i := range r {
			b.column[columnBorder-1-i], b.column[columnBorder+len(dst)+i] = column[0], column[len(dst)-1]
		}
		from := b.column[columnBorder-r:]
		for x := wideBoxes(dst, from, r); x < len(dst); x++ {
			sum := int32(0)
			for _, v := range from[x:][:2*r+1] {
				sum += v
			}
			dst[x] = sum
		}
		return
	}
	first := min(2*r+1, len(dst))
	for x := range column[:first] {
		column[x] += come[x] - gone[x]
	}
	last := len(column) - 1
	sum := int32(r+1) * column[0]
	for x := 1; x <= r; x++ {
		sum += column[min(x, last)]
	}
	x := 0
	edge := func(to int) {
		for ; x < to; x++ {
			dst[x] = sum
			sum += column[min(x+r+1, last)] - column[max(x-r, 0)]
		}
	}
	edge(min(r, len(dst)))
	n := len(dst) - first
	behind, ahead, to := column[:n], column[first:][:n], dst[x:][:n]
	gone, come = gone[first:][:n], come[first:][:n]
	for i := range to {
		to[i] = sum
		c := ahead[i] + come[i] - gone[i]
		ahead[i] = c
		sum += c - behind[i]
	}
	x += n
	edge(len(dst))
}
