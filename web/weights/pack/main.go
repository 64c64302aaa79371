// Command pack packs weights files for browsers: see package weights.
//
//	pack FOLDER FILE...
//
// writes each NAME.ddpw or NAME.ddpj as NAME.ddpk into the folder, and makes sure that it comes back.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ddpmz/ddpmz/web/weights"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: pack FOLDER FILE...")
		os.Exit(2)
	}
	for _, name := range os.Args[2:] {
		if err := pack(os.Args[1], name); err != nil {
			fmt.Fprintln(os.Stderr, "pack:", err)
			os.Exit(1)
		}
	}
}

func pack(folder, name string) error {
	file, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	packed, err := weights.Pack(file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if again, err := weights.Unpack(packed); err != nil || !bytes.Equal(again, file) {
		return fmt.Errorf("%s: another file comes back (%v)", name, err)
	}
	return os.WriteFile(filepath.Join(folder, strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))+".ddpk"), packed, 0o666)
}
