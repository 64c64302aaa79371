package main

import (
	"os"
	"runtime/debug"
)

const (
	// garbage is about how many bytes may lie about uncollected while a picture is coded.
	garbage = 16 << 20
	// bytesPixel is about what coding holds for a pixel.
	bytesPixel = 24

	leastPercent, mostPercent = 3, 100 // by which the heap may grow
)

// collectFor has the garbage collector look after the heap as often as a picture of a size is worth. What coding holds is
// allocated once, stays, and has no pointers in it: where it is much, to let it grow by a thirtieth instead of doubling it costs
// next to nothing. Small pictures would have the collector at work all the time, for a tenth of theirs. If the user has said
// how often, that counts.
func collectFor(w, h int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growth(int64(w) * int64(h)))
	}
}

// growth returns by how many percent the heap may grow for a picture of so many pixels.
func growth(pixels int64) int {
	return int(min(max(100*garbage/(bytesPixel*max(pixels, 1)), leastPercent), mostPercent))
}

// givingBack returns what does the same as progress, and for a large picture gives memory that lies about back to the system
// now and then, of which Go's runtime keeps a tenth of all there is.
func givingBack(w, h int, progress func(permille int)) func(permille int) {
	const small, step = mostPercent / 4, 50
	if growth(int64(w)*int64(h)) > small {
		return progress
	}
	next := step
	return func(permille int) {
		if permille >= next {
			next = permille + step
			debug.FreeOSMemory()
		}
		progress(permille)
	}
}
