//go:build unix

package peers

import (
	"syscall"
	"time"
)

// processorTime returns the time of the processor that this process has taken, of user and system.
func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u) // which cannot fail for the process itself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
