package commandline

import (
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

func TestSplitArgs(t *testing.T) {
	takesValue := map[string]bool{"o": true, "output": true, "f": false, "force": false, "q": false, "steps": true}
	for _, c := range []struct{ args, flags, names string }{
		{"", "", ""},
		{"a b", "", "a b"},
		{"-f a --force b -q", "-f --force -q", "a b"},
		{"a -o b c", "-o b", "a c"},
		{"a --output=b c", "--output=b", "a c"},
		{"a -output=b -steps 5", "-output=b -steps 5", "a"},
		{"- -o -", "-o -", "-"},
		{"-o -f a", "-o -f", "a"}, // a value may look like a flag
		{"a -o -- b", "-o --", "a b"},
		{"a -f -- -q -- -o", "-f", "a -q -- -o"},
		{"--steps -5 a", "--steps -5", "a"},
		{"-fq a", "-f -q", "a"},
		{"-qfo x a", "-q -f -o x", "a"},
		{"-foname a", "-f -o name", "a"},
		{"-o-", "-o -", ""},
		{"-ob=c a", "-o b=c", "a"},
		{"a -f -h b", "--help", ""},        // nothing else counts
		{"a -o -h -- -h", "-o -h", "a -h"}, // no help here
	} {
		flags, names, err := splitArgs(strings.Fields(c.args), takesValue)
		if err != nil || !slices.Equal(flags, strings.Fields(c.flags)) || !slices.Equal(names, strings.Fields(c.names)) {
			t.Errorf("%q: %q, %q, %v", c.args, flags, names, err)
		}
	}
	for args, want := range map[string]string{
		"a -o":          "needs a value",
		"a --steps":     "needs a value",
		"-fo":           "needs a value",
		"a -f --output": "needs a value",
		"-fx a --what":  "no flag -fx",
		"--what":        "no flag --what",
		"--fq a":        "no flag --fq", // groups have one dash
		"--stesp 5":     "no flag --stesp; did you mean --steps?",
	} {
		if _, _, err := splitArgs(strings.Fields(args), takesValue); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}

// TestReorder checks the order of a program with commands and of one that has flags of its own besides.
func TestReorder(t *testing.T) {
	flags := []cli.Flag{&cli.StringFlag{Name: "output", Aliases: []string{"o"}}, &cli.BoolFlag{Name: "force"}}
	commands := []*cli.Command{{Name: "eval", Flags: []cli.Flag{&cli.IntFlag{Name: "steps"}}}}
	for _, c := range []struct {
		flags      []cli.Flag
		args, want string
	}{
		{nil, "p eval a --steps 5 b", "p eval --steps 5 -- a b"},
		{nil, "p other a --steps 5", "p other a --steps 5"},
		{nil, "p", "p"},
		{flags, "p eval a --steps 5 b", "p eval --steps 5 -- a b"},
		{flags, "p a -o b --force c", "p -o b --force -- a c"},
		{flags, "p -o eval a", "p -o eval -- a"},
		{flags, "p", "p --"},
		{flags, "p help eval", "p help eval"},
	} {
		app := &cli.App{Name: "p", Flags: c.flags, Commands: commands}
		got, err := Reorder(app, strings.Fields(c.args))
		if err != nil || !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%q: %q, %v, want %q", c.args, got, err, c.want)
		}
	}
	app := &cli.App{Name: "p", Flags: flags, Commands: commands}
	for _, args := range []string{"p a --steps 5", "p eval --force", "p a -o", "p help evil"} {
		if got, err := Reorder(app, strings.Fields(args)); err == nil {
			t.Errorf("%q: %q", args, got)
		}
	}
}
