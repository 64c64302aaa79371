package commandline

import (
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"
)

// suggestion returns the end of a message, which asks whether the most similar of the known words was meant. It is empty if
// none is similar (Jaro-Winkler similarity).
func suggestion(given string, known []string) string {
	const similar = 0.8 // of 1, which is equal
	best, distance := "", similar
	for _, word := range known {
		if d := smetrics.JaroWinkler(given, word, 0.7, 4); d > distance {
			best, distance = word, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// NoCommand returns the error for a command that does not exist.
func NoCommand(app *cli.App, name string) error {
	var known []string
	for _, c := range app.Commands {
		known = append(known, c.Name)
	}
	return Usagef("no command %q%s", name, suggestion(name, known))
}

// noFlag returns the error for a flag that a command does not have. arg is as on the command line.
func noFlag(arg, name string, takesValue map[string]bool) error {
	var known []string
	for flag := range takesValue {
		if len(flag) > 1 {
			known = append(known, "--"+flag)
		}
	}
	slices.Sort(known) // so that the message does not depend on the map's order
	if len(name) <= 2 {
		return Usagef("no flag %s", arg) // too short to be similar to anything
	}
	return Usagef("no flag %s%s", arg, suggestion("--"+name, known))
}
