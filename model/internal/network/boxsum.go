package network

import (
	"github.com/ddpmz/ddpmz/model/internal/fixed"
	"github.com/ddpmz/ddpmz/model/internal/storage"
)

// A boxSum adds up windows around the sites of a row, from the sums of columns that the row before has left.
type boxSum struct {
	column []int32
	next   int // the row that column is ready for, or -1
}

// begin makes b ready for rows of width w of another plane.
func (b *boxSum) begin(w int) { b.column, b.next = storage.Resize(b.column, w, w), -1 }

// sums writes to dst the sums of src over the windows of 2r+1 columns and 2r+1 rows centred on row y of h; the
// edge repeats beyond the edge. It is quick if y is the row after that of the last call.
func (b *boxSum) sums(dst []int32, src *ring[int32], y, h, r int) {
	column := b.column[:len(dst)]
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
