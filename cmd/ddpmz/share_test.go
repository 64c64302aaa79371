package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

//go:generate go test . -run ^TestShare$ -update-share

var updateShare = flag.Bool("update-share", false, "write the manual and the completions into share")

// TestShare checks that the manual page and the completions of shells in share are those of the command line as it is.
func TestShare(t *testing.T) {
	app := newApp(&streams{})
	app.Version = "" // not that of a development tree
	manual, err := app.ToManWithSection(1)
	if err != nil {
		t.Fatal(err)
	}
	fish, err := app.ToFishCompletion()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"man/man1/ddpmz.1":                     strings.TrimRight(manual, "\n") + "\n",
		"fish/vendor_completions.d/ddpmz.fish": fish,
		"bash-completion/completions/ddpmz":    bashCompletion(app),
		"zsh/site-functions/_ddpmz":            zshCompletion(app),
	} {
		path := filepath.Join("..", "..", "share", filepath.FromSlash(name))
		if *updateShare {
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, []byte(text)) {
			t.Errorf("%s is not that of the command line: go generate ./cmd/ddpmz writes it (%v)", path, err)
		}
	}
}

// flagWords returns the flags of a command as they are typed, in order.
func flagWords(c *cli.Command) (words []string) {
	for _, f := range c.Flags {
		for _, name := range f.Names() {
			if len(name) > 1 {
				words = append(words, "--"+name)
			} else {
				words = append(words, "-"+name)
			}
		}
	}
	words = append(words, "--help")
	slices.Sort(words)
	return words
}

// bashCompletion returns a script for Bash: names of commands first, then flags of the command, or files.
func bashCompletion(app *cli.App) string {
	var b strings.Builder
	var names []string
	for _, c := range app.Commands {
		names = append(names, c.Name)
	}
	b.WriteString("# Completion of " + app.Name + " for Bash. go generate ./cmd/ddpmz writes it.\n_" + app.Name + "() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} flags=\n")
	fmt.Fprintf(&b, "\tif ((COMP_CWORD == 1)); then\n\t\tCOMPREPLY=($(compgen -W '%s help' -- \"$word\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n", strings.Join(names, " "))
	for _, c := range app.Commands {
		fmt.Fprintf(&b, "\t%s) flags='%s' ;;\n", c.Name, strings.Join(flagWords(c), " "))
	}
	b.WriteString("\tesac\n\tif [[ $word == -* ]]; then\n\t\tCOMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n\telse\n\t\tCOMPREPLY=()\n\tfi\n}\n")
	fmt.Fprintf(&b, "complete -o default -F _%s %s\n", app.Name, app.Name)
	return b.String()
}

// zshCompletion returns a script for the Z shell that does the same.
func zshCompletion(app *cli.App) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %s\n# Completion of %[1]s for the Z shell. go generate ./cmd/ddpmz writes it.\nif ((CURRENT == 2)); then\n\tlocal -a commands=(\n", app.Name)
	quote := func(s string) string {
		return "'" + strings.ReplaceAll(strings.ReplaceAll(s, ":", `\:`), "'", `'\''`) + "'"
	}
	for _, c := range app.Commands {
		fmt.Fprintf(&b, "\t\t%s\n", strings.Replace(quote(c.Name+"\x00"+c.Usage), "\x00", ":", 1))
	}
	b.WriteString("\t)\n\t_describe command commands\n\treturn\nfi\ncase $words[2] in\n")
	for _, c := range app.Commands {
		fmt.Fprintf(&b, "%s) [[ $PREFIX == -* ]] && compadd -- %s && return ;;\n", c.Name, strings.Join(flagWords(c), " "))
	}
	b.WriteString("esac\n_files\n")
	return b.String()
}
