package coding

import (
	"os"
	"runtime/debug"
)

const (
	garbageBytes = 16 << 20 // that may wait to be collected while a picture is coded, about
	pixelBytes   = 24       // that coding holds for a pixel, about

	leastGrowth, mostGrowth = 3, 100 // of the heap between two collections, in percent
)

// TuneCollector sets by how much the heap may grow between two garbage collections while a picture of w x h pixels is coded.
// Coding allocates its memory once, keeps it, and has no pointers in it, so that collecting costs next to nothing: for a large
// picture the heap may grow by 3%, where Go's default of 100% would double the memory that the program takes. For a small one
// that would mean collecting all the time, which took a tenth of the work. The environment variable GOGC takes precedence.
func TuneCollector(w, h int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth(int64(w) * int64(h)))
	}
}

// heapGrowth returns by how many percent the heap may grow for a picture of a number of pixels.
func heapGrowth(pixels int64) int {
	return int(min(max(100*garbageBytes/(pixelBytes*max(pixels, 1)), leastGrowth), mostGrowth))
}

// releasingMemory returns a function that calls progress, and for a large picture returns free memory to the operating system
// after every twentieth of the work. Go's runtime would keep a tenth of what the program takes.
func releasingMemory(w, h int, progress func(permille int)) func(permille int) {
	const small, step = mostGrowth / 4, 50
	if heapGrowth(int64(w)*int64(h)) > small {
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
