//go:build !noasm

package network

import "github.com/ddpmz/ddpmz/model/internal/kernel"

// Each of the functions below does what the one it is named after does, for the first of some sites: it returns for how many.

var lanes = kernel.Lanes()

// wideGroups returns how many groups of lanes there are in n sites, and how many sites these are.
func wideGroups(n int) (groups, sites int) {
	if lanes == 0 {
		return 0, 0
	}
	return n / lanes, n / lanes * lanes
}

// choose returns the function for the instruction set.
func choose[F any](avx2, avx512 F) F {
	if lanes == 16 {
		return avx512
	}
	return avx2
}

func wideLevels[V int16 | int32](level, feature []int32, values []V, unit int32, down, frac uint) int {
	narrow, ok := any(values).([]int16)
	groups, n := wideGroups(len(level))
	if !ok || groups == 0 {
		return 0
	}
	choose(levelsAVX2, levelsAVX512)(groups, &narrow[:n][0], unit, int(down), int(frac), &level[0], &feature[:n][0])
	return n
}

func wideColumns(column, come, gone []int32) int {
	groups, n := wideGroups(len(column))
	if groups > 0 {
		choose(columnsAVX2, columnsAVX512)(groups, &column[0], &come[:n][0], &gone[:n][0])
	}
	return n
}

// wideBoxes writes the sums of 2r+1 elements of column, from each on, for r of 1 or 2.
func wideBoxes(sums, column []int32, r int) int {
	groups, n := wideGroups(len(sums))
	if groups == 0 || r < 1 || r > 2 {
		return 0
	}
	column = column[:n+2*r]
	if r == 1 {
		choose(threeAVX2, threeAVX512)(groups, &sums[0], &column[0])
	} else {
		choose(fiveAVX2, fiveAVX512)(groups, &sums[0], &column[0])
	}
	return n
}

func wideDeviations(sums, magnitude, level []int32) int {
	groups, n := wideGroups(len(sums))
	if groups > 0 {
		choose(deviationsAVX2, deviationsAVX512)(groups, &sums[0], &magnitude[:n][0], &level[:n][0], asinhEnd)
	}
	return n
}

func wideTextures(sums []int32, keep []uint32, index []int32) (n int, above bool) {
	groups, n := wideGroups(len(sums))
	if groups == 0 {
		return 0, false
	}
	var to *uint32
	if len(keep) > 0 {
		to = &keep[:n][0]
	}
	return n, choose(texturesAVX2, texturesAVX512)(groups, &sums[0], to, &index[:n][0], lastLog)
}

func wideActivities(sums []int32, keep []uint16, index []int32) (n int, above bool) {
	groups, n := wideGroups(len(sums))
	if groups == 0 {
		return 0, false
	}
	var to *uint16
	if len(keep) > 0 {
		to = &keep[:n][0]
	}
	return n, choose(activitiesAVX2, activitiesAVX512)(groups, &sums[0], to, &index[:n][0], lastLog)
}

func wideCentres[V int16 | int32, U uint8 | uint16](index, magnitude []int32, clock []uint8, cells []V, dither []U, up uint) int {
	narrow, ok := any(cells).([]int16)
	bytes, ok2 := any(dither).([]uint8)
	groups, n := wideGroups(len(cells))
	if !ok || !ok2 || groups == 0 {
		return 0
	}
	choose(centresAVX2, centresAVX512)(groups, &narrow[0], &bytes[:n][0], int(5+up), asinhEnd, &index[:n][0], &magnitude[:n][0], &clock[:n][0])
	return n
}

func wideSpread(to []int16, n int, values []int32) int {
	fours := len(values) / 4
	if fours > 0 {
		_ = to[(4*fours-1)*n]
		spread(fours, &to[0], 2*n, &values[0])
	}
	return 4 * fours
}

// wideLookUp trusts that the table has all entries.
func wideLookUp(to []int16, n int, index []int32, table []int16) int {
	fours := len(index) / 4
	if fours > 0 {
		_ = to[(4*fours-1)*n]
		spreadTable(fours, &to[0], 2*n, &index[0], &table[0])
	}
	return 4 * fours
}

func wideLookUpClocks(to []int16, n int, clock []uint8, table *[256]int16) int {
	fours := len(clock) / 4
	if fours > 0 {
		_ = to[(4*fours-1)*n]
		spreadBytes(fours, &to[0], 2*n, &clock[0], &table[0])
	}
	return 4 * fours
}
