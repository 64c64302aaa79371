//go:build unix || windows

package commandline

import (
	"os"
	"syscall"
)

// Endings are the signals that end a program, which removes its temporary files first.
var Endings = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// signalNumber returns the number of a signal.
func signalNumber(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return int(n)
	}
	return interrupt
}
