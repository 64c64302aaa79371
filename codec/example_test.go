package codec_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// readPNG returns the picture of a file.
func readPNG(name string) image.Image {
	f, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		log.Fatal(err)
	}
	return m
}

func ExampleEncode() {
	m := readPNG("../testdata/gray.png")
	var file bytes.Buffer // or an *os.File
	if err := codec.Encode(&file, m, nil); err != nil {
		log.Fatal(err)
	}
	b := m.Bounds()
	fmt.Printf("%d x %d pixels, less than a byte for each: %v\n", b.Dx(), b.Dy(), file.Len() < b.Dx()*b.Dy())
	// Output: 96 x 64 pixels, less than a byte for each: true
}

// Importing the package makes image.Decode read ddpmz files, too.
func ExampleDecode() {
	original := readPNG("../testdata/tiny/rock.png")
	var file bytes.Buffer
	if err := codec.Encode(&file, original, nil); err != nil {
		log.Fatal(err)
	}
	m, format, err := image.Decode(&file)
	if err != nil {
		log.Fatal(err)
	}
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if m.At(x, y) != original.At(x, y) {
				log.Fatalf("another pixel at %d, %d", x, y)
			}
		}
	}
	fmt.Printf("%s: %v, every pixel as it was\n", format, b.Size())
	// Output: ddpmz: (32,32), every pixel as it was
}

// A Stream shows a picture while its file is still on its way.
func ExampleStream() {
	var file bytes.Buffer
	if err := codec.Encode(&file, readPNG("../testdata/gray.png"), nil); err != nil {
		log.Fatal(err)
	}
	s, err := new(codec.Decoder).Open(&file) // reads the header alone
	if err != nil {
		log.Fatal(err)
	}
	pictures := 0
	for {
		at, err := s.Next() // waits for what the next level needs
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err) // damage; s.Image shows what came before it
		}
		m, err := s.Image()
		if err != nil {
			log.Fatal(err)
		}
		if pictures++; at.Exact {
			fmt.Println("exact:", m.Bounds().Size())
		}
	}
	fmt.Println("more than ten pictures:", pictures > 10)
	// Output:
	// exact: (96,64)
	// more than ten pictures: true
}

// A preview takes part of the reverse steps, of which there are 1000, and of the bytes.
func ExampleDecoder_preview() {
	var file bytes.Buffer
	if err := codec.Encode(&file, readPNG("../testdata/gray.png"), nil); err != nil {
		log.Fatal(err)
	}
	size := int64(file.Len())
	s, err := (&codec.Decoder{Timestep: 100}).Open(&file) // 900 steps
	if err != nil {
		log.Fatal(err)
	}
	at, err := s.Last()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("less than half of the file:", at.Bytes < size/2)
	// Output: less than half of the file: true
}

// Truncate cuts a file; nothing is coded again.
func ExampleTruncate() {
	var file, cut bytes.Buffer
	if err := codec.Encode(&file, readPNG("../testdata/gray.png"), nil); err != nil {
		log.Fatal(err)
	}
	n, err := codec.Truncate(&cut, &file, codec.Cut{Bytes: 500}, codec.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	m, err := codec.Decode(&cut)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, "bytes:", m.Bounds().Size())
	// Output: 500 bytes: (96,64)
}

// Metadata are bytes that the codec does not look into; package metadata has the layout that the command uses.
func ExampleOptions_metadata() {
	var file bytes.Buffer
	err := codec.Encode(&file, readPNG("../testdata/tiny/rock.png"), &codec.Options{Metadata: []byte("A rock.")})
	if err != nil {
		log.Fatal(err)
	}
	s, err := new(codec.Decoder).Open(&file)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := s.Last(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", s.Metadata())
	// Output: A rock.
}

// Files by a model of one's own name it by its identity, and decoders are given its network.
func ExampleOptions_ownModel() {
	weights, err := zoo.File("cifar10") // or a file that cmd/ddpmz-train has made
	if err != nil {
		log.Fatal(err)
	}
	net, err := model.Load(weights)
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := codec.Encode(&file, readPNG("../testdata/tiny/rock.png"), &codec.Options{Net: net}); err != nil {
		log.Fatal(err)
	}
	m, err := (&codec.Decoder{Nets: []*model.Net{net}}).Decode(&file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Bounds().Size())
	// Output: (32,32)
}

// prefixes serves files as they are, or as much of them as ?bytes= or ?timestep= ask for.
type prefixes map[string][]byte

func (p prefixes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := p[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	var cut codec.Cut
	cut.Bytes, _ = strconv.ParseInt(r.FormValue("bytes"), 10, 64)
	cut.Timestep, _ = strconv.Atoi(r.FormValue("timestep"))
	var prefix bytes.Buffer
	if _, err := codec.Truncate(&prefix, bytes.NewReader(file), cut, codec.Limits{}); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "image/x-ddpmz")
	w.Write(prefix.Bytes())
}

// A server needs one file for pictures of every quality.
func ExampleTruncate_server() {
	var file bytes.Buffer
	if err := codec.Encode(&file, readPNG("../testdata/gray.png"), nil); err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(prefixes{"/landscape.ddpmz": file.Bytes()})
	defer server.Close()
	for _, query := range []string{"", "?bytes=500", "?timestep=100"} {
		answer, err := http.Get(server.URL + "/landscape.ddpmz" + query)
		if err != nil {
			log.Fatal(err)
		}
		m, err := codec.Decode(answer.Body)
		answer.Body.Close()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Bounds().Size())
	}
	// Output:
	// (96,64)
	// (96,64)
	// (96,64)
}
