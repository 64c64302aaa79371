package commandline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// A UsageError is a mistake in the command line, rather than in a file.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// Usagef returns a *UsageError whose text is formatted as by [fmt.Errorf].
func Usagef(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// Reorder moves the flags of a command line before its file names, because the library stops looking for
// flags at the first name. args[0] is the program's name; the result has the form
//
//	PROGRAM COMMAND FLAGS -- NAMES
//
// If the app itself has flags, the command may be missing: then these flags are meant. Otherwise a line without a known command
// is returned unchanged. The errors are [UsageError]s.
func Reorder(app *cli.App, args []string) ([]string, error) {
	i := 1
	if len(app.Flags) > 0 {
		if len(args) < 2 || app.Command(args[1]) == nil && !isHelp(args[1]) {
			return reorder(args[:1], args[1:], app.Flags)
		}
	}
	for i < len(args) && isFlag(args[i]) {
		i++
	}
	if i >= len(args) {
		return args, nil
	}
	command := app.Command(args[i])
	if command == nil {
		return args, checkTopic(app, args[i:])
	}
	return reorder(args[:i+1], args[i+1:], command.Flags)
}

// reorder returns head, then the flags in rest, then its names.
func reorder(head, rest []string, known []cli.Flag) ([]string, error) {
	flags, names, err := splitArgs(rest, valuesOf(known))
	if err != nil {
		return nil, err
	}
	return slices.Concat(head, flags, []string{"--"}, names), nil
}

func isHelp(word string) bool { return word == "help" || word == "h" }

// checkTopic returns an error for "help" with a command that does not exist, which the library would report with another exit
// status than that of a mistake in the command line. args begins with the first word that is no flag.
func checkTopic(app *cli.App, args []string) error {
	if len(args) < 2 || !isHelp(args[0]) || isFlag(args[1]) || isHelp(args[1]) || app.Command(args[1]) != nil {
		return nil
	}
	return NoCommand(app, args[1])
}

// valuesOf returns the names of flags, with their aliases, and whether each takes a value.
func valuesOf(flags []cli.Flag) map[string]bool {
	takesValue := make(map[string]bool)
	for _, f := range flags {
		d, ok := f.(cli.DocGenerationFlag)
		for _, name := range f.Names() {
			takesValue[name] = ok && d.TakesValue()
		}
	}
	return takesValue
}

// splitArgs separates the flags of a command line, with their values, from its file names, and splits groups
// of short flags. All arguments after "--" are names. A flag that the command does not have is an error,
// as is one that lacks its value: it would take the argument that reorder puts after it.
func splitArgs(args []string, takesValue map[string]bool) (flags, names []string, err error) {
	for len(args) > 0 {
		arg, rest := args[0], args[1:]
		if arg == "--" {
			return flags, append(names, rest...), nil
		}
		if !isFlag(arg) {
			names, args = append(names, arg), rest
			continue
		}
		name, _, attached := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if name == "help" || name == "h" {
			return []string{"--help"}, nil, nil // with names, the library would look for help on them
		}
		value, known := takesValue[name]
		if !known {
			if group, ok := ungroup(arg, takesValue); ok {
				args = slices.Concat(group, rest)
				continue
			}
			return nil, nil, noFlag(arg, name, takesValue)
		}
		flags, args = append(flags, arg), rest
		if value && !attached {
			if len(rest) == 0 {
				return nil, nil, Usagef("flag %s needs a value", arg)
			}
			flags, args = append(flags, rest[0]), rest[1:]
		}
	}
	return flags, names, nil
}

// ungroup makes -f -q -o FILE of -fqoFILE, or -f -q -o of -fqo. It reports false if a letter is no flag.
func ungroup(arg string, takesValue map[string]bool) ([]string, bool) {
	var flags []string
	if strings.HasPrefix(arg, "--") {
		return nil, false
	}
	for i := 1; i < len(arg); i++ {
		name := arg[i : i+1]
		value, known := takesValue[name]
		if !known {
			return nil, false
		}
		flags = append(flags, "-"+name)
		if value && i+1 < len(arg) {
			return append(flags, arg[i+1:]), true
		}
	}
	return flags, true
}

// isFlag reports whether an argument is a flag: "-" alone is a file name.
func isFlag(arg string) bool { return len(arg) > 1 && arg[0] == '-' }
