// Command maketestdata writes the pictures of package render under the folder
// that its argument names.
package main

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"

	"github.com/ddpmz/ddpmz/internal/render"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: maketestdata FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "maketestdata:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	for _, f := range render.Files() {
		var b bytes.Buffer
		if err := enc.Encode(&b, f.Draw()); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		path := filepath.Join(folder, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
