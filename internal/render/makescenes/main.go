// Command makescenes writes rendered scenes of 32x32 pixels as a file in CIFAR-10's binary layout, from which ddpmz-train
// learns whole images.
//
//	go run ./internal/render/makescenes -count 6000 scenes.bin
//
// The label of an image is its kind of scene. Scenes with the numbers of testdata's are not among them.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"image"
	"log"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/ddpmz/ddpmz/internal/cifar10"
	"github.com/ddpmz/ddpmz/internal/render"
)

// firstSeed is the number of the first scene, above those of testdata.
const firstSeed = 1000

func main() {
	log.SetFlags(0)
	count := flag.Int("count", 6000, "how many scenes")
	kinds := flag.String("kinds", "landscape,still-life,street", "kinds of scenes, which take turns")
	flag.Parse()
	if flag.NArg() != 1 || *count < 1 {
		log.Fatal("usage: makescenes [-count N] [-kinds KINDS] FILE.bin")
	}
	if err := run(flag.Arg(0), *count, strings.Split(*kinds, ",")); err != nil {
		log.Fatal(err)
	}
}

func run(name string, count int, names []string) error {
	var kinds []render.Kind
	for _, n := range names {
		k, err := kindOf(n)
		if err != nil {
			return err
		}
		kinds = append(kinds, k)
	}
	records := make([][]byte, count)
	var group sync.WaitGroup
	for p := range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := p; i < count; i += runtime.GOMAXPROCS(0) {
				k := kinds[i%len(kinds)]
				records[i] = record(k, render.Scene(k, cifar10.Side, cifar10.Side, firstSeed+uint32(i)))
			}
		})
	}
	group.Wait()
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, r := range records {
		w.Write(r) // Flush returns its error
	}
	if err := w.Flush(); err != nil {
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
