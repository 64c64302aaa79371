// Command makescenes writes rendered scenes of 32x32 pixels as a file in CIFAR-10's binary layout, from which ddpmz-train
// learns whole images.
//
//	go run ./internal/render/makescenes -count 4500 scenes.bin
//	go run ./internal/render/makescenes -kinds street -first 9000 street.png
//
// The label of an image is its kind of scene. A name that ends in .png gives the first scene alone, as a picture.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"log"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/ddpmz/ddpmz/internal/cifar10"
	"github.com/ddpmz/ddpmz/internal/render"
)

func main() {
	log.SetFlags(0)
	count := flag.Int("count", 1, "how many scenes")
	first := flag.Uint("first", 1000, "number of the first scene; those of testdata are below 1000")
	kinds := flag.String("kinds", "landscape,still-life,street", "kinds of scenes, which take turns")
	flag.Parse()
	if flag.NArg() != 1 || *count < 1 {
		log.Fatal("usage: makescenes [-count N] [-kinds KINDS] [-first N] FILE.bin | FILE.png")
	}
	if err := run(flag.Arg(0), *count, uint32(*first), strings.Split(*kinds, ",")); err != nil {
		log.Fatal(err)
	}
}

func run(name string, count int, first uint32, names []string) error {
	var kinds []render.Kind
	for _, n := range names {
		k, err := kindOf(n)
		if err != nil {
			return err
		}
		kinds = append(kinds, k)
	}
	scene := func(i int) *image.RGBA {
		return render.Scene(kinds[i%len(kinds)], cifar10.Side, cifar10.Side, first+uint32(i))
	}
	if strings.HasSuffix(name, ".png") {
		return writeTo(name, func(w io.Writer) error { return png.Encode(w, scene(0)) })
	}
	records := make([][]byte, count)
	var group sync.WaitGroup
	for p := range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := p; i < count; i += runtime.GOMAXPROCS(0) {
				records[i] = record(kinds[i%len(kinds)], scene(i))
			}
		})
	}
	group.Wait()
	return writeTo(name, func(w io.Writer) error {
		for _, r := range records {
			if _, err := w.Write(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeTo makes a file of what write writes.
func writeTo(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	if err = write(w); err == nil {
		err = w.Flush()
	}
	if err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func kindOf(name string) (render.Kind, error) {
	for k := render.Landscape; k <= render.Street; k++ {
		if k.String() == name {
			return k, nil
		}
	}
	return 0, fmt.Errorf("%q is no kind of scene", name)
}

// record is an image in CIFAR-10's layout: its label, then all red samples, all green, all blue.
func record(k render.Kind, m *image.RGBA) []byte {
	const n = cifar10.Side * cifar10.Side
	r := make([]byte, 1+3*n)
	r[0] = byte(k)
	for i := range n {
		for p := range 3 {
			r[1+p*n+i] = m.Pix[4*i+p]
		}
	}
	return r
}
