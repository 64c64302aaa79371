//go:build !unix

package peers

import "time"

var started = time.Now()

// processorTime stands for the time of the processor, which is not known here, by that of the clock.
func processorTime() time.Duration { return time.Since(started) }
