//go:build !unix && !windows

package commandline

import (
	"os"
	"syscall"
)

// Endings are the signals that end the program, which removes its temporary files first. There are no others here.
var Endings = []os.Signal{os.Interrupt, syscall.SIGTERM}
