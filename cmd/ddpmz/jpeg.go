package main

import (
	"os"

	"github.com/ddpmz/ddpmz/codec"
)

// holdsJPEG reports whether an input is a file that is whole, and of which decode gives a JPEG file back.
func holdsJPEG(name string) bool {
	info, err := os.Stat(name)
	if name == stdio || err != nil || !info.Mode().IsRegular() { // reading would take it away
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	s, err := new(codec.Decoder).Open(f)
	return err == nil && s.IsJPEG() && !s.EndsEarly() && info.Size() >= s.Size()
}
