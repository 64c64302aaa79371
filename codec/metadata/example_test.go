package metadata_test

import (
	"bytes"
	"fmt"
	"image"
	"log"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/codec/metadata"
)

// A picture with a title and a resolution of 300 dots an inch goes into a file, and
// both come out again.
func Example() {
	var m metadata.Metadata
	m.SetResolution(metadata.Resolution{X: 11811, Y: 11811, Metre: true})
	if err := m.AddText(metadata.Text{Keyword: "Title", Text: "Nothing to see"}); err != nil {
		log.Fatal(err)
	}
	packed, err := m.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := codec.Encode(&file, image.NewGray(image.Rect(0, 0, 8, 8)), &codec.Options{Metadata: packed}); err != nil {
		log.Fatal(err)
	}

	info, err := new(codec.Decoder).Inspect(&file)
	if err != nil {
		log.Fatal(err)
	}
	got, err := metadata.Unmarshal(info.Metadata)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range got.Texts() {
		fmt.Printf("%s: %s\n", t.Keyword, t.Text)
	}
	if r, ok := got.Resolution(); ok {
		fmt.Println(r.X, "pixels a metre")
	}
	// Output:
	// Title: Nothing to see
	// 11811 pixels a metre
}
