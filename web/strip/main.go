// Command strip takes out of a Go program for js/wasm what only tells of its source: names of functions, files and lines of
// instructions, what was inlined, what arguments are. What the garbage collector, deferred calls and recover need stays. Of a program
// that panics the message stays, and the stack trace has no names.
//
//	strip PROGRAM
//
// changes the program in place. The linker's -s and -w leave these tables in, since tracebacks and runtime.Callers use them. Their
// layout is that of Go 1.26 (runtime/symtab.go, cmd/link/internal/ld/pcln.go); a program with another is an error.
package main

import (
	"errors"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: strip PROGRAM")
		os.Exit(2)
	}
	if err := stripFile(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "strip:", err)
		os.Exit(1)
	}
}

func stripFile(name string) error {
	module, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	module, err = strip(module)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, module, 0o666)
}

// strip returns a module without its names and lines.
func strip(module []byte) ([]byte, error) {
	list, err := sections(module)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].id != dataSection {
			continue
		}
		parts, err := segments(list[i].body)
		if err != nil {
			return nil, err
		}
		m := memory(parts)
		t, err := find(m)
		if err != nil {
			return nil, err
		}
		if err := t.strip(); err != nil {
			return nil, err
		}
		list[i].body = appendSegments(nil, cut(m))
		return join(list), nil
	}
	return nil, errors.New("a module without data")
}
