// Command scenes renders pictures of one kind, for the experiment in docs/experiments/small-training-sets.md:
//
//	go run ./cmd/ddpmz-train/internal/scenes -kind street -first 100 -count 40 folder
package main

import (
	"flag"
	"fmt"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"github.com/ddpmz/ddpmz/internal/render"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("scenes: ")
	kind := flag.String("kind", "street", "landscape, still-life or street")
	first := flag.Uint("first", 1, "seed of the first picture; the others follow")
	count := flag.Int("count", 40, "how many")
	size := flag.Int("size", 256, "width and height in pixels")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("one folder is needed")
	}
	k := render.Landscape
	for k.String() != *kind {
		if k++; k > render.Street {
			log.Fatalf("no kind %q", *kind)
		}
	}
	if err := os.MkdirAll(flag.Arg(0), 0o777); err != nil {
		log.Fatal(err)
	}
	for i := range *count {
		seed := *first + uint(i)
		if err := write(filepath.Join(flag.Arg(0), fmt.Sprintf("%s-%05d.png", k, seed)), k, *size, uint32(seed)); err != nil {
			log.Fatal(err)
		}
	}
}

func write(name string, k render.Kind, size int, seed uint32) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := png.Encode(f, render.Scene(k, size, size, seed)); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
