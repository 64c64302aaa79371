package container_test

import (
	"bytes"
	"fmt"
	"io"

	"github.com/ddpmz/ddpmz/container"
)

// A file of two segments, cut inside the second.
func Example() {
	header := &container.Header{
		Width: 640, Height: 480, Format: 1, Depth: 8,
		Modelled: true, Model: [8]byte{0x5b, 0x1e, 0x09, 0xc4, 0x7a, 0x3f, 0xd8, 0x12}, Params: []byte{5},
		Segments: []container.Segment{
			{Kind: container.Passes, Units: 10, Size: 6},
			{Kind: container.Passes, Size: 11}, // all passes left
		},
	}
	var file bytes.Buffer
	if err := container.Write(&file, header, [][]byte{[]byte("coarse"), []byte("fine detail")}); err != nil {
		fmt.Println(err)
		return
	}
	file.Truncate(file.Len() - 11)

	r, err := container.NewReader(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		c, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%v: %q, complete: %v\n", c.Segment.Kind, c.Payload, c.Complete)
	}
	fmt.Println("truncated:", r.Truncated())
	// Output:
	// passes: "coarse", complete: true
	// passes: "fine", complete: false
	// truncated: true
}
