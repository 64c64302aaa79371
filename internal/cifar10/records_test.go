package cifar10

import (
	"bytes"
	"errors"
	"image"
	"io"
	"testing"
)

// records returns n invented records: slopes with some noise.
func records(n int) (file []byte) {
	x := uint32(7)
	for i := range n {
		file = append(file, byte(i%10))
		for c := range 3 {
			for j := range pixels {
				x = x*1664525 + 1013904223
				file = append(file, byte(40+10*i%90+3*(j%Side)+2*c*(j/Side)/(1+i%3))+byte(x>>28))
			}
		}
	}
	return file
}

func TestRead(t *testing.T) {
	file := records(3)
	for _, count := range []int{0, 2, 3} {
		list, err := Read(bytes.NewReader(file), count)
		if want := (count + 2) % 3; err != nil || len(list) != want+1 {
			t.Errorf("%d: %d images, %v", count, len(list), err)
		}
		m := list[1]
		for _, at := range []image.Point{{0, 0}, {31, 0}, {5, 17}} {
			c, i := m.RGBAAt(at.X, at.Y), record+1+at.Y*Side+at.X
			if c.R != file[i] || c.G != file[i+pixels] || c.B != file[i+2*pixels] || c.A != 0xff {
				t.Errorf("the pixel at %v is %v", at, c)
			}
		}
	}
	if _, err := Read(bytes.NewReader(file), 4); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("4 of 3 images:", err)
	}
	wrong := bytes.Clone(file)
	wrong[record] = 10
	for name, file := range map[string][]byte{"nothing": nil, "a part": file[:100], "a part more": file[:len(file)-1], "a label": wrong} {
		var format FormatError
		if _, err := Read(bytes.NewReader(file), 0); !errors.As(err, &format) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(records(1), 0)
	f.Add(records(2)[:record+5], 1)
	f.Fuzz(func(t *testing.T, file []byte, count int) {
		list, err := Read(bytes.NewReader(file), max(count, 0))
		if err == nil && len(list)*record > len(file) {
			t.Errorf("%d images in %d bytes", len(list), len(file))
		}
	})
}
