//go:build !(js && wasm)

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "decoder: this program runs in browsers; web/build builds it")
	os.Exit(2)
}
