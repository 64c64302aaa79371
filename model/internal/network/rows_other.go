//go:build !amd64 || noasm

package network

// Where there is no assembly, none of these do anything: they return for how many sites they have.

const lanes = 0

func wideLevels[V int16 | int32](_, _ []int32, _ []V, _ int32, _, _ uint) int { return 0 }
func wideColumns(_, _, _ []int32) int                                         { return 0 }
func wideBoxes(_, _ []int32, _ int) int                                       { return 0 }
func wideDeviations(_, _, _ []int32) int                                      { return 0 }
func wideTextures([]int32, []uint32, []int32) (int, bool)                     { return 0, false }
func wideActivities([]int32, []uint16, []int32) (int, bool)                   { return 0, false }
func wideSpread([]int16, int, []int32) int                                    { return 0 }
func wideLookUp([]int16, int, []int32, []int16) int                           { return 0 }
func wideLookUpClocks([]int16, int, []uint8, *[256]int16) int                 { return 0 }

func wideCentres[V int16 | int32, U uint8 | uint16](_, _ []int32, _ []uint8, _ []V, _ []U, _ uint) int {
	return 0
}
