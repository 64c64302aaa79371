//go:build !unix && !windows

package commandline

import (
	"os"
	"syscall"
)

// Endings are the signals that end the program, which removes its temporary files first. There are no others here.
var Endings = []os.Signal{os.Interrupt, syscall.SIGTERM}

// signalNumber returns that of an interrupt, since signals have no numbers here.
func signalNumber(os.Signal) int { return interrupt }
