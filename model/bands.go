package model

// A pass is coded in bands of rows of sites, each by itself: a band sees the rows of other bands as they were before the pass,
// has a coder of its own, and adapts by itself; what all have learned is averaged afterwards. So bands can be coded side by
// side, and what coding takes of memory goes with the band and not with the image.

// bandRows is how many rows a band has at least, unless the scale has fewer. Bands of that many cost 0.006% of the bits.
const bandRows = 64

// bandsOf returns the number of bands of a scale of h rows.
func bandsOf(h int) int { return max(1, h/bandRows) }

// mostRows returns how many rows a band of a scale of h rows has at most.
func mostRows(h int) int { return min(h, h/bandsOf(h)+2) }

// bandEdge returns the first row of band i, which is even: phases do not depend on bands.
func bandEdge(h, i int) int {
	n := bandsOf(h)
	if i == n {
		return h
	}
	return int(int64(h)*int64(i)/int64(n)) &^ 1
}
