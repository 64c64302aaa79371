package bitstream_test

import (
	"errors"
	"fmt"

	"github.com/ddpmz/ddpmz/bitstream"
)

// Two fields, a number and a name with its length, are written and read. Then the name's length is damaged.
func Example() {
	var w bitstream.Writer
	w.Uvarint(200)
	w.Uvarint(4)
	w.Bytes([]byte("name"))
	fmt.Printf("% x\n", w.Buf)

	read := func(p []byte) error {
		r := bitstream.NewReader(p)
		number := r.Uvarint(1000)
		name := r.Bytes(r.Uvarint(64))
		if err := r.Err(); err != nil {
			return err
		}
		fmt.Printf("%d %s\n", number, name)
		return nil
	}
	if err := read(w.Buf); err != nil {
		fmt.Println(err)
	}
	w.Buf[2] = 65
	var syntax *bitstream.SyntaxError
	if err := read(w.Buf); errors.As(err, &syntax) {
		fmt.Println(err)
	}

	// Output:
	// c8 01 04 6e 61 6d 65
	// 200 name
	// bitstream: byte 2: varint 65 is over its limit 64
}
