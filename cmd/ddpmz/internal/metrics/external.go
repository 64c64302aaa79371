package metrics

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// An External is a metric that another program computes.
type External struct {
	Name    string // of the metric
	Program string // takes the original and the picture, two PNG files, and prints a number first
}

// The ones we know.
var (
	SSIMULACRA2 = External{"SSIMULACRA 2", "ssimulacra2"}     // up to 100, which is equality
	Butteraugli = External{"Butteraugli", "butteraugli_main"} // from 0, which is equality; the largest distance

	Externals = []External{SSIMULACRA2, Butteraugli}
)

// Installed reports whether the program is there.
func (e External) Installed() bool {
	_, err := exec.LookPath(e.Program)
	return err == nil
}

// Measure compares two PNG files.
func (e External) Measure(ctx context.Context, original, picture string) (float64, error) {
	out, err := exec.CommandContext(ctx, e.Program, original, picture).Output()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", e.Program, err)
	}
	fields := strings.Fields(string(out))
	if len(fields) == 0 {
		return 0, fmt.Errorf("%s printed nothing", e.Program)
	}
	v, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return 0, fmt.Errorf("%s printed %q where a number is expected", e.Program, fields[0])
	}
	return v, nil
}
